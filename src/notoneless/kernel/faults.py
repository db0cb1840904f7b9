"""What can be wrong with a rulebook, with ``facts.yaml`` and with the data: ``R###``.

R0xx the file and its shape, R1xx an expression, R2xx the rules as a whole, R3xx the data.
"""

from __future__ import annotations

from notoneless.faults import FaultKind
from notoneless.i18n import N_

# The file and its shape -----------------------------------------------------------------------

UNREADABLE = FaultKind("R001", N_("文件打不开：{why}"), N_("检查文件名和所在文件夹是否正确"))
NOT_UTF8 = FaultKind(
    "R002", N_("文件不是 UTF-8 编码的文本"), N_("用记事本打开，另存为 UTF-8 编码后重试")
)
BAD_YAML = FaultKind(
    "R003", N_("YAML 写法读不通：{why}"), N_("检查这一行和上一行的缩进、冒号和引号")
)
TOO_LARGE = FaultKind(
    "R004", N_("文件过大或嵌套过深（{what}）"), N_("规则文件应小于 1 MB，拆成几个文件")
)
NOT_ONE_DOCUMENT = FaultKind(
    "R005",
    N_("文件里应当正好有一份内容，现有 {count} 份"),
    N_("每个文件只写一份规则，不用“---”分隔"),
)
NOT_PLAIN = FaultKind(
    "R006", N_("不允许使用 {what}：“{seen}”"), N_("把内容直接写出来，不用锚点、引用、标签和指令")
)
DUPLICATE_KEY = FaultKind(
    "R007", N_("“{seen}”写了两次，第一次在第 {first} 行"), N_("删去其中一处，或者改名")
)
UNKNOWN_KEY = FaultKind("R008", N_("这里没有“{seen}”这一项"), N_("可以写的有：{known}{hint}"))
MISSING_KEY = FaultKind("R009", N_("缺少“{key}”这一项"), N_("在这一处补写“{key}”"))
WRONG_SHAPE = FaultKind("R010", N_("这里应当是{wanted}"), N_("按格式说明改写这一处"))
BAD_ID = FaultKind(
    "R011",
    N_("“{seen}”不能作名字"),
    N_("名字用小写英文字母开头，只含小写字母、数字和下划线，不超过 48 个字符，且不用语言的保留词"),
)
NAME_TAKEN = FaultKind("R012", N_("名字“{seen}”已经用作{other}"), N_("换一个名字"))
EMPTY_TEXT = FaultKind("R013", N_("“{key}”没有内容"), N_("写上内容"))
NOT_A_CHOICE = FaultKind("R014", N_("“{key}”不能是“{seen}”"), N_("可以写的有：{known}{hint}"))
BAD_NUMBER = FaultKind(
    "R015", N_("这里写的“{seen}”不是{wanted}"), N_("只写数字，不带单位、逗号和引号")
)
TOO_MANY_DECIMALS = FaultKind(
    "R016", N_("“{seen}”的小数超过两位"), N_("金额以元为单位，最多写到分（两位小数）")
)
NEGATIVE = FaultKind("R017", N_("“{seen}”是负数"), N_("标准和金额不能为负，改为零或正数"))
TOO_BIG = FaultKind("R018", N_("数值“{seen}”太大"), N_("检查单位是否写错；上限是 {limit}"))
BAD_DATE = FaultKind(
    "R019", N_("没有“{seen}”这一天"), N_("日期写成 2024-02-29 的样子，并核对月和日")
)
DATES_OUT_OF_ORDER = FaultKind(
    "R020",
    N_("日期 {seen} 不晚于上一个日期 {before}"),
    N_("按生效日期从早到晚排列，同一天只写一个值"),
)
NO_SOURCE = FaultKind("R021", N_("这个值没有写出处"), N_("补写 source；没有文件依据的如实写明"))
FULL_WIDTH = FaultKind(
    "R022", N_("用了全角符号“{seen}”"), N_("改成半角“{ascii}”（切换到英文输入法）")
)
TAB = FaultKind("R023", N_("缩进里有制表符（Tab）"), N_("用空格缩进"))

