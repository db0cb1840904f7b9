"""What can be wrong with a placement or an admission (P101 to P199)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

PLACED_ALREADY = FaultKind(
    "P101", N_("这个孩子已经有安置：{kind}"), N_("先写明原来的安置到哪天为止，再登记新的")
)
ENDS_TOO_EARLY = FaultKind("P102", N_("最后一天{last}早于第一天{first}"), N_("改正其中一天"))
NO_END = FaultKind(
    "P103", N_("“{advice}”没有写到哪天为止"), N_("按评估意见填到期日，到期以后重新评估")
)
NOT_AT_HOME = FaultKind(
    "P104", N_("这个孩子的安置是{kind}，不是送教上门"), N_("送教记录只记给送教上门的孩子")
)
OUTSIDE_PLACEMENT = FaultKind(
    "P105", N_("{day}不在安置的日期里"), N_("核对日期；安置从哪天起，就从哪天起记")
)
NOT_NOW = FaultKind(
    "P106", N_("申请的状态是“{state}”，不能这样办"), N_("刷新页面，看现在到了哪一步")
)
NOT_FOR_SCHOOL = FaultKind("P107", N_("“{school}”不在{county}"), N_("选本县的学校"))
NO_REASON = FaultKind("P108", N_("没有写原因"), N_("写明原因，家长要能看懂，也要能据此申诉"))
CHILD_UNKNOWN = FaultKind(
    "P109",
    N_("学籍名册里还没有这个孩子"),
    N_("等学校建好学籍、名册入库以后，再登记已入学"),
)
IN_THE_FUTURE = FaultKind("P110", N_("{day}还没有到"), N_("改正日期"))
