"""What has changed since an earlier run: newly missing, found again, still missing."""

from __future__ import annotations

from pathlib import Path

import duckdb

from notoneless.check import faults as fc
from notoneless.check.states import SUSPECTED
from notoneless.engines.duckdb import quote
from notoneless.faults import Refusal

KEY = "coalesce(nullif(id_number, ''), concat_ws('|', name, birth_date, township))"
"""How a child is told in two runs: by the number, or by name, birth date and township."""


def compare(con: duckdb.DuckDBPyConnection, folder: Path | None) -> None:
    """Make ``changes``: every child suspected then or now, with ``new``, ``open`` or ``resolved``.

    Does nothing without an earlier run. Raises `Refusal` when the folder holds no unmasked
    ``children.csv`` of a check.
    """
    if folder is None:
        return
    file = folder / "children.csv"
    try:
        con.execute(
            f"CREATE TEMP TABLE before AS SELECT {KEY} AS key, * FROM read_csv({quote(str(file))}, "
            "header = true, all_varchar = true, quote = '\"', escape = '\"', strict_mode = true)"
        )
        masked = con.execute("SELECT count(*) FROM before WHERE name LIKE '%*'").fetchall()[0][0]
    except duckdb.Error as error:
        raise Refusal([fc.PREVIOUS_UNREADABLE.at(path=folder.name)]) from error
    if masked:
        raise Refusal([fc.PREVIOUS_MASKED.at(path=folder.name)])
    con.execute(f"""
        CREATE TABLE changes AS
        WITH earlier AS (SELECT key, any_value(COLUMNS(* EXCLUDE key)) FROM before
                      WHERE state IN {SUSPECTED} GROUP BY key),
             current_run AS (SELECT *, {KEY.replace("birth_date", "birth_date::VARCHAR")} AS key FROM children)
        SELECT n.child, coalesce(n.name, t.name) AS name, coalesce(n.id_number, t.id_number) AS id_number,
               coalesce(n.township, t.township) AS township, coalesce(n.school, t.school) AS school,
               coalesce(n.state, '') AS state, coalesce(n.state_label, '') AS state_label,
               CASE WHEN t.key IS NULL THEN 'new' WHEN n.state IN {SUSPECTED} THEN 'open'
                    ELSE 'resolved' END AS change
        FROM earlier t FULL JOIN current_run n USING (key)
        WHERE t.key IS NOT NULL OR n.state IN {SUSPECTED}
        ORDER BY change, township, name, n.child
    """)
