"""What is known of each child: rows of lists become the facts that the rules ask for.

Every fact of ``rulebooks/facts.yaml`` is a column here. A fact that no list of the folder can tell is
NULL, unknown; it is never guessed.
"""

from __future__ import annotations

import duckdb

from notoneless import rosters
from notoneless.check import coverage
from notoneless.check.folder import Folder
from notoneless.kernel.facts import FactSchema

SQL_TYPES = {
    "int": "INTEGER",
    "money": "BIGINT",
    "bool": "BOOLEAN",
    "date": "DATE",
    "enum": "VARCHAR",
}


def build(con: duckdb.DuckDBPyConnection, folder: Folder, schema: FactSchema) -> None:
    """Make the table ``facts``: one row per child of the registry, one column per fact."""
    coverage.build(con, folder)
    _roll(con)
    _on_lists(con)
    _details(con)
    _attendance(con, folder)
    told = _told(folder)
    columns = ", ".join(
        f"({told.get(fact.name, 'NULL')})::{SQL_TYPES[fact.kind]} AS {fact.name}"
        for fact in schema.subjects["child"].facts.values()
    )
    con.execute(f"""
        CREATE TABLE facts AS
        SELECT r.child, {columns}
        FROM registry r
        JOIN places p USING (child)
        LEFT JOIN roll_facts s USING (child)
        LEFT JOIN on_lists l USING (child)
        LEFT JOIN doubted_lists b USING (child)
        LEFT JOIN details d USING (child)
        LEFT JOIN attendance_facts a USING (child)
        ORDER BY r.child
    """)


def _told(folder: Folder) -> dict[str, str]:
    """For each fact that some list can tell, the SQL expression for it."""
    has_roll = bool(folder.of_kind("roll", "vocational_roll"))

    def listed(kind: str) -> str:
        covers = coverage.sql_covers(kind, folder)
        return (
            f"CASE WHEN coalesce(l.{kind}, false) THEN true WHEN coalesce(b.{kind}, false) THEN NULL "
            f"WHEN {covers} THEN false END"
        )

    def value_or_none(kind: str, value: str) -> str:
        covers = coverage.sql_covers(kind, folder)
        return (
            f"CASE WHEN {value} IS NOT NULL THEN {value} WHEN coalesce(b.{kind}, false) THEN NULL "
            f"WHEN {covers} THEN 'none' END"
        )

    told = {
        "birth_date": "r.birth_date",
        "sex": "r.sex",
        "in_register": "r.universe = 'register'",
        "on_roll": "s.child IS NOT NULL" if has_roll else "NULL",
        "roll_state": "s.roll_state",
        "stage": "s.stage",
        "grade": "s.grade",
        "boards": "CASE WHEN l.boarders THEN true ELSE coalesce(s.boards, "
        f"CASE WHEN {coverage.sql_covers('boarders', folder)} THEN false END) END",
        "attendance": "a.attendance",
        "placement": value_or_none("special", "coalesce(d.placement, s.placement)"),
        "elsewhere": value_or_none("elsewhere", "d.elsewhere"),
        "excuse": value_or_none("excused", "d.excuse"),
        "excuse_until": "d.excuse_until",
        "gone": value_or_none("gone", "d.gone"),
        "migrant": "CASE WHEN l.migrant THEN true ELSE coalesce(s.migrant, "
        f"CASE WHEN {coverage.sql_covers('migrant', folder)} THEN false END) END",
        "left_behind": "s.left_behind",
        "disability_level": "d.disability_level",
        "recognised": value_or_none("recognition", "d.recognised"),
    }
    for kind in rosters.kinds().values():
        if kind.entitles:
            told[kind.entitles] = listed(kind.id)
    return told


def _roll(con: duckdb.DuckDBPyConnection) -> None:
    """``roll_facts``: of a child's rows on rolls the one where he is enrolled, the newest first.

    The national sheet has no column of states; what it last notes as a change is the state since.
    """
    con.execute("""
        CREATE TABLE roll_facts AS
        SELECT c.child, coalesce(s.roll_state, s.roll_change) AS roll_state, s.grade, s.class_name,
               s.boards, s.placement, s.migrant, s.left_behind, s.school, c.row_id,
               coalesce(s.stage, CASE WHEN c.kind = 'vocational_roll' THEN 'vocational'
                   WHEN s.grade BETWEEN 1 AND 6 THEN 'primary' WHEN s.grade BETWEEN 7 AND 9 THEN 'junior'
                   WHEN s.grade BETWEEN 10 AND 12 THEN 'senior' END) AS stage
        FROM child_rows c JOIN rows s ON s.row_id = c.row_id
        LEFT JOIN lists l ON l.list_no = c.list_no
        WHERE c.kind IN ('roll', 'vocational_roll')
        QUALIFY row_number() OVER (PARTITION BY c.child ORDER BY
            coalesce(s.roll_state, s.roll_change, 'enrolled') = 'enrolled' DESC,
            l.list_date DESC NULLS LAST, c.row_id) = 1
    """)


