"""What is known of every child, as the rules ask for it (`rulebooks/facts.yaml`).

The meaning is that of `check.facts`: a fact that no list tells is NULL, unknown; being on a list is false
only where a list of that kind covers the child. Set-based: one statement per question, whatever the number
of children.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
from django.db import connection

from notoneless import kernel, rosters
from notoneless.bureau.people.covered import covered
from notoneless.bureau.people.standing import ENROLLED_FIRST, RANK, When, persons, pick

SUBJECT = "child"

ROWS = 20_000
"""Rows fetched at a time."""

WHOLE_CLASS = 5
"""A class of so many pupils of whom not one was called was not called (`check.coverage.WHOLE_CLASS`)."""

VALUED = {
    "special": ("placement", "'special_school'"),
    "elsewhere": ("elsewhere", "'province'"),
    "excused": ("excuse", "CASE WHEN e.person IS NULL THEN 'deferred' ELSE 'suspended' END"),
    "gone": ("gone", "'moved'"),
    "recognition": ("recognised", "'general'"),
}
"""Kinds with a value: the fact, and the least that being on the list means where it gives no value."""

PLACES = ("home", "school", "seat")
"""Columns beside the facts: keys of organisations, by which verdicts are told apart and scoped.

``home`` the lowest place known, or whose list tells of the child; ``school`` the school of the roll, ``seat``
the class there where it is known, else the school.
"""

_ARROW = {"int": pa.int64(), "money": pa.int64(), "bool": pa.bool_(), "date": pa.date32()}


def facts(
    *,
    on: dt.date,
    known_on: dt.date | None = None,
    doubted: Iterable[tuple[int, str]] = (),
) -> pa.Table:
    """One row per child of the registers and rolls: ``child`` (its key), every fact, and `PLACES`.

    ``on`` which day, ``known_on`` as believed at the end of which day (None: now). ``doubted`` are children
    (keys) who may be a person on a list of a kind: whether they are on it is unknown until decided.
    """
    when = When(on, known_on)
    schema = kernel.load_facts(kernel.shipped("facts")).subjects[SUBJECT].facts
    told = _told()
    fields = [pa.field(SUBJECT, pa.int64())]
    fields += [pa.field(one.name, _ARROW.get(one.kind, pa.string())) for one in schema.values()]
    fields += [pa.field(name, pa.int64()) for name in PLACES]
    asked = [field for field in fields if field.name in told or field.name in (SUBJECT, *PLACES)]
    columns = {
        SUBJECT: "i.person",
        "home": "coalesce(h.home, i.told_to)",
        "school": "h.school",
        "seat": "e.school_id",
        **told,
    }
    with connection.cursor() as cursor:
        _prepare(cursor, when, doubted)
        try:
            listed = ", ".join(f"{columns[field.name]} AS {field.name}_" for field in asked)
            cursor.execute(f"SELECT {listed} {_FROM}")
            found = pa.Table.from_batches(list(_batches(cursor, asked)), schema=pa.schema(asked))
        finally:
            for table in TABLES:
                cursor.execute(f"DROP TABLE IF EXISTS {table}")
    empty = pa.nulls(found.num_rows)
    return pa.table(
        [found[field.name] if field in asked else empty.cast(field.type) for field in fields],
        schema=pa.schema(fields),
    )


def _batches(cursor: Any, fields: list[pa.Field]) -> Iterator[pa.RecordBatch]:
    while rows := cursor.fetchmany(ROWS):
        columns = zip(*rows, strict=True)
        yield pa.record_batch(
            [_array(values, field.type) for values, field in zip(columns, fields, strict=True)],
            schema=pa.schema(fields),
        )


def _array(values: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    """A column as the contract wants it; SQLite gives dates as text and truth as numbers."""
    if pa.types.is_boolean(kind):
        return pa.array([None if value is None else bool(value) for value in values], kind)
    if pa.types.is_date(kind):
        return pa.array([None if value is None else str(value) for value in values]).cast(kind)
    return pa.array(values, kind)


# --- the pieces, as temporary tables of this connection ----------------------------------------------

TABLES = (
    "fact_who",
    "fact_seat",
    "fact_on",
    "fact_called",
    "fact_covered",
    "fact_doubt",
    "fact_place",
)


def _prepare(cursor: Any, when: When, doubted: Iterable[tuple[int, str]]) -> None:
    for table in TABLES:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")

    def keep(table: str, select: str, index: str = "person") -> None:
        cursor.execute(f"CREATE TEMP TABLE {table} AS {select}")
        cursor.execute(f"CREATE INDEX {table}_by ON {table} ({index})")

    keep("fact_who", _who(when))
    keep("fact_seat", _seats(when))
    keep("fact_on", _on_lists(when))
    keep("fact_place", _places(when))
    keep("fact_called", _called(when))
    cursor.execute("CREATE TEMP TABLE fact_covered (kind VARCHAR(30), place BIGINT)")
    rows = [(kind, place) for kind, places in covered(when).items() for place in places]
    cursor.executemany("INSERT INTO fact_covered VALUES (%s, %s)", rows)
    cursor.execute("CREATE INDEX fact_covered_by ON fact_covered (kind, place)")
    cursor.execute("CREATE TEMP TABLE fact_doubt (person BIGINT, kind VARCHAR(30))")
    cursor.executemany("INSERT INTO fact_doubt VALUES (%s, %s)", list(doubted))


def _who(when: When) -> str:
    """Who each child is; the birth date and the sex from the best that tells them."""
    return f"""
        SELECT person, max(CASE WHEN place = 1 THEN sex END) AS sex,
               max(CASE WHEN dated = 1 THEN birth_date END) AS birth_date,
               max(CASE WHEN sexed = 1 THEN sex END) AS known_sex, max(registered) AS registered,
               max(CASE WHEN place = 1 THEN told_to END) AS told_to
        FROM (
            SELECT p.person, f.birth_date, f.sex, s.organisation_id AS told_to,
                   CASE WHEN f.line = 'census' THEN 1 ELSE 0 END AS registered,
                   row_number() OVER (PARTITION BY p.person ORDER BY {RANK}, s.list_date DESC, f.id DESC)
                       AS place,
                   row_number() OVER (PARTITION BY p.person ORDER BY
                       CASE WHEN f.birth_date IS NULL THEN 1 ELSE 0 END, {RANK}, s.list_date DESC, f.id DESC)
                       AS dated,
                   row_number() OVER (PARTITION BY p.person ORDER BY
                       CASE WHEN f.sex = '' THEN 1 ELSE 0 END, {RANK}, s.list_date DESC, f.id DESC) AS sexed
            FROM people_identity f JOIN ({persons(when)}) p ON p.child = f.child_id
            JOIN people_source s ON s.id = f.source_id
            WHERE f.line IN ('person', 'census', 'roll', 'vocational_roll') AND {when.holds("f")}
        ) told GROUP BY person"""


def _seats(when: When) -> str:
    """Of a child's rows on rolls the one where he is enrolled."""
    columns = (
        "f.school_id, f.stage, f.grade, f.class_name, f.roll_state, f.boards, f.placement, "
        "f.migrant, f.left_behind"
    )
    return pick("enrolment", columns, when, order=f"{ENROLLED_FIRST}, {RANK}")


