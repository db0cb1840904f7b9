"""What the rules propose, the awards that follow, batches that two people pass, payments and their answers.

One award is one student, one policy, one term. It is owed by the rules, never typed. A batch takes awards along:
one person proposes it, another approves it (then each award has its payment, once), and another than the
proposer releases it to the bank. What the bank sends back is paid again in a new batch; the payment stays one.
"""

from notoneless.bureau.aid.models.batches import (
    AnswerLine,
    Answers,
    Batch,
    Card,
    Item,
    Payment,
    mask_card,
)
from notoneless.bureau.aid.models.deliveries import Delivery, Given, Loan
from notoneless.bureau.aid.models.findings import Finding, PaidList, PaidRow, Recovery
from notoneless.bureau.aid.models.policies import Change, Effect, Ruling
from notoneless.bureau.aid.models.rankings import ChosenNotice, ChosenObjection, Ranked, Ranking
from notoneless.bureau.aid.models.terms import Award, Proposal, Reason, Sheet, SheetLine, Stop, Told

__all__ = [
    "AnswerLine",
    "Answers",
    "Award",
    "Batch",
    "Card",
    "Change",
    "ChosenNotice",
    "ChosenObjection",
    "Delivery",
    "Effect",
    "Finding",
    "Given",
    "Item",
    "Loan",
    "PaidList",
    "PaidRow",
    "Payment",
    "Proposal",
    "Ranked",
    "Ranking",
    "Reason",
    "Recovery",
    "Ruling",
    "Sheet",
    "SheetLine",
    "Stop",
    "Told",
    "mask_card",
]
