"""The invented county's townships, villages and schools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo import names

if TYPE_CHECKING:
    from notoneless.demo.settings import Settings

PRIMARY, JUNIOR = range(1, 7), range(7, 10)
KINDS = {
    # kind: (first two digits of the code, grades)
    "primary": ("21", PRIMARY),
    "village": ("21", range(1, 5)),
    "nine_year": ("31", range(1, 10)),
    "junior": ("31", JUNIOR),
    "special": ("51", range(1, 10)),
    "senior": ("34", range(10, 13)),
    "vocational": ("36", range(10, 13)),
}


@dataclass(frozen=True, slots=True)
class School:
    """A school; its code is 2 digits of kind, 51, and a running number from 990001.

    A village's teaching point takes the children of ``village`` alone; for other schools it is -1.
    """

    name: str
    code: str
    kind: str
    township: int
    grades: range
    village: int = -1


@dataclass(frozen=True, slots=True)
class Places:
    """``village_township[v]`` is the township of village ``v``; township 0 is the county town.

    ``urban`` flags the townships that are street offices: city people, with a minimum of their own.
    """

    townships: list[str]
    urban: names.Flags
    villages: list[str]
    village_township: names.Numbers
    schools: list[School]

    def schools_of(self, township: int, grade: int, kinds: tuple[str, ...]) -> list[int]:
        """The schools for a grade in a township, else in the one before it, else in the town."""
        for place in (township, township - 1, 0):
            found = [
                index
                for index, school in enumerate(self.schools)
                if school.township == place and grade in school.grades and school.kind in kinds
            ]
            if found:
                return found
        return []


def make_places(rng: np.random.Generator, children: int, settings: Settings) -> Places:
    """Townships, villages and schools for this many children of the register."""
    size = settings["size"]
    townships = names.townships(rng, max(4, round(children / size["per_township"])))
    per_township = children / len(townships)
    villages: list[str] = []
    village_township: list[int] = []
    schools: list[School] = []

    def found(name: str, kind: str, township: int, village: int = -1) -> None:
        prefix, grades = KINDS[kind]
        code = f"{prefix}51{990001 + len(schools)}"
        schools.append(School(name, code, kind, township, grades, village))

    def stem(township: int) -> str:
        return townships[township].removesuffix("街道").removesuffix("镇").removesuffix("乡")

    for index, township in enumerate(townships):
        in_town = township.endswith("街道")
        own = names.villages(rng, max(6, round(per_township / size["per_village"])), in_town)
        villages += own
        village_township += [index] * len(own)
        primaries = max(1, round(per_township * 6 / 9 / size["per_primary"]))
        if index % 4 == 1:
            found(f"{township}九年一贯制学校", "nine_year", index)
            primaries -= 1
        for number in range(primaries):
            name = "中心小学校" if number == 0 else f"{own[number % len(own)][:2]}小学校"
            found(f"{township}{name}", "primary", index)
        if index % 4 == 2:
            found(f"{township}{own[-1]}教学点", "village", index, len(villages) - 1)
        if index % 4 != 1 and (index == 0 or index % 4 != 3):
            found(f"{settings['county']}{stem(index)}初级中学", "junior", index)
    for number in range(max(1, round(children / size["per_special_school"]))):
        found(
            f"{settings['county']}{'第' + _count(number) if number else ''}特殊教育学校",
            "special",
            0,
        )
    for number in range(max(1, round(children / size["per_senior"]))):
        found(f"{settings['county']}第{_count(number)}高级中学", "senior", 0)
    for number in range(max(1, round(children / size["per_vocational"]))):
        found(f"{settings['county']}第{_count(number)}职业中学", "vocational", 0)
    urban = np.array([township.endswith("街道") for township in townships])
    return Places(townships, urban, villages, np.array(village_township, dtype=np.int64), schools)


def _count(number: int) -> str:
    """一, 二, ..., 十, 十一, ... for 0, 1, ..."""
    digits = "一二三四五六七八九"
    tens, ones = divmod(number + 1, 10)
    return ("" if tens == 0 else ("" if tens == 1 else digits[tens - 1]) + "十") + (
        digits[ones - 1] if ones else ""
    )
