"""Lists of payments made elsewhere, read and matched as all lists are, each row with its child and policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from notoneless import vault
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.aid import cards, faults, rulebook
from notoneless.bureau.aid.models import Award
from notoneless.bureau.intake import comparison, storage
from notoneless.bureau.people.bulk import chunks
from notoneless.calendar import parse_term, term_on
from notoneless.check.aid import meant
from notoneless.faults import Fault, Refusal

KIND = "payments"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: ``child`` None where it is nobody's of the county, or may be somebody's (``doubted``)."""

    row: int
    child: int | None
    policy: str
    term: str
    amount: int
    paid_on: dt.date | None
    failed: bool
    doubted: bool


@dataclass(frozen=True)
class Read:
    """What a file says, and what is wrong with it."""

    rows: Sequence[Row]
    faults: Sequence[Fault]


def read(file: bytes, name: str, county: Organisation, today: dt.date) -> Read:
    """The payments of a file. `Refusal` when nothing of it could be used."""
    with storage.understood(file, name) as (reading, rows_of):
        sheets = [sheet for sheet in reading.recognised if sheet.kind == KIND]
        if reading.refused or not sheets:
            raise Refusal(list(reading.faults) or [faults.NOT_A_PAID_LIST.at()])
        told: list[tuple[dict[str, Any], dt.date]] = []
        whose: dict[int, int | None] = {}
        doubted = set()
        for sheet in sheets:
            if sheet.path is not None:
                rows = rows_of(sheet.path)
                child_of, doubts = _whose(county, rows)
                for at, row in enumerate(rows.to_pylist(), len(told)):
                    told.append((row, sheet.list_date or today))
                    whose[at] = child_of.get(row["row"])
                    if row["row"] in doubts:
                        doubted.add(at)
    cash = [one for one in rulebook.book().policies if one.is_cash]
    owed = _standing({child for child in whose.values() if child is not None})
    found, wrong = [], []
    for at, (row, list_date) in enumerate(told):
        amount, written = row.get("amount"), str(row.get("policy") or "")
        named = meant(written, cash)
        if amount is None or not named:
            wrong.append(faults.PAYMENT_NOT_READ.at(row=row["row"], policy=written[:40]))
            continue
        day = row.get("paid_on")
        term = parse_term(str(row.get("term") or "")) or term_on(day or list_date)
        found.append(
            Row(
                at + 1,
                whose[at],
                _owed(named, whose[at], owed),
                str(term),
                amount,
                day,
                row.get("payment_result") == "failed",
                at in doubted,
            )
        )
    return Read(found, [*reading.faults, *wrong])


def _whose(county: Organisation, rows: pa.Table) -> tuple[dict[int, int], set[int]]:
    """The child of each row, by its number in the sheet, and the rows in doubt.

    By the ID number where all have one that is known here, as nearly always; else all rows are held against
    the children known as those of any list are, so that one wrong digit makes nobody unpaid.
    """
    numbers = {row["row"]: row.get("id_number") or "" for row in rows.to_pylist()}
    index_of = {row: vault.blind("id_number", str(number)) for row, number in numbers.items()}
    child_of = cards.children(list(index_of.values()), county)
    known = {row: child_of[index] for row, index in index_of.items() if index in child_of}
    if len(known) == len(numbers):
        return known, set()
    alike, doubted = comparison.whose(county, rows, KIND)
    return alike | known, doubted - set(known)


def _standing(children: Iterable[int]) -> set[tuple[int, str]]:
    """Which policies children have an award of, in whatever term."""
    found: set[tuple[int, str]] = set()
    for lot in chunks(children):
        found |= set(Award.objects.filter(child__in=lot).values_list("child", "policy"))
    return found


def _owed(named: Sequence[str], child: int | None, owed: set[tuple[int, str]]) -> str:
    """Of several policies that one name stands for, the one that the child has an award of."""
    return next((policy for policy in named if (child, policy) in owed), named[0])
