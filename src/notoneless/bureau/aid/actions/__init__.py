"""The only writes: a term's proposal, cards, batches from proposal to the bank's last answer.

Each step of a batch is one compare-and-set on its state, so of eight people who press the same button one
does it and seven are told. Its payments are unique besides.
"""

from __future__ import annotations

from notoneless.bureau.aid.actions.answers import drop, exported, take_answers
from notoneless.bureau.aid.actions.batches import (
    approve,
    propose_again,
    propose_batch,
    propose_difference,
    recall,
    release,
    send_back,
)
from notoneless.bureau.aid.actions.bundles import say_taken, take_bundle
from notoneless.bureau.aid.actions.cards import keep_cards
from notoneless.bureau.aid.actions.changes import (
    approve_change,
    keep_trial,
    propose_change,
    refuse_change,
    try_change,
    withdraw_change,
)
from notoneless.bureau.aid.actions.deliveries import (
    cancel_delivery,
    deliver,
    record_loan,
    settle_delivery,
)
from notoneless.bureau.aid.actions.findings import (
    BY_HAND,
    end_finding,
    take_paid_list,
    write_findings,
)
from notoneless.bureau.aid.actions.rankings import (
    PUBLISH,
    confirm_ranking,
    drop_ranking,
    give_scores,
    list_candidates,
    object_to_chosen,
    publish_ranking,
    put_in_order,
    settle_chosen,
    take_notices_down,
)
from notoneless.bureau.aid.actions.recoveries import recover
from notoneless.bureau.aid.actions.terms import propose_term, write_proposal
from notoneless.i18n import N_

__all__ = [
    "BY_HAND",
    "PUBLISH",
    "approve",
    "approve_change",
    "cancel_delivery",
    "confirm_ranking",
    "deliver",
    "drop",
    "drop_ranking",
    "end_finding",
    "exported",
    "give_scores",
    "keep_cards",
    "keep_trial",
    "list_candidates",
    "object_to_chosen",
    "propose_again",
    "propose_batch",
    "propose_change",
    "propose_difference",
    "propose_term",
    "publish_ranking",
    "put_in_order",
    "recall",
    "record_loan",
    "recover",
    "refuse_change",
    "release",
    "say_taken",
    "send_back",
    "settle_chosen",
    "settle_delivery",
    "take_answers",
    "take_bundle",
    "take_notices_down",
    "take_paid_list",
    "try_change",
    "withdraw_change",
    "write_findings",
    "write_proposal",
]

VERBS = {
    "aid.proposed": N_("算出本学期应发"),
    "aid.cards_kept": N_("登记银行卡"),
    "aid.batch_proposed": N_("提出发放批次"),
    "aid.batch_approved": N_("审批发放批次"),
    "aid.batch_sent_back": N_("退回发放批次"),
    "aid.batch_released": N_("发放批次"),
    "aid.batch_exported": N_("取银行文件"),
    "aid.answers_taken": N_("收银行回盘"),
    "aid.dropped": N_("退回的不再发"),
    "aid.checked": N_("应发与已发对账"),
    "aid.paid_list_taken": N_("收发放名册"),
    "aid.recalled": N_("从批次里撤下"),
    "aid.recovered": N_("登记追回的款"),
    "aid.bundle_taken": N_("取审计包"),
    "aid.finding_ended": N_("了结对账结果"),
    "aid.delivered": N_("登记发放实物或减免"),
    "aid.delivery_cancelled": N_("撤销登记的实物或减免"),
    "aid.delivery_settled": N_("结算实物或减免"),
    "aid.loan_recorded": N_("登记助学贷款"),
    "aid.candidates_listed": N_("列出名额政策的候选学生"),
    "aid.scored": N_("填候选学生的分"),
    "aid.ranked": N_("给候选学生排序"),
    "aid.ranking_published": N_("公示入选学生"),
    "aid.objection_recorded": N_("登记公示异议"),
    "aid.objection_settled": N_("处理公示异议"),
    "aid.notice_removed": N_("撤下公示"),
    "aid.ranking_confirmed": N_("确认名额排序"),
    "aid.ranking_dropped": N_("作废名额排序"),
    "aid.change_proposed": N_("提出改政策"),
    "aid.change_tried": N_("试算政策改动"),
    "aid.change_approved": N_("批准政策改动"),
    "aid.change_refused": N_("不批准政策改动"),
    "aid.change_withdrawn": N_("收回政策改动"),
}
"""What the verbs of the log mean, in words."""
