"""On which days roll-calls saw a child in class: what closing a case asks (`cases/presence.py`)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from django.db import connection
from django.db.models import Q

from notoneless.bureau.attendance import facts
from notoneless.bureau.attendance.models import Call, Mark, State
from notoneless.bureau.attendance.roster import elsewhere, seats
from notoneless.bureau.people.models import Enrolment

HERE = ("", State.LATE.value)
"""What is said of a child who was in the room; late is here."""


def class_days(child: int, first: dt.date, last: dt.date) -> tuple[set[dt.date], set[dt.date]]:
    """The days on which a child was in class at every call, and those on which it was missing at every one.

    A day on leave, half a day, and a day on which nobody called are neither. Whose name was not on the class's
    list that day (not enrolled yet, taught at home, excused) was not seen by a call that misses nobody.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT seat FROM ({seats(children=[child])}) s")
        seat = [key for (key,) in cursor.fetchall()]
    enrolled = Enrolment.objects.filter(child__person=child, retracted_at__isnull=True)
    spans = list(enrolled.values_list("valid_from", "valid_to"))
    said: dict[dt.date, list[str]] = defaultdict(list)
    marks = dict(
        Mark.objects.filter(
            child__person=child, call__replaced_at__isnull=True, call__day__range=(first, last)
        ).values_list("call", "state")
    )
    calls = Call.objects.filter(
        Q(school_class__in=seat) | Q(pk__in=marks),
        replaced_at__isnull=True,
        day__range=(first, last),
    )
    away: dict[dt.date, bool] = {}
    for key, day in calls.values_list("pk", "day"):
        if key in marks:
            said[day].append(marks[key])
            continue
        if day not in away:
            listed = any(begun <= day and (ended is None or day <= ended) for begun, ended in spans)
            away[day] = not listed or child in elsewhere(day, [child])
        if not away[day]:
            said[day].append("")
    here = {day for day, states in said.items() if all(state in HERE for state in states)}
    missing = {
        day for day, states in said.items() if all(state == State.ABSENT for state in states)
    }
    return here, missing


def last_words(children: Collection[int], on: dt.date) -> dict[int, tuple[dt.date, str]]:
    """The newest word of roll-calls on each of these children (keys), and its day."""
    return facts.dated_words(on, children)
