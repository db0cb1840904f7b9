"""Households, their grown-ups and their children, with numbers that no real person can have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from notoneless.demo import names
from notoneless.demo.names import Flags, Numbers, Texts
from notoneless.demo.places import Places
from notoneless.demo.settings import Settings, amount_of, tables

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


def make_families(
    rng: np.random.Generator, places: Places, count: int, settings: Settings
) -> Families:
    """Families with exactly ``count`` children of compulsory age on the register.

    Besides them come their elder brothers and sisters of senior age, and pupils whose register is
    elsewhere (``registered`` false).
    """
    rates = settings["families"]
    year = int(settings["school_year"])
    first_day = np.datetime64(f"{year - 18}-09-01")
    compulsory = np.datetime64(f"{year - 15}-09-01")
    last_day = np.datetime64(f"{year - 6}-08-31")

    migrants = round(count * rates["migrants"])
    home = _births(rng, count, first_day, compulsory, last_day, rates)
    away = _births(rng, migrants, compulsory, compulsory, last_day, rates)
    household = np.concatenate([home[0], away[0] + (home[0][-1] + 1)]) if migrants else home[0]
    birth = np.concatenate([home[1], away[1]])
    registered = np.arange(len(birth)) < len(home[1])
    total = int(household[-1]) + 1
    at_home = int(home[0][-1]) + 1

    village = np.full(total, -1, dtype=np.int64)
    village[:at_home] = np.sort(rng.integers(0, len(places.villages), at_home))
    township = np.where(
        village >= 0,
        places.village_township[village],
        np.sort(rng.integers(0, len(places.townships), total)),
    )
    nation = np.where(
        rng.random(total) < rates["minority"], rng.integers(1, len(names.NATIONS), total), 0
    )
    family = names.families(rng, nation)

    male = rng.random(len(birth)) < 0.52
    shared = np.where(
        rng.random(total) < 0.3,
        names.pick(rng, tables()["given"]["boys_first"], total, 0.35),
        "",
    ).astype(object)
    twin = _twins(household, birth)
    alone = np.bincount(household, minlength=total)[household] == 1
    shared_child = np.where(alone, "", shared[household])
    child_names = names.children(rng, family[household], nation[household], male, shared_child)
    _rename_twins(child_names, household, birth, rng, male)
    pairs = _plant_pairs(
        rng, child_names, birth, male, family[household], alone & registered & (nation[household] == 0),
        compulsory, count, rates,
    )  # fmt: skip
    rare = np.flatnonzero(
        (rng.random(len(birth)) < rates["rare_characters"]) & (nation[household] == 0)
    )
    planted = {child for group in pairs for pair in group for child in pair}
    for child, letter in zip(
        rare, names.pick(rng, tables()["given"]["rare"], len(rare)), strict=True
    ):
        if int(child) not in planted:
            child_names[child] = child_names[child][:-1] + letter
    people, households = _grown_ups(
        rng, child_names, birth, male, household, family, nation, township, village, rates
    )
    people.number = numbers(settings["area_code"], people.birth, people.male)
    return Families(households, people, len(birth), registered, twin, *pairs)


def _births(
    rng: np.random.Generator,
    count: int,
    first: np.datetime64,
    compulsory: np.datetime64,
    last: np.datetime64,
    rates: Settings,
) -> tuple[Numbers, Days]:
    """Households (from 0) and births, sorted by household, ``count`` of them since ``compulsory``."""
    if not count:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype="datetime64[D]")
    span = int((last - first).astype(int)) + 1
    tries = int(count * 1.6) + 200
    eldest = first + rng.integers(0, span, tries).astype("timedelta64[D]")
    how_many = rng.choice(3, size=tries, p=rates["more_children"]) + 1
    births = [eldest]
    for _ in range(2):
        gap = 300 + rng.exponential(900, tries).astype(np.int64)
        gap[rng.random(tries) < rates["twins"]] = 0
        births.append(births[-1] + gap.astype("timedelta64[D]"))
    table = np.stack(births, axis=1)
    here = (np.arange(3) < how_many[:, None]) & (table <= last)
    household = np.repeat(np.arange(tries), 3).reshape(-1, 3)[here]
    birth = table[here]
    # Stop at the child with which the wanted number is reached.
    end = int(np.searchsorted(np.cumsum(birth >= compulsory), count)) + 1
    household, birth = household[:end], birth[:end]
    dense = np.cumsum(np.r_[0, np.diff(household) != 0])
    return dense.astype(np.int64), birth


def _twins(household: Numbers, birth: Days) -> Flags:
    same = (household[1:] == household[:-1]) & (birth[1:] == birth[:-1])
    return np.r_[same, False] | np.r_[False, same]


def _rename_twins(
    child_names: Texts, household: Numbers, birth: Days, rng: np.random.Generator, male: Flags
) -> None:
    """No two children of one household have one name."""
    second = tables()["given"]
    while True:
        seen: set[tuple[int, str]] = set()
        again = []
        for index, key in enumerate(zip(household.tolist(), child_names.tolist(), strict=True)):
            if key in seen:
                again.append(index)
            seen.add(key)
        if not again:
            return
        for index in again:
            letters = second["boys_second" if male[index] else "girls_second"]
            child_names[index] = child_names[index][:-1] + letters[int(rng.integers(len(letters)))]


def _plant_pairs(
    rng: np.random.Generator,
    child_names: Texts,
    birth: Days,
    male: Flags,
    family: Texts,
    eligible: Flags,
    compulsory: np.datetime64,
    count: int,
    rates: Settings,
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Make pairs of only children of two families alike: same day, same sex and (nearly) same name."""
    able = rng.permutation(np.flatnonzero(eligible & (birth >= compulsory)))
    keys = np.array([f"{family[child]}{int(male[child])}" for child in able])
    able = able[np.argsort(keys, kind="stable")]
    keys = np.sort(keys)
    partners = []
    index = 0
    while index + 1 < len(able):
        if keys[index] == keys[index + 1]:
            partners.append((int(able[index]), int(able[index + 1])))
            index += 2
        else:
            index += 1
    partners = [partners[place] for place in rng.permutation(len(partners))]
    same, sounding = [], []
    wanted = amount_of(rates["namesake_pairs"], count)
    wanted_sounding = amount_of(rates["soundalike_pairs"], count)
    for one, other in partners:
        if len(same) < wanted:
            child_names[other], birth[other] = child_names[one], birth[one]
            same.append((one, other))
        elif len(sounding) < wanted_sounding:
            variant = names.alike(child_names[one], other)
            if variant:
                child_names[other], birth[other] = variant, birth[one]
                sounding.append((one, other))
        else:
            break
    return same, sounding


