"""The mistakes that offices make when they copy who a child is; each is kept in the truth.

At most one slip per row hides who it is (the number, or the name), so that the truth can be decided.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo import names
from notoneless.demo.settings import tables

if TYPE_CHECKING:
    from notoneless.demo.families import Days, Families
    from notoneless.demo.names import Flags, Numbers, Texts

NUMBER_LOST = ("number_missing", "number_digit", "number_swapped", "number_guardian")
NUMBER_DRESSED = (
    "number_spaced", "number_apostrophe", "number_wide", "number_broken", "number_small_x",
)  # fmt: skip
_WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows about people as an office wrote them; ``person`` says who each truly is."""

    person: Numbers
    name: Texts
    number: Texts
    birth: Days
    male: Flags
    village: Numbers
    slips: Texts

    def take(self, places: Numbers) -> Rows:
        """The rows at these places, in this order."""
        return Rows(
            self.person[places], self.name[places], self.number[places], self.birth[places],
            self.male[places], self.village[places], self.slips[places],
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.person)


def copy_of(families: Families, person: Numbers) -> Rows:
    """The rows of these people without a slip."""
    people = families.people
    return Rows(
        person, people.name[person].copy(), people.number[person].copy(), people.birth[person].copy(),
        people.male[person].copy(), families.households.village[people.household[person]].copy(),
        np.full(len(person), "", dtype=object),
    )  # fmt: skip


def slipped(
    rng: np.random.Generator,
    rows: Rows,
    rates: dict[str, float],
    families: Families,
    dot: str = names.DOT,
) -> Rows:
    """The rows as they come out of one more office, which writes middle dots its own way."""
    rows = replace(
        rows, name=rows.name.copy(), number=rows.number.copy(), birth=rows.birth.copy(),
        male=rows.male.copy(), village=rows.village.copy(), slips=rows.slips.copy(),
    )  # fmt: skip
    count = len(rows)
    identity_lost = np.array([bool(slip) for slip in rows.slips], dtype=bool)

    def hit(slip: str, able: Flags | None = None) -> Numbers:
        chance = rng.random(count) < rates.get(slip, 0.0)
        return np.flatnonzero(chance if able is None else chance & able)

    def note(place: int, slip: str) -> None:
        rows.slips[place] = f"{rows.slips[place]};{slip}" if rows.slips[place] else slip

    for slip in NUMBER_LOST:
        for place in hit(slip, ~identity_lost):
            if identity_lost[place] or not rows.number[place]:
                continue
            wrong = _wrong_number(
                rng, slip, str(rows.number[place]), int(rows.person[place]), families
            )
            if wrong != rows.number[place]:
                rows.number[place] = wrong
                identity_lost[place] = True
                note(int(place), slip)
    for place in hit("name_alike", ~identity_lost):
        variant = names.alike(str(rows.name[place]), int(rng.integers(7)))
        if variant:
            rows.name[place] = variant
            identity_lost[place] = True
            note(int(place), "name_alike")
    _lose_rare(rng, rows, rates.get("name_rare_lost", 0.0), note)
    if dot != names.DOT:
        for place in np.flatnonzero([names.DOT in name for name in rows.name]):
            rows.name[place] = rows.name[place].replace(names.DOT, dot)
    for place in hit("name_spaced"):
        name = str(rows.name[place])
        gap = (" ", "\u3000")[int(rng.integers(2))]
        rows.name[place] = name[0] + gap + name[1] if len(name) == 2 else name + gap
    for slip in NUMBER_DRESSED:
        for place in hit(slip):
            rows.number[place] = _dressed(slip, str(rows.number[place]))
    for place in hit("sex_wrong"):
        rows.male[place] = ~rows.male[place]
        note(int(place), "sex_wrong")
    for place in hit("birth_wrong", ~identity_lost):
        rows.birth[place] += np.timedelta64(int(rng.choice([-1, 1, 10, 30])), "D")
        note(int(place), "birth_wrong")
    total = int(families.households.village.max()) + 1
    for place in hit("village_changed", rows.village >= 0):
        rows.village[place] = min(
            total - 1, max(0, int(rows.village[place]) + int(rng.integers(-2, 3)))
        )
        note(int(place), "village_changed")
    return _doubled(rng, rows, rates.get("row_doubled", 0.0))


def _wrong_number(
    rng: np.random.Generator, slip: str, number: str, person: int, families: Families
) -> str:
    # The area code stays: a wrong number must not look like one of a real place.
    match slip:
        case "number_missing":
            return ""
        case "number_digit":
            place = int(rng.integers(6, 17))
            digit = (int(number[place]) + int(rng.integers(1, 10))) % 10
            return f"{number[:place]}{digit}{number[place + 1 :]}"
        case "number_swapped":
            place = int(rng.integers(6, 16))
            return number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        case _:
            guardian = families.households.guardian[families.people.household[person]]
            return str(families.people.number[guardian])


def _dressed(slip: str, number: str) -> str:
    """The same number, written so that a plain comparison misses it."""
    match slip:
        case "number_spaced":
            return f"{number[:6]} {number[6:14]} {number[14:]}" if number else number
        case "number_apostrophe":
            return f"'{number}" if number else number
        case "number_wide":
            return number.translate(_WIDE)
        case "number_broken":
            return f"{number}\n" if number else number
        case _:
            return number.replace("X", "x")


def _lose_rare(rng: np.random.Generator, rows: Rows, rate: float, note: object) -> None:
    """Old systems keep a rare character as a private-use one, or as a question mark."""
    given = tables()["given"]
    rare, private = set(given["rare"]), given["private_use"]
    if not rate:
        return
    for place in np.flatnonzero([bool(rare.intersection(name)) for name in rows.name]):
        if rng.random() < rate:
            rows.name[place] = "".join(
                private.get(letter, "?") if letter in rare else letter
                for letter in rows.name[place]
            )
            assert callable(note)
            note(int(place), "name_rare_lost")


def _doubled(rng: np.random.Generator, rows: Rows, rate: float) -> Rows:
    """Some rows stand in the list twice."""
    again = rng.random(len(rows)) < rate
    if not again.any():
        return rows
    doubled = rows.take(np.repeat(np.arange(len(rows)), 1 + again))
    for place in np.flatnonzero(again) + np.arange(1, int(again.sum()) + 1):
        slip = doubled.slips[place]
        doubled.slips[place] = f"{slip};row_doubled" if slip else "row_doubled"
    return doubled
