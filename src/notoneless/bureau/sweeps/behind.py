"""The children behind a number of the board: one row per child and guarantee, and never another number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db.models import Case as Choice
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from notoneless import kernel
from notoneless.bureau.accounts.models import Lineage, Organisation
from notoneless.bureau.cases.models import OPEN, Case
from notoneless.bureau.people.timeline import seat_text, word
from notoneless.bureau.sweeps import rules
from notoneless.bureau.sweeps.models import Outcome, Standing, Sweep, Verdict
from notoneless.bureau.sweeps.queries import MARKS
from notoneless.bureau.tables import Column
from notoneless.i18n import N_, gettext

OWED = "owed"
"""In an address: all for whom the guarantee holds."""

VERDICTS = {
    OWED: (Verdict.KEPT, Verdict.EXCUSED, Verdict.GAP, Verdict.UNKNOWN),
    **{
        verdict.value: (verdict,)
        for verdict in (Verdict.KEPT, Verdict.EXCUSED, Verdict.GAP, Verdict.UNKNOWN, Verdict.UNSURE)
    },
}
"""What an address can ask for; who is outside stands behind no number."""

Rows = QuerySet[Any, Any]
"""Standings; what is annotated, no type tells."""

TEXTS = {OWED: N_("应保障")}

ORDER = (
    "child__school_name",
    "child__grade",
    "child__class_name",
    "child__name",
    "pk",
    "guarantee",
)
"""How a list that is not too long is read: by school and class."""


def text(verdict: str) -> str:
    """What a list of this verdict is called."""
    return gettext(TEXTS[verdict]) if verdict in TEXTS else str(Verdict(verdict).label)


def at(rows: Rows, place: Organisation) -> Rows:
    """Those whom the sums of a place count; ``rows`` know their outcome's place (`models.Tally`)."""
    below = Lineage.objects.filter(above=place).values("below")
    if place.kind in ("school", "class"):
        return rows.filter(school__in=below)
    if place.kind in ("township", "village"):
        return rows.filter(home__in=below)
    counted = Choice(
        When(pattern__outcomes__place="school", then=Coalesce("school_id", "home_id")),
        default=Coalesce("home_id", "school_id"),
    )
    found: Rows = rows.alias(counted_at=counted).filter(counted_at__in=below)
    return found


def standings(
    sweep: Sweep,
    guarantees: Collection[str],
    verdicts: Collection[str],
    *,
    newest: bool,
    among: str = "",
) -> Rows:
    """How children stood at a sweep, a row per guarantee, with ``guarantee``, ``verdict`` and ``way``.

    ``newest``: it is the last sweep there is, so the index of what stands now serves. ``among``: only those for
    whom another guarantee holds as well, kept or not.
    """
    outcomes = Outcome.objects.filter(guarantee__in=tuple(guarantees), verdict__in=tuple(verdicts))
    # Patterns are few and found at once; with their keys written out, a database begins with them.
    patterns = set(outcomes.values_list("pattern", flat=True))
    if among:
        holds = Outcome.objects.filter(guarantee=among, verdict__in=VERDICTS[OWED])
        patterns &= set(holds.values_list("pattern", flat=True))
    then = Q(until__isnull=True)
    if not newest:
        then = Q(since__lte=sweep.pk) & (then | Q(until__gt=sweep.pk))
    rows: Rows = Standing.objects.filter(
        then,
        pattern__in=patterns,
        pattern__outcomes__guarantee__in=tuple(guarantees),
        pattern__outcomes__verdict__in=tuple(verdicts),
    )
    told: Rows = rows.annotate(
        guarantee=F("pattern__outcomes__guarantee"),
        verdict=F("pattern__outcomes__verdict"),
        way=F("pattern__outcomes__way"),
    )
    return told


def with_case(rows: Rows) -> Rows:
    """With ``case``: is there one of the gap's kind on which work goes on?"""
    active = Case.objects.filter(
        OPEN, child=OuterRef("child"), kind=OuterRef("pattern__outcomes__case_kind")
    )
    told: Rows = rows.annotate(case=Exists(active))
    return told