def _on_lists(con: duckdb.DuckDBPyConnection) -> None:
    """``on_lists`` and ``doubted_lists``: per child one boolean column per kind of list.

    Whoever may be a person on a list is, until somebody decides, neither on it nor not on it.
    """
    flags = ", ".join(f"bool_or(kind = '{kind}') AS {kind}" for kind in rosters.kinds())
    con.execute(f"CREATE TABLE on_lists AS SELECT child, {flags} FROM child_rows GROUP BY child")
    con.execute(f"""
        CREATE TABLE doubted_lists AS
        SELECT c.child, {flags.replace("kind =", "l.kind =")}
        FROM doubts d JOIN lists l ON l.list_no = d.left_row >> 32
        JOIN child_rows c ON c.row_id = d.right_row GROUP BY c.child
    """)


def _details(con: duckdb.DuckDBPyConnection) -> None:
    """``details``: what the small lists say beside the name; the newest list's word.

    A list of a kind that has no column for the detail still says the main thing, so the detail gets
    the least that its kind means: on the list of excuses a pupil is suspended, a child without a roll
    has his entry deferred.
    """

    def newest(value: str, kind: str) -> str:
        return (
            f"arg_max({value}, (coalesce(l.list_date, DATE '1900-01-01'), c.row_id)) "
            f"FILTER (c.kind = '{kind}')"
        )

    excuse = "coalesce(s.excuse, CASE WHEN f.child IS NULL THEN 'deferred' ELSE 'suspended' END)"
    con.execute(f"""
        CREATE TABLE details AS
        SELECT c.child,
               {newest("coalesce(s.placement, 'special_school')", "special")} AS placement,
               {newest("coalesce(s.elsewhere, 'province')", "elsewhere")} AS elsewhere,
               {newest(excuse, "excused")} AS excuse,
               {newest("s.excuse_until", "excused")} AS excuse_until,
               {newest("coalesce(s.gone, 'moved')", "gone")} AS gone,
               {newest("s.disability_level", "disabled")} AS disability_level,
               {newest("coalesce(s.recognised, 'general')", "recognition")} AS recognised
        FROM child_rows c JOIN rows s ON s.row_id = c.row_id
        LEFT JOIN lists l ON l.list_no = c.list_no
        LEFT JOIN roll_facts f ON f.child = c.child
        WHERE c.kind IN ('special', 'elsewhere', 'excused', 'gone', 'disabled', 'recognition')
        GROUP BY c.child
    """)


def _attendance(con: duckdb.DuckDBPyConnection, folder: Folder) -> None:
    """``attendance_facts``: the newest roll-call's word on each child of the roll.

    A pupil whose class was called and who is not on the sheet is ``not_called``. A class counts as
    called when one of its pupils was; so a class written differently on the two sheets hides nobody.

    A pupil without a mark that can be read was there only if his class marks none who were: where
    others are ticked, he was not.
    """
    con.execute("""
        CREATE TABLE called AS
        WITH ticked AS (
            SELECT DISTINCT list_no, school, grade, class_name FROM rows
            WHERE kind = 'rollcall' AND attendance = 'present'
        ), marks AS (
            SELECT c.child, c.row_id, s.school, s.call_date, coalesce(s.call_date, l.list_date) AS day,
                   coalesce(s.attendance, CASE WHEN t.list_no IS NULL THEN 'present' ELSE 'absent' END)
                       AS attendance
            FROM child_rows c JOIN rows s ON s.row_id = c.row_id
            LEFT JOIN lists l ON l.list_no = c.list_no
            LEFT JOIN ticked t ON t.list_no = s.list_no AND t.school IS NOT DISTINCT FROM s.school
                AND t.grade IS NOT DISTINCT FROM s.grade
                AND t.class_name IS NOT DISTINCT FROM s.class_name
            WHERE c.kind = 'rollcall'
        )
        SELECT child, school, call_date, attendance FROM marks
        QUALIFY row_number() OVER (PARTITION BY child ORDER BY
            day DESC NULLS LAST, attendance = 'present' DESC, row_id) = 1
    """)
    con.execute(f"""
        CREATE TABLE attendance_facts AS
        WITH seats AS (
            SELECT f.child, p.school_key, f.grade, f.class_name, k.attendance, k.call_date,
                   count(k.child) OVER (PARTITION BY p.school_key, f.grade, f.class_name) AS called_here,
                   count(*) OVER (PARTITION BY p.school_key, f.grade, f.class_name) AS seats_here,
                   count(k.child) OVER (PARTITION BY p.school_key) AS called_in_school,
                   count(*) OVER (PARTITION BY p.school_key) AS seats_in_school
            FROM roll_facts f JOIN places p USING (child) LEFT JOIN called k USING (child)
        )
        SELECT child, call_date, CASE
            WHEN attendance IS NOT NULL THEN attendance
            WHEN NOT ({_school_called(folder)}) THEN NULL
            WHEN called_here = 0 AND seats_here >= {coverage.WHOLE_CLASS} THEN NULL
            ELSE 'not_called' END AS attendance
        FROM seats p
        UNION ALL
        SELECT child, call_date, attendance FROM called WHERE child NOT IN (SELECT child FROM roll_facts)
    """)


def _school_called(folder: Folder) -> str:
    """A school was called when a roll-call names it, or holds at least half of its pupils."""
    if not folder.of_kind("rollcall"):
        return "false"
    return f"(p.called_in_school * 2 >= p.seats_in_school) OR ({_named_in_rollcall(folder)})"


def _named_in_rollcall(folder: Folder) -> str:
    if any(entry.schools for entry in folder.of_kind("rollcall")):
        return "coalesce(p.school_key IN (SELECT key FROM covered WHERE kind = 'rollcall'), false)"
    return "false"
