"""Who is who across all lists of the folder.

The register and the roll make the registry: one row per child. Every other list is then held
against the registry, kind by kind, so that a child who stands on five lists is not taken for five
namesakes. What is doubtful is not joined; it goes to a person.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from notoneless import identity, rosters
from notoneless.check import faults as fc
from notoneless.check import seats
from notoneless.check.decisions import Decisions
from notoneless.check.folder import Folder
from notoneless.check.rows import PERSON
from notoneless.faults import Place, Refusal
from notoneless.i18n import gettext
from notoneless.identity import normalise
from notoneless.rosters import id_number

LINKED_LEAST = 0.2
"""A roll or roll-call of which less than this share is found in the register is of another county."""

ENOUGH_TO_TELL = 50
"""Below so many rows the share of linked rows says nothing."""

KEPT_BY_SCHOOLS = frozenset({"rollcall", "special", "migrant", "recognition", "boarders"})
"""Lists of pupils who were seen: whoever is on them and unknown here is a finding."""

ROLLS = ("roll", "vocational_roll")
_PERSON = ", ".join(PERSON)


def find(
    con: duckdb.DuckDBPyConnection,
    folder: Folder,
    decisions: Decisions,
    progress: Callable[[str], None] = lambda _: None,
) -> identity.Quality:
    """Make the tables ``registry``, ``child_rows`` and ``doubts`` from the view ``rows``.

    - ``registry(child, universe, census_row, roll_row, name, id_number, birth_date, sex, ...)``: one
      row per child of the register (``universe`` = 'register'), and per pupil of the roll who is not
      in it ('roll').
    - ``child_rows(child, row_id, kind, list_no, step, probability, evidence)``: which rows are whose.
    - ``doubts(pair_id, left_row, right_row, probability, step, evidence)``: pairs of rows for a person.

    Gives back how good the match of roll and register is likely to be.
    """
    con.execute(
        "CREATE TABLE doubts (pair_id VARCHAR, left_row BIGINT, right_row BIGINT, "
        "probability DOUBLE, step VARCHAR, evidence VARCHAR)"
    )
    progress(gettext("比对户籍和学籍"))
    _people_of_one_list(con, "census", "kind = 'census'", decisions)
    _people_of_one_list(con, "roll", f"kind IN {ROLLS}", decisions)
    links = identity.link(con, "roll_people", "census_people")
    _settle(con, links, decisions, folder)
    _refuse_another_county(con, folder)
    _registry(con)
    _register_and_roll_rows(con)
    registry = identity.Registry(con, "registry_people")
    for kind in sorted(folder.kinds() - {"census", *ROLLS}):
        progress(gettext("比对{kind}").format(kind=kind_label(kind)))
        _hold_against_registry(con, registry, kind, decisions, folder)
    return links.quality


def kind_label(kind: str) -> str:
    """The name of a kind of list in the language in use."""
    return str(rosters.kinds()[kind].label)


def _people_of_one_list(
    con: duckdb.DuckDBPyConnection, name: str, where: str, decisions: Decisions
) -> None:
    """``<name>_rows``, ``<name>_groups(row, person)`` and ``<name>_people``: a row per person."""
    con.execute(
        f"CREATE TABLE {name}_rows AS SELECT row_id AS row, {_PERSON} FROM rows "
        f"WHERE accepted AND {where} ORDER BY row_id"
    )
    groups = identity.group(con, f"{name}_rows")
    con.execute(f"CREATE TABLE {name}_groups AS SELECT row, person FROM {groups.table}")
    same = _note_doubts(con, groups.doubtful, decisions)
    for left, right in same:
        con.execute(
            f"UPDATE {name}_groups SET person = (SELECT min(person) FROM {name}_groups WHERE row IN (?, ?)) "
            f"WHERE person IN (SELECT person FROM {name}_groups WHERE row IN (?, ?))",
            [left, right, left, right],
        )
    filled = ", ".join(
        f"arg_min({column}, row) FILTER ({column} IS NOT NULL) AS {column}" for column in PERSON
    )
    con.execute(f"""
        CREATE TABLE {name}_people AS
        WITH sizes AS (SELECT person, count(*) AS rows FROM {name}_groups GROUP BY 1)
        SELECT r.* FROM {name}_rows r JOIN sizes s ON s.person = r.row AND s.rows = 1
        UNION ALL
        SELECT g.person AS row, {filled.replace("row)", "r.row)")}
        FROM {name}_rows r JOIN {name}_groups g USING (row) JOIN sizes s ON s.person = g.person AND s.rows > 1
        GROUP BY g.person
    """)


def _note_doubts(
    con: duckdb.DuckDBPyConnection, pairs: str, decisions: Decisions
) -> list[tuple[int, int]]:
    """Keep what no person has decided yet in ``doubts``; give back the pairs decided to be the same."""
    decisions.register(con)
    # Named list by list, so that only the lists concerned are read again.
    concerned = con.execute(
        f"SELECT DISTINCT unnest([left_row >> 32, right_row >> 32]) FROM {pairs} ORDER BY 1"
    ).fetchall()
    if not concerned:
        return []
    lists = ", ".join(str(number) for (number,) in concerned)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE asked AS
        WITH content AS (
            SELECT row_id, concat_ws('|', coalesce(name, ''), coalesce(id_number, ''),
                   coalesce(birth_date::VARCHAR, ''), coalesce(sex, ''), coalesce(township, ''),
                   coalesce(school, '')) AS text
            FROM rows WHERE list_no IN ({lists})
              AND row_id IN (SELECT left_row FROM {pairs} UNION SELECT right_row FROM {pairs})
        )
        SELECT substr(sha256(least(l.text, r.text) || '#' || greatest(l.text, r.text)), 1, 16) AS pair_id,
               p.left_row, p.right_row, p.probability, p.step, p.evidence
        FROM {pairs} p JOIN content l ON l.row_id = p.left_row JOIN content r ON r.row_id = p.right_row
    """)
    con.execute(
        "INSERT INTO doubts SELECT a.* FROM asked a LEFT JOIN decisions d USING (pair_id) "
        "WHERE d.answer IS NULL OR d.answer = 'unknown' ORDER BY a.left_row, a.right_row"
    )
    return con.execute(
        "SELECT left_row, right_row FROM asked JOIN decisions USING (pair_id) WHERE answer = 'same' ORDER BY ALL"
    ).fetchall()


