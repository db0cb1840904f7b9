"""The bank's file and its answers; what is not paid again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils import timezone

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import answering, faults, rulebook
from notoneless.bureau.aid.actions.findings import end_paid
from notoneless.bureau.aid.models import (
    AnswerLine,
    Answers,
    Batch,
    Item,
    Payment,
)
from notoneless.bureau.aid.two_people import require_another
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.ledger import actions as ledger
from notoneless.bureau.ledger.models import Entry
from notoneless.bureau.people import bulk
from notoneless.calendar import parse_term
from notoneless.faults import Refusal
from notoneless.i18n import gettext


@audit.action
def exported(*, by: User, batch: Batch) -> None:
    """Say that somebody took the file for the bank."""
    audit.record(by, "aid.batch_exported", batch, organisation=batch.county, count=batch.count)


@audit.action
def take_answers(*, by: User | audit.Actor, batch: Batch, file: bytes, name: str) -> Answers:
    """Take a file of the bank's answers in: every line has an outcome, none is dropped.

    `Refusal` when it is no such file, was taken in already, or the batch is not at the bank.
    """
    require(by, "aid.batch", batch.county)
    lines = answering.read(file, name)
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    if locked.state not in ("released", "answered"):
        raise Refusal([faults.MOVED_ON.at(state=locked.get_state_display(), act=gettext("收回盘"))])
    digest = answering.digest(file)
    before = Answers.objects.filter(batch=batch, digest=digest).first()
    if before:
        raise Refusal([faults.TAKEN_IN.at(at=f"{timezone.localtime(before.at):%Y-%m-%d %H:%M}")])
    taken = Answers.objects.create(
        batch=batch, digest=digest, by=by if isinstance(by, User) else None
    )
    outcomes = answering.judge(batch, lines)
    bulk.insert(
        AnswerLine,
        ("file_id", "row", "item_id", "outcome", "text"),
        ((taken.pk, one.row, one.item, one.outcome, one.text) for one in outcomes),
    )
    _apply(by, batch, taken, outcomes)
    end_paid(batch)
    counts: dict[str, int] = defaultdict(int)
    for one in outcomes:
        counts[one.outcome] += 1
    audit.record(by, "aid.answers_taken", taken, organisation=batch.county, counts=dict(counts))
    return taken


def _apply(
    by: User | audit.Actor, batch: Batch, taken: Answers, outcomes: Sequence[answering.Judged]
) -> None:
    today = timezone.localdate()
    confirmed = [one.item for one in outcomes if one.outcome == "confirmed" and one.item]
    bounced = [one for one in outcomes if one.outcome in ("bounced", "late") and one.item]
    for lot in bulk.chunks(confirmed):
        Item.objects.filter(pk__in=lot).update(answer="confirmed", answered_on=today)
        Payment.objects.filter(items__in=lot).update(state="confirmed")
    texts: dict[str, list[int]] = defaultdict(list)
    for one in bounced:
        texts[one.text].append(one.item or 0)
    for text, keys in texts.items():
        for lot in bulk.chunks(keys):
            Item.objects.filter(pk__in=lot).update(
                answer="bounced", answer_text=text, answered_on=today, stands=False
            )
            Payment.objects.filter(items__in=lot).update(state="returned")
    if bounced:
        term = parse_term(batch.term)
        assert term is not None
        rows: list[tuple[int, str, int, int | None]] = []
        for lot in bulk.chunks(one.item or 0 for one in bounced):
            rows += Item.objects.filter(pk__in=lot).values_list(
                "award", "award__policy", "amount", "payment"
            )
        ledger.move(
            by=by,
            cause=Entry.Cause.BOUNCE,
            programme=rulebook.PROGRAMME,
            county=batch.county,
            term=term,
            sums=[ledger.Sum(*row) for row in rows],
            origin=f"aid.answers:{taken.pk}",
        )
    if not batch.items.filter(answer="open").exists():
        Batch.objects.filter(pk=batch.pk, state="released").update(state="answered")


@audit.action
def drop(*, by: User | audit.Actor, payment: Payment, reason: str) -> Payment:
    """Give up on a payment that the bank sent back: the student is not owed it any more.

    Who proposed the batch does not decide this either.
    """
    award = payment.award
    require(by, "aid.approve", award.county)
    last = payment.items.order_by("-pk").select_related("batch").first()
    require_another(by, "aid.approve", award.county, last.batch.proposed_by_id if last else None)
    if not Payment.objects.filter(pk=payment.pk, state="returned").update(state="dropped"):
        raise Refusal([faults.MOVED_ON.at(state=payment.get_state_display(), act=gettext("停发"))])
    term = parse_term(award.term)
    assert term is not None
    ledger.move(
        by=by,
        cause=Entry.Cause.DROP,
        programme=rulebook.PROGRAMME,
        county=award.county,
        term=term,
        sums=[ledger.Sum(award.pk, award.policy, payment.amount, payment.pk)],
        origin=f"aid.payment:{payment.pk}",
        text=reason,
    )
    audit.record(by, "aid.dropped", payment, organisation=award.county)
    payment.refresh_from_db()
    return payment
