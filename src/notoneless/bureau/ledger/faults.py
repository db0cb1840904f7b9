"""What can be wrong with the book (G1xx)."""

from notoneless.faults import FaultKind
from notoneless.i18n import N_

NOT_BALANCED = FaultKind(
    "G101",
    N_("这笔分录的借贷不平，差 {fen} 分"),
    N_("没有记账。这是程序的错，请把编号告诉系统管理员"),
)
TERM_CLOSED = FaultKind(
    "G102",
    N_("{county}{term}的账已经关了"),
    N_("记到下一学期，写明更正的是哪一笔；关了的账不重开"),
)
NO_SHARES = FaultKind(
    "G103",
    N_("政策 {policy} 在 {day} 没有资金分担比例"),
    N_("在 ledger/shares.toml 里补上这项政策的比例、起始日、来源和核实状态"),
)
NOT_IN_ACCOUNT = FaultKind(
    "G104",
    N_("要记的 {amount} 元，账上只有 {there} 元"),
    N_("先看这笔奖补的经过：可能已经付过、退过或撤销过"),
)
NOTHING_TO_CLOSE = FaultKind(
    "G105",
    N_("{county}{term}还有 {count} 笔没有了结（已批未付或银行退回），共 {amount} 元"),
    N_("先发完、重发或撤销，再关账"),
)
NOT_A_SUM = FaultKind(
    "G106",
    N_("金额要大于 0"),
    N_("填元和分，例如 100000.00"),
)
