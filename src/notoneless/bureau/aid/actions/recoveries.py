"""Money that came back from somebody who was paid too much."""

from __future__ import annotations

import datetime as dt

from django.db.models import Sum
from django.utils import timezone

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import casework, faults, rulebook
from notoneless.bureau.aid.models import Finding, PaidRow, Payment, Recovery
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.ledger import actions as ledger
from notoneless.bureau.ledger.models import Entry
from notoneless.calendar import parse_term
from notoneless.faults import Refusal
from notoneless.kernel.words import yuan


@audit.action
def recover(
    *,
    by: User | audit.Actor,
    finding: Finding,
    of: Payment | PaidRow,
    amount: int,
    day: dt.date,
    paper: str,
) -> Recovery:
    """Note that fen of a payment of ours, or of a row of a list, came back on a day; ``paper`` is the receipt.

    What this system paid goes back to the budget by an entry of the book. When nothing is left to come back the
    finding ends as recovered, and its case closes. `Refusal` for more than there is to come back.
    """
    locked = Finding.objects.select_for_update().get(pk=finding.pk)
    county = of.award.county if isinstance(of, Payment) else of.file.county
    require(by, "aid.batch", county)
    if locked.outcome:
        raise Refusal([faults.ENDED_ALREADY.at(outcome=locked.get_outcome_display())])
    most = min(locked.paid - locked.owed, of.amount - came_back(of))
    if not 0 < amount <= most:
        raise Refusal([faults.NOT_RECOVERABLE.at(most=yuan(max(most, 0)), amount=yuan(amount))])
    new = Recovery(
        finding=locked, amount=amount, day=day, paper=paper,
        by=by if isinstance(by, User) else None,
    )  # fmt: skip
    if isinstance(of, Payment):
        term = parse_term(of.award.term)
        assert term is not None
        new.payment = of
        new.entry = ledger.move(
            by=by,
            cause=Entry.Cause.RECOVERY,
            programme=rulebook.PROGRAMME,
            county=county,
            term=term,
            sums=[ledger.Sum(of.award_id, of.award.policy, amount, of.pk)],
            origin=f"aid.finding:{locked.pk}:{locked.recoveries.count() + 1}",
            text=paper,
        ).number
    else:
        new.line = of
    new.save()
    locked.paid -= amount
    if locked.paid <= locked.owed:
        locked.outcome, locked.outcome_text = Finding.Outcome.RECOVERED, paper
        locked.outcome_at, locked.outcome_by = timezone.now(), new.by
    locked.save()
    if locked.outcome and locked.child_id is not None:
        casework.settle([(locked.child_id, locked.policy)], timezone.localdate())
    audit.record(by, "aid.recovered", new, organisation=county, fen=amount)
    finding.refresh_from_db()
    return new


def came_back(of: Payment | PaidRow) -> int:
    """Fen of it that came back already."""
    return int(of.recoveries.aggregate(sum=Sum("amount", default=0))["sum"])
