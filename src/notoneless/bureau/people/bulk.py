"""Many rows at once: what Django's own way is too slow for at 450,000 children.

Values are as the database keeps them (see `stored`); no signal is sent, sealed columns come sealed.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models

CHUNK = 500
"""Keys in one ``IN``: under what any database allows."""


_PLAIN = frozenset({str, int, bytes, type(None)})


def stored(value: Any) -> Any:
    """A value as this database keeps it."""
    if type(value) in _PLAIN:  # by far the most
        return value
    if connection.vendor == "sqlite":
        if isinstance(value, dt.datetime):
            return connection.ops.adapt_datetimefield_value(value)
        if isinstance(value, dt.date):
            return value.isoformat()
        if isinstance(value, bool):
            return int(value)
    return value


def columns(model: type[models.Model]) -> tuple[str, ...]:
    """The columns of a table in the order of its fields, the key first."""
    return tuple(field.attname for field in model._meta.concrete_fields)


def new_keys(model: type[models.Model], count: int) -> Iterator[int]:
    """``count`` keys that nobody has; call it in the transaction that uses them."""
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # IMMEDIATE: nobody else writes meanwhile
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            last = cursor.fetchone()
            first = (last[0] if last else 0) + 1
            return iter(range(first, first + count))
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, key, count],
        )
        return iter([number for (number,) in cursor.fetchall()])


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of ``stored`` values in the order of the columns ``names``."""
    table = connection.ops.quote_name(model._meta.db_table)
    listed = ", ".join(map(connection.ops.quote_name, names))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = ", ".join(["%s"] * len(names))
            statement = f"INSERT INTO {table} ({listed}) VALUES ({places})"
            cursor.executemany(statement, rows)  # type: ignore[arg-type]  # any iterable will do
        else:
            with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


def chunks(keys: Iterable[int]) -> Iterator[list[int]]:
    """Keys in lots that fit into one statement."""
    waiting = iter(keys)
    while lot := list(itertools.islice(waiting, CHUNK)):
        yield lot


def measure_tables() -> None:
    """Have the database look at how its tables are filled, which its choice of ways rests on.

    Without it a database that has just been filled reads every enrolment to find a few. SQLite never does
    it by itself; PostgreSQL does, a minute or so later.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit=1000")  # rows looked at for each index
        cursor.execute("ANALYZE")
