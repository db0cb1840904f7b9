"""Batches from proposal to release; each step is a compare-and-set, and never one person's alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import elsewhere, faults, instalments, lacking, rulebook
from notoneless.bureau.aid.models import (
    Award,
    Batch,
    Item,
    Payment,
    Stop,
)
from notoneless.bureau.aid.two_people import require_another
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.ledger import actions as ledger
from notoneless.bureau.ledger.models import Entry
from notoneless.bureau.people import bulk
from notoneless.bureau.rules import queries as rules
from notoneless.calendar import parse_term
from notoneless.faults import Refusal
from notoneless.i18n import gettext
from notoneless.kernel.words import yuan


@audit.action
def propose_batch(
    *,
    by: User | audit.Actor,
    county: Organisation,
    term: str,
    awards: Iterable[int],
    note: str = "",
) -> Batch:
    """Put awards that wait and have a card into a batch: of each the next instalment that is due.

    Not those of which a list says that they were paid elsewhere (`elsewhere`). `Refusal` when there is none
    among them.
    """
    require(by, "aid.batch", county)
    when, today = parse_term(term), timezone.localdate()
    assert when is not None
    rows: list[tuple[int, int | None, int, int, int]] = []
    fresh: list[int] = []
    for lot in bulk.chunks(dict.fromkeys(awards)):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT a.id, a.amount, a.instalments, a.state, c.id, (SELECT count(*) "
                "FROM aid_payment p WHERE p.award_id = a.id AND p.state <> 'recalled') "
                "FROM aid_award a JOIN aid_card c ON c.child_id = a.child_id AND c.ended_on IS NULL "
                "WHERE a.county_id = %s AND a.term = %s AND a.state IN ('proposed', 'approved') "
                "AND NOT EXISTS (SELECT 1 FROM aid_stop s WHERE s.award_id = a.id "
                "AND s.until IS NULL) AND NOT EXISTS (SELECT 1 FROM aid_item i "
                f"WHERE i.award_id = a.id AND i.stands AND i.payment_id IS NULL) "
                f"AND {elsewhere.NOT_PAID} AND a.id IN ({', '.join(map(str, lot))}) ORDER BY a.id",
                [county.pk, term],
            )
            for award, amount, number, state, card, made in cursor.fetchall():
                which = made + 1
                if which > number or instalments.due_on(when, number, which) > today:
                    continue
                part = instalments.part(amount, number, which)
                rows.append((award, None, part, card, which))
                fresh += [award] if state == "proposed" else []
    batch = _new_batch(by, county, term, rows, note)
    _take(fresh)
    return batch


def _take(awards: Sequence[int]) -> None:
    """Awards that waited are in a batch from now on; `Refusal` when somebody else took one meanwhile."""
    moved = 0
    for lot in bulk.chunks(awards):
        moved += Award.objects.filter(pk__in=lot, state="proposed").update(state="batched")
    if moved != len(awards):
        raise Refusal([faults.NOTHING_CHOSEN.at()])


@audit.action
def propose_difference(
    *, by: User | audit.Actor, county: Organisation, term: str, findings: Iterable[int]
) -> Batch:
    """Put what students were paid too little into a batch: of each the difference, once, on his card.

    The policy was raised after he was paid, or a list paid him less than is owed: `lacking` says how much.
    `Refusal` when nothing is left of any.
    """
    require(by, "aid.batch", county)
    rows: list[tuple[int, int | None, int, int, int]] = []
    fresh: list[int] = []
    for one in lacking.of_findings(county, term, findings):
        rows.append((one.award, None, one.fen, one.card, one.instalment))
        fresh += [one.award] if one.waits else []
    if not rows:
        raise Refusal([faults.NOTHING_LACKING.at()])
    batch = _new_batch(by, county, term, rows, gettext("补差"))
    _take(fresh)
    return batch


@audit.action
def propose_again(
    *, by: User | audit.Actor, county: Organisation, term: str, note: str = ""
) -> Batch:
    """Put what the bank sent back into a new batch, each on the card that is known now.

    A payment waits until its student has another card than the one that failed.
    """
    require(by, "aid.batch", county)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.award_id, p.id, p.amount, c.id, p.instalment FROM aid_payment p "
            "JOIN aid_award a ON a.id = p.award_id "
            "JOIN aid_card c ON c.child_id = a.child_id AND c.ended_on IS NULL "
            "WHERE a.county_id = %s AND a.term = %s AND p.state = 'returned' AND NOT EXISTS "
            "(SELECT 1 FROM aid_stop s WHERE s.award_id = a.id AND s.until IS NULL) "
            "AND NOT EXISTS (SELECT 1 FROM aid_item i WHERE i.payment_id = p.id "
            "AND (i.stands OR i.card_id = c.id))",
            [county.pk, term],
        )
        rows = cursor.fetchall()
    return _new_batch(by, county, term, rows, note, again=True)


def _new_batch(
    by: User | audit.Actor,
    county: Organisation,
    term: str,
    rows: Sequence[tuple[int, int | None, int, int, int]],
    note: str,
    *,
    again: bool = False,
) -> Batch:
    """A batch of ``(award, payment, fen, card, instalment)``."""
    if not rows:
        raise Refusal([faults.NOTHING_CHOSEN.at()])
    batch = Batch.objects.create(
        county=county,
        term=term,
        again=again,
        count=len(rows),
        fen=sum(row[2] for row in rows),
        note=note,
        proposed_by=by if isinstance(by, User) else None,
    )
    yes = bulk.stored(True)
    try:
        with transaction.atomic():
            bulk.insert(
                Item,
                (
                    "batch_id",
                    "position",
                    "award_id",
                    "instalment",
                    "payment_id",
                    "card_id",
                    "amount",
                    "stands",
                    "answer",
                    "answer_text",
                ),
                (
                    (batch.pk, position, award, which, payment, card, fen, yes, "open", "")
                    for position, (award, payment, fen, card, which) in enumerate(rows, 1)
                ),
            )
    except IntegrityError:  # in another batch already
        raise Refusal([faults.NOTHING_CHOSEN.at()]) from None
    audit.record(
        by, "aid.batch_proposed", batch, organisation=county, count=batch.count, fen=batch.fen
    )
    return batch


@audit.action
def approve(*, by: User | audit.Actor, batch: Batch) -> Batch:
    """Pass a batch: each award has its payment from now on, and its money is committed.

    By another than who proposed it, and within what the level may pass. `Refusal` when it is not waiting.
    """
    require(by, "aid.approve", batch.county)
    require_another(by, "aid.approve", batch.county, batch.proposed_by_id)
    _within_band(by, batch)
    _nobody_stopped(batch)
    _step(batch, "proposed", "approved", gettext("审批"), by)
    if not batch.again:
        rows = list(
            batch.items.filter(stands=True)
            .values_list("award", "amount", "instalment")
            .order_by("position")
        )
        bulk.insert(
            Payment,
            ("award_id", "instalment", "amount", "state"),
            ((award, instalment, fen, "due") for award, fen, instalment in rows),
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE aid_item SET payment_id = (SELECT min(p.id) FROM aid_payment p WHERE "
                "p.award_id = aid_item.award_id AND p.instalment = aid_item.instalment "
                "AND p.state <> 'recalled') WHERE batch_id = %s AND stands",
                [batch.pk],
            )
            cursor.execute(
                "UPDATE aid_award SET state = 'approved' WHERE id IN "
                "(SELECT award_id FROM aid_item WHERE batch_id = %s AND stands)",
                [batch.pk],
            )
        _book(by, batch, Entry.Cause.COMMIT)
    audit.record(
        by, "aid.batch_approved", batch, organisation=batch.county, count=batch.count, fen=batch.fen
    )
    return batch


def _nobody_stopped(batch: Batch) -> None:
    """Refuse while somebody in the batch is suspended, has left, or is not owed it any more."""
    stops = Stop.objects.filter(
        award__items__batch=batch, award__items__stands=True, until__isnull=True
    )
    if count := stops.values("award").distinct().count():
        first = stops.order_by("pk")[0]
        raise Refusal([faults.STOPPED.at(count=count, reason=first.reason[:80])])


def _within_band(by: User | audit.Actor, batch: Batch) -> None:
    """Beyond the county's band only who may approve in the city does."""
    limit = rules.value("aid.county_approves_up_to", batch.county, timezone.localdate())
    assert isinstance(limit, int)
    if batch.fen > limit * 100:
        city = batch.county.parent
        try:
            require(by, "aid.approve", city)
        except Exception:
            raise Refusal(
                [faults.ABOVE_BAND.at(amount=yuan(batch.fen), limit=f"{limit:,}")]
            ) from None


