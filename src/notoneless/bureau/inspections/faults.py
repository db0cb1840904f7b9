"""What can be wrong in a check of schools (I101 to I199)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

OPENED_ALREADY = FaultKind(
    "I101", N_("{county}{term}的核查已经开始"), N_("在已有的那一次里继续，不必再开")
)
REVERSED = FaultKind("I102", N_("最后一天{last}在第一天{first}之前"), N_("改正其中一天"))
NOT_RUNNING = FaultKind(
    "I103",
    N_("这次核查{begins}开始，{ends}结束，今天不收数"),
    N_("在这段时间里填报；要延期，请县里改"),
)
SIGNED_ALREADY = FaultKind(
    "I104", N_("{school}已经由校长签认"), N_("签认后的数不再改；有出入，写进个案或整改")
)
NOT_IN_CLASS = FaultKind(
    "I105",
    N_("有{count}个孩子不在这个班的名单上"),
    N_("刷新名单再填；多出来的孩子填在“名单以外”里"),
)
CLASSES_LACKING = FaultKind(
    "I106", N_("还有{count}个班没有清点：{names}"), N_("等这些班填好再签认，一个班都不能少")
)
NO_CLASSES = FaultKind("I107", N_("{where}没有班级可抽"), N_("先把学籍名册入库，系统里要有班级"))
TOO_EARLY = FaultKind(
    "I108", N_("抽查定在{day}，还没有到"), N_("到那天再开启，开启前谁也不知道抽到哪里")
)
DRAWN_ALREADY = FaultKind("I109", N_("已经开启过"), N_("看抽到的班，逐班登记"))
TOO_MANY = FaultKind(
    "I110",
    N_("应到{expected}人，实到{counted}人，未说明{unexplained}人，加起来不对"),
    N_("实到不超过应到，未说明的不超过应到减实到"),
)
UNITS_LACKING = FaultKind("I111", N_("还有{count}个抽到的班没有登记结果"), N_("逐班登记以后再结束"))
CLOSED_ALREADY = FaultKind("I112", N_("这次抽查已经结束"), N_("结果不再改；整改还可以登记"))
IN_THE_PAST = FaultKind("I113", N_("{day}已经过去"), N_("选今天或以后的一天"))
