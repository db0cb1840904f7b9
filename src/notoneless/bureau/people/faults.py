"""What can be wrong in an act on children (B300 to B399)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NO_PLACE_FOR_KIND = FaultKind(
    "B301",
    N_("“{kind}”不归儿童档案"),
    N_("发放名册等由资助模块办理；选错了类别，就改成正确的名单类别"),
)
SCHOOL_UNKNOWN = FaultKind(
    "B302",
    N_("机构里没有学校“{name}”，涉及{count}行"),
    N_("请系统管理员先增加这所学校或核对校名；照样可以入库，但学校的人看不到这些学生"),
    severity="warning",
)
STALE = FaultKind(
    "B303",
    N_("预览以后又有名单或更正入库"),
    N_("重新比对一次，看过新的变化再入库"),
)
TAKEN_IN_ALREADY = FaultKind(
    "B304",
    N_("这份名单已经入库"),
    N_("不必再办；内容有变就交新的文件"),
)
BUILT_UPON = FaultKind(
    "B305",
    N_("后来的名单或更正改过这份名单的{count}条事实"),
    N_("先撤回后来的那一份，再撤回这一份"),
)
UNDONE_ALREADY = FaultKind(
    "B306",
    N_("这份名单已经撤回"),
    N_("不必再办"),
)
TWO_NUMBERS = FaultKind(
    "B307",
    N_("两人各有一个有效的身份证号，号码不同"),
    N_("两个有效号码不能合为一人；其中一个确是错的，先更正它再合并"),
)
ONE_ALREADY = FaultKind(
    "B308",
    N_("这两个已经是同一人"),
    N_("不必再合并"),
)
MERGE_UNDONE = FaultKind(
    "B309",
    N_("这次合并已经撤回"),
    N_("不必再办"),
)
SAID_ALREADY = FaultKind(
    "B310",
    N_("同样的内容已经记过"),
    N_("不必再记；要改期限，先看现有的那一条"),
)
NOT_A_NUMBER = FaultKind(
    "B311",
    N_("身份证号 {seen} 不对：位数、日期或校验码有误"),
    N_("对照户口簿再填一次"),
)
NO_CHILD = FaultKind(
    "B312",
    N_("名单指到的儿童里有{count}人不在这里"),
    N_("重新比对一次"),
)
