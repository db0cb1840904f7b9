"""Writing what was prepared, and taking it back: set-based, inside the transaction of an action."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db import connection
from django.db.models import Q

from notoneless import vault
from notoneless.bureau.people import bulk
from notoneless.bureau.people.bulk import stored
from notoneless.bureau.people.models import FACTS, Child, Fact, Household, Source
from notoneless.bureau.people.preparing import columns_written, day_before
from notoneless.vault.fields import SealedText

_WRITTEN = ("child_id", "row", "valid_from", "valid_to", "digest")
_ALWAYS = ("line", "source_id", "recorded_in_id", "recorded_at")
TABLE = {fact._meta.label_lower: fact for fact in FACTS}


def children(count: int) -> list[int]:
    """New children, each of its own."""
    keys = list(bulk.new_keys(Child, count)) if count else []
    blank = {field.attname: field.get_default() for field in Child._meta.concrete_fields}
    del blank["id"], blank["person_id"]
    rest = [stored(value) for value in blank.values()]
    bulk.insert(Child, ("id", "person_id", *blank), ((key, key, *rest) for key in keys))
    return keys


def households(numbers: set[str]) -> dict[str, int]:
    """The key of each household number; those that nobody has named yet are made."""
    index = {number: vault.blind("household_no", number.strip()) for number in numbers}
    known: dict[str, int] = dict(Household.objects.values_list("number_index", "pk"))
    new = {mark: number for number, mark in index.items() if mark not in known}
    field = Household._meta.get_field("number")
    assert isinstance(field, SealedText)
    seal = vault.Sealer(field.context)
    keys = list(bulk.new_keys(Household, len(new))) if new else []
    rows = []
    for key, (mark, number) in zip(keys, new.items(), strict=True):
        rows.append((key, seal(number), mark))
        known[mark] = key
    bulk.insert(Household, ("id", "number", "number_index"), rows)
    return {number: known[mark] for number, mark in index.items()}


def insert(
    source: Source,
    prepared: Mapping[str, list[tuple[Any, ...]]],
    key_of: Callable[[int], int],
) -> None:
    """Write prepared facts; ``key_of`` turns a child as prepared into a key."""
    always = (source.line, source.pk, source.pk, stored(source.recorded_at))
    for label, rows in prepared.items():
        table = TABLE[label]
        names = columns_written(table)
        at = names.index("household_id") if "household_id" in names else None
        homes: dict[str, int] = {}
        if at is not None:
            place = len(_WRITTEN) + at
            homes = households({str(row[place]) for row in rows if row[place]})
            rows = [  # noqa: PLW2901 - the same rows, with keys
                (*row[:place], homes[str(row[place])] if row[place] else None, *row[place + 1 :])
                for row in rows
            ]
        bulk.insert(
            table,
            (*_WRITTEN, *names, *_ALWAYS),
            _with_keys(rows, key_of, always),
        )


def _with_keys(
    rows: Iterable[tuple[Any, ...]], key_of: Callable[[int], int], always: tuple[Any, ...]
) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        yield (key_of(row[0]), *row[1:], *always)


def end(source: Source, table: type[Fact], keys: Iterable[int], last_day: dt.date) -> None:
    """Believe no longer that these facts go on: retract each, and record it anew with its last day.

    One that began after ``last_day`` was a mistake of its list and is only retracted.
    """
    copied = _copied(table)
    with connection.cursor() as cursor:
        for lot in bulk.chunks(keys):
            listed = ", ".join(map(str, lot))
            _retract(cursor, source, table, listed)
            cursor.execute(
                f"INSERT INTO {table._meta.db_table} "
                f"({copied}, valid_to, recorded_at, recorded_in_id) "
                f"SELECT {copied}, %s, %s, {source.pk} FROM {table._meta.db_table} "
                f"WHERE id IN ({listed}) AND valid_from <= %s",
                [stored(last_day), stored(source.recorded_at), stored(last_day)],
            )


def retract(source: Source, table: type[Fact], keys: Iterable[int]) -> None:
    """Believe no longer that these facts ever were."""
    with connection.cursor() as cursor:
        for lot in bulk.chunks(keys):
            _retract(cursor, source, table, ", ".join(map(str, lot)))


def _retract(cursor: Any, source: Source, table: type[Fact], listed: str) -> None:
    cursor.execute(
        f"UPDATE {table._meta.db_table} SET retracted_at = %s, retracted_in_id = {source.pk} "
        f"WHERE id IN ({listed}) AND retracted_at IS NULL",
        [stored(source.recorded_at)],
    )


def _copied(table: type[Fact]) -> str:
    """The columns that a copy of a fact takes over: all but its key and its second date."""
    own = {
        "id",
        "valid_to",
        "recorded_at",
        "recorded_in_id",
        "retracted_at",
        "retracted_in_id",
    }
    return ", ".join(
        connection.ops.quote_name(name) for name in bulk.columns(table) if name not in own
    )


def built_upon(source: Source) -> int:
    """How many facts of a source something later has retracted, and that was not undone itself."""
    its = Q(source=source) | Q(recorded_in=source)
    later = Q(retracted_in__isnull=False, retracted_in__undone_at__isnull=True)
    return sum(
        fact._default_manager.filter(its & later, recorded_in__undone_at__isnull=True).count()
        for fact in FACTS
    )


def undo(source: Source, undoing: Source) -> None:
    """Retract what a source brought, and record anew what it had retracted."""
    at = stored(undoing.recorded_at)
    with connection.cursor() as cursor:
        for table in FACTS:
            name, copied = table._meta.db_table, _copied(table)
            cursor.execute(
                f"UPDATE {name} SET retracted_at = %s, retracted_in_id = {undoing.pk} "
                f"WHERE (recorded_in_id = {source.pk} OR source_id = {source.pk}) "
                "AND retracted_at IS NULL",
                [at],
            )
            cursor.execute(
                f"INSERT INTO {name} ({copied}, valid_to, recorded_at, recorded_in_id) "
                f"SELECT {copied}, valid_to, %s, {undoing.pk} FROM {name} "
                f"WHERE retracted_in_id = {source.pk}",
                [at],
            )


def last_day(source: Source) -> dt.date:
    """Until when what a list ends was true."""
    return day_before(source.list_date)
