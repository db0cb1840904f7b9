"""What can be wrong with something settled (B801 to B899)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NOT_A_VALUE = FaultKind(
    "B801",
    N_("“{rule}”不能是“{seen}”"),
    N_("改填{expected}"),
)
NO_SOURCE = FaultKind(
    "B802",
    N_("没有写依据"),
    N_("写明文件名和文号；没有文件，写会议或谁在哪天定的"),
)
SETTLED_ALREADY = FaultKind(
    "B803",
    N_("这几天已经这样定了"),
    N_("刷新页面看校历；要改日期，先撤回原来的一条"),
)
REVERSED = FaultKind(
    "B804",
    N_("最后一天{last}在第一天{first}之前"),
    N_("把两天对调，或改正其中一天"),
)
TERM_LENGTH = FaultKind(
    "B805",
    N_("一个学期有{days}天"),
    N_("学期填第一天和最后一天上课的日子，30到200天之间"),
)
