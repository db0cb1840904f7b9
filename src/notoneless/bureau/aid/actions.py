"""The only writes: a term's proposal, cards, batches from proposal to the bank's last answer.

Each step of a batch is one compare-and-set on its state, so of eight people who press the same button one
does it and seven are told. Its payments are unique besides.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

import pyarrow as pa
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from notoneless import vault
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import answering, faults, holding, paidlists, proposing, rulebook
from notoneless.bureau.aid.models import (
    AnswerLine,
    Answers,
    Award,
    Batch,
    Card,
    Finding,
    Item,
    PaidList,
    PaidRow,
    Payment,
    Proposal,
    Reason,
    Ruling,
)
from notoneless.bureau.aid.two_people import require_another
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.ledger import actions as ledger
from notoneless.bureau.ledger.models import Entry
from notoneless.bureau.people import bulk
from notoneless.bureau.rules import queries as rules
from notoneless.calendar import parse_term
from notoneless.faults import Fault, Refusal
from notoneless.i18n import N_, gettext
from notoneless.kernel.words import yuan

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
    "aid.finding_ended": N_("了结对账结果"),
}
"""What the verbs of the log mean, in words."""

PROGRAMME = "aid"


# --- a term's proposal ---------------------------------------------------------------------------


@audit.long_action
def propose_term(*, by: User | audit.Actor, on: dt.date | None = None) -> Proposal:
    """Work out what every student is owed in the term of a day (today), and keep what changed.

    Awards that nobody has passed yet follow the rules; those in a batch or paid stay as they were decided.
    What was paid is held against what is owed at the same time (`Finding`).
    `Refusal` for a day before that of the last proposal of the term.
    """
    require(by, "aid.propose")
    day = on or timezone.localdate()
    proposed = proposing.propose(day)
    try:
        written = write_proposal(by=by, proposed=proposed)
        write_findings(by=by, proposed=proposed)
        return written
    finally:
        proposed.db.close()


@audit.action
def write_proposal(*, by: User | audit.Actor, proposed: proposing.Proposed) -> Proposal:
    """Keep a proposal: its reasons counted, new awards, changed ones, those no longer owed."""
    require(by, "aid.propose")
    term, sweep = str(proposed.term), proposed.sweep
    last = Proposal.objects.filter(term=term).first()
    if last and last.as_of > sweep.as_of:
        raise Refusal([faults.RUNNING_BACKWARDS.at(last=last.as_of, day=sweep.as_of)])
    Ruling.objects.get_or_create(hash=sweep.books[0][1], defaults={"text": rulebook.text()})
    new = Proposal.objects.create(
        term=term,
        as_of=sweep.as_of,
        rules=sweep.books[0][1],
        children=proposed.children,
        by=by if isinstance(by, User) else None,
    )
    bulk.insert(
        Reason,
        ("proposal_id", "county_id", "policy", "verdict", "text", "children", "fen"),
        (
            (new.pk, *row)
            for row in proposed.rows(
                "SELECT county, policy, verdict, text, children, fen FROM counted ORDER BY ALL"
            )
        ),
    )
    _compare(proposed, term)
    made = proposed.rows(
        "SELECT child, policy, county, school, owed, why FROM owed o WHERE NOT EXISTS "
        "(SELECT 1 FROM standing s WHERE s.child = o.child AND s.policy = o.policy) ORDER BY ALL"
    )
    households = {one.id for one in sweep.policies if one.kind == "cash_household"}
    bulk.insert(
        Award,
        (
            "child_id",
            "policy",
            "term",
            "county_id",
            "school_id",
            "household",
            "amount",
            "state",
            "why",
            "proposal_id",
        ),
        (
            (
                child,
                policy,
                term,
                county,
                school,
                bulk.stored(policy in households),
                owed,
                "proposed",
                why[:300],
                new.pk,
            )
            for child, policy, county, school, owed, why in made
        ),
    )
    changed = proposed.rows(
        "SELECT o.owed, o.why, o.school, o.county, s.award FROM owed o JOIN standing s "
        "USING (child, policy) WHERE s.state IN ('proposed', 'withdrawn') AND "
        "(s.state, s.amount, s.school, s.county) IS DISTINCT FROM ('proposed', o.owed, o.school, o.county)"
    )
    gone = proposed.rows(
        "SELECT s.award FROM standing s WHERE s.state = 'proposed' AND NOT EXISTS "
        "(SELECT 1 FROM owed o WHERE o.child = s.child AND o.policy = s.policy)"
    )
    with connection.cursor() as cursor:
        if changed:
            cursor.executemany(
                "UPDATE aid_award SET amount = %s, why = %s, school_id = %s, county_id = %s, "
                f"state = 'proposed', proposal_id = {new.pk} "
                "WHERE id = %s AND state IN ('proposed', 'withdrawn')",
                [
                    (owed, why[:300], school, county, key)
                    for owed, why, school, county, key in changed
                ],
            )
    for lot in bulk.chunks(key for (key,) in gone):
        Award.objects.filter(pk__in=lot, state="proposed").update(state="withdrawn", proposal=new)
    new.new, new.changed, new.gone = len(made), len(changed), len(gone)
    new.save(update_fields=("new", "changed", "gone"))
    audit.record(
        by, "aid.proposed", new, term=term, new=len(made), changed=len(changed), gone=len(gone)
    )
    return new


def _compare(proposed: proposing.Proposed, term: str) -> None:
    """``standing``: the term's awards as they are, in the proposal's own tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, child_id, policy, state, amount, school_id, county_id FROM aid_award "
            "WHERE term = %s",
            [term],
        )
        rows = cursor.fetchall()
    names = ("award", "child", "policy", "state", "amount", "school", "county")
    kinds = (pa.int64(), pa.int64(), pa.string(), pa.string(), pa.int64(), pa.int64(), pa.int64())
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    table = pa.table(
        {
            name: pa.array(values, kind)
            for name, values, kind in zip(names, columns, kinds, strict=True)
        }
    )
    proposed.db.register("standing_rows", table)
    proposed.db.execute("CREATE OR REPLACE TABLE standing AS SELECT * FROM standing_rows")
    proposed.db.unregister("standing_rows")


