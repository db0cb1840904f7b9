"""What can be wrong in an act on a case (B600 to B699)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NO_SUCH_WAY = FaultKind(
    "B601",
    N_("“{state}”的个案不能“{way}”"),
    N_("刷新个案看现在的状态；能走的步骤都在页头上"),
)
MOVED_MEANWHILE = FaultKind(
    "B602",
    N_("刚才有人办过这个个案，状态已经变了"),
    N_("刷新个案，看过新的经过再决定"),
)
EVIDENCE_MISSING = FaultKind(
    "B603",
    N_("还缺依据：{missing}"),
    N_("补齐再办；缺的每一项都可以在个案页上加"),
)
ACTIVE_ALREADY = FaultKind(
    "B604",
    N_("这名儿童的这一类缺口已有在办的个案{number}"),
    N_("到那个个案上办，不要另立"),
)
PLACELESS = FaultKind(
    "B605",
    N_("不知道归哪个县，立不了案"),
    N_("先在儿童档案里更正住处或学校，再立案"),
)
UNKNOWN_CODE = FaultKind(
    "B606",
    N_("没有“{seen}”这个代码"),
    N_("从列表里选一项"),
)
JOINED = FaultKind(
    "B607",
    N_("这个个案已并入{number}"),
    N_("到那个个案上办；两边的经过都在那里"),
)
FILE_TOO_LARGE = FaultKind(
    "B608",
    N_("照片或扫描件超过{most} MB"),
    N_("用手机重拍一张普通清晰度的，或者分成几个文件"),
)
NO_PHOTO = FaultKind(
    "B609",
    N_("这不是照片或扫描件"),
    N_("交 .jpg、.png、.pdf 或 .docx 文件"),
)
KEY_TAKEN = FaultKind(
    "B610",
    N_("这条记录的编号已经用在别处"),
    N_("在手机上重新写一条再发送"),
)
NOT_BY_THE_SAME = FaultKind(
    "B611",
    N_("申请的人不能自己批准"),
    N_("请另一位有权限的人批准"),
)
APPLIED_ALREADY = FaultKind(
    "B612",
    N_("这名儿童已有一份待批的申请"),
    N_("先批准或退回那一份"),
)
DECIDED_ALREADY = FaultKind(
    "B613",
    N_("已经有人办过这一项"),
    N_("刷新页面看结果"),
)
IN_THE_FUTURE = FaultKind(
    "B614",
    N_("日期{seen}还没有到"),
    N_("写实际发生的时间；约定的日期写在下一步"),
)
NUMBER_TAKEN = FaultKind(
    "B615",
    N_("文号“{seen}”已经用过"),
    N_("查本单位的发文登记，换一个文号"),
)
NOT_THE_ISSUER = FaultKind(
    "B616",
    N_("《{document}》由{level}签发"),
    N_("选那一级的单位；系统只起草，不替任何机关作决定"),
)
WRONG_DAY = FaultKind(
    "B617",
    N_("日期{seen}不对：要在{since}和今天之间"),
    N_("写这一步实际办成的那一天"),
)
PLATFORM_NUMBER_TAKEN = FaultKind(
    "B618",
    N_("另一个在办的个案已经用了这个国家平台编号"),
    N_("核对平台上的编号，一个编号只对一个个案"),
)
NO_SUCH_FIELD = FaultKind(
    "B619",
    N_("文书模板 {document} 里的“{seen}”没有这一项"),
    N_("照模板说明里的栏目名改；栏目名写在两层花括号里"),
)
