"""What a student who was paid too little still lacks: once, whoever asks and however often.

Worked: 625.00 owed and paid, then the policy is raised to 750.00: 125.00 lack, until they are in a batch. 600.00
paid by a list made elsewhere of 625.00 owed: 25.00 lack.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import F

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.aid import elsewhere
from notoneless.bureau.aid.models import Award, Card, Finding, Item, Payment, Recovery, Stop
from notoneless.bureau.people.bulk import chunks


@dataclass(frozen=True, slots=True)
class Lacking:
    """``fen`` of an award that are paid nowhere, the card they go to, the number their payment gets.

    ``waits``: nothing of the award was ever in a batch.
    """

    award: int
    fen: int
    card: int
    instalment: int
    waits: bool


def of_findings(county: Organisation, term: str, findings: Iterable[int]) -> Iterator[Lacking]:
    """What lacks of open findings ``short``: owed, less what was paid by us or elsewhere or is on its way.

    What came back from the bank is paid again by itself, what was given up is not owed any more: both count as
    paid. Nothing for who has no card, was stopped, or still gets an instalment by itself. Holds the awards to
    the end of the transaction, so that of two who ask at once the second finds nothing.
    """
    owed: dict[tuple[int, str], int] = {}
    for lot in chunks(dict.fromkeys(findings)):
        rows = Finding.objects.filter(
            pk__in=lot, county=county, term=term, verdict="short", outcome="", child__isnull=False
        )
        for child, policy, fen in rows.values_list("child", "policy", "owed"):
            owed[child or 0, policy] = fen
    for lot in chunks(sorted({child for child, _ in owed})):
        yield from _of_children(county, term, lot, owed)


def _of_children(
    county: Organisation, term: str, children: list[int], owed: dict[tuple[int, str], int]
) -> Iterator[Lacking]:
    awards = (
        Award.objects.filter(
            child__person__in=children, term=term, county=county, state__in=("proposed", "approved")
        )
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    held = {
        one.pk: (one, (person or 0, one.policy))
        for one, person in ((one, one.person) for one in awards.annotate(person=F("child__person")))
        if (person or 0, one.policy) in owed
    }
    told = elsewhere.fen_paid(children, term)
    cards = dict(
        Card.objects.filter(child__in=[one.child_id for one, _ in held.values()], ended_on=None)
        .values_list("child", "pk")
    )  # fmt: skip
    stopped = set(Stop.objects.filter(award__in=held, until=None).values_list("award", flat=True))
    numbers: dict[int, list[int]] = defaultdict(list)
    ours: dict[int, int] = defaultdict(int)
    for rows in (
        Payment.objects.filter(award__in=held).exclude(state="recalled"),
        Item.objects.filter(award__in=held, stands=True, payment__isnull=True),
    ):
        for key, number, fen in rows.values_list("award", "instalment", "amount"):
            numbers[key].append(number)
            ours[key] += fen
    for key, fen in Recovery.objects.filter(payment__award__in=held).values_list(
        "payment__award", "amount"
    ):
        ours[key or 0] -= fen
    for key, (award, whose) in held.items():
        if award.child_id not in cards or key in stopped:
            continue
        if whose not in told and len(numbers[key]) < award.instalments:
            continue
        fen = owed[whose] - ours[key] - told.get(whose, 0)
        if fen > 0:
            number = max(numbers[key], default=0) + 1
            yield Lacking(key, fen, cards[award.child_id], number, award.state == "proposed")