def _grown_ups(
    rng: np.random.Generator,
    child_names: Texts,
    birth: Days,
    male: Flags,
    household: Numbers,
    family: Texts,
    nation: Numbers,
    township: Numbers,
    village: Numbers,
    rates: Settings,
) -> tuple[People, Households]:
    total, children = len(family), len(birth)
    eldest = birth[np.searchsorted(household, np.arange(total))]
    mother_birth = eldest - rng.integers(20 * 365, 36 * 365, total).astype("timedelta64[D]")
    father_birth = mother_birth - rng.integers(-2 * 365, 7 * 365, total).astype("timedelta64[D]")
    elder_birth = father_birth - rng.integers(21 * 365, 32 * 365, total).astype("timedelta64[D]")
    elder_male = rng.random(total) < 0.55
    left_behind = rng.random(total) < rates["raised_by_grandparents"]
    every = np.arange(total)
    own_family = names.families(rng, nation)
    yes, no = np.ones(total, dtype=bool), np.zeros(total, dtype=bool)
    father_name = names.elders(rng, family, nation, yes)
    mother_name = names.elders(rng, own_family, nation, no)
    elder_name = names.elders(rng, np.where(elder_male, family, own_family), nation, elder_male)
    with_elder = every[left_behind | (rng.random(total) < 0.2)]
    elder = np.full(total, -1, dtype=np.int64)
    elder[with_elder] = children + 2 * total + np.arange(len(with_elder))
    father, mother = children + every, children + total + every
    guardian = np.where(left_behind, elder, np.where(rng.random(total) < 0.62, father, mother))
    people = People(
        name=np.concatenate([child_names, father_name, mother_name, elder_name[with_elder]]),
        number=np.zeros(0, dtype=object),
        birth=np.concatenate([birth, father_birth, mother_birth, elder_birth[with_elder]]),
        male=np.concatenate([male, yes, no, elder_male[with_elder]]),
        household=np.concatenate([household, every, every, with_elder]),
    )
    # No mobile number begins with 12, so none of these can ring at anybody's.
    phone = np.array([f"12{n:09d}" for n in rng.integers(0, 10**9, total)], dtype=object)
    return people, Households(
        township, village, nation, family, phone, father, mother, elder, guardian, left_behind
    )
