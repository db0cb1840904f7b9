"""The three comparisons: register × roll, roll × class, not in class × poor; and where every child is.

The first two are the gaps of two guarantees, from the sums; the third are the gaps of the second for whom that
of poor families holds too, from the few standings with such a gap.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count as Counted
from django.db.models import QuerySet
from django.urls import reverse

from notoneless.bureau.accounts.models import Lineage, Organisation
from notoneless.bureau.sweeps import behind, board_reading, handed_in
from notoneless.bureau.sweeps.asked import Asked
from notoneless.bureau.sweeps.board import Count
from notoneless.bureau.sweeps.models import Standing, Sweep, Verdict
from notoneless.bureau.tables import Column
from notoneless.i18n import N_

NO_PLACE, ABSENT, POOR = "school_place", "in_class", "registered_poor_place"
"""The guarantees whose gaps and universes these are."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One comparison: how many of how many, and the change since last month (None: not known)."""

    gap: int
    of: int
    change: int | None
    count: Count

    @property
    def size(self) -> int:
        """The change without its sign."""
        return abs(self.change or 0)


@dataclass(frozen=True, slots=True)
class Way:
    """So many children are at one place of the census: kept or excused in a way, a gap, or unknown."""

    verdict: str
    way: str
    text: str
    children: int


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the place, for the small table."""

    place: Organisation
    no_place: int
    absent: int
    poor: int


@dataclass(frozen=True, slots=True)
class Comparisons:
    """What can be said of a place. None where the comparison says nothing there, or must not be told."""

    no_place: Sentence | None
    absent: Sentence | None
    poor: Sentence | None


def read(asked: Asked) -> Comparisons:
    """The comparisons of a place at a sweep."""
    told = {one.id for one in asked.guarantees}
    place = asked.place.pk
    now = board_reading.counts(asked.sweep, [place])
    then = board_reading.counts(asked.before, [place]) if asked.before else {}

    def sentence(guarantee: str) -> Sentence | None:
        count = now.get((place, guarantee))
        if guarantee not in told or count is None:
            return None
        before = then.get((place, guarantee))
        change = count.gap - before.gap if before else None
        return Sentence(count.gap, count.owed, change, count)

    at_school = asked.place.kind in ("school", "class")
    no_place = None if at_school else sentence(NO_PLACE)
    absent = sentence(ABSENT)
    poor = None
    if absent and POOR in told:
        gap = _poor(asked, asked.sweep, newest=asked.newest).count() if absent.gap else 0
        poor = Sentence(gap, absent.gap, None, Count(gap=gap))
    return Comparisons(no_place, absent, poor)


def _poor(asked: Asked, sweep: Sweep, *, newest: bool) -> QuerySet[Standing]:
    rows = behind.standings(sweep, [ABSENT], [Verdict.GAP], newest=newest)
    return behind.among(behind.at(rows, asked.place), POOR)


def lines(asked: Asked, kind: str) -> list[Line]:
    """The parts of a kind with what is to be done there, most first."""
    told = {one.id for one in asked.guarantees}
    places = list(board_reading.parts(asked.place, kind))
    counts = board_reading.counts(asked.sweep, [one.pk for one in places])

    def gaps(place: Organisation, guarantee: str) -> int:
        return counts.get((place.pk, guarantee), Count()).gap if guarantee in told else 0

    poor = _poor_by_part(asked, kind, places) if POOR in told else Counter()
    found = [
        Line(one, gaps(one, NO_PLACE), gaps(one, ABSENT), poor[one.pk]) for one in places
    ]
    return sorted(found, key=lambda line: (-line.no_place - line.absent, -line.poor))


def _poor_by_part(asked: Asked, kind: str, places: list[Organisation]) -> Counter[int]:
    """How many of the third comparison each part has; the rows are few."""
    side = "school_id" if kind in ("school", "class") else "home_id"
    rows = Counter(_poor(asked, asked.sweep, newest=asked.newest).values_list(side, flat=True))
    found: Counter[int] = Counter()
    above = Lineage.objects.filter(above__in=[one.pk for one in places], below__in=list(rows))
    for part, node in above.values_list("above", "below"):
        found[part] += rows[node]
    return found


def ways(asked: Asked, guarantee: str, *, but: str = "") -> list[Way]:
    """How the children of a guarantee are spread over its ways, as its rulebook orders them.

    ``but``: a way that is not asked for.
    """
    rule = next((one for one in asked.guarantees if one.id == guarantee), None)
    if rule is None:
        return []
    verdicts = [Verdict.KEPT, Verdict.EXCUSED]
    rows = behind.standings(asked.sweep, [guarantee], verdicts, newest=asked.newest)
    if but:
        rows = rows.exclude(way=but)
    counted = behind.at(rows, asked.place).values("verdict", "way").annotate(n=Counted("pk"))
    numbers = {(row["verdict"], row["way"]): row["n"] for row in counted.order_by()}
    listed = [("kept", way) for way in rule.kept] + [("excused", way) for way in rule.excused]
    return [
        Way(verdict, way.id, str(way.text), numbers[verdict, way.id])
        for verdict, way in listed
        if numbers.get((verdict, way.id))
    ]


SMALL = {"city": "county", "county": "township", "township": "village", "school": "class"}
"""By what the small table on the first page tells a place."""

COLUMNS = {
    "place": Column(
        "place",
        N_("地方"),
        value=lambda line: line.place.name,
        link=lambda line: f"{reverse('sweeps:board')}?place={line.place.pk}",
    ),
    NO_PLACE: Column(
        "no_place",
        N_("无学籍"),
        number=True,
        sort="no_place",
        link=lambda line: _to(NO_PLACE, line.place) if line.no_place else "",
    ),
    ABSENT: Column(
        "absent",
        N_("不在课堂"),
        number=True,
        sort="absent",
        link=lambda line: _to(ABSENT, line.place) if line.absent else "",
    ),
    POOR: Column(
        "poor",
        N_("其中脱贫户、监测户"),
        number=True,
        sort="poor",
        link=lambda line: f"{_to(ABSENT, line.place)}&among={POOR}" if line.poor else "",
    ),
}


def _to(guarantee: str, place: Organisation) -> str:
    return f"{reverse('sweeps:behind', args=(guarantee, 'gap'))}?place={place.pk}"


def columns(asked: Asked, kind: str) -> list[Column]:
    """Of the list by parts: what can be said of parts of this kind, and may be told."""
    told = {one.id for one in asked.guarantees} | {"place"}
    if kind in ("school", "class"):
        told.discard(NO_PLACE)  # who is on no roll is at no school
    return [column for name, column in COLUMNS.items() if name in told]


def page(asked: Asked, on: dt.date) -> dict[str, Any]:
    """What `_three.html` and the small table show."""
    compared = read(asked)
    count = compared.no_place.count if compared.no_place else None
    census = ways(asked, NO_PLACE) if count else []
    kind = SMALL.get(asked.place.kind, "")
    lists = handed_in.lists(asked)
    return {
        "asked": asked,
        "base": reverse("sweeps:board"),
        "compared": compared,
        "census": census,
        "adds_up": count is not None
        and sum(one.children for one in census) + count.gap + count.unknown == count.owed,
        "elsewhere": ways(asked, ABSENT, but="present") if compared.absent else [],
        "lists": [one for one in lists if one.day],
        "missing": [one for one in lists if one.day is None],
        "old": (on - asked.sweep.as_of).days,
        "level": str(Organisation.Kind(kind).label) if kind else "",
        "parts": lines(asked, kind) if kind else [],
    }
