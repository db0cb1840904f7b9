"""The truth beside the lists, for tests: who each row is, where each child is, what each was owed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo import lists
from notoneless.demo.aid import POLICIES
from notoneless.demo.lists.payments import spring_awards
from notoneless.demo.situations import NO_STUDENT, OUT_OF_SCHOOL

if TYPE_CHECKING:
    from notoneless.demo.county import County

CHILDREN = (
    "child", "name", "id_number", "birth_date", "sex", "universe", "grade", "school", "township",
    "situation", "state", "truly_out_of_school", "boards", "recognised",
)  # fmt: skip
ROWS = ("file", "sheet", "row", "member", "child", "slips")
AID = ("child", "policy", "term", "owed_fen", "paid_fen", "finding")


def key(county: County, person: int) -> str:
    """``c0000001`` for a child, ``p0000001`` for a grown-up."""
    return f"{'c' if person < county.families.children else 'p'}{person + 1:07d}"


def write_truth(county: County, folder: Path) -> None:
    """Write ``children.csv``, ``rows.csv`` and ``aid.csv`` into ``folder``, which is made if need be.

    Keep it outside the folder of lists, or a check of that folder would read it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "children.csv", CHILDREN, _children(county))
    _write(folder / "rows.csv", ROWS, _rows(county))
    _write(folder / "aid.csv", AID, _aid(county))


def _write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)


def _children(county: County) -> Iterable[Sequence[object]]:
    children, people, places = county.children, county.families.people, county.places
    homes = county.families.households
    states, enrolled = county.states(), children.enrolled
    for child in range(county.families.children):
        situation = children.situation[child]
        if situation == NO_STUDENT:
            continue
        on_register = children.registered[child] and children.grade[child] <= 9
        school = children.school[child]
        yield (
            key(county, child), people.name[child], people.number[child], people.birth[child],
            "M" if people.male[child] else "F", "register" if on_register else "roll",
            children.grade[child], places.schools[school].name if enrolled[child] else "",
            places.townships[homes.township[people.household[child]]], situation, states[child],
            str(situation in OUT_OF_SCHOOL).lower(), str(bool(children.boards[child])).lower(),
            county.hardship.recognised[child],
        )  # fmt: skip


def _rows(county: County) -> Iterable[Sequence[object]]:
    for file in lists.files(county):
        for sheet in file.sheets:
            first = sheet.table.first_row
            name = "" if file.name.endswith(".csv") else sheet.table.sheet
            rows, members = np.nonzero(sheet.person >= 0)
            for row, member in zip(rows.tolist(), members.tolist(), strict=True):
                person = int(sheet.person[row, member])
                yield (
                    file.name, name, first + row, member, key(county, person), sheet.slips[row],
                )  # fmt: skip


def _aid(county: County) -> Iterable[Sequence[object]]:
    aid = county.aid
    term = f"{county.settings['school_year']}-autumn"
    for index in range(len(aid.child)):
        yield (
            key(county, int(aid.child[index])), POLICIES[aid.policy[index]], term,
            aid.owed[index], aid.paid[index], aid.finding[index],
        )  # fmt: skip
    for index in spring_awards(county).tolist():
        paid = aid.owed[index]
        yield (
            key(county, int(aid.child[index])), POLICIES[aid.policy[index]],
            f"{county.settings['school_year']}-spring", paid, paid, "paid",
        )  # fmt: skip
