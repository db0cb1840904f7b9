"""What can be wrong with keys and sealed values."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NO_KEYS = FaultKind(
    "V001",
    N_("找不到密钥文件 {path}"),
    N_("把备份的密钥文件放回原处；没有它，已加密的内容谁也读不出来，不要另造一份"),
)
KEYS_UNREADABLE = FaultKind(
    "V002",
    N_("密钥文件 {path} 读不懂"),
    N_("从备份恢复这个文件，不要手工改动"),
)
UNKNOWN_KEY = FaultKind(
    "V003",
    N_("内容是用密钥 {key} 加密的，密钥文件里没有这一把"),
    N_("从备份恢复含有这把密钥的文件"),
)
DOES_NOT_OPEN = FaultKind(
    "V004",
    N_("{context} 中有一处密文打不开：被改动过，或者从别处搬来"),
    N_("从备份恢复这条记录，并查是谁动了数据库"),
)
