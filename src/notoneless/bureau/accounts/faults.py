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

NO_PLACE_COLUMNS = FaultKind(
    "B213",
    N_("没有找到“类别”和“名称”两列"),
    N_("第一行写表头：类别、名称、上级、代码、学段、所在乡镇；前两列必有"),
)
NO_PLACES = FaultKind("B214", N_("表头下面没有一行机构"), N_("一行写一个机构，再选文件"))
TOO_MANY_PLACES = FaultKind(
    "B215", N_("超过{most}行"), N_("一个县一份，或者先村镇、后学校，分开交")
)
PLACE_KIND_UNKNOWN = FaultKind(
    "B216",
    N_("第{row}行：类别“{seen}”不认识"),
    N_("写省、市、县、乡镇、村、学校之一；班级不用写，名册入库后成批建"),
)
PLACE_UNNAMED = FaultKind("B217", N_("第{row}行：没有名称，或者超过100字"), N_("写机构的全称"))
PLACE_CODE_WRONG = FaultKind(
    "B218",
    N_("第{row}行：代码“{seen}”不是这一级的代码"),
    N_("县6位、乡镇9位、村12位，后面只能补0；把这一列设为文本格式，或者空着"),
)
STAGE_UNKNOWN = FaultKind(
    "B219",
    N_("第{row}行：学段“{seen}”不认识"),
    N_("只有学校写学段：学前、小学、初中、普通高中、中等职业，几个用顿号分开"),
)
PLACE_TWICE = FaultKind(
    "B220",
    N_("第{row}行：“{name}”和第{before}行是同一个"),
    N_("留一行；确是两个，就写全称，各写自己的代码"),
)
PLACE_PARENT_LACKING = FaultKind(
    "B221",
    N_("第{row}行：“{name}”的上级“{parent}”找不到"),
    N_("上级写系统里或这份表里的全称或代码；表里没有上级的，先补一行"),
)
PLACE_PARENT_SEVERAL = FaultKind(
    "B222",
    N_("第{row}行：“{name}”的上级“{parent}”有{count}个可能"),
    N_("上级改写代码，或者写这一行自己的代码"),
)
PLACE_CODE_ELSEWHERE = FaultKind(
    "B223",
    N_("第{row}行：代码“{code}”属于“{other}”，和“{name}”写的上级不一样"),
    N_("改上级，或者改代码"),
)
PLACE_CODE_HELD = FaultKind(
    "B224",
    N_("第{row}行：代码“{code}”在系统里是“{other}”，不是“{name}”"),
    N_("代码写错就改；改了名的，先在机构页上改名"),
)
PLACE_ELSEWHERE = FaultKind(
    "B225",
    N_("第{row}行：“{name}”在系统里属于“{other}”"),
    N_("上级写错就改；真的划转了，请系统管理员先移动这个机构"),
)
PLACE_DIFFERS = FaultKind(
    "B226",
    N_("第{row}行：“{name}”的代码、学段或所在地和系统里的不一样"),
    N_("打开这个机构对一对；表里错了就改，系统里错了先改系统"),
)
PLACE_LOCATION_UNKNOWN = FaultKind(
    "B227",
    N_("第{row}行：“{name}”的所在地“{where}”找不到，或者不止一个"),
    N_("只有学校写所在地：写乡镇或村的全称或代码"),
)
PLACES_MEANWHILE = FaultKind(
    "B228",
    N_("有名称或代码已经被别的机构用了"),
    N_("重新选文件看一遍；还是这样，请上级的系统管理员查这些代码"),
)
