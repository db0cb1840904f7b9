"""What can be wrong with a folder of lists."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NO_LISTS = FaultKind(
    "C001",
    N_("文件夹里没有能用的名单"),
    N_("放入至少一份户籍名单或学籍名册（.xlsx、.xls、.et、.csv），再运行一次"),
)
NO_CHILDREN = FaultKind(
    "C002",
    N_("没有户籍适龄儿童名单，也没有学籍名册，不知道应当有哪些孩子"),
    N_(
        "向公安或乡镇要户籍适龄儿童名单，放进文件夹；已经放了却没认出来的，用 notoneless read 文件 --as census 确认一次"
    ),
)
NO_CENSUS = FaultKind(
    "C003",
    N_("没有户籍适龄儿童名单，只能核对在籍学生，查不出没有学籍的孩子"),
    N_("向公安或乡镇要户籍适龄儿童名单，放进文件夹再运行"),
    "warning",
)
NO_ROLL = FaultKind(
    "C004",
    N_("没有学籍名册，不能判断谁没有学籍"),
    N_("从学籍系统导出学生基础信息表，放进文件夹再运行"),
    "warning",
)
SAME_FILE = FaultKind(
    "C005",
    N_("与 {other} 内容完全相同，只用一份"),
    N_("不用处理；多余的一份可以删去"),
    "warning",
)
OLDER_VERSION = FaultKind(
    "C006",
    N_("与 {other} 是同一份名单的不同日期，只用日期较新的 {other}"),
    N_("不用处理；要用这一份，请把另一份移出文件夹"),
    "warning",
)
TWO_VERSIONS = FaultKind(
    "C007",
    N_("与 {other} 是同一种名单，{share}% 的人相同，又没有日期能分出新旧"),
    N_("只留下要用的一份，或在文件名里写上日期（如 2026.9.1），再运行一次"),
)
OTHER_COUNTY = FaultKind(
    "C008",
    N_("{kind}里的 {rows} 人几乎都不在本县的名单里（对上 {linked} 人），像是别的县的名单"),
    N_("换成本县的名单；确实是本县的，请检查身份证号一列是否错位"),
)
OTHER_COUNTY_ASIDE = FaultKind(
    "C009",
    N_(
        "{kind}写的是{places}，本县的户籍名单和学籍名册里没有这些地方，一个人也对不上；这份名单没有采用"
    ),
    N_("换成本县的名单；确实是本县的，请核对乡镇、学校的名称和身份证号一列"),
    "warning",
)
NOT_A_FOLDER = FaultKind(
    "C010",
    N_("{path} 不是文件夹"),
    N_("把各部门的名单放进一个文件夹，把这个文件夹的位置写在命令后面"),
)
OUT_NOT_OURS = FaultKind(
    "C011",
    N_("{path} 已经有别的东西，不能当作结果文件夹"),
    N_("用 --out 指定一个新的文件夹"),
)
CANNOT_WRITE = FaultKind(
    "C012",
    N_("结果写不进 {path}（{why}），没有留下写了一半的结果"),
    N_("腾出磁盘空间或换一个能写的地方（--out），再运行一次"),
)
STATES_DO_NOT_ADD_UP = FaultKind(
    "C013",
    N_("{universe}有 {children} 人，各种去向合计却是 {states} 人，相差 {difference}；结果没有发布"),
    N_("这是程序的错误，请把这句话交给维护人员"),
)
BAD_DECISIONS = FaultKind(
    "C014",
    N_("判定结果第 {row} 行的回答“{seen}”看不懂"),
    N_("answer 一列只填 same（同一人）、different（不是同一人）或 unknown（不知道）"),
)
DECISIONS_UNREADABLE = FaultKind(
    "C015",
    N_("{path} 不是本程序写出的 review.csv，缺少 {columns} 列"),
    N_(
        "在上次结果的 review.csv 里填 answer 一列，或在 workbook.xlsx 的“疑似同一人”里填回答，原样交回"
    ),
)
PREVIOUS_UNREADABLE = FaultKind(
    "C016",
    N_("{path} 里没有上次的 children.csv，不能比较"),
    N_("--previous 后面写上次结果的文件夹"),
)
PREVIOUS_MASKED = FaultKind(
    "C020",
    N_("{path} 里的结果遮盖了姓名和号码，不能比较"),
    N_("--previous 后面写上次没有加 --mask 的结果"),
)
CONFLICTING_DECISIONS = FaultKind(
    "C017",
    N_("判定“同一人”的两行有两个不同的有效身份证号，没有采用这个判定"),
    N_("先向公安核实哪个号码是对的，改正名单后再运行"),
    "warning",
)
DATE_UNREADABLE = FaultKind(
    "C018",
    N_("日期“{seen}”看不懂"),
    N_("写成 2026-09-21 的样子"),
)
NEEDED_GUARANTEE = FaultKind(
    "C021",
    N_("规则里没有保障 {guarantee}，不能判断孩子的去向"),
    N_("在规则里加上这项保障，或者不要代替自带的 compulsory-education"),
)
UNKNOWN_POLICY = FaultKind(
    "C022",
    N_("发放名册上的资助项目“{seen}”在规则里没有，这些发放没有核对"),
    N_("在规则里这项资助的 also 后面加上这个叫法，或者在名单里改用规则里的名称"),
)
NOBODY_HERE = FaultKind(
    "C023",
    N_("{kind}里有 {rows} 人在户籍名单和学籍名册里都没有查到，从第 {row} 行起"),
    N_("逐人核对：新来的补建学籍，号码或姓名写错的改正后再运行"),
    "warning",
)
UNMARKED = FaultKind(
    "C024",
    N_("点名册的到课一栏没有一个看得懂的记号，这份点名没有采用"),
    N_("到课的打√，没来的写原因；全到的也要打√，空着分不清是全到还是没点"),
    "warning",
)
