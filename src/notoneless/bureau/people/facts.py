"""What is known of every child, as the rules ask for it (`rulebooks/facts.yaml`).

The meaning is that of `check.facts`: a fact that no list tells is NULL, unknown; being on a list is false
only where a list of that kind covers the child. What holds on the day is read from the bureau's database as
it stands, and put together in DuckDB: one statement per question, whatever the number of children.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cache

import duckdb
import pyarrow as pa

from notoneless import kernel, rosters
from notoneless.bureau.people.covered import covered
from notoneless.bureau.people.reading import one_moment, read
from notoneless.bureau.people.standing import ENROLLED_FIRST, NEWEST, RANK, When, persons
from notoneless.engines.duckdb import connect

SUBJECT = "child"

MEMORY = "2GB"
"""What DuckDB may keep at a time."""

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
_SQL = {"int": "BIGINT", "money": "BIGINT", "bool": "BOOLEAN", "date": "DATE"}


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
    schema = _schema().subjects[SUBJECT].facts
    told = _told()
    listed = ", ".join(
        f"({told.get(one.name, 'NULL')})::{_SQL.get(one.kind, 'VARCHAR')} AS {one.name}"
        for one in schema.values()
    )
    db = connect(memory=MEMORY, encrypted=True)
    try:
        with one_moment():
            _read(db, When(on, known_on))
        _pairs(db, "doubted", doubted)
        _prepare(db)
        found = db.sql(
            f"SELECT i.person AS {SUBJECT}, {listed}, "
            f"coalesce(h.home, i.told_to) AS home, h.school, e.school_id AS seat {_FROM}"
        ).to_arrow_table()
    finally:
        db.close()
    fields = [pa.field(SUBJECT, pa.int64())]
    fields += [pa.field(one.name, _ARROW.get(one.kind, pa.string())) for one in schema.values()]
    fields += [pa.field(name, pa.int64()) for name in PLACES]
    return found.cast(pa.schema(fields))


@cache
def _schema() -> kernel.FactSchema:
    """The contract, read once."""
    return kernel.load_facts(kernel.shipped("facts"))


# --- what holds on the day, out of the bureau's database ----------------------------------------------

_KEY, _TEXT, _DAY, _TRUTH = pa.int64(), pa.string(), pa.date32(), pa.bool_()

_COLUMNS = {
    "identity": {"sex": _TEXT, "birth_date": _DAY},
    "residence": {"place_id": _KEY},
    "enrolment": {
        "school_id": _KEY, "stage": _TEXT, "grade": _KEY, "class_name": _TEXT, "roll_state": _TEXT,
        "boards": _TRUTH, "placement": _TEXT, "migrant": _TRUTH, "left_behind": _TRUTH,
    },
    "circumstance": {"kind": _TEXT, "value": _TEXT, "until": _DAY, "level": _KEY},
    "rollcall": {"attendance": _TEXT, "valid_from": _DAY},
}  # fmt: skip
"""Of each table of facts what the rules ask for."""

_EACH = {"id": _KEY, "child_id": _KEY, "line": _TEXT, "source_id": _KEY}


def _read(db: duckdb.DuckDBPyConnection, when: When) -> None:
    """The facts that hold; a roll-call's counts until the next, so of those all that were before."""
    for table, more in _COLUMNS.items():
        holds = when.holds("f")
        if table == "rollcall":
            holds = f"{when.believed('f')} AND f.valid_from <= '{when.on}'"
        read(db, table, {**_EACH, **more}, f"people_{table} f WHERE {holds}")
    read(db, "source", {"id": _KEY, "list_date": _DAY, "organisation_id": _KEY}, "people_source")
    merged = f"({persons(when)}) p WHERE child <> person"
    read(db, "merged", {"child": _KEY, "person": _KEY}, merged)
    classes = "accounts_organisation WHERE kind = 'class'"
    read(db, "class", {"id": _KEY, "parent_id": _KEY}, classes)
    called = (
        "people_coverage c JOIN people_source s ON s.id = c.source_id "
        f"WHERE s.line = 'rollcall' AND {when.sources('s')}"
    )
    read(db, "called_by_name", {"organisation_id": _KEY}, called, of="c")
    _pairs(
        db, "covered", ((place, kind) for kind, places in covered(when).items() for place in places)
    )


