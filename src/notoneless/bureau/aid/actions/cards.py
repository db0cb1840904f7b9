"""Cards that pupils are paid on."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from notoneless import vault
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import faults
from notoneless.bureau.aid.models import (
    Card,
)
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people import bulk
from notoneless.faults import Refusal


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
