"""From the bureau's database into DuckDB: whole columns, all from one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pyarrow as pa
from django.db import connection, transaction

ROWS = 50_000
"""Rows fetched at a time."""


@contextmanager
def one_moment() -> Iterator[None]:
    """Whatever is read inside is of one moment, although others go on writing.

    Within a transaction already, it is that transaction's moment.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # Django would begin IMMEDIATE and keep every writer waiting; a deferred one only reads.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


def read(
    db: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, pa.DataType],
    rows: str,
    *,
    of: str = "",
) -> None:
    """Make ``table`` of the columns of some rows of the bureau's database (what follows ``FROM``).

    ``of`` names the table that the columns belong to where ``rows`` joins several.
    """
    fields = pa.schema(list(columns.items()))
    prefix = f"{of}." if of else ""
    listed = ", ".join(_plain(f"{prefix}{field.name}", field.type) for field in fields)
    db.register("rows_read", fields.empty_table())
    db.execute(f"CREATE TABLE {table} AS FROM rows_read")
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {listed} FROM {rows}")
        while lot := cursor.fetchmany(ROWS):
            arrays = [
                pa.array(values, _PLAIN.get(field.type, field.type)).cast(field.type)
                for values, field in zip(zip(*lot, strict=True), fields, strict=True)
            ]
            db.register("rows_read", pa.table(arrays, schema=fields))
            db.execute(f"INSERT INTO {table} FROM rows_read")
    db.unregister("rows_read")


_PLAIN = {pa.date32(): pa.string(), pa.bool_(): pa.int8()}
"""Dates come as text and truths as numbers: so no driver turns each value into an object of its own."""


def _plain(column: str, kind: pa.DataType) -> str:
    if pa.types.is_date(kind):
        return f"CAST({column} AS VARCHAR(10))"
    if pa.types.is_boolean(kind):
        return f"CASE WHEN {column} THEN 1 WHEN NOT {column} THEN 0 END"
    return column
