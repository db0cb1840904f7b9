"""The engines of the kernel behind one call, for tests that hold on every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from notoneless.engines.duckdb import connect, name
from notoneless.kernel import (
    FactSchema,
    Rulebook,
    Subject,
    Sweep,
    load_facts,
    load_rulebook,
    reference,
)
from notoneless.kernel import duckdb as fast

Row = dict[str, object]
SQL_TYPES = {
    "int": "INTEGER",
    "money": "BIGINT",
    "bool": "BOOLEAN",
    "date": "DATE",
    "enum": "VARCHAR",
}


def facts_table(
    db: duckdb.DuckDBPyConnection, table: str, subject: Subject, rows: Sequence[Row]
) -> None:
    """Make a table of facts from rows."""
    columns = [f"{name(fact.name)} {SQL_TYPES[fact.kind]}" for fact in subject.facts.values()]
    db.execute(f"CREATE TABLE {table} ({name(subject.key)} BIGINT, {', '.join(columns)})")
    insert(db, table, [subject.key, *subject.facts], rows)


def insert(
    db: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], rows: Sequence[Row]
) -> None:
    """Put rows into a table; through Arrow, which is many times faster than row by row."""
    if rows:
        columns = {column: [row[column] for row in rows] for column in names}
        db.register("inserted", pa.table(columns))
        db.execute(f"INSERT INTO {table} SELECT * FROM inserted")
        db.unregister("inserted")


def on_duckdb(sweep: Sweep, rows: Sequence[Row]) -> list[Row]:
    """What DuckDB decides, by the order of the rows."""
    with connect(threads=2) as db:
        facts_table(db, "facts", sweep.subject, rows)
        return fetch(db, fast.decide(db, sweep, "facts"), sweep.subject.key, rows)


def fetch(db: duckdb.DuckDBPyConnection, query: str, key: str, rows: Iterable[Row]) -> list[Row]:
    """The result of a query as rows, in the order of ``rows``."""
    result = db.execute(query)
    columns = [column[0] for column in result.description]
    found = {
        row[columns.index(key)]: dict(zip(columns, row, strict=True)) for row in result.fetchall()
    }
    return [found[row[key]] for row in rows]


def on_reference(sweep: Sweep, rows: Sequence[Row]) -> list[Row]:
    """What the plain engine decides."""
    return list(reference.decide(rows, sweep))


ENGINES: dict[str, Callable[[Sweep, Sequence[Row]], list[Row]]] = {
    "reference": on_reference,
    "duckdb": on_duckdb,
}


def schema_from(text: str, folder: Path) -> FactSchema:
    """Facts from a text."""
    path = folder / "facts.yaml"
    path.write_text(text, "utf-8")
    return load_facts(path)


def book_from(text: str, folder: Path, schema: FactSchema, file: str = "rules.yaml") -> Rulebook:
    """A rulebook from a text."""
    path = folder / file
    path.write_text(text, "utf-8")
    return load_rulebook(path, schema)