@audit.action
def send_back(*, by: User | audit.Actor, batch: Batch, reason: str) -> Batch:
    """Give a batch back: its awards wait again. Also by who proposed it, taking it back."""
    require(by, "aid.batch" if _is_makers(by, batch) else "aid.approve", batch.county)
    _step(batch, "proposed", "sent_back", gettext("退回"), by, note=reason)
    batch.items.update(stands=False)
    if not batch.again:
        Award.objects.filter(items__batch=batch, state="batched").update(state="proposed")
    audit.record(by, "aid.batch_sent_back", batch, organisation=batch.county)
    return batch


def _is_makers(by: User | audit.Actor, batch: Batch) -> bool:
    return by.pk == batch.proposed_by_id


@audit.action
def release(*, by: User | audit.Actor, batch: Batch) -> Batch:
    """Send an approved batch to the bank: from now on its money is paid until the bank says otherwise."""
    require(by, "aid.release", batch.county)
    require_another(by, "aid.release", batch.county, batch.proposed_by_id)
    _nobody_stopped(batch)
    _step(batch, "approved", "released", gettext("发放"), by)
    sent = Item.objects.filter(batch=batch, stands=True).values("payment")
    Payment.objects.filter(pk__in=sent).update(state="sent", paid_on=timezone.localdate())
    _book(by, batch, Entry.Cause.AGAIN if batch.again else Entry.Cause.RELEASE)
    audit.record(
        by, "aid.batch_released", batch, organisation=batch.county, count=batch.count, fen=batch.fen
    )
    return batch