# --- cards ------------------------------------------------------------------------------------------


@audit.action
def keep_cards(
    *, by: User | audit.Actor, county: Organisation, cards: Sequence[tuple[int, str, str, str]]
) -> int:
    """Note to which card a student's aid goes: ``(child, number, bank, holder)``; how many are new.

    A student's other card ends today. `Refusal` for a number that is none.
    """
    require(by, "aid.cards", county)
    for _, number, _, _ in cards:
        if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19):
            raise Refusal([faults.NOT_A_CARD.at()])
    today = timezone.localdate()
    index = {child: vault.blind("card", number) for child, number, _, _ in cards}
    same: set[int] = set()
    other: list[int] = []
    for lot in bulk.chunks(index):
        rows = Card.objects.filter(child__in=lot, ended_on__isnull=True)
        for key, child, known in rows.values_list("pk", "child", "number_index"):
            if known == index[child]:
                same.add(child)
            else:
                other.append(key)
    for lot in bulk.chunks(other):
        Card.objects.filter(pk__in=lot).update(ended_on=today)
    made = [
        Card(
            child_id=child,
            number=number,
            bank=bank,
            holder=holder,
            valid_from=today,
            by=by if isinstance(by, User) else None,
        )
        for child, number, bank, holder in cards
        if child not in same
    ]
    Card.objects.bulk_create(made, batch_size=500)
    audit.record(by, "aid.cards_kept", organisation=county, cards=len(made), ended=len(other))
    return len(made)


# --- batches ----------------------------------------------------------------------------------------


