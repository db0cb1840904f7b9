"""What each operation does, in the words of the page and of the reference."""

from notoneless.i18n import N_

WORDS = {
    "hand_in": N_(
        "交一份名单文件，在后台读；问到 read 为止。不写 organisation，就是令牌自己的机构。"
    ),
    "list_state": N_("一份名单：到哪一步，读成什么，有什么问题，入库会改变什么。"),
    "commit": N_("名单入库，在后台做；问到 committed 为止。"),
    "discard": N_("不要这份名单，什么也不留。"),
    "undo": N_("撤回已入库的名单：它说过的不再算，它结束的重新算。"),
    "verdicts": N_(
        "一项保障下的孩子和结论，按编号一页一页取。"
        "verdict 写 kept、excused、gap、unknown 或 unsure；不写就是所有适用的孩子。"
    ),
    "child": N_("一个孩子和每项保障的结论、依据；查看会记入日志。没有身份证号。"),
    "board": N_("一个地方和它下一级各处，每项保障各有多少孩子。"),
    "all_figures": N_("今天的每个数字，只数令牌的角色管得到的。"),
}
"""By the operation's name."""
