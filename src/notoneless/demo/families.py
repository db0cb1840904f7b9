"""Households, their grown-ups and their children, with numbers that no real person can have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from notoneless.demo import names
from notoneless.demo.settings import Settings, amount_of, tables

if TYPE_CHECKING:
    from notoneless.demo.names import Flags, Numbers, Texts
    from notoneless.demo.places import Places

Days = npt.NDArray[np.datetime64]
SEQUENCES = 500
"""Numbers of one sex that one day has room for: a three-digit sequence, odd for boys."""
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECKS = "10X98765432"


@dataclass(slots=True)
class People:
    """Everybody, children first: equally long arrays."""

    name: Texts
    number: Texts
    birth: Days
    male: Flags
    household: Numbers


@dataclass(slots=True)
class Households:
    """One entry per household, sorted by village; ``village`` is -1 for households from elsewhere.

    ``head``, ``guardian``, ``father``, ``mother``, ``elder`` are places in `People`, -1 for nobody.
    """

    township: Numbers
    village: Numbers
    nation: Numbers
    family: Texts
    phone: Texts
    father: Numbers
    mother: Numbers
    elder: Numbers
    guardian: Numbers
    left_behind: Flags


@dataclass(slots=True)
class Families:
    """All households and people; ``children`` many of the people are children."""

    households: Households
    people: People
    children: int
    registered: Flags
    twin: Flags
    namesakes: list[tuple[int, int]]
    soundalikes: list[tuple[int, int]]


def numbers(area: str, birth: Days, male: Flags) -> Texts:
    """Citizen numbers with a right check digit (GB 11643), all different.

    Raises ValueError when more people of one sex are born on one day than a sequence has room for.
    """
    day = birth.astype("datetime64[D]").astype(np.int64)
    order = np.lexsort((male, day))
    key = day[order] * 2 + male[order]
    new = np.r_[True, key[1:] != key[:-1]]
    start = np.maximum.accumulate(np.where(new, np.arange(len(key)), 0))
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key)) - start
    if len(rank) and rank.max() >= SEQUENCES:
        raise ValueError("more people of one sex on one day than a three-digit sequence can number")
    sequence = (rank * 367 + 11) % SEQUENCES * 2 + male
    text = birth.astype("datetime64[D]").astype(str)
    dates = np.char.replace(text, "-", "").astype(np.int64)
    body = int(area) * 10**11 + dates * 1000 + sequence
    digits = (body[:, None] // 10 ** np.arange(16, -1, -1)) % 10
    checks = (digits * _WEIGHTS).sum(axis=1) % 11
    return np.array(
        [f"{b}{_CHECKS[c]}" for b, c in zip(body.tolist(), checks.tolist(), strict=True)],
        dtype=object,
    )


@dataclass(slots=True)
class _Born:
    """Children as they are drawn, sorted by household."""

    household: Numbers
    birth: Days
    male: Flags
    name: Texts


@dataclass(slots=True)
class _Homes:
    """Where households live and of what nation and family they are."""

    township: Numbers
    village: Numbers
    nation: Numbers
    family: Texts


@dataclass(frozen=True, slots=True)
class _Window:
    """Births are drawn from ``first`` to ``last``; those since ``counted`` are counted."""

    first: np.datetime64
    counted: np.datetime64
    last: np.datetime64


def make_families(
    rng: np.random.Generator, places: Places, count: int, settings: Settings
) -> Families:
    """Families with exactly ``count`` children of compulsory age on the register.

    Besides them come their elder brothers and sisters of senior age, and pupils whose register is
    elsewhere (``registered`` false).
    """
    rates, year = settings["families"], int(settings["school_year"])
    compulsory = np.datetime64(f"{year - 15}-09-01")
    last = np.datetime64(f"{year - 6}-08-31")
    senior = np.datetime64(f"{year - 18}-09-01")
    here = _births(rng, count, _Window(senior, compulsory, last), rates)
    away = _births(
        rng, round(count * rates["migrants"]), _Window(compulsory, compulsory, last), rates
    )
    at_home = int(here[0][-1]) + 1
    household = np.concatenate([here[0], away[0] + at_home])
    birth = np.concatenate([here[1], away[1]])
    registered = np.arange(len(birth)) < len(here[1])
    homes = _homes(rng, places, int(household[-1]) + 1, at_home, rates)
    born = _Born(household, birth, rng.random(len(birth)) < 0.52, np.zeros(0, dtype=object))
    alone = np.bincount(household)[household] == 1
    born.name = _child_names(rng, born, homes, alone)
    able = alone & registered & (homes.nation[household] == 0) & (birth >= compulsory)
    namesakes, soundalikes = _plant_pairs(rng, born, homes, able, (
        amount_of(rates["namesake_pairs"], count), amount_of(rates["soundalike_pairs"], count)
    ))  # fmt: skip
    planted = {child for pair in namesakes + soundalikes for child in pair}
    _rare_characters(rng, born, homes, planted, rates["rare_characters"])
    people, households = _grown_ups(rng, born, homes, rates)
    people.number = numbers(settings["area_code"], people.birth, people.male)
    return Families(
        households, people, len(birth), registered, _twins(household, birth), namesakes, soundalikes
    )


def _births(
    rng: np.random.Generator, count: int, window: _Window, rates: Settings
) -> tuple[Numbers, Days]:
    """Households (from 0) and births, sorted by household, ``count`` of them counted."""
    if not count:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype="datetime64[D]")
    span = int((window.last - window.first).astype(int)) + 1
    tries = int(count * 1.6) + 200
    eldest = window.first + rng.integers(0, span, tries).astype("timedelta64[D]")
    how_many = rng.choice(3, size=tries, p=rates["more_children"]) + 1
    births = [eldest]
    for _ in range(2):
        gap = 300 + rng.exponential(900, tries).astype(np.int64)
        gap[rng.random(tries) < rates["twins"]] = 0
        births.append(births[-1] + gap.astype("timedelta64[D]"))
    table = np.stack(births, axis=1)
    here = (np.arange(3) < how_many[:, None]) & (table <= window.last)
    household = np.repeat(np.arange(tries), 3).reshape(-1, 3)[here]
    birth = table[here]
    # Stop at the child with which the wanted number is reached.
    end = int(np.searchsorted(np.cumsum(birth >= window.counted), count)) + 1
    household, birth = household[:end], birth[:end]
    dense = np.cumsum(np.r_[0, np.diff(household) != 0])
    return dense.astype(np.int64), birth


def _homes(
    rng: np.random.Generator, places: Places, total: int, at_home: int, rates: Settings
) -> _Homes:
    """Households sorted by village; those after the first ``at_home`` are registered elsewhere."""
    village = np.full(total, -1, dtype=np.int64)
    village[:at_home] = np.sort(rng.integers(0, len(places.villages), at_home))
    township = np.where(
        village >= 0,
        places.village_township[village],
        np.sort(rng.integers(0, len(places.townships), total)),
    )
    minority = rng.random(total) < rates["minority"]
    nation = np.where(minority, rng.integers(1, len(names.NATIONS), total), 0)
    return _Homes(township, village, nation, names.families(rng, nation))


def _child_names(rng: np.random.Generator, born: _Born, homes: _Homes, alone: Flags) -> Texts:
    """Some brothers and sisters share a character; no two children of a household share a name."""
    given = tables()["given"]
    total = len(homes.family)
    shared = np.where(
        rng.random(total) < 0.3, names.pick(rng, given["boys_first"], total, 0.35), ""
    ).astype(object)
    first = np.where(alone, "", shared[born.household])
    chosen = names.children(
        rng, homes.family[born.household], homes.nation[born.household], born.male, first
    )
    while True:
        seen: set[tuple[int, str]] = set()
        again = []
        for child, key in enumerate(zip(born.household.tolist(), chosen.tolist(), strict=True)):
            if key in seen:
                again.append(child)
            seen.add(key)
        if not again:
            return chosen
        home = born.household[again]
        fresh = np.full(len(again), "", dtype=object)
        chosen[again] = names.children(
            rng, homes.family[home], homes.nation[home], born.male[again], fresh
        )


def _twins(household: Numbers, birth: Days) -> Flags:
    same = (household[1:] == household[:-1]) & (birth[1:] == birth[:-1])
    twins: Flags = np.r_[same, False] | np.r_[False, same]
    return twins


def _plant_pairs(
    rng: np.random.Generator, born: _Born, homes: _Homes, able: Flags, wanted: tuple[int, int]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Make pairs of only children of two families alike: same day and sex, and one name.

    ``wanted`` says how many pairs of the very same name, and how many of names that sound the same.
    """
    children = rng.permutation(np.flatnonzero(able))
    keys = np.array([f"{homes.family[born.household[c]]}{int(born.male[c])}" for c in children])
    order = np.argsort(keys, kind="stable")
    children, keys = children[order], keys[order]
    fits = np.flatnonzero(keys[1:] == keys[:-1])
    same: list[tuple[int, int]] = []
    sounding: list[tuple[int, int]] = []
    taken: set[int] = set()
    for place in rng.permutation(fits):
        one, other = int(children[place]), int(children[place + 1])
        if one in taken or other in taken:
            continue
        if len(same) < wanted[0]:
            born.name[other], born.birth[other] = born.name[one], born.birth[one]
            same.append((one, other))
        elif len(sounding) < wanted[1]:
            variant = names.alike(born.name[one], other)
            if not variant:
                continue
            born.name[other], born.birth[other] = variant, born.birth[one]
            sounding.append((one, other))
        else:
            break
        taken |= {one, other}
    return same, sounding