@audit.action
def propose_batch(
    *,
    by: User | audit.Actor,
    county: Organisation,
    term: str,
    awards: Iterable[int],
    note: str = "",
) -> Batch:
    """Put awards that wait and have a card into a batch. `Refusal` when there is none among them."""
    require(by, "aid.batch", county)
    rows = []
    for lot in bulk.chunks(dict.fromkeys(awards)):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT a.id, a.amount, c.id, a.school_id FROM aid_award a "
                "JOIN aid_card c ON c.child_id = a.child_id AND c.ended_on IS NULL "
                "WHERE a.county_id = %s AND a.term = %s AND a.state = 'proposed' "
                f"AND a.id IN ({', '.join(map(str, lot))})",
                [county.pk, term],
            )
            rows += cursor.fetchall()
    batch = _new_batch(by, county, term, [(row[0], None, row[1], row[2]) for row in rows], note)
    moved = 0
    for lot in bulk.chunks(row[0] for row in rows):
        moved += Award.objects.filter(pk__in=lot, state="proposed").update(state="batched")
    if moved != len(rows):  # somebody else took one of them meanwhile
        raise Refusal([faults.NOTHING_CHOSEN.at()])
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
            "SELECT p.award_id, p.id, p.amount, c.id FROM aid_payment p "
            "JOIN aid_award a ON a.id = p.award_id "
            "JOIN aid_card c ON c.child_id = a.child_id AND c.ended_on IS NULL "
            "WHERE a.county_id = %s AND a.term = %s AND p.state = 'returned' "
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
    rows: Sequence[tuple[int, int | None, int, int]],
    note: str,
    *,
    again: bool = False,
) -> Batch:
    """A batch of ``(award, payment, fen, card)``."""
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
                    (batch.pk, position, award, 1, payment, card, fen, yes, "open", "")
                    for position, (award, payment, fen, card) in enumerate(rows, 1)
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
    _step(batch, "proposed", "approved", gettext("审批"), by)
    if not batch.again:
        rows = list(batch.items.values_list("award", "amount", "instalment").order_by("position"))
        bulk.insert(
            Payment,
            ("award_id", "instalment", "amount", "state"),
            ((award, instalment, fen, "due") for award, fen, instalment in rows),
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE aid_item SET payment_id = (SELECT min(p.id) FROM aid_payment p WHERE "
                "p.award_id = aid_item.award_id AND p.instalment = aid_item.instalment) "
                "WHERE batch_id = %s",
                [batch.pk],
            )
            cursor.execute(
                "UPDATE aid_award SET state = 'approved' WHERE id IN "
                "(SELECT award_id FROM aid_item WHERE batch_id = %s)",
                [batch.pk],
            )
        _book(by, batch, Entry.Cause.COMMIT)
    audit.record(
        by, "aid.batch_approved", batch, organisation=batch.county, count=batch.count, fen=batch.fen
    )
    return batch


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
    _step(batch, "approved", "released", gettext("发放"), by)
    Payment.objects.filter(items__batch=batch).update(state="sent", paid_on=timezone.localdate())
    _book(by, batch, Entry.Cause.AGAIN if batch.again else Entry.Cause.RELEASE)
    audit.record(
        by, "aid.batch_released", batch, organisation=batch.county, count=batch.count, fen=batch.fen
    )
    return batch


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
    rows = batch.items.order_by("position").values_list(
        "award", "award__policy", "amount", "payment"
    )
    term = parse_term(batch.term)
    assert term is not None
    ledger.move(
        by=by,
        cause=cause,
        programme=PROGRAMME,
        county=batch.county,
        term=term,
        sums=[ledger.Sum(*row) for row in rows],
        origin=f"aid.batch:{batch.pk}",
    )


# --- the bank's answers -------------------------------------------------------------------------------


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
            programme=PROGRAMME,
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
        programme=PROGRAMME,
        county=award.county,
        term=term,
        sums=[ledger.Sum(award.pk, award.policy, payment.amount, payment.pk)],
        origin=f"aid.payment:{payment.pk}",
        text=reason,
    )
    audit.record(by, "aid.dropped", payment, organisation=award.county)
    payment.refresh_from_db()
    return payment


# --- owed against paid ------------------------------------------------------------------------------


