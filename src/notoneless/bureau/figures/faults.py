"""What can be wrong when figures are asked for (B700 to B799)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NO_SUCH_FIGURE = FaultKind(
    "B701",
    N_("没有编号为“{seen}”的数字"),
    N_("改用这里面的一个：{known}"),
)
