"""A class's month: days by pupils, and the rate of attendance of any place.

A day is counted against the days in session by the calendar, and of those only where the class was called:
a day that nobody called is shown as such and is neither presence nor absence. Half-days called are parts of
a day: who missed one of two halves missed half a day. Nobody is counted before the day of his enrolment.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from django.db.models import Count, Q

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.attendance.models import Call, Mark, State
from notoneless.bureau.attendance.roster import seated
from notoneless.bureau.people.models import Child, Enrolment
from notoneless.bureau.rules import queries as rules
from notoneless.i18n import N_

MISSED = (State.ABSENT, State.LEAVE)
"""What is not attendance. Late is attended; an internship is school."""

SIGNS = {
    "": "√",
    State.ABSENT: "×",
    State.LEAVE: "假",
    State.LATE: "迟",
    State.INTERNSHIP: "实",
}
"""How a half-day is written on the sheet, as registers of attendance do."""

LEGEND = N_("√到 ×无故未到 假请假 迟迟到 实实习 －没有点名")


@dataclass(frozen=True, slots=True)
class Rate:
    """Days attended of days called, over the children and days that count; ``missing_calls`` class-days."""

    due: Fraction = Fraction(0)
    attended: Fraction = Fraction(0)
    class_days: int = 0
    missing_calls: int = 0

    @property
    def percent(self) -> str:
        """Cut to tenths, never rounded up: one absence and it is not 100. "" when nobody was called."""
        if not self.due:
            return ""
        tenths = int(self.attended * 1000 / self.due)
        return f"{tenths // 10}.{tenths % 10}"


@dataclass(slots=True)
class Line:
    """A pupil's month: one sign per half-day called ("" before the enrolment), and the days added up."""

    child: Child
    signs: list[str]
    due: Fraction = Fraction(0)
    absent: Fraction = Fraction(0)
    leave: Fraction = Fraction(0)

    @property
    def attended(self) -> Fraction:
        """Days in the room."""
        return self.due - self.absent - self.leave

    @property
    def days(self) -> tuple[str, str, str, str]:
        """Due, attended, on leave, absent, as written: ``21``, ``20.5``."""
        return tuple(written(days) for days in (self.due, self.attended, self.leave, self.absent))  # type: ignore[return-value]  # four


@dataclass(frozen=True, slots=True)
class Sheet:
    """A class's month. ``days`` are the school days; ``called`` those of them on which it was called."""

    school_class: Organisation
    first: dt.date
    days: list[dt.date]
    called: dict[dt.date, list[str]]
    lines: list[Line] = field(default_factory=list)

    @property
    def rate(self) -> Rate:
        """The class's rate of the month."""
        return Rate(
            sum((line.due for line in self.lines), Fraction(0)),
            sum((line.attended for line in self.lines), Fraction(0)),
            len(self.days),
            len(self.days) - len(self.called),
        )


def written(days: Fraction) -> str:
    """``21``, ``20.5``: days with at most one decimal."""
    return f"{float(days):.1f}".removesuffix(".0")


def sign(line: Line, n: int) -> str:
    """What the sheet says of a pupil on its n-th day (from 0)."""
    return line.signs[n]


def month_of(day: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of a day's month."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def sheet(school_class: Organisation, month: dt.date, until: dt.date) -> Sheet:
    """The month of a class up to a day (today): those seated there now, and whoever was marked."""
    first, last = month_of(month)
    days = rules.calendar(school_class).days(first, min(last, until))
    counting = Call.objects.filter(
        school_class=school_class, day__range=(first, last), replaced_at__isnull=True
    )
    called: dict[dt.date, list[str]] = defaultdict(list)
    for day, half in counting.order_by("day", "half").values_list("day", "half"):
        called[day].append(half)
    marks: dict[int, dict[tuple[dt.date, str], str]] = defaultdict(dict)
    for marked, day, half, state in Mark.objects.filter(call__in=counting).values_list(
        "child__person", "call__day", "call__half", "state"
    ):
        marks[int(marked or 0)][day, half] = state
    children = {child.pk: child for child in seated(school_class)}
    children |= Child.objects.in_bulk(set(marks) - set(children))
    since = _since(children)
    counted = {day: called[day] for day in days if day in called}
    found = Sheet(school_class, first, days, counted)
    for key, child in sorted(children.items(), key=lambda one: (one[1].initials, one[0])):
        found.lines.append(_line(child, days, counted, marks[key], since.get(key)))
    return found


def _line(
    child: Child,
    days: list[dt.date],
    called: dict[dt.date, list[str]],
    marks: dict[tuple[dt.date, str], str],
    since: dt.date | None,
) -> Line:
    line = Line(child, [])
    for day in days:
        if since is not None and day < since:
            line.signs.append("")
            continue
        halves = called.get(day)
        if not halves:
            line.signs.append("－")
            continue
        states = [marks.get((day, half), "") for half in halves]
        part = Fraction(1, len(halves))
        line.due += 1
        line.absent += part * states.count(State.ABSENT)
        line.leave += part * states.count(State.LEAVE)
        signs = [SIGNS[state] for state in states]
        line.signs.append(signs[0] if len(set(signs)) == 1 else "".join(signs))
    return line


def _since(children: Iterable[int]) -> dict[int, dt.date]:
    """The first day of each child's present enrolment."""
    found: dict[int, dt.date] = {}
    rows = Enrolment.objects.filter(
        child__person__in=list(children), retracted_at__isnull=True, valid_to__isnull=True
    ).values_list("child__person", "valid_from")
    for child, day in rows:
        key = int(child or 0)
        found[key] = min(day, found.get(key, day))
    return found


def rates(classes: Collection[int], first: dt.date, last: dt.date) -> dict[int, Rate]:
    """The rate of each class (key) over some days; in two statements, whatever their number."""
    calendars = rules.calendars(classes)
    wanted = set(classes)
    halves: dict[tuple[int, dt.date], list[tuple[int, int]]] = defaultdict(list)
    rows = (
        Call.objects.filter(day__range=(first, last), replaced_at__isnull=True)
        .annotate(missed=Count("marks", filter=Q(marks__state__in=MISSED)))
        .values_list("school_class", "day", "expected", "missed")
    )
    for key, day, expected, missed in rows.iterator(chunk_size=20_000):
        if key in wanted:
            halves[key, day].append((expected, missed))
    due: dict[int, Fraction] = defaultdict(Fraction)
    attended: dict[int, Fraction] = defaultdict(Fraction)
    called: dict[int, int] = defaultdict(int)
    for (key, day), parts in halves.items():
        if not calendars[key].is_school_day(day):
            continue
        called[key] += 1
        due[key] += Fraction(sum(expected for expected, _ in parts), len(parts))
        attended[key] += Fraction(sum(e - missed for e, missed in parts), len(parts))
    shared = {
        id(one): one for one in calendars.values()
    }  # places that follow the same ones share one
    in_session = {key: one.count(first, last) for key, one in shared.items()}
    return {
        key: Rate(
            due[key],
            attended[key],
            in_session[id(calendars[key])],
            in_session[id(calendars[key])] - called[key],
        )
        for key in classes
    }


def together(parts: Iterable[Rate]) -> Rate:
    """The rate of several classes together."""
    every = list(parts)
    return Rate(
        sum((one.due for one in every), Fraction(0)),
        sum((one.attended for one in every), Fraction(0)),
        sum(one.class_days for one in every),
        sum(one.missing_calls for one in every),
    )
