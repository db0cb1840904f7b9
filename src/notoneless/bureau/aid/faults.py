"""What can be wrong with aid (S1xx)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

SAME_PERSON = FaultKind(
    "S101",
    N_("提出的人不能自己审批或发放，受他委托、用他的角色也不行"),
    N_("请另一位有权审批的人来办"),
)
MOVED_ON = FaultKind(
    "S102",
    N_("这一批已经是“{state}”，不能再{act}"),
    N_("刷新页面看现在的情况；别人可能刚刚办过"),
)
NOTHING_CHOSEN = FaultKind(
    "S103",
    N_("选中的行里没有可以提批次的奖补"),
    N_("先补卡号；在途的和已发的不重复提"),
)
ABOVE_BAND = FaultKind(
    "S104",
    N_("这一批共 {amount} 元，超过县局可批的 {limit} 元"),
    N_("请市局领导审批，或者退回拆成几批"),
)
NOT_THE_BANKS = FaultKind(
    "S105",
    N_("这份文件不是银行的回盘：没有找到“{column}”一列"),
    N_("回盘要有 序号、卡号、金额、结果 四列，和发出去的文件一样的格式"),
)
TAKEN_IN = FaultKind(
    "S106",
    N_("这份回盘 {at} 已经收过"),
    N_("不用再交；要看结果，打开这一批"),
)
NOT_A_CARD = FaultKind(
    "S107",
    N_("卡号要 12 到 19 位数字"),
    N_("对照社会保障卡或银行卡重填"),
)
NOBODY_OF_NUMBER = FaultKind(
    "S108",
    N_("第 {row} 行的身份证号不是本县在册的学生"),
    N_("核对身份证号；刚转来的学生等学籍名册入库以后再交"),
)
RUNNING_BACKWARDS = FaultKind(
    "S109",
    N_("已经算过 {last} 的，不能再按 {day} 算"),
    N_("按今天再算一次"),
)
NOT_A_PAID_LIST = FaultKind(
    "S110",
    N_("这份文件不是资助发放名册"),
    N_("发放名册要有姓名、身份证号、资助项目和金额；其他名单在“名单”里交"),
)
PAYMENT_NOT_READ = FaultKind(
    "S111",
    N_("第 {row} 行没有金额，或者资助项目“{policy}”不在政策里"),
    N_("照政策页面上的名称写资助项目，补上金额"),
    "warning",
)
ENDED_ALREADY = FaultKind(
    "S112",
    N_("这一条已经了结：{outcome}"),
    N_("不用再办；要看经过，打开这一条"),
)