def _pairs(db: duckdb.DuckDBPyConnection, table: str, pairs: Iterable[tuple[int, str]]) -> None:
    """A row per key, a column per kind of list: true where the pair is there, else false."""
    keys, kinds = zip(*told, strict=True) if (told := list(pairs)) else ((), ())
    db.register("pairs", pa.table({"key": pa.array(keys, _KEY), "kind": pa.array(kinds, _TEXT)}))
    columns = ", ".join(f"bool_or(kind = '{kind}') AS {kind}" for kind in rosters.kinds())
    db.execute(f"CREATE TABLE {table} AS SELECT key, {columns} FROM pairs GROUP BY key")
    db.unregister("pairs")


# --- the pieces ---------------------------------------------------------------------------------------


def _told_by(table: str) -> str:
    """``f`` with the ``person`` it is about, as merges stand, and ``s``, who says so."""
    return (
        f"(SELECT coalesce(m.person, t.child_id) AS person, t.* FROM {table} t "
        "LEFT JOIN merged m ON m.child = t.child_id) f JOIN source s ON s.id = f.source_id"
    )


def _prepare(db: duckdb.DuckDBPyConnection) -> None:
    db.execute(f"CREATE TABLE who AS {_WHO}")
    db.execute(f"CREATE TABLE seat AS {_best('enrolment', f'{ENROLLED_FIRST}, {RANK}')}")
    db.execute(f"CREATE TABLE listed AS {_LISTS}")
    db.execute(f"CREATE TABLE place AS {_PLACES}")
    db.execute(f"CREATE TABLE called AS {_CALLED}")


def _best(table: str, order: str) -> str:
    """Per child the one row that counts."""
    return (
        f"SELECT f.* FROM {_told_by(table)} "
        f"QUALIFY row_number() OVER (PARTITION BY f.person ORDER BY {order}, {NEWEST}) = 1"
    )


_WHO = f"""
    SELECT person, max(CASE WHEN place = 1 THEN sex END) AS sex,
           max(CASE WHEN dated = 1 THEN birth_date END) AS birth_date,
           max(CASE WHEN sexed = 1 THEN sex END) AS known_sex, bool_or(line = 'census') AS registered,
           max(CASE WHEN place = 1 THEN told_to END) AS told_to
    FROM (
        SELECT f.person, f.birth_date, f.sex, f.line, s.organisation_id AS told_to,
               row_number() OVER (PARTITION BY f.person ORDER BY {RANK}, {NEWEST}) AS place,
               row_number() OVER (PARTITION BY f.person ORDER BY f.birth_date IS NULL, {RANK}, {NEWEST})
                   AS dated,
               row_number() OVER (PARTITION BY f.person ORDER BY f.sex = '', {RANK}, {NEWEST}) AS sexed
        FROM {_told_by("identity")} WHERE f.line IN ('person', 'census', 'roll', 'vocational_roll')
    ) GROUP BY person"""
"""Who each child is; the birth date and the sex from the best that tells them."""

_LISTED = tuple(
    kind.id
    for kind in rosters.kinds().values()
    if kind.entitles or kind.id in (*VALUED, "boarders", "migrant")
)
"""Kinds of lists that are circumstances."""

_FLAGS = ", ".join(f"bool_or(f.kind = '{kind}') AS on_{kind}" for kind in _LISTED)
_VALUES = ", ".join(
    f"max(CASE WHEN f.kind = '{kind}' THEN f.value END) AS value_{kind}" for kind in VALUED
)

_LISTS = f"""
    SELECT person, {_FLAGS}, {_VALUES}, max(CASE WHEN f.kind = 'excused' THEN f.until END) AS until,
           max(CASE WHEN f.kind = 'disabled' THEN f.level END) AS level
    FROM (
        SELECT f.* FROM {_told_by("circumstance")}
        QUALIFY row_number() OVER (PARTITION BY f.person, f.kind ORDER BY {RANK}, {NEWEST}) = 1
    ) f GROUP BY person"""
"""One column per kind of list: true for who is on it; and what the lists say beside the name."""

