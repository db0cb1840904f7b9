"""What can be wrong with a bundle for the auditor."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NOT_A_BUNDLE = FaultKind(
    "N201",
    N_("{seen} 不是审计包，或者已经损坏"),
    N_("请用在系统里取出的原文件；不要解开再压缩"),
)
