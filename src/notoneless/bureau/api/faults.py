"""What can be wrong with a request of a program, or with a token (B900 to B999)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NO_TOKEN = FaultKind(
    "B901",
    N_("没有有效的令牌：没有写、写错、过期或已收回"),
    N_("在请求头写 Authorization: Bearer 加令牌；过期或收回的，请安全管理员另发"),
)
NO_RIGHT = FaultKind(
    "B902",
    N_("这个令牌的角色不能做这件事"),
    N_("请安全管理员看权限表，发一个角色合适的令牌"),
)
NOT_THERE = FaultKind(
    "B903",
    N_("没有这个，或者不归这个令牌管"),
    N_("核对编号；别处的数据要用别处的令牌"),
)
TOO_OFTEN = FaultKind(
    "B904",
    N_("一分钟里请求超过{most}次"),
    N_("等{seconds}秒再来；一次多取一些，少来几次"),
)
BAD_REQUEST = FaultKind(
    "B905",
    N_("请求里的 {name} 不对"),
    N_("照 /api 页上的说明改正"),
)
FAILED = FaultKind(
    "B906",
    N_("程序出错，什么也没有改动"),
    N_("过一会儿再试；还是这样，就把时间和这个代码告诉系统管理员"),
)
ROLE_NOT_FOR_PROGRAMS = FaultKind(
    "B907",
    N_("“{role}”要人来当：审批、管理和审计要二次验证，程序做不到"),
    N_("选一个不审批、不管理的角色"),
)
LASTS_TOO_LONG = FaultKind(
    "B908",
    N_("令牌从今天起最长{days}天"),
    N_("选一个近一些的日子；到期前另发一个，两个可以同时用"),
)
REVOKED_ALREADY = FaultKind(
    "B909",
    N_("这个令牌已经收回了"),
    N_("要再用，另发一个"),
)
NOT_SWEPT = FaultKind(
    "B910",
    N_("还没有核对过，没有结论"),
    N_("名单入库后会自动核对；等首页显示核对完成再来取"),
)