def _rare_characters(
    rng: np.random.Generator, born: _Born, homes: _Homes, planted: set[int], rate: float
) -> None:
    """Some names end in a character that many systems cannot write."""
    able = (rng.random(len(born.birth)) < rate) & (homes.nation[born.household] == 0)
    children = np.flatnonzero(able)
    letters = names.pick(rng, tables()["given"]["rare"], len(children))
    for child, letter in zip(children.tolist(), letters, strict=True):
        if child not in planted:
            born.name[child] = born.name[child][:-1] + letter


def _grown_ups(
    rng: np.random.Generator, born: _Born, homes: _Homes, rates: Settings
) -> tuple[People, Households]:
    """Two parents to each household and, in some, a grandparent; who the guardian is."""
    total, children = len(homes.family), len(born.birth)
    every = np.arange(total)
    eldest = born.birth[np.searchsorted(born.household, every)]

    def before(day: Days, youngest: int, oldest: int) -> Days:
        days: Days = day - rng.integers(youngest * 365, oldest * 365, total).astype(
            "timedelta64[D]"
        )
        return days

    mother_birth = before(eldest, 20, 36)
    father_birth = before(mother_birth, -2, 7)
    elder_birth = before(father_birth, 21, 32)
    elder_male = rng.random(total) < 0.55
    left_behind = rng.random(total) < rates["raised_by_grandparents"]
    by_marriage = names.families(rng, homes.nation)
    yes, no = np.ones(total, dtype=bool), np.zeros(total, dtype=bool)
    father_name = names.elders(rng, homes.family, homes.nation, yes)
    mother_name = names.elders(rng, by_marriage, homes.nation, no)
    elder_family = np.where(elder_male, homes.family, by_marriage)
    elder_name = names.elders(rng, elder_family, homes.nation, elder_male)
    with_elder = every[left_behind | (rng.random(total) < 0.2)]
    elder = np.full(total, -1, dtype=np.int64)
    elder[with_elder] = children + 2 * total + np.arange(len(with_elder))
    father, mother = children + every, children + total + every
    guardian = np.where(left_behind, elder, np.where(rng.random(total) < 0.62, father, mother))
    people = People(
        name=np.concatenate([born.name, father_name, mother_name, elder_name[with_elder]]),
        number=np.zeros(0, dtype=object),
        birth=np.concatenate([born.birth, father_birth, mother_birth, elder_birth[with_elder]]),
        male=np.concatenate([born.male, yes, no, elder_male[with_elder]]),
        household=np.concatenate([born.household, every, every, with_elder]),
    )
    # No mobile number begins with 12, so none of these can ring at anybody's.
    phone = np.array([f"12{n:09d}" for n in rng.integers(0, 10**9, total)], dtype=object)
    return people, Households(
        homes.township, homes.village, homes.nation, homes.family, phone, father, mother, elder,
        guardian, left_behind,
    )  # fmt: skip
