"""Lists of payments made elsewhere, read as all lists are, each row with its child and policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from notoneless import vault
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.aid import cards, faults, rulebook
from notoneless.bureau.aid.models import Award
from notoneless.bureau.intake import storage
from notoneless.bureau.people.bulk import chunks
from notoneless.calendar import parse_term, term_on
from notoneless.check.aid import meant
from notoneless.faults import Fault, Refusal

KIND = "payments"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: ``child`` None where its number is nobody's of the county."""

    row: int
    child: int | None
    policy: str
    term: str
    amount: int
    paid_on: dt.date | None
    failed: bool


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
        told = [
            (row, sheet.list_date or today)
            for sheet in sheets
            if sheet.path is not None
            for row in rows_of(sheet.path).to_pylist()
        ]
    cash = [one for one in rulebook.book().policies if one.is_cash]
    indexes = [vault.blind("id_number", str(row.get("id_number") or "")) for row, _ in told]
    child_of = cards.children(indexes, county)
    owed = _standing(child_of.values())
    rows, wrong = [], []
    for at, ((row, list_date), index) in enumerate(zip(told, indexes, strict=True), 1):
        amount, written = row.get("amount"), str(row.get("policy") or "")
        named = meant(written, cash)
        if amount is None or not named:
            wrong.append(faults.PAYMENT_NOT_READ.at(row=row.get("row", at), policy=written[:40]))
            continue
        day = row.get("paid_on")
        term = parse_term(str(row.get("term") or "")) or term_on(day or list_date)
        rows.append(
            Row(
                at,
                child_of.get(index),
                _owed(named, child_of.get(index), owed),
                str(term),
                amount,
                day,
                row.get("payment_result") == "failed",
            )
        )
    return Read(rows, [*reading.faults, *wrong])


def _standing(children: Iterable[int]) -> set[tuple[int, str]]:
    """Which policies children have an award of, in whatever term."""
    found: set[tuple[int, str]] = set()
    for lot in chunks(children):
        found |= set(Award.objects.filter(child__in=lot).values_list("child", "policy"))
    return found


def _owed(named: Sequence[str], child: int | None, owed: set[tuple[int, str]]) -> str:
    """Of several policies that one name stands for, the one that the child has an award of."""
    return next((policy for policy in named if (child, policy) in owed), named[0])
