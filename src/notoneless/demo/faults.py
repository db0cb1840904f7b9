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
NOT_INVENTED = FaultKind(
    "D003",
    N_("{path} 里已有数据，而且不是演示数据，演示不动它"),
    N_("用 --bureau 换一个文件夹"),
)
NO_SECRET = FaultKind(
    "D004",
    N_("这不是开通二次验证那一页上的一串字"),
    N_("把页上“扫不了，就输入这一串”那一格里的字整串抄来"),
)
