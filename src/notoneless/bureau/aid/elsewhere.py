"""Awards of which a list says that something was paid elsewhere: they are paid no further by themselves.

What such an award still lacks is paid from its finding (`actions.propose_difference`), after who works on it has
seen what the list says; else the same term would be paid twice. A row that came back whole does not count.
"""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from notoneless.bureau.aid.models import PaidRow, Recovery

NOT_PAID = (
    "NOT EXISTS (SELECT 1 FROM aid_paidrow r JOIN people_child rc ON rc.id = r.child_id "
    "JOIN people_child ac ON ac.person_id = rc.person_id WHERE ac.id = a.child_id "
    "AND r.policy = a.policy AND r.term = a.term AND NOT r.failed AND r.amount > "
    "(SELECT coalesce(sum(b.amount), 0) FROM aid_recovery b WHERE b.line_id = r.id))"
)
"""SQL: no list says that anything of the award ``a`` was paid."""

_CAME_BACK = Coalesce(
    Subquery(
        Recovery.objects.filter(line=OuterRef("pk"))
        .values("line")
        .annotate(sum=Sum("amount"))
        .values("sum")
    ),
    0,
)


def not_paid(term: str) -> Q:
    """The same as a condition on awards of a term; nothing is asked where no list of the term came in."""
    rows = PaidRow.objects.filter(term=term, failed=False, child__isnull=False)
    if not rows.exists():
        return Q()
    of_award = rows.filter(child__person=OuterRef("child__person"), policy=OuterRef("policy"))
    return ~Q(Exists(of_award.annotate(back=_CAME_BACK).filter(amount__gt=F("back"))))


def fen_paid(children: list[int], term: str) -> dict[tuple[int, str], int]:
    """Of children (keys of roots) and policies what lists say was paid in a term, less what came back."""
    rows = PaidRow.objects.filter(child__person__in=children, term=term, failed=False)
    found: dict[tuple[int, str], int] = {}
    for child, policy, fen, back in rows.annotate(back=_CAME_BACK).values_list(
        "child__person", "policy", "amount", "back"
    ):
        key = child or 0, policy
        found[key] = found.get(key, 0) + fen - back
    return found
