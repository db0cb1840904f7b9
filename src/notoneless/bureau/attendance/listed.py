"""What roll-calls that came in as lists say of whole classes (`people.models.RollCall`).

Only where a list has everybody who is expected in a class is it a call of that class: of a class of which one
pupil is not on it, or waits for a decision who he is, nobody knows who was there. A list that names no half of
the day stands for the morning. Of several lists the newest counts; of two marks of one list being there.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from notoneless.bureau.attendance.models import Reason
from notoneless.bureau.attendance.roster import expected_seats
from notoneless.bureau.people.bulk import stored
from notoneless.bureau.rules import queries as rules

REASON_OF = {"absent": "", "leave": Reason.LEAVE.value, "suspended": Reason.SUSPENDED.value}
"""The marks of lists (`rosters/fields.toml`) other than being there, and what a call says for them."""


@dataclass(frozen=True, slots=True)
class Word:
    """A class on half a day as lists have it; ``marks`` are those not there, with a `Reason` or "".

    ``source`` is the newest list that tells of one of its pupils.
    """

    school_class: int
    half: str
    expected: int
    source: int
    marks: Mapping[int, str]


def days(since: dt.datetime) -> list[dt.date]:
    """The days told of by lists that came in, or were taken back, since a moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT CAST(f.valid_from AS VARCHAR(10)) FROM people_rollcall f "
            "JOIN people_source s ON s.id = f.recorded_in_id "
            "WHERE s.line = 'rollcall' AND (s.recorded_at >= %s OR s.undone_at >= %s)",
            [stored(since), stored(since)],
        )
        return sorted(dt.date.fromisoformat(day) for (day,) in cursor.fetchall())


def words(day: dt.date) -> list[Word]:
    """What the lists that stand say of each class that they tell of completely, on a school day."""
    marks: dict[tuple[int, str], dict[int, str]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_told(day)}, sizes AS (SELECT seat, count(*) AS n FROM expected GROUP BY seat) "
            "SELECT e.seat, w.half, z.n, max(w.source) FROM expected e "
            "JOIN word w ON w.person = e.child JOIN sizes z ON z.seat = e.seat "
            "GROUP BY e.seat, w.half, z.n HAVING count(*) = z.n ORDER BY e.seat, w.half"
        )
        complete = cursor.fetchall()
        cursor.execute(
            f"{_told(day)} SELECT e.seat, w.half, w.person, w.attendance FROM expected e "
            "JOIN word w ON w.person = e.child WHERE w.attendance <> 'present'"
        )
        for seat, half, child, said in cursor.fetchall():
            marks[seat, half][child] = REASON_OF[said]
    calendars = rules.calendars({seat for seat, *_ in complete})
    return [
        Word(seat, half, count, source, marks[seat, half])
        for seat, half, count, source in complete
        if calendars[seat].is_school_day(day)
    ]


def touched(day: dt.date) -> set[tuple[int, str]]:
    """Classes and halves of a day of which some list told that was taken back."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT e.seat, {_HALF} FROM people_rollcall f "
            "JOIN people_child p ON p.id = f.child_id "
            f"JOIN ({expected_seats(day)}) e ON e.child = p.person_id "
            f"WHERE f.line = 'rollcall' AND f.retracted_at IS NOT NULL AND f.valid_from = '{day}'"
        )
        return set(cursor.fetchall())


_HALF = "CASE f.half WHEN 'pm' THEN 'pm' ELSE 'am' END"


def _told(day: dt.date) -> str:
    return f"""
        WITH expected AS ({expected_seats(day)}), told AS (
            SELECT p.person_id AS person, {_HALF} AS half, f.attendance, f.recorded_in_id AS source,
                   row_number() OVER (PARTITION BY p.person_id, {_HALF} ORDER BY
                       f.recorded_in_id DESC, f.attendance <> 'present', f.id) AS place
            FROM people_rollcall f JOIN people_child p ON p.id = f.child_id
            WHERE f.line = 'rollcall' AND f.retracted_at IS NULL AND f.valid_from = '{day}'
        ), word AS (SELECT person, half, attendance, source FROM told WHERE place = 1)"""
