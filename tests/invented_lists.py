"""Small invented lists for tests of identity: rows as dictionaries, tables in a database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from notoneless.identity.normalise import COLUMNS
from notoneless.rosters import id_number

TYPES = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "DATE": pa.date32()}


def number(born: str, sequence: int) -> str:
    """A valid number of the never assigned area 510699: ``number("20150102", 1)``."""
    body = f"510699{born}{sequence:03}"
    return body + id_number.check_digit(body)


def child(row: int, name: str, born: str | None = "20150102", **more: Any) -> dict[str, Any]:
    """A row; ``born`` as eight digits."""
    day = dt.date.fromisoformat(born) if born else None
    return {"row": row, "name": name, "birth_date": day} | more


def table(
    db: duckdb.DuckDBPyConnection, name: str, rows: Sequence[dict[str, Any]], *only: str
) -> str:
    """Make a table with every column of identity's contract (or ``only`` these)."""
    columns = only or tuple(COLUMNS)
    made = pa.table(
        {
            column: pa.array([row.get(column) for row in rows], type=TYPES[COLUMNS[column]])
            for column in columns
        }
    )
    db.register(f"{name}_rows", made)
    db.execute(f"CREATE OR REPLACE TABLE {name} AS FROM {name}_rows")
    db.unregister(f"{name}_rows")
    return name
