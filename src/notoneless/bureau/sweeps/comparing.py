"""The three comparisons: register × roll, roll × class, not in class × poor; and where every child is.

The first two are the gaps of two guarantees, from the sums; the third are the gaps of the second for whom that
of poor families holds too, from the few standings with such a gap.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count as Counted
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from notoneless.bureau.accounts.models import Lineage, Organisation
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.sweeps import behind, board_reading, handed_in, sentences
from notoneless.bureau.sweeps.asked import Asked
from notoneless.bureau.sweeps.board import Count
from notoneless.bureau.sweeps.models import Sweep, Verdict
from notoneless.bureau.tables import Column
from notoneless.i18n import N_, gettext

NO_PLACE, ABSENT, POOR = "school_place", "in_class", "registered_poor_place"
"""The guarantees whose gaps and universes these are."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One comparison: how many, in words of how many, and what is told beside. ``mark``: one of the meanings."""

    number: int
    url: str
    mark: str
    text: SafeString
    beside: SafeString
    count: Count


@dataclass(frozen=True, slots=True)
class Way:
    """So many children are kept or excused in one way."""

    text: str
    children: int
    url: str


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

    @property
    def told(self) -> list[Sentence]:
        """Those that there are."""
        return [one for one in (self.no_place, self.absent, self.poor) if one is not None]


def read(asked: Asked) -> Comparisons:
    """The comparisons of a place at a sweep."""
    told = {one.id for one in asked.guarantees}
    place = asked.place.pk
    now = board_reading.counts(asked.sweep, [place])
    then = board_reading.counts(asked.before, [place]) if asked.before else {}

    def of(guarantee: str) -> tuple[Count, int | None] | None:
        count, before = now.get((place, guarantee)), then.get((place, guarantee))
        if guarantee not in told or count is None:
            return None
        return count, count.gap - before.gap if before else None

    no_place = None if asked.place.kind in ("school", "class") else of(NO_PLACE)
    absent = of(ABSENT)
    return Comparisons(
        _no_place(asked, *no_place) if no_place else None,
        _absent(asked, *absent) if absent else None,
        _from_poor(asked, absent[0]) if absent and POOR in told else None,
    )


def _no_place(asked: Asked, count: Count, change: int | None) -> Sentence:
    excused = sentences.number(count.excused, sentences.address(asked, NO_PLACE, "excused"))
    beside = [
        _opened(asked, NO_PLACE, count),
        format_html(gettext("依法除外{count}人"), count=excused) if count.excused else "",
        sentences.undecided(asked, NO_PLACE, count, gettext("名单不全、还判不了的{count}人")),
    ]
    return _sentence(asked, NO_PLACE, count, change, beside, gettext("{count}人查不到学籍"),
                     gettext("户籍 × 学籍：{all}名适龄儿童中，{gap}{change}。"))  # fmt: skip


def _absent(asked: Asked, count: Count, change: int | None) -> Sentence:
    others = [
        format_html("{} {}", way.text, sentences.number(way.children, way.url))
        for way in ways(asked, ABSENT, but="present")
    ]
    beside = [
        _opened(asked, ABSENT, count),
        format_html(gettext("已除去{ways}"), ways=sentences.listed(others)) if others else "",
        sentences.undecided(asked, ABSENT, count, gettext("没有点名、还判不了的{count}人")),
    ]
    return _sentence(asked, ABSENT, count, change, beside, gettext("{count}人不在课堂"),
                     gettext("学籍 × 在校：{all}名在籍学生中，{gap}{change}。"))  # fmt: skip


def _opened(asked: Asked, guarantee: str, count: Count) -> SafeString:
    """Of how many of the gaps there is a case, and of how many not."""
    if not count.gap or not asked.newest or not may(asked.by, "case.see", asked.place):
        return SafeString("")
    rows = behind.standings(asked.sweep, [guarantee], [Verdict.GAP], newest=True)
    opened = behind.with_case(behind.at(rows, asked.place)).filter(case=True).count()
    return format_html(
        gettext("已立案{opened}人，未立案{others}人"),
        opened=sentences.number(opened, sentences.address(asked, guarantee, "gap", case="true")),
        others=sentences.number(
            count.gap - opened, sentences.address(asked, guarantee, "gap", case="false")
        ),
    )


def _sentence(
    asked: Asked,
    guarantee: str,
    count: Count,
    change: int | None,
    beside: list[Any],
    gap: str,
    text: str,
) -> Sentence:
    mark = "gap" if count.gap else "unknown" if count.unknown else "kept"
    shown = count.gap or count.unknown
    told = format_html(
        text,
        all=sentences.number(count.owed, sentences.address(asked, guarantee, "owed")),
        gap=sentences.bold(gap.format(count=f"{count.gap:,}")),
        change=sentences.change(change),
    )
    more = format_html_join(gettext("；"), "{}", ((part,) for part in beside if part))
    url = sentences.address(asked, guarantee, mark) if shown else ""
    return Sentence(shown, url, mark, told, more, count)


