"""Data against ``facts.yaml``: what breaks the contract is found before any rule runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from notoneless.engines.duckdb import name as quoted
from notoneless.engines.duckdb import quote
from notoneless.i18n import gettext
from notoneless.kernel import faults as fk
from notoneless.kernel.facts import LIMITS, Fact, Subject
from notoneless.kernel.parsing import KIND_WORDS
from notoneless.kernel.source import hint
from notoneless.masking import mask_seen

if TYPE_CHECKING:
    import duckdb

    from notoneless.faults import Fault

_WHOLE = frozenset(
    ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"]
)


def check_data(db: duckdb.DuckDBPyConnection, table: str, subject: Subject) -> list[Fault]:
    """Every way in which a table breaks the contract, with column and count; [] when it keeps it.

    One pass over the columns, and one over the keys; nothing is loaded whole into memory.
    """
    columns = {
        column: kind
        for column, kind, *_ in db.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    }
    faults: list[Fault] = []
    if subject.key not in columns:
        faults.append(
            fk.MISSING_COLUMN.at(
                column=subject.key, label=subject.key, hint=hint(subject.key, columns)
            )
        )
    elif columns[subject.key] not in _WHOLE:
        faults.append(
            fk.WRONG_TYPE.at(
                seen=columns[subject.key],
                column=subject.key,
                label=subject.key,
                wanted=gettext(KIND_WORDS["int"]),
            )
        )
    usable: list[Fact] = []
    for fact in subject.facts.values():
        if fact.name not in columns:
            faults.append(
                fk.MISSING_COLUMN.at(
                    column=fact.name, label=fact.text, hint=hint(fact.name, columns)
                )
            )
        elif not _fits(fact, columns[fact.name]):
            faults.append(
                fk.WRONG_TYPE.at(
                    seen=columns[fact.name],
                    column=fact.name,
                    label=fact.text,
                    wanted=gettext(KIND_WORDS[fact.kind]),
                )
            )
        else:
            usable.append(fact)
    faults += _values(db, table, usable)
    if not any(fault.details.get("column") == subject.key for fault in faults):
        faults += _keys(db, table, subject.key)
    return faults


def _fits(fact: Fact, kind: str) -> bool:
    if fact.kind in ("int", "money"):
        return kind in _WHOLE
    if fact.kind == "bool":
        return kind == "BOOLEAN"
    if fact.kind == "date":
        return kind == "DATE"
    return kind == "VARCHAR" or kind.startswith("ENUM")


def _values(db: duckdb.DuckDBPyConnection, table: str, facts: list[Fact]) -> list[Fault]:
    """Values outside of an enum or a limit, and nulls where there can be none: one pass."""
    asked: list[str] = []
    makers: list[tuple[Fact, str]] = []
    for fact in facts:
        column = quoted(fact.name)
        if not fact.nullable:
            asked.append(f"count(*) - count({column})")
            makers.append((fact, "null"))
        if fact.kind == "enum":
            known = ", ".join(map(quote, fact.values))
            wrong = f"{column} NOT IN ({known})"
            asked += [f"count(*) FILTER ({wrong})", f"min({column}::VARCHAR) FILTER ({wrong})"]
            makers += [(fact, "enum"), (fact, "seen")]
        elif fact.kind in LIMITS:
            limit = LIMITS[fact.kind]
            asked.append(f"count(*) FILTER ({column} NOT BETWEEN -{limit} AND {limit})")
            makers.append((fact, "range"))
    if not asked:
        return []
    found = db.execute(f"SELECT {', '.join(asked)} FROM {table}").fetchall()[0]
    faults: list[Fault] = []
    for (fact, what), count, after in zip(makers, found, [*found[1:], None], strict=True):
        if what == "seen" or not count:
            continue
        if what == "null":
            faults.append(fk.UNEXPECTED_NULL.at(column=fact.name, label=fact.text, count=count))
        elif what == "enum":
            faults.append(
                fk.NOT_IN_ENUM.at(
                    seen=mask_seen(str(after)),
                    column=fact.name,
                    label=fact.text,
                    count=count,
                    known="、".join(fact.values),
                )
            )
        else:
            faults.append(
                fk.OUT_OF_RANGE.at(
                    column=fact.name, label=fact.text, count=count, limit=f"{LIMITS[fact.kind]:,}"
                )
            )
    return faults


def _keys(db: duckdb.DuckDBPyConnection, table: str, key: str) -> list[Fault]:
    """Keys that are missing or appear twice.

    Keys that lie close together, as ours do, are told apart without a set of all of them.
    """
    column = quoted(key)
    missing, low, high, count = db.execute(
        f"SELECT count(*) - count({column}), min({column}), max({column}), count({column}) FROM {table}"
    ).fetchall()[0]
    if missing:
        return [fk.UNEXPECTED_NULL.at(column=key, label=key, count=missing)]
    if not count:
        return []
    doubled = 0
    if high - low + 1 <= count * 4 + 1024:
        # Close together: one byte for each possible key.
        doubled = count - _distinct(db, table, column, low, high)
    else:
        doubled = db.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {table} GROUP BY {column} HAVING count(*) > 1)"
        ).fetchall()[0][0]
    return [fk.DUPLICATE_ROW.at(column=key, count=doubled)] if doubled else []


def _distinct(db: duckdb.DuckDBPyConnection, table: str, column: str, low: int, high: int) -> int:
    seen = np.zeros(high - low + 1, dtype=np.bool_)
    reader = db.sql(f"SELECT ({column} - {low})::BIGINT AS k FROM {table}").to_arrow_reader(
        1_000_000
    )
    for batch in reader:
        seen[batch.column(0).to_numpy()] = True
    return int(np.count_nonzero(seen))
