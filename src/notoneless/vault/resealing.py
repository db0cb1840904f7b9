"""Sealing anew, under the current key, what older keys have sealed.

Batch by batch, each row only if it is still what was read: people go on working, nothing they write
meanwhile is lost, and when it is killed half-way every value opens all the same, under the one key or the
other. It is run again until nothing is left to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from notoneless import vault
from notoneless.vault.cipher import HEADER_BYTES, Opener, Sealer, key_number
from notoneless.vault.fields import SealedText

BATCH = 5000


def sealed_columns() -> Iterator[SealedText]:
    """Every sealed column of every table of our own."""
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            for field in model._meta.local_fields:
                if isinstance(field, SealedText):
                    yield field


def under_each_key(field: SealedText) -> Counter[int]:
    """How many of a column's values each key has sealed, by its number."""
    meta = field.model._meta
    table, column = map(connection.ops.quote_name, (meta.db_table, str(field.column)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT substr({column}, 1, {HEADER_BYTES}), count(*) FROM {table} "
            f"WHERE {column} IS NOT NULL GROUP BY 1"
        )
        return Counter({key_number(bytes(head)): count for head, count in cursor.fetchall()})


def reseal(field: SealedText) -> Iterator[int]:
    """Seal a column's values anew; yields how many after each batch."""
    meta = field.model._meta
    key = meta.pk
    assert isinstance(key, models.Field)
    table, column, name = map(
        connection.ops.quote_name, (meta.db_table, str(field.column), str(key.column))
    )
    current = vault.ring().current
    opened, sealed = Opener(field.context), Sealer(field.context)
    last: Any = None
    while True:
        after, values = (f"AND {name} > %s", [last]) if last is not None else ("", [])
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {name}, {column} FROM {table} WHERE {column} IS NOT NULL {after} "
                f"ORDER BY {name} LIMIT {BATCH}",
                values,
            )
            rows = [(row, bytes(blob)) for row, blob in cursor.fetchall()]
        if not rows:
            return
        last = rows[-1][0]
        changes = [
            (sealed(opened(blob)), row, blob) for row, blob in rows if key_number(blob) != current
        ]
        if changes:
            with transaction.atomic(), connection.cursor() as cursor:
                if connection.vendor == "postgresql":  # row by row it takes twice as long
                    cursor.execute(
                        f"UPDATE {table} SET {column} = new.value "
                        f"FROM unnest(%s::bytea[], %s::{key.rel_db_type(connection)}[], %s::bytea[]) "
                        f"AS new (value, key, old) "
                        f"WHERE {table}.{name} = new.key AND {table}.{column} = new.old",
                        [list(part) for part in zip(*changes, strict=True)],
                    )
                else:
                    cursor.executemany(
                        f"UPDATE {table} SET {column} = %s WHERE {name} = %s AND {column} = %s",
                        changes,
                    )
        yield len(changes)
