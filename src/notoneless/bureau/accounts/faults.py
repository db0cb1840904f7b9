"""What can be wrong in an act on organisations, people and roles (B200 to B299)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

WRONG_PARENT = FaultKind(
    "B201",
    N_("{kind}不能放在{parent}下面"),
    N_("选它真正的上级：学校归县，村归乡镇，班级归学校"),
)
NAME_TAKEN = FaultKind(
    "B202",
    N_("“{name}”在这里已经有了"),
    N_("打开已有的那一个；确是另一个，就写全称以便区分"),
)
IN_A_CIRCLE = FaultKind(
    "B203",
    N_("不能把“{name}”移到它自己的下级里"),
    N_("另选一个上级"),
)
ROLE_NOT_HERE = FaultKind(
    "B204",
    N_("“{role}”不能授在{kind}上"),
    N_("改选机构：例如班主任授在班级上，县级专干授在县上"),
)
TWO_ADMINISTRATORS = FaultKind(
    "B205",
    N_("系统、安全、审计三种管理员不能由同一人担任"),
    N_("先收回此人现有的管理员角色，或者另选一人"),
)
ROLE_HELD = FaultKind(
    "B206",
    N_("此人在这里已有“{role}”"),
    N_("不必再授；要改期限，先收回再授"),
)
DELEGATION_OUTSIDE = FaultKind(
    "B207",
    N_("只能委托自己在用的、非管理员的角色，给别人，并且最长{days}天"),
    N_("选一个在用的角色、另一个人和一个结束日期"),
)
USERNAME_TAKEN = FaultKind(
    "B208",
    N_("登录名“{name}”已有人使用"),
    N_("换一个登录名；登录名一人一个，停用后也不再给别人"),
)
LINK_DEAD = FaultKind(
    "B209",
    N_("这个链接已失效：用过、过期或被新的代替"),
    N_("请安全管理员重新发一个"),
)
OWN_RIGHTS = FaultKind(
    "B210",
    N_("不能给自己授权，也不能停用自己"),
    N_("请另一位安全管理员办理"),
)
STILL_IN_USE = FaultKind(
    "B211",
    N_("“{name}”还有在用的下级 {count} 个，不能撤销"),
    N_("先把下级移走或撤销"),
)
BEGUN_ALREADY = FaultKind(
    "B212",
    N_("这个系统已经有人员了"),
    N_("请现有的安全管理员在网页上邀请新人"),
)
