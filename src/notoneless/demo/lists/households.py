"""Households on a list of hardship: their people in rows or in columns, as the office typed them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo import slips
from notoneless.demo.lists import words
from notoneless.demo.sheets import Cell, Column

if TYPE_CHECKING:
    from notoneless.demo.county import County
    from notoneless.demo.names import Flags, Numbers, Texts

WIDEST = 8
"""Head, partner or parents, and children: no household here has more."""


def people_of(county: County, households: Numbers) -> Numbers:
    """The people of each household, shape (households, `WIDEST`): head first, then -1 for nobody."""
    homes, families = county.families.households, county.families
    of_child = families.people.household[: families.children]
    start = np.searchsorted(of_child, households)
    end = np.searchsorted(of_child, households, side="right")
    elder = homes.elder[households]
    orphaned = county.hardship.households["orphan"][households]
    table = np.full((len(households), WIDEST), -1, dtype=np.int64)
    table[:, 0] = np.where(elder >= 0, elder, homes.father[households])
    table[:, 1] = np.where((elder >= 0) & ~orphaned, homes.father[households], -1)
    table[:, 2] = np.where(orphaned, -1, homes.mother[households])
    for child in range(WIDEST - 3):
        table[:, 3 + child] = np.where(start + child < end, start + child, -1)
    # Those who are there move to the left.
    order = np.argsort(table < 0, axis=1, kind="stable")
    return np.take_along_axis(table, order, axis=1)


def typed(county: County, person: Numbers, office: str, dot: str) -> slips.Rows:
    """Rows about these people, in order, with this office's slips."""
    return slips.slipped(
        county.draws(office), slips.copy_of(county.families, person),
        county.settings["slips"]["office"], county.families, dot,
    )  # fmt: skip


def in_rows(county: County, flags: Flags, office: str, dot: str) -> tuple[Numbers, slips.Rows]:
    """A row per person of the flagged households: whose household, and the row."""
    households = np.flatnonzero(flags)
    table = people_of(county, households)
    present = table >= 0
    return np.repeat(households, present.sum(axis=1)), typed(county, table[present], office, dot)


@dataclass(frozen=True, slots=True)
class Across:
    """A row per household: people, names and numbers of shape (households, `WIDEST`)."""

    households: Numbers
    person: Numbers
    name: Texts
    number: Texts
    slips: Texts

    def member(self, place: int, name: str, number: str, over: str = "") -> list[Column]:
        """The two columns of one member, empty beyond the widest household."""
        count = len(self.households)
        inside = place < self.name.shape[1]
        names = self.name[:, place].tolist() if inside else [None] * count
        numbers = self.number[:, place].tolist() if inside else [None] * count
        return [Column(name, names, over), Column(number, numbers, over, width=21)]


def in_columns(county: County, flags: Flags, office: str, dot: str) -> Across:
    """A row per flagged household, its members side by side."""
    households = np.flatnonzero(flags)
    person = people_of(county, households)
    present = person >= 0
    rows = typed(county, person[present], office, dot)
    name = np.full(person.shape, None, dtype=object)
    number = np.full(person.shape, None, dtype=object)
    noted = np.full(person.shape, "", dtype=object)
    name[present], number[present], noted[present] = rows.name, rows.number, rows.slips
    slips_of_row = np.array(
        [";".join(slip for slip in line if slip) for line in noted], dtype=object
    )
    return Across(households, person, name, number, slips_of_row)


def relations(county: County, households: Numbers, person: Numbers) -> list[Cell]:
    """Relation to the head of the household."""
    homes, people = county.families.households, county.families.people
    with_elder = homes.elder[households] >= 0
    son, daughter = np.where(with_elder, "孙子", "儿子"), np.where(with_elder, "孙女", "女儿")
    found = np.select(
        [
            (person == homes.elder[households])
            | (~with_elder & (person == homes.father[households])),
            person == homes.father[households],
            person == homes.mother[households],
        ],
        ["户主", "儿子", np.where(with_elder, "儿媳", "配偶")],
        np.where(people.male[person], son, daughter),
    )
    cells: list[Cell] = found.tolist()
    return cells


def places(county: County, households: Numbers) -> tuple[list[Cell], list[Cell], list[Cell]]:
    """Township, village and group of each household."""
    homes = county.families.households
    return (
        words.chosen(county.places.townships, homes.township[households]),
        words.chosen(county.places.villages, homes.village[households]),
        [f"{household % 9 + 1}组" for household in households.tolist()],
    )


def phones(county: County, households: Numbers) -> list[Cell]:
    """A phone of each household."""
    return words.texts(county.families.households.phone[households])


def empty(count: int, *headings: str) -> list[Column]:
    """Columns that the office never filled in."""
    return [Column(heading, words.same(None, count)) for heading in headings]
