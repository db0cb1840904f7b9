"""What can be wrong with a recognition or a public notice (H101 to H199)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NOT_NOW = FaultKind(
    "H101", N_("申请的状态是“{state}”，不能这样办"), N_("刷新页面，看现在到了哪一步")
)
SAME_PERSON = FaultKind(
    "H102",
    N_("这一步要由另一个人办：不能是{who}"),
    N_("请学校里有这项权限的另一位同事办理"),
)
APPLIED_ALREADY = FaultKind(
    "H103", N_("这个孩子本学年已经有一份申请"), N_("打开原来的申请接着办，不用再交一份")
)
NO_ROUND = FaultKind(
    "H104", N_("{school}本学年还没有开始认定"), N_("请学校资助专干先发认定通知，再收申请")
)
NO_COMMITMENT = FaultKind(
    "H105", N_("监护人还没有作承诺"), N_("请监护人读过承诺书，同意以后再勾选")
)
ON_A_LIST = FaultKind(
    "H106", N_("这个孩子在“{lists}”名单上"), N_("按名单认定，不用申请，也不用证明")
)
LEVEL_NOT_USED = FaultKind("H107", N_("这里不用“{level}”这一档"), N_("从列出的档次里选一档"))
NO_REASON = FaultKind("H108", N_("没有写理由"), N_("写明理由，另一个人要能看懂"))
NOBODY_TO_PUBLISH = FaultKind(
    "H109", N_("没有可以公示的人"), N_("先评议，再公示；自己评议的由另一个人公示")
)
NOT_OVER = FaultKind("H110", N_("公示到{last}为止，还没有期满"), N_("公示期满的第二天再认定"))
STILL_OPEN = FaultKind(
    "H111", N_("还有{count}份申请没有办完"), N_("评议、公示、认定都办完，再结束本学年认定")
)
NOT_AT_SCHOOL = FaultKind(
    "H112", N_("学籍名册里没有这个孩子的学校"), N_("等学校把名册交来入库，再收申请")
)
BEGUN_ALREADY = FaultKind("H113", N_("{school}本学年的认定已经开始"), N_("在列表里打开它接着办"))
CHANGE_WAITS = FaultKind("H114", N_("已经有一个调整在等确认"), N_("先确认或不同意那一个"))