def _settle(
    con: duckdb.DuckDBPyConnection, links: identity.Links, decisions: Decisions, folder: Folder
) -> None:
    """``roll_census(roll_row, census_row, ...)``: the links of pupils to children, decisions included."""
    con.execute(
        "CREATE TABLE roll_census AS SELECT left_row AS roll_row, right_row AS census_row, probability, "
        f"step, evidence FROM {links.table} WHERE decision = 'linked'"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW roll_doubts AS SELECT * FROM {links.table} WHERE decision = 'review'"
    )
    same = _note_doubts(con, "roll_doubts", decisions)
    for roll_row, census_row in same:
        if _two_valid_numbers(con, roll_row, census_row):
            folder.faults.append(fc.CONFLICTING_DECISIONS.at(place_of(con, roll_row)))
            continue
        con.execute(
            "DELETE FROM roll_census WHERE roll_row = ? OR census_row = ?", [roll_row, census_row]
        )
        con.execute(
            "INSERT INTO roll_census VALUES (?, ?, 1.0, 'decision', ?)",
            [roll_row, census_row, gettext("由人判定为同一人")],
        )


def _two_valid_numbers(con: duckdb.DuckDBPyConnection, one: int, two: int) -> bool:
    numbers = [
        row[0]
        for row in con.execute(
            "SELECT id_number FROM rows WHERE row_id IN (?, ?)", [one, two]
        ).fetchall()
    ]
    valid = {number for number in numbers if id_number.state(number) == "valid"}
    return len(valid) > 1


def place_of(con: duckdb.DuckDBPyConnection, row_id: int) -> Place:
    """Where a row stands: file, sheet, row."""
    file, sheet, row = con.execute(
        "SELECT l.file, l.sheet, (? >> 6) & 67108863 FROM lists l WHERE l.list_no = ? >> 32",
        [row_id, row_id],
    ).fetchall()[0]
    return Place(file, sheet, int(row))