@audit.action
def write_findings(*, by: User | audit.Actor, proposed: proposing.Proposed) -> int:
    """Keep what of owed and paid does not agree; what ended stays, what agrees now is gone.

    A finding that a person ended comes back only when its sums are other ones.
    """
    require(by, "aid.propose")
    term = str(proposed.term)
    found = holding.findings(proposed, _whereabouts(term))
    unknown = PaidRow.objects.filter(term=term, child__isnull=True, failed=False)
    Finding.objects.filter(term=term, outcome="").delete()
    ended = {
        (child, policy): (key, verdict, owed, paid)
        for key, child, policy, verdict, owed, paid in Finding.objects.filter(
            term=term, child__isnull=False
        ).values_list("pk", "child", "policy", "verdict", "owed", "paid")
    }
    rows: list[tuple[object, ...]] = []
    stale: list[int] = []
    for county, school, child, policy, verdict, owed, paid, text, evidence in found:
        known = ended.get((child, policy))
        if known and known[1:] == (verdict, owed, paid):
            continue
        if known:
            stale.append(known[0])
        rows.append((county, school, child, None, policy, verdict, owed, paid, text, evidence))
    for lot in bulk.chunks(stale):
        Finding.objects.filter(pk__in=lot).delete()
    told = set(Finding.objects.filter(term=term).values_list("line", flat=True))
    nobody = gettext("发放名册上的这个人，在册的学生里没有查到")
    for key, county, policy, amount, file, row in unknown.values_list(
        "pk", "file__county", "policy", "amount", "file", "row"
    ):
        if key not in told:
            mark = f"list {file} row {row}"
            rows.append((county, None, None, key, policy, "paid_not_owed", 0, amount, nobody, mark))
    bulk.insert(
        Finding,
        (
            "county_id",
            "school_id",
            "child_id",
            "line_id",
            "policy",
            "verdict",
            "owed",
            "paid",
            "text",
            "evidence",
            "term",
            "as_of",
            "outcome",
            "outcome_text",
        ),
        ((*row, term, bulk.stored(proposed.sweep.as_of), "", "") for row in rows),
    )
    audit.record(by, "aid.checked", term=term, findings=len(rows))
    return len(rows)


def _whereabouts(term: str) -> dict[tuple[int, str], str]:
    """Where the award of each child and policy is, for those that are on their way."""
    items = Item.objects.filter(award__term=term).exclude(batch__state="sent_back").order_by("pk")
    states = dict(Batch.State.choices)
    found = {}
    for child, policy, batch, state, answer, text in items.values_list(
        "award__child__person", "award__policy", "batch", "batch__state", "answer", "answer_text"
    ):
        where = gettext("第{number}批，{state}").format(number=batch, state=states[state])
        if answer == "bounced":
            where = gettext("第{number}批，银行退回{text}").format(
                number=batch, text=f"（{text}）" if text else ""
            )
        found[child or 0, policy] = where
    return found


@audit.action
def take_paid_list(
    *, by: User | audit.Actor, county: Organisation, file: bytes, name: str
) -> tuple[PaidList, Sequence[Fault]]:
    """Take a list of payments made elsewhere in; it is held against what is owed at the next run.

    `Refusal` when it is no such list or was taken in already.
    """
    require(by, "aid.batch", county)
    told = paidlists.read(file, name, county, timezone.localdate())
    digest = answering.digest(file)
    before = PaidList.objects.filter(county=county, digest=digest).first()
    if before:
        raise Refusal([faults.TAKEN_IN.at(at=f"{timezone.localtime(before.at):%Y-%m-%d %H:%M}")])
    taken = PaidList.objects.create(
        county=county,
        name=name[:200],
        digest=digest,
        rows=len(told.rows),
        unmatched=sum(row.child is None for row in told.rows),
        by=by if isinstance(by, User) else None,
    )
    bulk.insert(
        PaidRow,
        ("file_id", "row", "child_id", "policy", "term", "amount", "paid_on", "failed"),
        (
            (
                taken.pk,
                row.row,
                row.child,
                row.policy,
                row.term,
                row.amount,
                bulk.stored(row.paid_on),
                bulk.stored(row.failed),
            )
            for row in told.rows
        ),
    )
    audit.record(
        by,
        "aid.paid_list_taken",
        taken,
        organisation=county,
        rows=taken.rows,
        nobody=taken.unmatched,
    )
    return taken, told.faults


@audit.action
def end_finding(*, by: User | audit.Actor, finding: Finding, outcome: str, text: str) -> Finding:
    """Say how a finding ended, and why or by which paper. `Refusal` when it has ended."""
    require(by, "aid.batch", finding.county)
    moved = Finding.objects.filter(pk=finding.pk, outcome="").update(
        outcome=outcome,
        outcome_text=text,
        outcome_by=by if isinstance(by, User) else None,
        outcome_at=timezone.now(),
    )
    finding.refresh_from_db()
    if not moved:
        raise Refusal([faults.ENDED_ALREADY.at(outcome=finding.get_outcome_display())])
    audit.record(by, "aid.finding_ended", finding, organisation=finding.county, outcome=outcome)
    return finding
