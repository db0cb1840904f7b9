"""What can be wrong with a list. Codes are stable: add at the end of a group, never renumber."""

from __future__ import annotations

from notoneless.faults import FaultKind
from notoneless.i18n import N_

# -- the file as a whole ------------------------------------------------------------------------
EMPTY_FILE = FaultKind("L001", N_("文件是空的"), N_("向提供单位重新索取，或从本文件夹移走"))
UNKNOWN_FORMAT = FaultKind(
    "L002",
    N_("不是能读的表格文件（支持 xlsx、xls、et、csv、txt、parquet）"),
    N_("用 WPS 或 Excel 打开，另存为 .xlsx 后再用"),
)
ENCRYPTED = FaultKind(
    "L003", N_("文件有打开密码，读不了"), N_("用 WPS 或 Excel 打开，取消密码，另存后再用")
)
BROKEN = FaultKind(
    "L004",
    N_("文件不完整或已损坏"),
    N_("重新拷贝或下载一次；打得开的话，另存为 .xlsx 后再用"),
)
TOO_LARGE_UNPACKED = FaultKind(
    "L005",
    N_("文件展开后大得反常（{unpacked} MB，压缩到 {packed} MB），拒绝打开"),
    N_("先查来源；确实是正常名单的，把数据复制到新的工作簿再用"),
)
HOSTILE_XML = FaultKind(
    "L006",
    N_("文件里有表格软件不会写的内容（实体定义），拒绝打开"),
    N_("先查来源；确实是正常名单的，用 WPS 打开后另存为 .xlsx"),
)
OUT_OF_LIMITS = FaultKind(
    "L007",
    N_("读这个文件超出了内存或时间限度，已停止"),
    N_("看看表里是否有格式刷到最末行的空白区，把数据复制到新的工作簿再用"),
)
LOCK_FILE = FaultKind(
    "L008",
    N_("这是表格软件打开时的临时文件，已跳过；同名名单正开着，可能有未保存的修改"),
    N_("在 WPS 或 Excel 里保存并关闭那份名单，再重来"),
    severity="warning",
)
BAD_ENCODING = FaultKind(
    "L009",
    N_("文字编码认不出（不是 UTF-8、GBK、GB18030、UTF-16）"),
    N_("用 WPS 打开，另存为 .xlsx 后再用"),
)
HTML_WITHOUT_TABLE = FaultKind(
    "L010",
    N_("扩展名是表格，内容却是没有表格的网页（常见于登录过期时的导出）"),
    N_("重新登录系统后再导出一次"),
)
UNREADABLE = FaultKind("L011", N_("文件打不开（{reason}）"), N_("检查文件是否还在、是否有权限读取"))
INTERNAL = FaultKind(
    "L012",
    N_("读取程序出错（{reason}），这个文件没有读"),
    N_("用 WPS 打开，另存为 .xlsx 后再试；仍不行请把文件名和这个代码告诉维护人员"),
)

# -- what kind of list ---------------------------------------------------------------------------
NO_TABLE = FaultKind(
    "L020",
    N_("工作表里没有找到表头（至少要有“姓名”或“身份证号”一列）"),
    N_("如果这张表是名单，请补上表头一行；不是名单的不用管"),
    severity="warning",
)
KIND_UNKNOWN = FaultKind(
    "L021",
    N_("看不出是哪一种名单，没有使用"),
    N_("运行 notoneless read 文件 --as 种类 --confirm 确认一次，以后同样的表会自动认得"),
)
KIND_AMBIGUOUS = FaultKind(
    "L022",
    N_("可能是{choices}，不猜，没有使用"),
    N_("运行 notoneless read 文件 --as 种类 --confirm 确认一次，或把文件名、标题写清楚"),
)
NO_KEY = FaultKind(
    "L023",
    N_("名单既没有姓名列，也没有身份证号列，没有使用"),
    N_("核对表头，或用 --column '表头=name' 指明"),
)
COUNT_DIFFERS = FaultKind(
    "L024",
    N_("名称里写着 {said} 人，表里读到 {rows} 人"),
    N_("核对是否少拷了行、有筛选，或名单又更新过"),
    severity="warning",
)
DROPPED_SENSITIVE = FaultKind(
    "L025",
    N_("“{heading}”一列不读取、不保存：办理保障用不到这类信息"),
    N_("不用处理；以后不必再提供这一列"),
    severity="warning",
)
HIDDEN_PARTS = FaultKind(
    "L026",
    N_("有隐藏的行（{rows} 行）或列（{columns} 列），已照常读取"),
    N_("在表格软件里取消隐藏看一看，确认这些行该在名单里"),
    severity="warning",
)
HIDDEN_SHEET = FaultKind(
    "L027",
    N_("工作表是隐藏的，没有使用"),
    N_("如果数据在这张表里，请在表格软件里取消隐藏"),
    severity="warning",
)
COLUMN_UNKNOWN = FaultKind(
    "L028",
    N_("--column 里的“{heading}”在表里没有，或“{field}”不是字段名"),
    N_("表头照抄一遍；字段名见参考手册“名单的字段”"),
)
KIND_ENDED = FaultKind(
    "L029",
    N_("像是{choices}，但写着“{word}”，可能是已不再享受的人，没有使用"),
    N_("确实仍在享受的，运行 notoneless read 文件 --as 种类 --confirm 确认一次；否则从文件夹移走"),
)
MEMORY_UNREADABLE = FaultKind(
    "L030",
    N_("记住表式的文件写坏了（{reason}）"),
    N_("改好这个文件，或删掉它后重新确认一次"),
)
HEADING_INCOMPLETE = FaultKind(
    "L031",
    N_("多数列没有表头（{columns} 等列），剩下的表头可能对错了列，没有使用"),
    N_("在表格软件里把每一列的表头补全"),
)