def _refuse_another_county(con: duckdb.DuckDBPyConnection, folder: Folder) -> None:
    """A roll of which hardly anybody is in the register would make every child look missing."""
    pupils, linked, children = con.execute(
        "SELECT (SELECT count(*) FROM roll_people), (SELECT count(*) FROM roll_census), "
        "(SELECT count(*) FROM census_people)"
    ).fetchall()[0]
    if min(pupils, children) >= ENOUGH_TO_TELL and linked < LINKED_LEAST * min(pupils, children):
        fault = fc.OTHER_COUNTY.at(
            Place(file=folder.of_kind(*ROLLS)[0].file),
            kind=kind_label("roll"),
            rows=pupils,
            linked=linked,
        )
        raise Refusal([fault])


def _is_valid(text: str) -> str:
    """SQL: the text is a number whose birth date and check character are right."""
    number, digit = f"({normalise.seventeen(text)})", f"({normalise.check(text)})"
    return f"coalesce({normalise.is_valid(number, digit)}, false)"


def _registry(con: duckdb.DuckDBPyConnection) -> None:
    """One row per child; the register's word first, the roll's where the register has none.

    A valid number wins over one that is not, whichever list it comes from.
    """
    both = {
        column: f"coalesce(c.{column}, r.{column}) AS {column}"
        for column in PERSON
        if column not in ("id_number", "birth_date", "sex", "school")
    }
    id_number = (
        f"CASE WHEN {_is_valid('c.id_number')} THEN c.id_number WHEN {_is_valid('r.id_number')} "
        "THEN r.id_number ELSE coalesce(c.id_number, r.id_number) END AS id_number"
    )
    columns = ", ".join(
        [
            *both.values(),
            id_number,
            "coalesce(c.birth_date, r.birth_date) AS birth_date",
            "coalesce(c.sex, r.sex) AS sex",
            "coalesce(r.school, c.school) AS school",
        ]
    )
    # What neither list says, a valid number still tells.
    told = (
        f"SELECT * REPLACE (CASE WHEN birth_date IS NULL AND {_is_valid('id_number')} "
        "THEN try_strptime(substr(id_number, 7, 8), '%Y%m%d')::DATE ELSE birth_date END AS birth_date, "
        f"CASE WHEN sex IS NULL AND {_is_valid('id_number')} THEN CASE WHEN substr(id_number, 17, 1)::INTEGER % 2 = 1 "
        "THEN 'M' ELSE 'F' END ELSE sex END AS sex)"
    )
    con.execute(f"""
        CREATE TABLE registry AS
        SELECT row_number() OVER (ORDER BY universe, coalesce(census_row, roll_row)) AS child, *
        FROM ({told} FROM (
            SELECT 'register' AS universe, c.row AS census_row, l.roll_row, {columns}
            FROM census_people c
            LEFT JOIN roll_census l ON l.census_row = c.row
            LEFT JOIN roll_people r ON r.row = l.roll_row
            UNION ALL BY NAME
            SELECT 'register' AS universe, row_id AS census_row, NULL::BIGINT AS roll_row, {_PERSON}
            FROM rows WHERE kind = 'census' AND NOT accepted
            UNION ALL BY NAME
            SELECT 'roll' AS universe, NULL::BIGINT AS census_row, r.row AS roll_row, {_PERSON}
            FROM roll_people r WHERE r.row NOT IN (SELECT roll_row FROM roll_census)
        ))
        ORDER BY child
    """)
    con.execute(f"CREATE VIEW registry_people AS SELECT child AS row, {_PERSON} FROM registry")


