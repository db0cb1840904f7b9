"""Absences in a row, and what each county wants done about them (rules.toml).

A day is absent when the class was called and the child was missing without leave in every half called.
Days are school days of the class's calendar; a day on which nobody called neither counts nor breaks. Who
was there, late or on leave for half a day begins anew: leave means that somebody spoke with the family;
many short absences are the matter of the early warning.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.attendance.models import Call, Mark, State
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.rules import queries as rules
from notoneless.calendar import SchoolCalendar
from notoneless.i18n import N_, gettext

STEPS = {
    "contact": N_("当天联系家长"),
    "visit": N_("家访"),
    "candidate": N_("疑似辍学待核"),
    "suspected": N_("记入疑似辍学台账"),
    "dropout": N_("视为辍学"),
}
"""What an absence leads to, in the order in which it comes; each has its day in rules.toml."""

RECENT, LONGEST = dt.timedelta(days=14), dt.timedelta(days=365)
"""An absence is looked for so far back: first here, where nearly all begin, then there."""


@dataclass(frozen=True, slots=True)
class Run:
    """A child missing without leave: ``days`` school days in a row, from ``first`` to ``last``.

    ``steps`` are those of `STEPS` that the county's rules ask for by now.
    """

    child: int
    school_class: int
    first: dt.date
    last: dt.date
    days: int
    steps: tuple[str, ...] = ()

    @property
    def step(self) -> str:
        """The last step reached, "" for none."""
        return self.steps[-1] if self.steps else ""

    @property
    def step_label(self) -> str:
        """What it is called."""
        return gettext(STEPS[self.step]) if self.step else ""


Said = Mapping[tuple[dt.date, str], str]
"""By day and half what was said of a child: a `State`, or "" for being there."""


def run_length(
    said: Said, calendar: SchoolCalendar
) -> tuple[int, dt.date | None, dt.date | None, bool]:
    """School days in a row up to the newest call, the first and the last of them, and whether they ended.

    ``said`` holds every half-day on which the child's class was called. Where nothing ended them they may
    have begun before the first day of ``said``.
    """
    days: dict[dt.date, set[str]] = defaultdict(set)
    for (day, _), state in said.items():
        if calendar.is_school_day(day):
            days[day].add(state)
    count, first, last = 0, None, None
    for day in sorted(days, reverse=True):
        if days[day] != {State.ABSENT.value}:
            return count, first, last, True
        count, first, last = count + 1, day, last or day
    return count, first, last, False


def absent_runs(
    by: User | audit.Actor, on: dt.date, classes: Collection[int] | None = None
) -> list[Run]:
    """Everybody in reach who was missing without leave at the newest call, the longest absent first.

    ``classes`` narrows it to these (keys). The number of statements does not depend on that of children.
    """
    missing = _missing(on, classes)
    if by is not audit.SYSTEM:
        assert isinstance(by, User)
        inside = set(reach(by, "attendance.see"))
        missing = {child: place for child, place in missing.items() if place in inside}
    found = _runs(missing, on)
    return sorted(found, key=lambda run: (-run.days, run.school_class, run.child))


def _missing(on: dt.date, classes: Collection[int] | None) -> dict[int, int]:
    """The class of each child who was absent at that class's newest call."""
    inside = (
        "" if classes is None else f"AND o.id IN ({', '.join(str(int(key)) for key in classes)})"
    )
    if classes is not None and not classes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.person_id, n.place FROM (
                SELECT o.id AS place, (
                    SELECT c.id FROM attendance_call c
                    WHERE c.school_class_id = o.id AND c.replaced_at IS NULL AND c.day <= '{on}'
                      AND c.day > '{on - LONGEST}'
                    ORDER BY c.day DESC, c.half DESC LIMIT 1) AS newest
                FROM accounts_organisation o WHERE o.kind = 'class' {inside}
            ) n JOIN attendance_mark m ON m.call_id = n.newest
            JOIN people_child p ON p.id = m.child_id
            WHERE m.state = 'absent' ORDER BY n.place"""
        )
        return dict(cursor.fetchall())


def _runs(missing: Mapping[int, int], on: dt.date) -> list[Run]:
    calendars = rules.calendars(set(missing.values()))
    steps = _steps(set(missing.values()), on)
    found: list[Run] = []
    left = dict(missing)
    for since in (on - RECENT, on - LONGEST):
        said = _said(left, since, on)
        for child, place in list(left.items()):
            days, first, last, ended = run_length(said[child], calendars[place])
            if not ended and since > on - LONGEST:
                continue  # it may have begun earlier
            del left[child]
            if first and last:
                reached = tuple(step for step, day in steps[place].items() if days >= day)
                found.append(Run(child, place, first, last, days, reached))
    return found


def _said(
    missing: Mapping[int, int], since: dt.date, on: dt.date
) -> dict[int, dict[tuple[dt.date, str], str]]:
    """For each child every half-day of its class since a day: what was said, "" for being there."""
    calls: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
    counting = Call.objects.filter(replaced_at__isnull=True, day__gte=since, day__lte=on)
    for keys in chunks(set(missing.values())):
        for place, day, half in counting.filter(school_class__in=keys).values_list(
            "school_class", "day", "half"
        ):
            calls[place].append((day, half))
    said: dict[int, dict[tuple[dt.date, str], str]] = {
        child: dict.fromkeys(calls[place], "") for child, place in missing.items()
    }
    for keys in chunks(missing):
        rows = Mark.objects.filter(
            child__person__in=keys,
            call__replaced_at__isnull=True,
            call__day__gte=since,
            call__day__lte=on,
        ).values_list("child__person", "call__day", "call__half", "state")
        for child, day, half, state in rows:
            said[int(child or 0)][day, half] = state
    return said


def _steps(places: Collection[int], on: dt.date) -> dict[int, dict[str, int]]:
    """By class the school day on which each step is due."""
    found: dict[int, dict[str, int]] = {place: {} for place in places}
    for step in STEPS:
        for place, day in rules.values(f"attendance.{step}_day", places, on).items():
            found[place][step] = int(day)
    return found
