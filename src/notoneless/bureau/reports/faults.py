"""What can be wrong with a report (Q101 to Q199)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NOT_BEGUN = FaultKind("Q101", N_("{period}还没有开始"), N_("到那时再报"))
NO_REASON = FaultKind(
    "Q102", N_("{period}已经报过，更正没有写原因"), N_("写明为什么更正；原来报的数照样留着")
)
FILED_MEANWHILE = FaultKind(
    "Q103", N_("刚才有人报了同一份"), N_("刷新页面，看过已报的数再决定要不要更正")
)
NO_SUCH_REPORT = FaultKind(
    "Q104", N_("{where}不报“{report}”"), N_("学校报月报，县报季度，市报学期，省报学年")
)