def _register_and_roll_rows(con: duckdb.DuckDBPyConnection) -> None:
    """All rows of the register and of the roll, doubled ones too, with their child."""
    con.execute("""
        CREATE TABLE child_rows AS
        SELECT r.child, g.row AS row_id, 'census' AS kind, (g.row >> 32)::INTEGER AS list_no,
               'register' AS step, 1.0::DOUBLE AS probability, '' AS evidence
        FROM registry r JOIN census_groups g ON g.person = r.census_row
        UNION ALL
        SELECT r.child, r.census_row, 'census', (r.census_row >> 32)::INTEGER, 'register', 1.0, ''
        FROM registry r WHERE r.census_row IS NOT NULL
          AND r.census_row NOT IN (SELECT row FROM census_groups)
        UNION ALL
        SELECT r.child, g.row, l.kind, l.list_no, coalesce(c.step, 'roll'), coalesce(c.probability, 1.0),
               coalesce(c.evidence, '')
        FROM registry r JOIN roll_groups g ON g.person = r.roll_row
        JOIN lists l ON l.list_no = g.row >> 32
        LEFT JOIN roll_census c ON c.roll_row = r.roll_row
    """)


def _hold_against_registry(
    con: duckdb.DuckDBPyConnection,
    registry: identity.Registry,
    kind: str,
    decisions: Decisions,
    folder: Folder,
) -> None:
    """Join the rows of one kind of list to the children they are about."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE kind_rows AS SELECT row_id AS row, {_PERSON}, roll_number, grade, "
        "class_name FROM rows WHERE accepted AND kind = ? ORDER BY row_id",
        [kind],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE kind_links (left_row BIGINT, right_row BIGINT, probability DOUBLE, "
        "step VARCHAR, evidence VARCHAR)"
    )
    if kind == "rollcall":
        con.execute("""
            CREATE OR REPLACE TEMP TABLE roll_seats AS
            SELECT c.child, s.name, s.roll_number, s.school, s.grade, s.class_name
            FROM child_rows c JOIN rows s ON s.row_id = c.row_id WHERE s.kind IN ('roll', 'vocational_roll')
        """)
        seats.link(con, "kind_rows", "roll_seats", "kind_links")
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW kind_people AS SELECT row, {_PERSON} FROM kind_rows "
        "WHERE row NOT IN (SELECT left_row FROM kind_links)"
    )
    links = registry.link("kind_people")
    con.execute(
        "INSERT INTO kind_links SELECT left_row, right_row, probability, step, evidence "
        f"FROM {links.table} WHERE decision = 'linked'"
    )
    # A doubt is between two rows: the child's row in the register, or else on the roll.
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE kind_doubts AS
        SELECT d.left_row, coalesce(r.census_row, r.roll_row) AS right_row, d.probability, d.step, d.evidence
        FROM {links.table} d JOIN registry r ON r.child = d.right_row
        WHERE d.decision = 'review' AND d.left_row NOT IN (SELECT left_row FROM kind_links)
    """)
    same = _note_doubts(con, "kind_doubts", decisions)
    for left, right in same:
        if _two_valid_numbers(con, left, right):
            folder.faults.append(fc.CONFLICTING_DECISIONS.at(place_of(con, left)))
            continue
        con.execute(
            "INSERT INTO kind_links SELECT ?, child, 1.0, 'decision', ? FROM registry "
            "WHERE coalesce(census_row, roll_row) = ?",
            [left, gettext("由人判定为同一人"), right],
        )
    if kind in KEPT_BY_SCHOOLS:
        _say_who_is_nobody(con, kind, folder)
    con.execute(
        "INSERT INTO child_rows SELECT right_row, left_row, ?, (left_row >> 32)::INTEGER, step, "
        "probability, evidence FROM kind_links",
        [kind],
    )


def _say_who_is_nobody(con: duckdb.DuckDBPyConnection, kind: str, folder: Folder) -> None:
    """Pupils whom a school names and whom neither register nor roll knows must not vanish."""
    for rows, first in con.execute(
        "SELECT count(*), min(row) FROM kind_rows WHERE row NOT IN "
        "(SELECT left_row FROM kind_links) AND row NOT IN (SELECT left_row FROM doubts) "
        "GROUP BY row >> 32 ORDER BY 2"
    ).fetchall():
        place = place_of(con, first)
        folder.faults.append(
            fc.NOBODY_HERE.at(place, kind=kind_label(kind), rows=rows, row=place.row)
        )