def _on_lists(when: When) -> str:
    """One column per kind of list: 1 for who is on it; and what the lists say beside the name."""
    flags = ", ".join(f"max(CASE WHEN kind = '{kind}' THEN 1 END) AS on_{kind}" for kind in _LISTED)
    values = ", ".join(
        f"max(CASE WHEN kind = '{kind}' THEN value END) AS value_{kind}" for kind in VALUED
    )
    return f"""
        SELECT person, {flags}, {values}, max(CASE WHEN kind = 'excused' THEN until END) AS until,
               max(CASE WHEN kind = 'disabled' THEN level END) AS level
        FROM (
            SELECT p.person, f.kind, f.value, f.until, f.level, row_number() OVER (
                PARTITION BY p.person, f.kind ORDER BY {RANK}, s.list_date DESC, f.id DESC) AS place
            FROM people_circumstance f JOIN ({persons(when)}) p ON p.child = f.child_id
            JOIN people_source s ON s.id = f.source_id WHERE {when.holds("f")}
        ) told WHERE place = 1 GROUP BY person"""


def _places(when: When) -> str:
    """Where each child lives and goes to school; a class counts as its school."""
    return f"""
        SELECT w.person, r.place_id AS home, {_SCHOOL} AS school
        FROM fact_who w LEFT JOIN ({pick("residence", "f.place_id", when)}) r ON r.person = w.person
        LEFT JOIN fact_seat e ON e.person = w.person
        LEFT JOIN accounts_organisation o ON o.id = e.school_id"""


_SCHOOL = "CASE WHEN o.kind = 'class' THEN o.parent_id ELSE o.id END"


