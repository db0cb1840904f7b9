"""All rows of all lists in the engine, each with one number that says where it came from."""

from __future__ import annotations

import duckdb

from notoneless import rosters
from notoneless.check.folder import RosterList
from notoneless.engines.duckdb import quote

PERSON = (
    "name",
    "id_number",
    "birth_date",
    "sex",
    "guardian_name",
    "guardian_id",
    "phone",
    "township",
    "village",
    "school",
)
"""The columns by which a row's person is told (see `notoneless.identity`)."""

ROW = '(list_no::BIGINT << 32) | ("row"::BIGINT << 6) | member'
"""A row's number: the list, the row in its sheet, the member of the household. Stable for the same folder."""


def sql_type(field: str) -> str:
    """The engine's type for a field of a list."""
    types = {"int": "BIGINT", "bool": "BOOLEAN", "date": "DATE", "money": "BIGINT"}
    return types.get(rosters.fields()[field].type, "VARCHAR")


def load(con: duckdb.DuckDBPyConnection, lists: list[RosterList]) -> None:
    """Make the table ``lists`` and one view ``rows`` over all Parquet files of the reader.

    Columns of ``rows``: ``row_id, list_no, kind, sheet, row, data_row, member, accepted`` and every
    field a list can have, NULL where its list does not bring it.
    """
    con.execute(
        "CREATE TABLE lists (list_no INTEGER, file VARCHAR, sheet VARCHAR, kind VARCHAR, list_date DATE)"
    )
    con.executemany(
        "INSERT INTO lists VALUES (?, ?, ?, ?, ?)",
        [[entry.number, entry.file, entry.sheet, entry.kind, entry.list_date] for entry in lists],
    )
    columns = ", ".join(f'NULL::{sql_type(field)} AS "{field}"' for field in rosters.fields())
    con.execute(
        "CREATE TABLE no_rows AS SELECT 0::INTEGER AS list_no, ''::VARCHAR AS kind, ''::VARCHAR AS sheet, "
        f'0::BIGINT AS "row", 0::BIGINT AS data_row, 0::BIGINT AS member, false AS accepted, {columns} LIMIT 0'
    )
    parts = [
        f"SELECT {entry.number} AS list_no, {quote(entry.kind)} AS kind, * "
        f"FROM read_parquet({quote(str(entry.parquet))})"
        for entry in lists
    ]
    parts.insert(0, "SELECT * FROM no_rows")
    con.execute(
        f"CREATE VIEW rows AS SELECT {ROW} AS row_id, * FROM ({' UNION ALL BY NAME '.join(parts)})"
    )
