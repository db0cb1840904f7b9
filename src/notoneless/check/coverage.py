"""Of whom a list can say "he is not on it".

A list covers the schools or townships it names. A child outside them is not "not on the list": nobody
knows, and whatever hangs on it is unknown. A list whose title names the county, or that names no place
at all, covers everyone.
"""

from __future__ import annotations

import duckdb

from notoneless.check import faults as fc
from notoneless.check.folder import Folder
from notoneless.check.people import kind_label
from notoneless.faults import Place

BY_SCHOOL = frozenset({"rollcall", "recognition", "boarders", "migrant"})
"""Kinds that schools keep; all others are kept by townships or by the county."""

WHOLE_COUNTY = frozenset(
    {"special", "elsewhere", "excused", "gone", "platform", "roll", "vocational_roll"}
)
"""Kinds kept in one place for the county; the places they name are where the children are now."""

WHOLE_CLASS = 5
"""A class of so many pupils of whom not one was called was not called; a smaller one may be empty."""


def sql_place_key(expression: str) -> str:
    """A place or school name less what offices add or leave out: spaces, the county, 镇/乡/街道."""
    trimmed = f"regexp_replace({expression}, '\\s|（.*?）|\\(.*?\\)', '', 'g')"
    county = (
        f"regexp_replace({trimmed}, '^(.{{2,3}}(市|州))?(.{{2,3}}(县|区|市))(.{{2,}})$', '\\4')"
    )
    return f"regexp_replace({county}, '(镇|乡|街道|街道办事处|民族乡)$', '')"


def build(con: duckdb.DuckDBPyConnection, folder: Folder) -> None:
    """Make ``covered_places(kind, school_key, township_key)`` and ``places(child, school_key, township_key)``."""
    con.execute(
        f"CREATE TABLE places AS SELECT child, {sql_place_key('school')} AS school_key, "
        f"{sql_place_key('township')} AS township_key FROM registry"
    )
    _set_aside_other_counties(con, folder)
    _set_aside_unmarked(con, folder)
    con.execute("CREATE TABLE covered (kind VARCHAR, key VARCHAR)")
    named = [
        (entry.kind, place)
        for entry in folder.lists
        for place in sorted(_named(entry.kind, entry.schools, entry.townships))
    ]
    if named:
        con.execute("CREATE TEMP TABLE named (kind VARCHAR, place VARCHAR)")
        con.executemany("INSERT INTO named VALUES (?, ?)", named)
        con.execute(
            f"INSERT INTO covered SELECT DISTINCT kind, {sql_place_key('place')} FROM named"
        )


def _set_aside_other_counties(con: duckdb.DuckDBPyConnection, folder: Folder) -> None:
    """A list of places that nobody here has, and of nobody here, says nothing about anybody here."""
    kept = []
    for entry in folder.lists:
        places = sorted(_named(entry.kind, entry.schools, entry.townships))
        if entry.kind in ("census", "roll", "payments") or not places:
            kept.append(entry)
            continue
        column = "school_key" if entry.kind in BY_SCHOOL else "township_key"
        known, linked = con.execute(
            f"SELECT (SELECT count(*) FROM places WHERE {column} IN "
            f"(SELECT {sql_place_key('place')} FROM (SELECT unnest(?::VARCHAR[]) AS place))), "
            "(SELECT count(*) FROM child_rows WHERE list_no = ?)",
            [places, entry.number],
        ).fetchall()[0]
        if known or linked:
            kept.append(entry)
            continue
        named = "、".join(places[:3]) + ("…" if len(places) > 3 else "")
        folder.faults.append(
            fc.OTHER_COUNTY_ASIDE.at(
                Place(entry.file, entry.sheet), kind=kind_label(entry.kind), places=named
            )
        )
    folder.lists = kept


def _set_aside_unmarked(con: duckdb.DuckDBPyConnection, folder: Folder) -> None:
    """A roll-call with a column for marks and no mark in it: a form nobody filled in, or all present.

    Nobody can tell, so it clears nobody.
    """
    kept = []
    for entry in folder.lists:
        marks = 1
        if entry.kind == "rollcall" and "attendance" in entry.fields:
            marks = con.execute(
                "SELECT count(attendance) FROM rows WHERE list_no = ?", [entry.number]
            ).fetchall()[0][0]
        if marks:
            kept.append(entry)
            continue
        con.execute("DELETE FROM child_rows WHERE list_no = ?", [entry.number])
        folder.faults.append(fc.UNMARKED.at(Place(entry.file, entry.sheet)))
    folder.lists = kept


def _named(kind: str, schools: frozenset[str], townships: frozenset[str]) -> frozenset[str]:
    return schools if kind in BY_SCHOOL else townships


def sql_covers(kind: str, folder: Folder) -> str:
    """An SQL condition over ``places p``: a list of this kind that was given covers the child."""
    lists = folder.of_kind(kind)
    if not lists:
        return "false"
    if kind in WHOLE_COUNTY or any(
        entry.whole_county or not _named(kind, entry.schools, entry.townships) for entry in lists
    ):
        return "true"
    key = "school_key" if kind in BY_SCHOOL else "township_key"
    return f"coalesce(p.{key} IN (SELECT key FROM covered WHERE kind = '{kind}'), false)"
