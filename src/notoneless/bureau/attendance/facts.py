"""What the roll-calls tell the rules: the newest word on each child (`rulebooks/facts.yaml`, ``attendance``).

Whose class was called and who was not marked was present. Who came onto the roll after the call, whose class
never called, or who is not expected in the room, is unknown here, and the lists may tell. Where a roll-call
came in as a list of a later day that tells not of the whole class (`listed.py`), that list's word counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

import pyarrow as pa
from django.db import connection

from notoneless.bureau.attendance.models import Call
from notoneless.bureau.attendance.roster import expected_seats
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.standing import When
from notoneless.i18n import gettext

ROWS = 20_000

WORD = """CASE WHEN m.reason = 'suspended' THEN 'suspended' WHEN m.state = 'absent' THEN 'absent'
    WHEN m.state IN ('leave', 'internship') THEN 'leave' ELSE 'present' END"""
"""Late is present. An intern learns elsewhere: nobody saw him in class, and nobody needs to look for him."""


def facts(*, on: dt.date, known_on: dt.date | None = None) -> pa.Table:
    """``child`` and ``attendance`` of every child whose class was called by ``on``, as known then."""
    with connection.cursor() as cursor:
        cursor.execute(_newest(When(on, known_on)))
        children: list[int] = []
        words: list[str] = []
        while rows := cursor.fetchmany(ROWS):
            for child, word in rows:
                children.append(child)
                words.append(word)
    return pa.table(
        {"child": pa.array(children, pa.int64()), "attendance": pa.array(words, pa.string())}
    )


def words(on: dt.date, children: Iterable[int]) -> dict[int, str]:
    """The newest word on some children (keys), as known now."""
    found: dict[int, str] = {}
    with connection.cursor() as cursor:
        for keys in chunks(children):
            cursor.execute(_newest(When(on), keys))
            found.update(cursor.fetchall())
    return found


def dated_words(on: dt.date, children: Iterable[int]) -> dict[int, tuple[dt.date, str]]:
    """The same with the day of the call."""
    found: dict[int, tuple[dt.date, str]] = {}
    with connection.cursor() as cursor:
        for keys in chunks(children):
            cursor.execute(_newest(When(on), keys, ", CAST(c.day AS VARCHAR(10))"))
            for child, word, day in cursor.fetchall():
                found[child] = dt.date.fromisoformat(day), word
    return found


def sources(child: Child, when: When) -> dict[str, str]:
    """Which roll-call tells of a child, in words, if one of this app's does; for beside a verdict."""
    with connection.cursor() as cursor:
        cursor.execute(_newest(when, [child.person_id or child.pk], ", c.id"))
        keys = [key for _, _, key in cursor.fetchall()]
    call = Call.objects.filter(pk__in=keys).select_related("school_class", "by", "source").last()
    if call is None:
        return {}
    said = gettext("{day} {half}点名，{place}，{who}").format(
        day=call.day,
        half=call.get_half_display(),
        place=call.school_class,
        who=call.by or call.source or gettext("系统"),
    )
    return {"attendance": said}


def _newest(when: When, children: Collection[int] | None = None, more: str = "") -> str:
    known = when.known
    believed = (
        f"c.at <= {known} AND (c.replaced_at IS NULL OR c.replaced_at > {known})"
        if known
        else "c.replaced_at IS NULL"
    )
    # A handful of children must not cost a look at everybody's lists and every class.
    some = f" AND p.person_id IN ({', '.join(map(str, children))})" if children else ""
    theirs = " AND o.id IN (SELECT seat FROM seats)" if children else ""
    return f"""
        WITH seats AS ({expected_seats(when.on, children=children)}
        ), newest AS (
            SELECT o.id AS seat, (
                SELECT c.id FROM attendance_call c
                WHERE c.school_class_id = o.id AND c.day <= '{when.on}' AND {believed}
                ORDER BY c.day DESC, c.half DESC, c.revision DESC LIMIT 1) AS call
            FROM accounts_organisation o WHERE o.kind = 'class'{theirs}
        ), enrolled AS (
            SELECT p.person_id AS person, min(f.valid_from) AS since
            FROM people_enrolment f JOIN people_child p ON p.id = f.child_id
            WHERE {when.holds("f")}{some} GROUP BY p.person_id
        ), listed AS (
            SELECT p.person_id AS person, max(f.valid_from) AS day
            FROM people_rollcall f JOIN people_child p ON p.id = f.child_id
            WHERE {when.believed("f")} AND f.valid_from <= '{when.on}'{some}
            GROUP BY p.person_id
        ), marked AS (
            SELECT m.call_id AS call, p.person_id AS person, m.state, m.reason
            FROM attendance_mark m JOIN people_child p ON p.id = m.child_id
            WHERE m.call_id IN (SELECT call FROM newest){some}
        )
        SELECT s.child, {WORD}{more}
        FROM seats s JOIN newest n ON n.seat = s.seat
        JOIN attendance_call c ON c.id = n.call
        LEFT JOIN marked m ON m.call = n.call AND m.person = s.child
        LEFT JOIN enrolled e ON e.person = s.child
        LEFT JOIN listed l ON l.person = s.child
        WHERE (m.state IS NOT NULL OR e.since <= c.day) AND (l.day IS NULL OR l.day <= c.day)"""