@audit.action
def recall(*, by: User | audit.Actor, batch: Batch, awards: Iterable[int], reason: str) -> int:
    """Take awards out of a batch that has not gone to the bank; how many. Their money is free again.

    They wait anew, as far as the rules still owe them. `Refusal` when there is none among them, or the batch
    has gone.
    """
    require(by, "aid.batch" if _is_makers(by, batch) else "aid.approve", batch.county)
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    wanted = set(awards)
    if locked.state not in ("proposed", "approved"):
        raise Refusal([faults.NOTHING_RECALLED.at()])
    rows = [
        row
        for row in locked.items.filter(stands=True).values_list(
            "pk", "award", "award__policy", "amount", "payment"
        )
        if row[1] in wanted
    ]
    if not rows:
        raise Refusal([faults.NOTHING_RECALLED.at()])
    committed = locked.state == "approved" and not locked.again
    for lot in bulk.chunks(row[0] for row in rows):
        Item.objects.filter(pk__in=lot).update(stands=False, answer="recalled")
    if committed:
        for lot in bulk.chunks(row[4] or 0 for row in rows):
            Payment.objects.filter(pk__in=lot, state="due").update(state="recalled")
        _move(by, locked, Entry.Cause.RECALL, rows, f"aid.batch:{locked.pk}:{rows[0][0]}")
    if not locked.again:
        for lot in bulk.chunks(row[1] for row in rows):
            paid = Payment.objects.exclude(state="recalled").values("award")
            waiting = Award.objects.filter(pk__in=lot, state__in=("batched", "approved"))
            waiting.exclude(pk__in=paid).update(state="proposed")
    left = locked.items.filter(stands=True).aggregate(
        count=Count("pk"), fen=Sum("amount", default=0)
    )
    Batch.objects.filter(pk=locked.pk).update(**left)
    if not left["count"]:
        Batch.objects.filter(pk=locked.pk).update(state="sent_back", note=reason[:200])
    batch.refresh_from_db()
    audit.record(by, "aid.recalled", batch, organisation=batch.county, count=len(rows))
    return len(rows)


_STAMPS = {"approved": "approved", "released": "released"}


def _step(
    batch: Batch, before: str, after: str, act: str, by: User | audit.Actor, **more: object
) -> None:
    """Compare and set: from one state to the next, for one of those who try."""
    if after in _STAMPS:
        more |= {f"{after}_by": by, f"{after}_at": timezone.now()}
    moved = Batch.objects.filter(pk=batch.pk, state=before).update(state=after, **more)
    batch.refresh_from_db()
    if not moved:
        raise Refusal([faults.MOVED_ON.at(state=batch.get_state_display(), act=act)])


def _book(by: User | audit.Actor, batch: Batch, cause: str) -> None:
    rows = (
        batch.items.filter(stands=True)
        .order_by("position")
        .values_list("award", "award__policy", "amount", "payment")
    )
    _move(by, batch, cause, [(0, *row) for row in rows], f"aid.batch:{batch.pk}")


def _move(
    by: User | audit.Actor,
    batch: Batch,
    cause: str,
    rows: Sequence[tuple[int, int, str, int, int | None]],
    origin: str,
) -> None:
    """Book a move of rows ``(item, award, policy, fen, payment)``."""
    term = parse_term(batch.term)
    assert term is not None
    ledger.move(
        by=by,
        cause=cause,
        programme=rulebook.PROGRAMME,
        county=batch.county,
        term=term,
        sums=[ledger.Sum(*row[1:]) for row in rows],
        origin=origin,
    )