def _from_poor(asked: Asked, absent: Count) -> Sentence:
    gap = _poor(asked, asked.sweep, newest=asked.newest).count() if absent.gap else 0
    told = format_html(
        gettext("不在课堂 × 脱贫户：上面{all}人里，{gap}。"),
        all=f"{absent.gap:,}",
        gap=sentences.bold(gettext("{count}人来自脱贫户或监测户").format(count=f"{gap:,}")),
    )
    mark = "gap" if gap else "unknown" if absent.unknown else "kept"
    url = sentences.address(asked, ABSENT, "gap", among=POOR) if gap else ""
    return Sentence(gap, url, mark, told, SafeString(""), Count(gap=gap))


def _poor(asked: Asked, sweep: Sweep, *, newest: bool) -> behind.Rows:
    rows = behind.standings(sweep, [ABSENT], [Verdict.GAP], newest=newest, among=POOR)
    return behind.at(rows, asked.place)


def lines(asked: Asked, kind: str) -> list[Line]:
    """The parts of a kind with what is to be done there, most first."""
    told = {one.id for one in asked.guarantees}
    places = list(board_reading.parts(asked.place, kind))
    counts = board_reading.counts(asked.sweep, [one.pk for one in places])

    def gaps(place: Organisation, guarantee: str) -> int:
        return counts.get((place.pk, guarantee), Count()).gap if guarantee in told else 0

    poor = _poor_by_part(asked, kind, places) if POOR in told else Counter()
    found = [Line(one, gaps(one, NO_PLACE), gaps(one, ABSENT), poor[one.pk]) for one in places]
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
    # What a sweep found never changes: it is counted once, by whoever asks first.
    key = f"ways:{asked.sweep.pk}:{asked.place.pk}:{guarantee}:{but}"
    numbers = cache.get_or_set(key, lambda: _spread(asked, guarantee, but), 24 * 3600) or {}
    listed = [("kept", way) for way in rule.kept] + [("excused", way) for way in rule.excused]
    return [
        Way(
            str(way.text),
            numbers[verdict, way.id],
            sentences.address(asked, guarantee, verdict, way=way.id),
        )
        for verdict, way in listed
        if numbers.get((verdict, way.id))
    ]


def _spread(asked: Asked, guarantee: str, but: str) -> dict[tuple[str, str], int]:
    verdicts = [Verdict.KEPT, Verdict.EXCUSED]
    rows = behind.standings(asked.sweep, [guarantee], verdicts, newest=asked.newest)
    if but:
        rows = rows.exclude(way=but)
    counted = behind.at(rows, asked.place).values("verdict", "way").annotate(n=Counted("pk"))
    return {(row["verdict"], row["way"]): row["n"] for row in counted.order_by()}


WIDE = ("county", "city", "province")
"""Where it is told which lists nobody handed in: below, nobody could."""

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
    kind = SMALL.get(asked.place.kind, "")
    lists = handed_in.lists(asked)
    return {
        "asked": asked,
        "base": reverse("sweeps:board"),
        "compared": compared,
        "census": _census(asked, compared.no_place.count) if compared.no_place else "",
        "lists": [one for one in lists if one.day],
        "missing": [one for one in lists if one.day is None and asked.place.kind in WIDE],
        "old": (on - asked.sweep.as_of).days,
        "level": str(Organisation.Kind(kind).label) if kind else "",
        "parts": lines(asked, kind) if kind else [],
    }


def _census(asked: Asked, count: Count) -> SafeString:
    """Every child is at one place only: the ways, counted one by one, add up to what the sums say."""
    found = ways(asked, NO_PLACE)
    if count.gap:
        found.append(
            Way(gettext("查不到学籍"), count.gap, sentences.address(asked, NO_PLACE, "gap"))
        )
    if count.unknown:
        url = sentences.address(asked, NO_PLACE, "unknown")
        found.append(Way(gettext("待核"), count.unknown, url))
    parts = [
        format_html("{} {}", way.text, sentences.number(way.children, way.url)) for way in found
    ]
    right = sum(way.children for way in found) == count.owed
    verdict = (
        gettext("与适龄儿童总数相符") if right else gettext("与适龄儿童总数不符，请告诉系统管理员")
    )
    return format_html(
        gettext("每个儿童只有一个去向：{parts}＝{all}，{verdict}。"),
        parts=format_html_join("＋", "{}", ((part,) for part in parts)),
        all=f"{count.owed:,}",
        verdict=sentences.bold(verdict),
    )
