"""What taking lists back would do, before it is done: the second look of `actions.undo_list`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, OuterRef, Q

from notoneless import rosters
from notoneless.bureau.people.models import (
    FACTS,
    LABELS,
    Child,
    Circumstance,
    Fact,
    Identity,
    Source,
)

BROUGHT = Q(retracted_at__isnull=True, source=F("recorded_in"))
"""Facts that a source told itself; others it only ended or carried on."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """What would be believed no longer, and again.

    ``brought``: how many facts of each kind, in words, would be retracted; ``again`` how many that the
    lists had ended would hold again; ``only_here`` how many children nothing else tells of. Nothing can be
    taken back while ``later`` sources build on it.
    """

    brought: list[tuple[str, int]] = field(default_factory=list)
    again: int = 0
    only_here: int = 0
    later: list[Source] = field(default_factory=list)


def undoing(sources: Collection[int]) -> Undoing:
    """What taking back these sources (keys), all of them, would do."""
    brought: Counter[str] = Counter()
    again, later = 0, set()
    for table in FACTS:
        facts = table._default_manager
        standing = facts.filter(BROUGHT, recorded_in__in=sources)
        if table is not Circumstance and (count := standing.count()):
            brought[str(LABELS[table._meta.model_name or ""])] += count
        again += facts.filter(retracted_in__in=sources).count()
        later |= set(_building_on(table, sources))
    listed = Circumstance.objects.filter(BROUGHT, recorded_in__in=sources).order_by("kind")
    for kind, count in listed.values_list("kind").annotate(Count("pk")):
        brought[str(rosters.kinds()[kind].label)] += count
    return Undoing(
        list(brought.items()),
        again,
        0 if later else _only_here(sources),
        list(Source.objects.filter(pk__in=later).select_related("by").order_by("-pk")),
    )


def _building_on(table: type[Fact], sources: Collection[int]) -> set[int]:
    """Sources that retracted what these recorded, as `recording.built_upon` asks."""
    touched = table._default_manager.filter(
        recorded_in__in=sources,
        retracted_in__isnull=False,
        retracted_in__undone_at__isnull=True,
    )
    return set(touched.exclude(retracted_in__in=sources).values_list("retracted_in", flat=True))


def _only_here(sources: Collection[int]) -> int:
    told = Identity.objects.filter(recorded_in__in=sources, retracted_at__isnull=True)
    children = Child.objects.filter(pk__in=told.values("child"))
    for table in FACTS:
        else_known = (
            table._default_manager.filter(child=OuterRef("pk"))
            .filter(Q(retracted_at__isnull=True) | Q(retracted_in__in=sources))
            .exclude(recorded_in__in=sources)
        )
        children = children.exclude(Exists(else_known))
    return children.count()
