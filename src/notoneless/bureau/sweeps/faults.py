"""What can be wrong with a sweep (B500 to B599)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

RUNNING = FaultKind(
    "B501",
    N_("正在逐人核对，{minutes}分钟前开始"),
    N_("等它算完；十五分钟没有算完会自动重来"),
)
OVERTAKEN = FaultKind(
    "B502",
    N_("这一次核对算得太久，已由另一次接替"),
    N_("看最新一次的结果；经常这样，请系统管理员看服务器是不是太忙"),
)
BEFORE_THE_LAST = FaultKind(
    "B503",
    N_("最近一次核对是{last}的，不能再核对{day}的"),
    N_("要看{day}当时的情形，在保障总表上选那一天"),
)
NOT_HELD = FaultKind(
    "B504",
    N_("这个县没有等着一次立案的缺口了"),
    N_("后来又核对过一次；看个案清单"),
)