def _called(when: When) -> str:
    """The newest roll-call's word on each child of the roll (`check.facts` says the same).

    A pupil whose class was called and who is not on the sheet is ``not_called``. A class counts as called
    when one of its pupils was, a school when a roll-call names it or holds at least half of its pupils.
    What was called before the class was called last no longer counts.
    """
    word = f"""
        SELECT * FROM (
            SELECT p.person, f.attendance, f.valid_from AS day, row_number() OVER (
                PARTITION BY p.person ORDER BY f.valid_from DESC,
                CASE WHEN f.attendance = 'present' THEN 0 ELSE 1 END, f.id DESC) AS place
            FROM people_rollcall f JOIN ({persons(when)}) p ON p.child = f.child_id
            WHERE {when.believed("f")} AND f.valid_from <= '{when.on}'
        ) told WHERE place = 1"""
    named = f"""
        SELECT c.organisation_id FROM people_coverage c JOIN people_source s ON s.id = c.source_id
        WHERE s.line = 'rollcall' AND {when.sources("s")}"""
    return f"""
        WITH word AS ({word}), dated AS (
            SELECT e.person, h.school, e.grade, e.class_name, k.attendance, k.day,
                   max(k.day) OVER (PARTITION BY h.school, e.grade, e.class_name) AS last_day
            FROM fact_seat e JOIN fact_place h ON h.person = e.person
            LEFT JOIN word k ON k.person = e.person
        ), seats AS (
            SELECT person, school, attendance, day, last_day,
                   count(last_day) OVER (PARTITION BY school, grade, class_name) AS called_here,
                   count(*) OVER (PARTITION BY school, grade, class_name) AS seats_here,
                   count(day) OVER (PARTITION BY school) AS called_in_school,
                   count(*) OVER (PARTITION BY school) AS seats_in_school
            FROM dated
        )
        SELECT person, CASE
            WHEN attendance IS NOT NULL AND day = last_day THEN attendance
            WHEN NOT (called_in_school * 2 >= seats_in_school
                      OR coalesce(school IN ({named}), 1 = 0)) THEN NULL
            WHEN called_here = 0 AND seats_here >= {WHOLE_CLASS} THEN NULL
            ELSE 'not_called' END AS attendance
        FROM seats WHERE EXISTS (SELECT 1 FROM word)
        UNION ALL
        SELECT person, attendance FROM word WHERE person NOT IN (SELECT person FROM fact_seat)"""


_LISTED = tuple(
    kind.id
    for kind in rosters.kinds().values()
    if kind.entitles or kind.id in (*VALUED, "boarders", "migrant")
)
"""Kinds of lists that are circumstances."""


_FROM = """
        FROM fact_who i JOIN fact_place h ON h.person = i.person
        LEFT JOIN fact_seat e ON e.person = i.person
        LEFT JOIN fact_on l ON l.person = i.person
        LEFT JOIN fact_called a ON a.person = i.person
        ORDER BY i.person"""


def _covers(kind: str) -> str:
    """A condition: a list of this kind covers the child."""
    return (
        f"EXISTS (SELECT 1 FROM fact_covered v WHERE v.kind = '{kind}' "
        "AND (v.place = h.home OR v.place = h.school))"
    )


def _doubted(kind: str) -> str:
    return f"EXISTS (SELECT 1 FROM fact_doubt d WHERE d.person = i.person AND d.kind = '{kind}')"


def _told() -> dict[str, str]:
    """For each fact that some list can tell, the SQL expression for it."""

    def flag(kind: str, otherwise: str = "") -> str:
        rest = (
            f"coalesce({otherwise}, CASE WHEN {_covers(kind)} THEN 0 END)"
            if otherwise
            else (f"CASE WHEN {_covers(kind)} THEN 0 END")
        )
        return f"CASE WHEN l.on_{kind} = 1 THEN 1 WHEN {_doubted(kind)} THEN NULL ELSE {rest} END"

    def value(kind: str, least: str, otherwise: str = "NULL") -> str:
        return (
            f"CASE WHEN l.on_{kind} = 1 THEN coalesce(nullif(l.value_{kind}, ''), {least}) "
            f"WHEN {otherwise} IS NOT NULL THEN {otherwise} WHEN {_doubted(kind)} THEN NULL "
            f"WHEN {_covers(kind)} THEN 'none' END"
        )

    told = {
        "birth_date": "i.birth_date",
        "sex": "nullif(coalesce(nullif(i.sex, ''), i.known_sex), '')",
        "in_register": "i.registered",
        "on_roll": "CASE WHEN e.person IS NOT NULL THEN 1 "
        f"WHEN {_doubted('roll')} THEN NULL WHEN {_covers('roll')} THEN 0 END",
        "roll_state": "nullif(e.roll_state, '')",
        "stage": "nullif(e.stage, '')",
        "grade": "e.grade",
        "boards": flag("boarders", _number("e.boards")),
        "attendance": "a.attendance",
        "excuse_until": "CASE WHEN l.on_excused = 1 THEN l.until END",
        "migrant": flag("migrant", _number("e.migrant")),
        "left_behind": _number("e.left_behind"),
        "disability_level": "CASE WHEN l.on_disabled = 1 THEN l.level END",
    }
    for kind, (fact, least) in VALUED.items():
        on_roll = "nullif(e.placement, '')" if kind == "special" else "NULL"
        told[fact] = value(kind, least, on_roll)
    for listed in rosters.kinds().values():
        if listed.entitles:
            told[listed.entitles] = flag(listed.id)
    return told


def _number(column: str) -> str:
    """A truth as 1 and 0, on both databases."""
    return f"CASE WHEN {column} THEN 1 WHEN NOT {column} THEN 0 END"