# An expression ---------------------------------------------------------------------------------

BAD_EXPRESSION = FaultKind("R100", N_("条件读不通：“{seen}”"), N_("检查括号、引号和词的顺序"))
UNKNOWN_NAME = FaultKind(
    "R101", N_("没有名为“{seen}”的事实或条件"), N_("改用 facts.yaml 或 terms 里已有的名字{hint}")
)
UNKNOWN_PARAMETER = FaultKind(
    "R102", N_("没有名为“:{seen}”的参数"), N_("在 params 里写明这个参数，或改用已有的{hint}")
)
NOT_IN_LANGUAGE = FaultKind(
    "R103", N_("规则里不能用{what}：“{seen}”"), N_("可以用的写法见规则语言说明{hint}")
)
TYPES_DIFFER = FaultKind(
    "R104",
    N_("{left}不能和{right}相比：“{seen}”"),
    N_("两边应当是同一种数据，检查是否写错了名字或值"),
)
NOT_A_VALUE = FaultKind("R105", N_("“{fact}”没有“{seen}”这个取值"), N_("可以取的值：{known}{hint}"))
REVERSED_RANGE = FaultKind(
    "R106", N_("范围写反了：{low} 大于 {high}"), N_("between 后面先写小的，再写大的")
)
DECIMAL = FaultKind(
    "R107",
    N_("条件里不能直接写小数“{seen}”"),
    N_("金额写成有日期、有出处的参数，再用 :参数名 引用"),
)
EQUALS_NULL = FaultKind(
    "R108", N_("不能和 null 比较：“{seen}”"), N_("写成“… is null”或“… is not null”")
)
NO_ELSE = FaultKind("R109", N_("case 缺少 else"), N_("写明其余情形的值"))
NEEDS_BRACKETS = FaultKind(
    "R110", N_("and 与 or 混用而没有括号：“{seen}”"), N_("用括号写明先后，如“a and (b or c)”")
)
COMPARED_BOOL = FaultKind(
    "R111", N_("“{fact}”是“是/否”，不用比较"), N_("直接写“{fact}”或“not {fact}”")
)
NOT_A_CONDITION = FaultKind(
    "R112", N_("“{seen}”是{found}，不是条件"), N_("写成比较，如“… >= 3”，或者用“是/否”的事实")
)
NOT_MONEY = FaultKind(
    "R113", N_("金额应当是钱，“{seen}”是{found}"), N_("用以元为单位的参数，如 :标准")
)
BAD_ARITHMETIC = FaultKind(
    "R114",
    N_("{left}和{right}不能做“{operator}”：“{seen}”"),
    N_("钱可以和钱加减、和整数相乘；整数之间可以加减乘"),
)
NO_FACT = FaultKind(
    "R115", N_("“{seen}”与任何事实无关，对谁都一样"), N_("条件里至少要用到一个事实")
)
DIFFERENT_TYPES = FaultKind(
    "R116",
    N_("{what}的各个值不是同一种数据：“{seen}”"),
    N_("让每个值都是钱，或都是整数，或都是日期"),
)
WRONG_ARGUMENTS = FaultKind("R117", N_("{function} 的参数不对：“{seen}”"), N_("写法是 {usage}"))
MAY_OVERFLOW = FaultKind("R118", N_("“{seen}”的结果可能大到无法计算"), N_("检查是否多乘了一次"))
QUOTED_NAME = FaultKind(
    "R119", N_("名字“{seen}”不用双引号"), N_("事实名直接写，取值用单引号，如 stage = 'primary'")
)
OPERATOR_STYLE = FaultKind("R120", N_("没有“{seen}”这个符号"), N_("写成“{wanted}”"))

# The rules as a whole --------------------------------------------------------------------------