# -- one row or cell --------------------------------------------------------------------------------
NOBODY = FaultKind(
    "L040", N_("这一行没有姓名也没有证件号，不知道是谁"), N_("补上姓名或身份证号；多余的行请删除")
)
ID_NUMERIC = FaultKind(
    "L041",
    N_("身份证号存成了数字，末几位已经丢失，没有使用（看到 {seen}）"),
    N_("把这一列设为“文本”格式，照证件重新填写；不能靠改格式恢复"),
)
ID_SHAPE = FaultKind(
    "L042",
    N_("身份证号位数或格式不对（看到 {seen}）"),
    N_("照证件核对；确实是护照等其他证件的不用改"),
    severity="warning",
)
ID_CHECKSUM = FaultKind(
    "L043",
    N_("身份证号校验不通过，有一位填错了（看到 {seen}）"),
    N_("照证件核对"),
    severity="warning",
)
BIRTH_DIFFERS = FaultKind(
    "L044",
    N_("出生日期和身份证号里的不一样（看到 {seen}）"),
    N_("照户口簿核对是哪一个填错了；目前按名单上写的出生日期"),
    severity="warning",
)
SEX_DIFFERS = FaultKind(
    "L045",
    N_("性别和身份证号里的不一样（看到 {seen}）"),
    N_("照户口簿核对是哪一个填错了；目前按名单上写的性别"),
    severity="warning",
)
DATE_UNREADABLE = FaultKind(
    "L046", N_("日期认不出（看到 {seen}）"), N_("写成 2015-09-01 或 20150901 的样子")
)
DATE_WITHOUT_DAY = FaultKind(
    "L047",
    N_("日期只写到月，没有日（看到 {seen}），按没有填处理"),
    N_("补上日，写成 2015-09-01"),
    severity="warning",
)
CODE_UNKNOWN = FaultKind(
    "L048",
    N_("“{heading}”里的值认不出（看到 {seen}），按没有填处理"),
    N_("改成表上规定的说法或代码"),
    severity="warning",
)
AMOUNT_UNREADABLE = FaultKind(
    "L049", N_("金额认不出（看到 {seen}）"), N_("写成数字，单位为元，最多两位小数")
)
COLUMNS_CONFLICT = FaultKind(
    "L050",
    N_("“{heading}”和“{other}”两列是同一项，这一行写得不一样（看到 {seen}）；取前一列"),
    N_("核对哪一列是对的，改成一样"),
)
NUMBER_UNREADABLE = FaultKind(
    "L051",
    N_("“{heading}”里的数认不出（看到 {seen}），按没有填处理"),
    N_("改成数字"),
    severity="warning",
)
DATE_IMPOSSIBLE = FaultKind(
    "L052",
    N_("没有这一天（看到 {seen}）"),
    N_("照证件核对日期"),
)
CELL_ERROR = FaultKind(
    "L053",
    N_("单元格里是公式错误（看到 {seen}），按没有填处理"),
    N_("改好公式或填上数值"),
    severity="warning",
)
ROLL_NUMBER_SHAPE = FaultKind(
    "L054",
    N_("学籍号不是 19 位（看到 {seen}）"),
    N_("照学籍系统核对"),
    severity="warning",
)
BROKEN_CHARACTER = FaultKind(
    "L055",
    N_("字里有转码时丢失的字符（看到 {seen}）"),
    N_("照证件补上这个字；生僻字请把文件另存为 .xlsx 而不是 csv"),
)
ONEROSTER_LACKS = FaultKind(
    "L056",
    N_("OneRoster 的压缩包里少了 {files}"),
    N_("请对方系统重新导出完整的一份，至少要有 users.csv 和 orgs.csv"),
)
ONEROSTER_VERSION = FaultKind(
    "L057",
    N_("OneRoster 的版本是 {version}，这里读 1.1 和 1.2"),
    N_("请对方系统按 1.2 导出"),
)
ONEROSTER_CHANGES_ONLY = FaultKind(
    "L058",
    N_("这份 OneRoster 只有变动（delta），不是全部学生"),
    N_("请对方系统导出全量（bulk）：只有变动的话，其他学生都会被当成离校"),
)