_PLACES = f"""
    SELECT w.person, r.place_id AS home, coalesce(c.parent_id, e.school_id) AS school
    FROM who w LEFT JOIN ({_best("residence", RANK)}) r ON r.person = w.person
    LEFT JOIN seat e ON e.person = w.person LEFT JOIN class c ON c.id = e.school_id"""
"""Where each child lives and goes to school; a class counts as its school."""

_CALLED = f"""
    WITH word AS (
        SELECT f.person, f.attendance, f.valid_from AS day FROM {_told_by("rollcall")}
        QUALIFY row_number() OVER (PARTITION BY f.person ORDER BY f.valid_from DESC,
            f.attendance <> 'present', f.id DESC) = 1
    ), dated AS (
        SELECT e.person, h.school, e.grade, e.class_name, k.attendance, k.day,
               max(k.day) OVER (PARTITION BY h.school, e.grade, e.class_name) AS last_day
        FROM seat e JOIN place h ON h.person = e.person LEFT JOIN word k ON k.person = e.person
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
                  OR coalesce(school IN (SELECT organisation_id FROM called_by_name), false)) THEN NULL
        WHEN called_here = 0 AND seats_here >= {WHOLE_CLASS} THEN NULL
        ELSE 'not_called' END AS attendance
    FROM seats WHERE EXISTS (SELECT 1 FROM word)
    UNION ALL
    SELECT person, attendance FROM word WHERE person NOT IN (SELECT person FROM seat)"""
"""The newest roll-call's word on each child of the roll (`check.facts` says the same).

A pupil whose class was called and who is not on the sheet is ``not_called``. A class counts as called when one
of its pupils was, a school when a roll-call names it or holds at least half of its pupils. What was called
before the class was called last no longer counts.
"""

_FROM = """
    FROM who i JOIN place h ON h.person = i.person
    LEFT JOIN seat e ON e.person = i.person
    LEFT JOIN listed l ON l.person = i.person
    LEFT JOIN called a ON a.person = i.person
    LEFT JOIN doubted b ON b.key = i.person
    LEFT JOIN covered ch ON ch.key = h.home
    LEFT JOIN covered cs ON cs.key = h.school
    ORDER BY i.person"""


def _told() -> dict[str, str]:
    """For each fact that some list can tell, the SQL expression for it."""

    def covers(kind: str) -> str:
        return f"(coalesce(ch.{kind}, false) OR coalesce(cs.{kind}, false))"

    def flag(kind: str, otherwise: str = "NULL") -> str:
        return (
            f"CASE WHEN l.on_{kind} THEN true WHEN b.{kind} THEN NULL "
            f"WHEN {otherwise} IS NOT NULL THEN {otherwise} WHEN {covers(kind)} THEN false END"
        )

    def value(kind: str, least: str, otherwise: str = "NULL") -> str:
        return (
            f"CASE WHEN l.on_{kind} THEN coalesce(nullif(l.value_{kind}, ''), {least}) "
            f"WHEN {otherwise} IS NOT NULL THEN {otherwise} WHEN b.{kind} THEN NULL "
            f"WHEN {covers(kind)} THEN 'none' END"
        )

    told = {
        "birth_date": "i.birth_date",
        "sex": "nullif(coalesce(nullif(i.sex, ''), i.known_sex), '')",
        "in_register": "i.registered",
        "on_roll": "CASE WHEN e.person IS NOT NULL THEN true "
        f"WHEN b.roll THEN NULL WHEN {covers('roll')} THEN false END",
        "roll_state": "nullif(e.roll_state, '')",
        "stage": "nullif(e.stage, '')",
        "grade": "e.grade",
        "boards": flag("boarders", "e.boards"),
        "attendance": "a.attendance",
        "excuse_until": "CASE WHEN l.on_excused THEN l.until END",
        "migrant": flag("migrant", "e.migrant"),
        "left_behind": "e.left_behind",
        "disability_level": "CASE WHEN l.on_disabled THEN l.level END",
    }
    for kind, (fact, least) in VALUED.items():
        on_roll = "nullif(e.placement, '')" if kind == "special" else "NULL"
        told[fact] = value(kind, least, on_roll)
    for listed in rosters.kinds().values():
        if listed.entitles:
            told[listed.entitles] = flag(listed.id)
    return told
