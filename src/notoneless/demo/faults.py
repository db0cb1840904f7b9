"""What can be wrong with a wish for an invented county."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

TOO_FEW = FaultKind(
    "D001",
    N_("{count}个孩子太少，少见的情形放不下"),
    N_("把 --children 改成 {least} 或更多"),
)
TOO_MANY = FaultKind(
    "D002",
    N_("{count}个孩子太多，一个地区码编不出这么多不同的号码"),
    N_("把 --children 改成 {most} 或更少"),
)
