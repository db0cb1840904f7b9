"""What can be wrong with a roll-call (A101 to A199)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NO_SCHOOL = FaultKind(
    "A101",
    N_("{day}不上课，不点名"),
    N_("看校历；这天其实上课，请县里在校历里定为上课，再点名"),
)
NOT_YET = FaultKind(
    "A102",
    N_("{day}还没到"),
    N_("看手机的日期；点名只点当天和已经过去的日子"),
)
TOO_LATE = FaultKind(
    "A103",
    N_("{day}的点名已过了更正期限（{days}天）"),
    N_("请学校书面说明，由县里在核查里更正"),
)
NOT_IN_CLASS = FaultKind(
    "A104",
    N_("名单里有{count}人不在这个班"),
    N_("刷新页面，按现在的名单再点一次"),
)
NOT_UNDERSTOOD = FaultKind(
    "A105",
    N_("这份点名看不懂"),
    N_("刷新页面，再点一次"),
)
EMPTY_CLASS = FaultKind(
    "A106",
    N_("{name}的名单上没有人"),
    N_("请学籍管理员交学籍名册，或核对班级的名称"),
)
