"""What can be wrong in an act on a case (B600 to B699)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NO_SUCH_WAY = FaultKind(
    "B601",
    N_("“{state}”的个案不能“{way}”"),
    N_("刷新个案看现在的状态；能走的步骤都在页头上"),
)
MOVED_MEANWHILE = FaultKind(
    "B602",
    N_("刚才有人办过这个个案，状态已经变了"),
    N_("刷新个案，看过新的经过再决定"),
)
EVIDENCE_MISSING = FaultKind(
    "B603",
    N_("还缺依据：{missing}"),
    N_("补齐再办；缺的每一项都可以在个案页上加"),
)
ACTIVE_ALREADY = FaultKind(
    "B604",
    N_("这名儿童的这一类缺口已有在办的个案{number}"),
    N_("到那个个案上办，不要另立"),
)
PLACELESS = FaultKind(
    "B605",
    N_("不知道归哪个县，立不了案"),
    N_("先在儿童档案里更正住处或学校，再立案"),
)
UNKNOWN_CODE = FaultKind(
    "B606",
    N_("没有“{seen}”这个代码"),
    N_("从列表里选一项"),
)
JOINED = FaultKind(
    "B607",
    N_("这个个案已并入{number}"),
    N_("到那个个案上办；两边的经过都在那里"),
)