def with_since(rows: Rows) -> Rows:
    """With ``begun``: the day of the sweep that first found this verdict, without a break till then."""
    same = Outcome.objects.filter(
        pattern=OuterRef("pattern"),
        guarantee=OuterRef(OuterRef("guarantee")),
        verdict=OuterRef(OuterRef("verdict")),
    )
    before = Standing.objects.filter(child=OuterRef("child"), until__lte=OuterRef("since"))
    other = before.filter(~Exists(same)).order_by("-until")
    told: Rows = rows.annotate(
        begun=Coalesce(
            Subquery(other.values("until__as_of")[:1]),
            Subquery(before.order_by("since").values("since__as_of")[:1]),
            F("since__as_of"),
        )
    )
    return told


def tell_since(rows: Rows, some: Sequence[Any]) -> None:
    """Give some of the rows their ``begun``."""
    asked = with_since(rows.filter(pk__in={row.pk for row in some}).order_by())
    told = asked.values_list("pk", "guarantee", "begun")
    begun = {(key, guarantee): day for key, guarantee, day in told}
    for row in some:
        row.begun = begun[row.pk, row.guarantee]


def columns(
    sweep: Sweep, guarantees: Sequence[kernel.Guarantee], *, mixed: bool
) -> tuple[Column, ...]:
    """Of a list of these guarantees; ``mixed``: of several verdicts, so each row says its own."""
    texts = {one.id: str(one.text) for one in guarantees}
    several = len(guarantees) > 1
    told = (
        Column("name", N_("姓名"), sort="child__name", whole=True, value=lambda row: row.child.name, link=_page),
        Column("sex", N_("性别"), value=lambda row: word("sex", row.child.sex)),
        Column("age", N_("年龄"), value=lambda row: age(row.child.birth_date, sweep.as_of),
               sort="child__birth_date", number=True),
        Column("school", N_("学校班级"), whole=True, value=_seat, sort="child__school_name"),
        Column("home", N_("住处"), whole=True, value=_home, sort="home__name"),
        Column("guarantee", N_("保障"), value=lambda row: texts[row.guarantee]) if several else None,
        Column("verdict", N_("结论"), value=lambda row: str(Verdict(row.verdict).label),
               kind=lambda row: MARKS[row.verdict]) if mixed else None,
        Column("reason", N_("依据"), value=_reasons(sweep, guarantees)),
        Column("since", N_("从哪天起"), whole=True, value=lambda row: row.begun, sort="begun"),
    )  # fmt: skip
    return tuple(column for column in told if column is not None)


def _page(row: Standing) -> str:
    return reverse("people:child", args=(row.child_id,))


def _seat(row: Standing) -> str:
    child = row.child
    return seat_text(child.school_name, child.grade, child.class_name)


def _home(row: Standing) -> str:
    home = row.home
    if home is None:
        return ""
    return f"{home.parent.name}{home.name}" if home.kind == "village" and home.parent else home.name


def _reasons(sweep: Sweep, guarantees: Sequence[kernel.Guarantee]) -> Callable[[Any], str]:
    """The rule's own words for a row; made once per pattern. Of a gap only what was looked for, in short."""
    known: dict[int, dict[str, kernel.Explanation]] = {}
    gaps = {one.id: _gap(one) for one in guarantees}

    def reason(row: Any) -> str:
        if row.verdict == Verdict.GAP:
            return gaps[row.guarantee]
        if row.pattern_id not in known:
            known[row.pattern_id] = rules.explain(row.pattern, sweep)
        told = known[row.pattern_id].get(row.guarantee)
        return told.text if told else str(Verdict(row.verdict).label)

    return reason


def _gap(guarantee: kernel.Guarantee) -> str:
    ways = gettext("、").join(str(way.text) for way in guarantee.kept)
    return gettext("未见{ways}，也没有依法除外的情形（规则第{line}行）").format(
        ways=ways, line=guarantee.line
    )


def age(born: dt.date | None, on: dt.date) -> int | None:
    """Full years on a day; None when the birth date is not known."""
    if born is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
