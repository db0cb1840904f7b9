"""The shape of the tree of organisations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import QuerySet

from notoneless.bureau.accounts.models import Lineage, Organisation

PARENTS: dict[str, tuple[str, ...]] = {
    "province": (),
    "city": ("province",),
    "county": ("city", "province"),
    "township": ("county",),
    "village": ("township",),
    "school": ("county", "city", "school"),
    "class": ("school",),
}
"""Under what an organisation can stand; a city or a county can also be the top of an installation."""
TOPS = ("province", "city", "county")


def lock(organisations: QuerySet[Organisation]) -> None:
    """Let nobody else who puts up many work on these meanwhile, always in the same order."""
    list(organisations.order_by("pk").select_for_update().values_list("pk", flat=True))


def hang(new: Sequence[Organisation]) -> None:
    """Write the lineage of new nodes; those above them come before them or have theirs already."""
    mine = {one.pk for one in new}
    lines: dict[int, list[tuple[int, int]]] = defaultdict(list)
    parents = {one.parent_id for one in new if one.parent_id} - mine
    for below, above, depth in Lineage.objects.filter(below__in=parents).values_list(
        "below", "above", "depth"
    ):
        lines[below].append((above, depth))
    for one in new:
        upwards = lines[one.parent_id] if one.parent_id else []
        lines[one.pk] = [(one.pk, 0), *((key, depth + 1) for key, depth in upwards)]
    Lineage.objects.bulk_create(
        (
            Lineage(above_id=above, below_id=one.pk, depth=depth)
            for one in new
            for above, depth in lines[one.pk]
        ),
        batch_size=5000,
    )