NO_CONDITIONS = FaultKind(
    "R200", N_("“{name}”没有写条件"), N_("至少写一条；人人都有的也要写明是谁")
)
CONTRADICTION = FaultKind(
    "R201", N_("这些条件不可能同时成立：{seen}"), N_("检查哪一条写错了；现在没有一个孩子能符合")
)
UNUSED_PARAMETER = FaultKind("R202", N_("参数“{seen}”没有用到"), N_("删去，或检查引用处是否写错"))
UNUSED_TERM = FaultKind("R203", N_("条件“{seen}”没有用到"), N_("删去，或检查引用处是否写错"))
UNKNOWN_GROUP = FaultKind("R204", N_("没有名为“{seen}”的组"), N_("在 groups 里写明{hint}"))
CYCLE = FaultKind("R205", N_("条件互相引用成了圈：{seen}"), N_("改掉其中一处引用"))
BEFORE_FIRST_VALUE = FaultKind(
    "R206",
    N_("“{name}”从 {since} 起施行，而参数“{seen}”的第一个值从 {first} 起"),
    N_("补上更早的值，或改正施行日期"),
)
REPEATED_CONDITION = FaultKind("R207", N_("同一条件写了两次：“{seen}”"), N_("删去一条"))
UNUSED_GROUP = FaultKind(
    "R208", N_("组“{seen}”里只有 {count} 项"), N_("一组至少两项，检查 group 是否写错")
)
GROUP_PERIODS = FaultKind(
    "R209", N_("组“{seen}”里的项目按不同的周期计算：{periods}"), N_("同组的项目周期应当一致")
)
NOTHING_PROMISED = FaultKind(
    "R210", N_("文件里没有一项保障或政策"), N_("写上 guarantees 或 policies")
)
ALWAYS_ZERO = FaultKind("R211", N_("“{name}”的金额永远是零"), N_("写上金额的参数"))
SAME_PROMISE = FaultKind(
    "R212", N_("“{seen}”在两个规则文件里都有"), N_("一次只用其中一个文件，或改名")
)
DIFFERENT_SUBJECTS = FaultKind(
    "R213", N_("规则文件的对象不同：{seen}"), N_("对象不同的规则分开计算")
)
UNKNOWN_SUBJECT = FaultKind(
    "R214", N_("facts.yaml 里没有“{seen}”这种对象"), N_("可以写的有：{known}{hint}")
)
NO_KEPT = FaultKind("R215", N_("“{name}”没有写怎样算做到"), N_("在 kept 里至少写一种"))

# The data --------------------------------------------------------------------------------------

NO_DATA = FaultKind("R300", N_("数据文件读不了：{why}"), N_("给一个 Parquet 文件，每个对象一行"))
MISSING_COLUMN = FaultKind("R301", N_("缺少“{column}”列（{label}）"), N_("补上这一列{hint}"))
WRONG_TYPE = FaultKind(
    "R302", N_("“{column}”列（{label}）应当是{wanted}，现在是 {seen}"), N_("改正这一列的数据类型")
)
NOT_IN_ENUM = FaultKind(
    "R303",
    N_("“{column}”列（{label}）有 {count} 行的值不在规定之内，如“{seen}”"),
    N_("可以取的值：{known}"),
)
UNEXPECTED_NULL = FaultKind(
    "R304", N_("“{column}”列（{label}）有 {count} 行空着，而它不能空"), N_("补上这些值")
)
DUPLICATE_ROW = FaultKind(
    "R305", N_("“{column}”列有 {count} 个编号出现了不止一次"), N_("每个对象只留一行")
)
OUT_OF_RANGE = FaultKind(
    "R306", N_("“{column}”列（{label}）有 {count} 行超出 ±{limit}"), N_("检查单位；钱以分为单位")
)
CANNOT_WRITE = FaultKind(
    "R307",
    N_("结果文件写不了：{seen}"),
    N_("检查文件夹是否存在、有没有写入权限、磁盘是否已满，再重试；原有文件没有改动"),
)
OUT_OF_MEMORY = FaultKind(
    "R308", N_("内存上限 {limit} 不够用"), N_("用 --memory 调大上限，如 --memory 1GB")
)
