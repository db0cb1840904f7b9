"""A list of cards as schools hand it in, matched with children by their ID numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notoneless import vault
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.aid import answering, faults
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.people.models import Child, Identity
from notoneless.faults import Fault, Refusal

NUMBER = ("身份证号", "身份证件号", "学生身份证号", "公民身份号码")
CARD = ("卡号", "银行卡号", "社会保障卡号", "账号", "社保卡号")
BANK = ("开户行", "开户银行", "银行")
HOLDER = ("户名", "开户人", "持卡人")


@dataclass(frozen=True)
class Read:
    """What a list of cards says, and what is wrong with it."""

    cards: Sequence[tuple[int, str, str, str]]
    faults: Sequence[Fault]


def read(file: bytes, name: str, county: Organisation) -> Read:
    """The cards of students of a county; a row whose number is nobody's is a fault, the rest counts.

    `Refusal` when the file has not the columns.
    """
    rows, start = answering.sheet(file, name), 0
    at: list[int | None] = []
    for row in rows[:20]:
        start += 1
        at = [next((n for n, text in enumerate(row) if text in words), None)
              for words in (NUMBER, CARD, BANK, HOLDER)]  # fmt: skip
        if at[0] is not None and at[1] is not None:
            break
    else:
        raise Refusal([faults.NOT_THE_BANKS.at(column=CARD[0])])

    def cell(row: Sequence[str], column: int) -> str:
        place = at[column]
        return row[place] if place is not None and place < len(row) else ""

    told: dict[str, tuple[int, str, str, str]] = {}
    for number, row in enumerate(rows[start:], start + 1):
        if cell(row, 0) and cell(row, 1):
            index = vault.blind("id_number", cell(row, 0).upper().replace(" ", ""))
            told[index] = (number, cell(row, 1).replace(" ", ""), cell(row, 2), cell(row, 3))
    child_of = children(list(told), county)
    cards, wrong = [], []
    for index, (number, card, bank, holder) in told.items():
        if index not in child_of:
            wrong.append(faults.NOBODY_OF_NUMBER.at(row=number))
        else:
            cards.append((child_of[index], card, bank[:60], holder[:60]))
    return Read(cards, wrong)


def children(indexes: Sequence[str], county: Organisation) -> dict[str, int]:
    """The child of each blind index of an ID number, of those who live or go to school in the county."""
    found: dict[str, int] = {}
    here = Child.objects.filter(school__up__above=county) | Child.objects.filter(
        home__up__above=county
    )
    lot_of = dict(enumerate(indexes))
    for lot in chunks(lot_of):
        rows = Identity.objects.filter(
            id_index__in=[lot_of[at] for at in lot],
            retracted_at__isnull=True,
            child__person__in=here.values("pk"),
        )
        for index, person in rows.values_list("id_index", "child__person"):
            if person is not None:
                found[index or ""] = person
    return found
