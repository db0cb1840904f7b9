"""The only writes on cases. `open_cases` and `gap_gone` are what other apps call::

    from notoneless.bureau.cases import actions as cases
    from notoneless.bureau.cases.openings import Gone, Opening

    cases.open_cases(by=SYSTEM, openings=[Opening(subject=child.pk, kind="absent",
                     guarantee="in_class", source="rollcall", on=day, reason="第3个校日")])
    cases.gap_gone(by=SYSTEM, gone=[Gone(subject=child.pk, guarantee="in_class",
                   source="rollcall", on=day)])

Both may be called again with the same and change nothing. Where money or a paper answers a gap for good,
`settle` notes that it is gone and closes the case.
"""

from __future__ import annotations

from notoneless.bureau.cases.actions.excuses import (
    answer_public_word,
    apply_for_excuse,
    decide_excuse,
    write_public_word,
)
from notoneless.bureau.cases.actions.following import climb, follow_merges, hand_over
from notoneless.bureau.cases.actions.moving import move
from notoneless.bureau.cases.actions.opening import gap_gone, open_cases
from notoneless.bureau.cases.actions.papers import (
    answer_task,
    ask_department,
    draft_document,
    issue_document,
    serve_document,
    withdraw_document,
)
from notoneless.bureau.cases.actions.platform import answer_platform, give_platform_list
from notoneless.bureau.cases.actions.settling import settle
from notoneless.bureau.cases.actions.writing import (
    decide,
    set_platform_number,
    write_contact,
    write_note,
)
from notoneless.i18n import N_

__all__ = [
    "answer_platform",
    "answer_public_word",
    "answer_task",
    "apply_for_excuse",
    "ask_department",
    "climb",
    "decide",
    "decide_excuse",
    "draft_document",
    "follow_merges",
    "gap_gone",
    "give_platform_list",
    "hand_over",
    "issue_document",
    "move",
    "open_cases",
    "serve_document",
    "set_platform_number",
    "settle",
    "withdraw_document",
    "write_contact",
    "write_note",
    "write_public_word",
]

VERBS = {
    "cases.opened": N_("立案"),
    "cases.gap_gone": N_("缺口不再出现"),
    "cases.settled": N_("个案办结"),
    "case.moved": N_("个案办到下一步"),
    "case.contact": N_("记联系或家访"),
    "case.noted": N_("记个案情况"),
    "case.decided": N_("判定同一天的两条记录"),
    "case.platform_number": N_("填国家平台编号"),
    "case.task_asked": N_("给部门派任务"),
    "case.task_answered": N_("记部门回复"),
    "document.drafted": N_("起草文书"),
    "document.issued": N_("签发文书"),
    "document.served": N_("送达文书"),
    "document.withdrawn": N_("作废文书"),
    "case.read": N_("查看个案"),
    "case.attached_read": N_("查看照片或扫描件"),
    "document.read": N_("查看文书"),
    "cases.climbed": N_("逾期个案上升一级"),
    "cases.handed_over": N_("个案换责任人"),
    "case.joined": N_("两个个案并为一个"),
    "case.parted": N_("并案分开"),
    "excuse.applied": N_("申请依法除外"),
    "excuse.decided": N_("审批依法除外"),
    "platform.answered": N_("答复国家平台下发的名单"),
    "platform.list_given": N_("导出报国家平台的名单"),
    "public_word.written": N_("记群众反映"),
    "public_word.answered": N_("答复群众反映"),
}
"""What the verbs of the log mean, in words."""
