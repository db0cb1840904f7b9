"""Who answers for a case on both lines, derived from the tree and from who holds which role.

The same derivation serves a new case, the night (somebody left, somebody came, the child moved) and a
transfer: what stands and is no more right ends, what is missing begins. A step that exists in the tree and
whose roles nobody holds is kept as a hole, so that it can be counted and filled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from notoneless.bureau.cases.codes import Position, positions
from notoneless.bureau.people.bulk import chunks

PLACE = {"administration": "home_id", "education": "school_id"}
"""Which place of a case each line goes up from."""


def assign(on: dt.date, cases: Iterable[int] | None = None) -> list[int]:
    """Make the people of these cases (keys), or of all active ones, right on a day.

    Gives the keys of cases of which a step changed hands. Call it in a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS cases_wanted")
        cursor.execute(
            "CREATE TEMP TABLE cases_wanted (case_id BIGINT, line VARCHAR(16), step INT, duty VARCHAR(10),"
            " organisation_id BIGINT, user_id BIGINT, PRIMARY KEY (case_id, line, step))"
        )
        if cases is None:
            _want(on, "c.closed_on IS NULL AND c.joined_to_id IS NULL")
        else:
            for keys in chunks(sorted(set(cases))):
                _want(on, f"c.id IN ({', '.join(map(str, keys))})")
        changed = _apply(on)
        cursor.execute("DROP TABLE cases_wanted")
    return changed


def _want(on: dt.date, which: str) -> None:
    with connection.cursor() as cursor:
        for position in positions():
            cursor.execute(_wanted(position, which), {"on": on.isoformat()})


def _wanted(position: Position, which: str) -> str:
    """The people that a position should have: of several, the one assigned first."""
    ranks = " ".join(f"WHEN '{role}' THEN {rank}" for rank, role in enumerate(position.roles))
    roles = ", ".join(f"'{role}'" for role in position.roles)
    return f"""
        INSERT INTO cases_wanted (case_id, line, step, duty, organisation_id, user_id)
        SELECT c.id, '{position.line}', {position.step}, '{position.duty}', o.id, (
            SELECT a.user_id FROM accounts_assignment a JOIN accounts_user u ON u.id = a.user_id
            LEFT JOIN accounts_assignment d ON d.id = a.delegated_from_id
            WHERE a.organisation_id = o.id AND a.role IN ({roles}) AND u.is_active
              AND a.revoked_at IS NULL AND a.valid_from <= %(on)s
              AND (a.valid_to IS NULL OR a.valid_to >= %(on)s)
              AND (d.id IS NULL OR d.revoked_at IS NULL)
            ORDER BY CASE a.role {ranks} END, CASE WHEN d.id IS NULL THEN 0 ELSE 1 END, a.id LIMIT 1)
        FROM cases_case c
        JOIN accounts_lineage l ON l.below_id = c.{PLACE[position.line]}
        JOIN accounts_organisation o ON o.id = l.above_id AND o.kind = '{position.at}'
        WHERE {which} AND NOT EXISTS (
            SELECT 1 FROM accounts_lineage n JOIN accounts_organisation p ON p.id = n.above_id
            WHERE n.below_id = c.{PLACE[position.line]} AND p.kind = '{position.at}' AND n.depth < l.depth
        )"""


_SAME = """w.case_id = r.case_id AND w.line = r.line AND w.step = r.step
    AND w.organisation_id = r.organisation_id
    AND coalesce(w.user_id, 0) = coalesce(r.user_id, 0)"""


def _apply(on: dt.date) -> list[int]:
    day, before = on.isoformat(), (on - dt.timedelta(days=1)).isoformat()
    wrong = f"""until IS NULL AND case_id IN (SELECT case_id FROM cases_wanted)
        AND NOT EXISTS (SELECT 1 FROM cases_wanted w JOIN cases_responsible r
                        ON {_SAME} WHERE r.id = cases_responsible.id)"""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT case_id FROM cases_responsible WHERE {wrong} ORDER BY 1")
        changed = [key for (key,) in cursor.fetchall()]
        # Who began today and is not right any more today never counted.
        cursor.execute(f"DELETE FROM cases_responsible WHERE since >= %s AND {wrong}", [day])
        cursor.execute(f"UPDATE cases_responsible SET until = %s WHERE {wrong}", [before])
        cursor.execute(
            """INSERT INTO cases_responsible
                   (case_id, line, step, duty, organisation_id, user_id, since)
               SELECT w.case_id, w.line, w.step, w.duty, w.organisation_id, w.user_id, %s
               FROM cases_wanted w WHERE NOT EXISTS (
                   SELECT 1 FROM cases_responsible r WHERE r.case_id = w.case_id
                   AND r.line = w.line AND r.step = w.step AND r.until IS NULL)""",
            [day],
        )
    return changed


def follow_places() -> None:
    """Let active cases follow their children: a new home, a new class. What is not known any more stays."""
    with connection.cursor() as cursor:
        for column, known in (
            ("home_id", "c.home_id"),
            ("school_id", "coalesce(c.attending_id, c.school_id)"),
        ):
            cursor.execute(
                f"""UPDATE cases_case SET {column} = {known} FROM people_child c
                    WHERE c.id = cases_case.child_id AND {known} IS NOT NULL
                    AND cases_case.closed_on IS NULL AND cases_case.joined_to_id IS NULL
                    AND (cases_case.{column} IS NULL OR cases_case.{column} <> {known})"""
            )
