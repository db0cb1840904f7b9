"""The only reads for others, scoped by who asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.attendance.models import Call, Half, Mark, State
from notoneless.bureau.attendance.roster import expected_seats
from notoneless.bureau.people.models import Child
from notoneless.bureau.rules import queries as rules
from notoneless.i18n import gettext


def classes(by: User, permission: str = "attendance.see") -> QuerySet[Organisation]:
    """The open classes in reach of a person."""
    return (
        Organisation.objects.filter(
            pk__in=reach(by, permission), kind="class", valid_to__isnull=True
        )
        .select_related("parent")
        .order_by("parent__name", "name", "pk")
    )


def schools(by: User) -> QuerySet[Organisation]:
    """The open schools in reach of a person."""
    return Organisation.objects.filter(
        pk__in=reach(by, "attendance.see"), kind="school", valid_to__isnull=True
    ).order_by("name", "pk")


def standing(school_class: Organisation, day: dt.date, half: str) -> Call | None:
    """The call that counts; None when the class was not called."""
    return (
        Call.objects.filter(school_class=school_class, day=day, half=half, replaced_at__isnull=True)
        .select_related("by", "source")
        .prefetch_related("marks")
        .first()
    )


def revisions(school_class: Organisation, day: dt.date, half: str) -> QuerySet[Call]:
    """Everything that was ever said of a half-day, the newest first."""
    return (
        Call.objects.filter(school_class=school_class, day=day, half=half)
        .select_related("by")
        .annotate(marked=Count("marks"))
        .order_by("-revision")
    )


def before(school_class: Organisation, day: dt.date, half: str) -> Call | None:
    """The last call before a half-day."""
    earlier = Q(day__lt=day)
    if half == Half.AFTERNOON:
        earlier |= Q(day=day, half=Half.MORNING)
    return (
        Call.objects.filter(earlier, school_class=school_class, replaced_at__isnull=True)
        .order_by("-day", "-half")  # "pm" stands above "am"
        .first()
    )


def held(school_class: Organisation, day: dt.date, half: str) -> dict[int, str]:
    """Who was not there at the call before, with the reason: they stay absent until they are said to be here."""
    last = before(school_class, day, half)
    if last is None:
        return {}
    rows = Mark.objects.filter(call=last).exclude(state=State.LATE)
    return {
        int(child or 0): reason for child, reason in rows.values_list("child__person", "reason")
    }


@dataclass(frozen=True, slots=True)
class Differs:
    """A child of whom a list says other than the teacher; each a state in words, "" for being there."""

    school_class: int
    child: Child
    listed: str
    called: str
    source: str


def differing(classes: Collection[int], day: dt.date, half: str) -> list[Differs]:
    """Where the newest list tells other than the call of a person that counts; two states, not two reasons."""
    found: list[Differs] = []
    calls = (
        Call.objects.filter(school_class__in=classes, day=day, half=half)
        .filter(Q(replaced_at__isnull=True) | Q(source__undone_at__isnull=True))
        .select_related("source")
        .prefetch_related("marks__child__person")
        .order_by("school_class", "revision")
    )
    for key, of_class in groupby(calls, lambda one: one.school_class_id):
        revisions = list(of_class)
        counts = next((one for one in revisions if one.replaced_at is None), None)
        lists = [one for one in revisions if one.source is not None]
        if counts is None or counts.source is not None or not lists:
            continue
        said, listed = _states(counts), _states(lists[-1])
        for child in sorted(said.keys() | listed.keys(), key=lambda one: (one.initials, one.pk)):
            words = _in_words(listed.get(child)), _in_words(said.get(child))
            if said.get(child) != listed.get(child):
                found.append(Differs(key, child, *words, source=str(lists[-1].source)))
    return found


def _states(call: Call) -> dict[Child, str]:
    return {
        mark.child.person or mark.child: mark.state
        for mark in call.marks.all()
        if mark.state != State.LATE
    }


def _in_words(state: str | None) -> str:
    return str(State(state).label) if state else gettext("到")


@dataclass(slots=True)
class ClassDay:
    """A class on a half-day. Where nobody called only ``expected`` is known, the rest is None."""

    key: int
    name: str
    school: int
    school_name: str
    expected: int
    called_at: dt.datetime | None = None
    absent: int | None = None
    leave: int | None = None
    late: int | None = None
    internship: int | None = None

    @property
    def here(self) -> int | None:
        """How many were in the room. Late is here."""
        if self.absent is None or self.leave is None or self.internship is None:
            return None
        return self.expected - self.absent - self.leave - self.internship


@dataclass(slots=True)
class SchoolDay:
    """A school on a half-day: its classes added up."""

    key: int
    name: str
    classes: int = 0
    called: int = 0
    expected: int = 0
    expected_called: int = 0
    absent: int = 0
    leave: int = 0
    internship: int = 0

    @property
    def not_called(self) -> int:
        """Classes of which nothing is known."""
        return self.classes - self.called

    @property
    def here(self) -> int:
        """Children in the room, of the classes called."""
        return self.expected_called - self.absent - self.leave - self.internship


def class_days(
    by: User, day: dt.date, half: str, school: Organisation | None = None
) -> list[ClassDay]:
    """Every class in reach on a half-day, called or not, in three statements whatever their number."""
    seen = classes(by)
    if school is not None:
        seen = seen.filter(parent=school)
    calls: dict[int, dict[str, Any]] = {
        one["school_class"]: dict(one)
        for one in Call.objects.filter(
            day=day, half=half, replaced_at__isnull=True, school_class__in=seen.values("pk")
        )
        .values("school_class", "expected", "at")
        .annotate(**{state.value: Count("marks", filter=Q(marks__state=state)) for state in State})
    }
    expected = sizes(day, None if school is None else school.pk)
    found = []
    for one in seen:
        assert one.parent is not None  # a class stands under its school
        row = ClassDay(one.pk, one.name, one.parent.pk, one.parent.name, expected.get(one.pk, 0))
        if made := calls.get(one.pk):
            row.expected, row.called_at = made["expected"], made["at"]
            for state in State:
                setattr(row, state.value, made[state.value])
        found.append(row)
    return found


def school_days(by: User, day: dt.date, half: str) -> list[SchoolDay]:
    """The schools in reach on a half-day."""
    found: dict[int, SchoolDay] = {}
    for one in class_days(by, day, half):
        if not one.expected:
            continue  # a class that nobody sits in is nobody's to call
        school = found.setdefault(one.school, SchoolDay(one.school, one.school_name))
        school.classes += 1
        school.expected += one.expected
        if one.called_at is not None:
            school.called += 1
            school.expected_called += one.expected
            school.absent += one.absent or 0
            school.leave += one.leave or 0
            school.internship += one.internship or 0
    return list(found.values())


def sizes(on: dt.date, school: int | None = None) -> dict[int, int]:
    """How many are expected in each class (key), of one school or of all."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT seat, count(*) FROM ({expected_seats(on, school)}) s GROUP BY seat")
        return dict(cursor.fetchall())


def uncalled(by: User, day: dt.date, half: str) -> int:
    """How many classes in reach are still to be called.

    In one school a class in which nobody is expected is nobody's to call. Over many schools every open class
    counts: who sits where is too much to read for the first page of a county.
    """
    seen = classes(by).order_by()
    called = Call.objects.filter(
        day=day, half=half, replaced_at__isnull=True, school_class__in=seen.values("pk")
    )
    schools = seen.values_list("parent", flat=True).distinct()[:2]
    if len(schools) == 1:
        waiting = set(seen.values_list("pk", flat=True)) & sizes(day, schools[0]).keys()
        return len(waiting.difference(called.values_list("school_class", flat=True)))
    return seen.count() - called.count()


def added_up(rows: list[SchoolDay]) -> SchoolDay:
    """The schools together."""
    sum_ = SchoolDay(0, "")
    for row in rows:
        for name in (
            "classes",
            "called",
            "expected",
            "expected_called",
            "absent",
            "leave",
            "internship",
        ):
            setattr(sum_, name, getattr(sum_, name) + getattr(row, name))
    return sum_


def called_by(organisation: Organisation, on: dt.date) -> str:
    """Until when the morning is to be called here: ``09:00``."""
    return str(rules.value("attendance.called_by", organisation, on))
