"""What is given otherwise than by the bank: books, meals, fees not asked; and loans, which a lender gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import faults, queries, rulebook
from notoneless.bureau.aid.models import Delivery, Given, Loan, SheetLine, Told
from notoneless.bureau.aid.two_people import require_another
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.language import term_name
from notoneless.bureau.ledger import actions as ledger
from notoneless.bureau.ledger.models import Entry
from notoneless.bureau.ledger.shares import share
from notoneless.bureau.people.models import Child
from notoneless.calendar import parse_term, school_year_on, term_on
from notoneless.faults import Refusal
from notoneless.i18n import gettext
from notoneless.kernel.words import yuan

NO_CASH = ("in_kind", "waiver")


@audit.action
def deliver(
    *,
    by: User | audit.Actor,
    school: Organisation,
    policy: str,
    day: dt.date,
    paper: str,
    without: Collection[int] = (),
) -> Delivery:
    """Note that a school gave a policy's books, meals or waiver to all whom the rules owe it in the term.

    ``without`` are children (keys) who did not get it. `Refusal` when it is cash or a loan, or nobody is left
    who is owed it and has not had it.
    """
    require(by, "aid.deliver", school)
    one = rulebook.policy(policy)
    if one is None or one.kind not in NO_CASH:
        raise Refusal([faults.NOT_IN_KIND.at()])
    term = term_on(day)
    county = Organisation.objects.filter(down__below=school, kind="county").get()
    new = Delivery.objects.create(
        school=school,
        county=county,
        policy=policy,
        kind=one.kind,
        term=str(term),
        day=day,
        paper=paper.strip()[:200],
        count=0,
        fen=0,
        recorded_by_id=by.pk,
    )
    # Half of what is owed for a year; the fen that cannot be halved come with the autumn.
    part = "l.fen"
    if one.period == "year":
        part = "l.fen / 2" + (" + l.fen %% 2" if term.season == "autumn" else "")
    excepted = (
        f"AND t.child_id NOT IN ({', '.join(str(int(key)) for key in without)}) " if without else ""
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO aid_given (delivery_id, child_id, policy, term, amount, stands) "
            f"SELECT %s, t.child_id, l.policy, t.term, {part}, %s FROM aid_told t "
            "JOIN aid_sheetline l ON l.sheet_id = t.sheet_id AND l.policy = %s "
            f"WHERE t.school_id = %s AND t.term = %s AND l.verdict = 'owed' AND {part} > 0 "
            f"{excepted}AND NOT EXISTS (SELECT 1 FROM aid_given g WHERE g.child_id = t.child_id "
            "AND g.policy = l.policy AND g.term = t.term AND g.stands)",
            [new.pk, True, policy, school.pk, str(term)],
        )
    new.count, new.fen = queries.given_sum(new)
    if not new.count:
        raise Refusal([faults.NOBODY_LEFT.at(where=school.name)])
    new.save(update_fields=("count", "fen"))
    audit.record(
        by, "aid.delivered", new, organisation=school, policy=policy, count=new.count, fen=new.fen
    )
    return new


@audit.action
def cancel_delivery(*, by: User | audit.Actor, delivery: Delivery) -> Delivery:
    """Take back what was noted by mistake, before it is settled."""
    require(by, "aid.deliver", delivery.school)
    _step(delivery, "cancelled", by)
    Given.objects.filter(delivery=delivery).update(stands=False)
    audit.record(by, "aid.delivery_cancelled", delivery, organisation=delivery.school)
    return delivery


@audit.action
def settle_delivery(*, by: User | audit.Actor, delivery: Delivery) -> Delivery:
    """Let the county bear what a delivery cost: one entry of the book, from the budget to what is paid.

    Another person than who noted it. No award and no payment of the bank comes of it.
    """
    require(by, "aid.settle", delivery.county)
    require_another(by, "aid.settle", delivery.county, delivery.recorded_by_id)
    locked = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if locked.state != "recorded":
        raise Refusal([faults.DELIVERY_MOVED_ON.at(state=locked.get_state_display())])
    term = parse_term(delivery.term) or term_on(delivery.day)
    split = share(delivery.policy, term.first_day, delivery.county.code)
    kinds = ledger.Kind
    lines = [
        ledger.NewLine(kinds.BUDGET, delivery.policy, split.fund, part, level)
        for level, part in split.split(-locked.fen).items()
    ]
    lines.append(ledger.NewLine(kinds.PAID, delivery.policy, split.fund, locked.fen))
    entry = ledger.post(
        by=by,
        entry=ledger.NewEntry(
            Entry.Cause.RELEASE,
            delivery.county,
            rulebook.PROGRAMME,
            term,
            lines,
            f"aid.delivery:{delivery.pk}",
            gettext("{kind}结算，不经银行").format(kind=delivery.get_kind_display()),
        ),
    )
    _step(delivery, "settled", by, entry=entry.number)
    audit.record(by, "aid.delivery_settled", delivery, organisation=delivery.county, fen=locked.fen)
    return delivery


def _step(delivery: Delivery, state: str, by: User | audit.Actor, entry: int | None = None) -> None:
    """Compare and set: what is noted is settled or cancelled once."""
    moved = Delivery.objects.filter(pk=delivery.pk, state="recorded").update(
        state=state, settled_by=by.pk, settled_at=timezone.now(), entry=entry
    )
    delivery.refresh_from_db()
    if not moved:
        raise Refusal([faults.DELIVERY_MOVED_ON.at(state=delivery.get_state_display())])


@audit.action
def record_loan(
    *,
    by: User | audit.Actor,
    child: Child,
    lender: str,
    contract: str,
    amount: int,
    signed_on: dt.date,
) -> Loan:
    """Note a student loan as what it is. `Refusal` where the rules allow none, or not so much.

    ``amount`` is in fen, of one school year. Nothing is paid by it and nothing stands in the book.
    """
    term = term_on(signed_on)
    told = Told.objects.filter(child=child.person_id or child.pk, term=str(term)).first()
    if told is None or told.county is None:
        raise Refusal([faults.NO_VERDICT_YET.at(term=term_name(term))])
    require(by, "aid.loans", told.county)
    kinds = [one.id for one in rulebook.book().policies if one.kind == "loan"]
    lines = SheetLine.objects.filter(sheet=told.sheet_id, policy__in=kinds)
    owed = [line for line in lines if line.verdict == "owed"]
    if not owed:
        why = gettext("；").join(dict.fromkeys(line.text for line in lines))
        raise Refusal([faults.NO_LOAN.at(why=why)])
    most = max(line.fen or 0 for line in owed)
    if not 0 < amount <= most:
        raise Refusal([faults.LOAN_TOO_LARGE.at(most=yuan(most), amount=yuan(amount))])
    try:
        with transaction.atomic():
            new = Loan.objects.create(
                child=child,
                county=told.county,
                policy=owed[0].policy,
                school_year=school_year_on(signed_on),
                lender=lender.strip(),
                contract=contract.strip(),
                amount=amount,
                signed_on=signed_on,
                by_id=by.pk,
            )
    except IntegrityError:
        raise Refusal([faults.LOAN_ALREADY.at()]) from None
    audit.record(by, "aid.loan_recorded", new, organisation=told.county, fen=amount)
    return new
