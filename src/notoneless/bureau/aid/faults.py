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
NO_SUCH_ENTRY = FaultKind(
    "S121",
    N_("规则里没有“{name}”"),
    N_("回到政策页面重新点“改”；规则可能刚刚被别人改过"),
)
WRITE_IT_YOURSELF = FaultKind(
    "S122",
    N_("“{name}”在规则里写法特殊，不能自动加一行"),
    N_("用“改规则全文”在这一项的 values 下面自己加一行"),
)
NOT_AN_ENTRY = FaultKind(
    "S123",
    N_("这一段不是一项政策：第一行是“{seen}”"),
    N_("第一行空两格写政策的代号和冒号，代号用小写英文字母、数字和下划线，例如“  meal_aid:”"),
)
NOTHING_CHANGED = FaultKind(
    "S124",
    N_("改后的规则和现行的一样"),
    N_("改了再提；只改说明文字的，也要有一处不同"),
)
RENAMED = FaultKind(
    "S125",
    N_("政策“{name}”的名称不能改，已经发过的款还用这个名称"),
    N_("保留原名称；确实是另一项政策，另加一项"),
)
OTHER_BOOK = FaultKind(
    "S126",
    N_("这是另一本规则（{seen}），不是学生资助的"),
    N_("第一行“rulebook:”的代号和对象不要改"),
)
NOT_TRIED = FaultKind(
    "S127",
    N_("这一改动现在是“{state}”，不能{act}"),
    N_("刷新页面看现在的情况；正在试算的等试算完"),
)
OVERTAKEN = FaultKind(
    "S128",
    N_("提出以后，另一项改动（第{number}号）已经批准施行"),
    N_("退回这一项，请提出人在现行规则上重新提、重新试算"),
)
NAME_TAKEN = FaultKind(
    "S129",
    N_("已经有一项政策叫“{name}”"),
    N_("换一个代号；要改那一项，从它的页面点“改这项政策”"),
)
ENDS_BY_MONEY = FaultKind(
    "S113",
    N_("不能写成“{outcome}”：补发和追回以钱到账为准"),
    N_("补发走批次，收到银行回盘自动了结；追回的款在这一页登记"),
)
STOPPED = FaultKind(
    "S114",
    N_("这一批里有 {count} 人已停发：{reason}"),
    N_("打开这一批，把停发的人撤下再办"),
)
NOTHING_RECALLED = FaultKind(
    "S115",
    N_("没有可以撤下的行：已送银行的撤不回来"),
    N_("已送银行的等回盘；多发的在对账里追回"),
)
NOT_RECOVERABLE = FaultKind(
    "S116",
    N_("最多可以追回 {most} 元，填的是 {amount} 元"),
    N_("按实际退回的金额填；已追回的不再计"),
)
NO_CANDIDATES = FaultKind(
    "S131",
    N_("{where}现在没有符合这项政策其余条件的学生"),
    N_("看政策页面的条件；名单没有入库的先入库"),
)
RANKED_ALREADY = FaultKind(
    "S132",
    N_("这里本学年已经有这项政策的排序"),
    N_("在“名额”里打开它接着办；还没有确认的可以作废重来"),
)
RANKED_ELSEWHERE = FaultKind(
    "S133",
    N_("这项政策不在这一级排序"),
    N_("按学校排的选学校，按县排的选县"),
)
NO_QUOTA = FaultKind(
    "S134",
    N_("{where}还没有定名额"),
    N_("在“规则”里给这个学校或县定本学年的名额，写明依据，再排序"),
)
RANKING_MOVED_ON = FaultKind(
    "S135",
    N_("这次排序现在是“{state}”，不能{act}"),
    N_("刷新页面看现在的情况；别人可能刚刚办过"),
)
NOTICE_STILL_UP = FaultKind(
    "S136", N_("公示到{last}为止，还没有期满"), N_("公示期满的第二天再确认")
)
OBJECTIONS_OPEN = FaultKind(
    "S137", N_("还有{count}条异议没有处理"), N_("先处理异议：成立的不再候选，不成立的写明核实情况")
)
OBJECTION_WITHOUT_WORDS = FaultKind(
    "S138", N_("没有写明异议或者核实的情况"), N_("写明情况，另一个人要能看懂")
)
NOT_IN_KIND = FaultKind(
    "S141",
    N_("这项政策不是实物，也不是减免"),
    N_("现金在“应助未助”里提批次；贷款在“助学贷款”里登记"),
)
NOBODY_LEFT = FaultKind(
    "S142",
    N_("{where}这学期没有应享受而没有登记过的学生"),
    N_("看政策页面的理由；名单变了先重算，再登记"),
)
DELIVERY_MOVED_ON = FaultKind(
    "S143",
    N_("这一笔已经是“{state}”"),
    N_("刷新页面看现在的情况；登记错了、已经结算的，请在账本里更正"),
)
NO_VERDICT_YET = FaultKind(
    "S144",
    N_("{term}还没有算过这个学生应享受什么"),
    N_("先在“测算”里算一遍"),
)
NO_LOAN = FaultKind("S145", N_("按规则不能贷：{why}"), N_("先办困难认定；资料有误的先改名单"))
LOAN_TOO_LARGE = FaultKind(
    "S146",
    N_("一年最多贷 {most} 元，填的是 {amount} 元"),
    N_("按合同上一个学年的金额填"),
)
LOAN_ALREADY = FaultKind(
    "S147",
    N_("这个学生本学年已经登记过贷款，或者合同号登记过"),
    N_("在“助学贷款”里查原来的一笔"),
)
NOTHING_LACKING = FaultKind(
    "S117",
    N_("没有可以补的差额：已在批次里、分次未发完、已停发或缺卡号"),
    N_("在途的等银行回盘，分次的等发完最后一次；缺卡号的先登记"),
)
