"""The only reads for others, scoped by who asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.models import Child
from notoneless.bureau.placements.models import Admission, Kind, Opinion, Placement, Visit
from notoneless.bureau.rules import queries as rules
from notoneless.bureau.sweeps.models import Outcome, Standing, Verdict

GUARANTEE = "special_placement"
"""Its universe are the disabled children of age, by the federation's list (domain facts 1.12)."""


COUNTED = (Verdict.KEPT, Verdict.EXCUSED, Verdict.GAP, Verdict.UNKNOWN)
"""Verdicts of those for whom the guarantee holds."""


def disabled(by: User, verdict: str = "", *, unplaced: bool = False) -> QuerySet[Child]:
    """Every disabled child of age in reach, with the verdict of the last sweep and the place now.

    Adds ``verdict``, ``placed`` (kind of the open placement) and ``opinion`` (there is one). ``verdict``
    asks for one of them only, ``unplaced`` for those without an open placement.
    """
    # Few patterns of children are disabled: their keys first, then the children who stand in them.
    verdicts = dict(
        Outcome.objects.filter(
            guarantee=GUARANTEE, verdict__in=(verdict,) if verdict else COUNTED
        ).values_list("pattern", "verdict")
    )
    standing = Standing.objects.filter(until__isnull=True, pattern__in=list(verdicts))
    placed = Placement.objects.filter(last__isnull=True)
    wanted = Q(pk__in=standing.values("child"))
    if not verdict:
        wanted |= Q(pk__in=placed.values("child"))
    outcome = Outcome.objects.filter(
        guarantee=GUARANTEE,
        pattern__standings__child=OuterRef("pk"),
        pattern__standings__until__isnull=True,
    )
    found = (
        people.children(by, "placement.see")
        .filter(wanted)
        .annotate(
            verdict=Subquery(outcome.values("verdict")[:1]),
            placed=Subquery(placed.filter(child=OuterRef("pk")).values("kind")[:1]),
            opinion=Exists(Opinion.objects.filter(child=OuterRef("pk"))),
        )
        .select_related("home", "school__parent")
        .order_by("name", "pk")
    )
    return found.exclude(pk__in=placed.values("child")) if unplaced else found


def child(by: User, key: int, permission: str = "placement.see") -> QuerySet[Child]:
    """One child in reach."""
    return people.children(by, permission).filter(pk=key)


def placements_of(one: Child) -> QuerySet[Placement]:
    """All placements, the newest first."""
    return (
        Placement.objects.filter(child__person=one.person_id)
        .select_related("school", "entered_by")
        .order_by("-first", "-pk")
    )


def opinions_of(one: Child) -> QuerySet[Opinion]:
    """All opinions, the newest first."""
    return (
        Opinion.objects.filter(child__person=one.person_id)
        .select_related("entered_by")
        .order_by("-given_on", "-pk")
    )


def visits_of(one: Child) -> QuerySet[Visit]:
    """All lessons at home, the newest first."""
    return (
        Visit.objects.filter(placement__child__person=one.person_id)
        .select_related("by")
        .order_by("-day", "-pk")
    )


@dataclass(frozen=True, slots=True)
class Taught:
    """A child taught at home: lessons this month that count, against the plan."""

    placement: Placement
    done: int
    wanted: int
    last: dt.date | None

    @property
    def lacking(self) -> int:
        """Lessons still owed this month."""
        return max(0, self.wanted - self.done)


def taught_at_home(by: User, month: dt.date) -> list[Taught]:
    """Who is taught at home in reach, with the lessons of a month (any day of it)."""
    first = month.replace(day=1)
    after = (first + dt.timedelta(days=32)).replace(day=1)
    # Few are taught at home: they first, then who of them is in reach.
    rows = list(
        Placement.objects.filter(kind=Kind.HOME, last__isnull=True, first__lt=after)
        .select_related("child", "school")
        .order_by("child__name", "pk")
    )
    reached = people.children(by, "placement.visit").filter(pk__in={row.child_id for row in rows})
    mine = set(reached.values_list("pk", flat=True))
    rows = [row for row in rows if row.child_id in mine]
    schools = {row.school_id for row in rows}
    wanted = rules.values("placements.visits_a_month", schools, month)
    least = rules.values("placements.visit_minutes", schools, month)
    visits = Visit.objects.filter(placement__in=[row.pk for row in rows])
    told: dict[int, list[tuple[dt.date, int]]] = {}
    for placement, day, minutes in visits.values_list("placement", "day", "minutes"):
        told.setdefault(placement, []).append((day, minutes))
    found = []
    for row in rows:
        made = told.get(row.pk, [])
        done = sum(
            first <= day < after and minutes >= int(least[row.school_id]) for day, minutes in made
        )
        last = max((day for day, _ in made), default=None)
        found.append(Taught(row, done, int(wanted[row.school_id]), last))
    return sorted(found, key=lambda one: -one.lacking)


def admissions(by: User) -> QuerySet[Admission]:
    """The applications in the counties where a person may see them, the nearest deadline first."""
    return (
        Admission.objects.filter(county__in=reach(by, "admission.see"))
        .select_related("county", "school", "child")
        .annotate(brought=Count("papers"))
        .order_by(F("due").asc(nulls_last=True), "pk")
    )
