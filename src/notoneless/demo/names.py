"""Names of invented people and places, drawn for many at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from notoneless.demo.settings import tables

Texts = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

DOT = "·"
HAN = ("汉族", "01")
MINORITIES: dict[str, dict[str, object]] = tables()["minorities"]
NATIONS = [HAN, *((str(m["nation"]), str(m["code"])) for m in MINORITIES.values())]
"""Name and code of each nation (GB/T 3304), the majority first."""


def pick(
    rng: np.random.Generator, options: list[str] | str, count: int, skew: float = 0.0
) -> Texts:
    """``count`` draws; with ``skew`` the first options are the frequent ones (Zipf's law)."""
    choices = np.array(list(options), dtype=object)
    weights = 1.0 / np.arange(1, len(choices) + 1) ** skew
    return choices[rng.choice(len(choices), size=count, p=weights / weights.sum())]


def families(rng: np.random.Generator, nation: Numbers) -> Texts:
    """The family name (or what stands in its place) of each household, by its nation."""
    given = tables()["family"]
    names = pick(rng, given["names"], len(nation), 0.75)
    compound = rng.random(len(nation)) < 0.003
    names[compound] = pick(rng, given["two"], int(compound.sum()))
    for index, minority in enumerate(MINORITIES.values(), start=1):
        own = np.flatnonzero(nation == index)
        if "families" in minority:
            names[own] = pick(rng, list(minority["families"]), len(own))  # type: ignore[call-overload]
    return names


def children(
    rng: np.random.Generator, family: Texts, nation: Numbers, male: Flags, first: Texts
) -> Texts:
    """Full names of children; ``first`` is the character a household's children share, or ''."""
    given = tables()["given"]
    count = len(family)
    own_first = np.where(
        male,
        pick(rng, given["boys_first"], count, 0.35),
        pick(rng, given["girls_first"], count, 0.35),
    )
    second = np.where(
        male,
        pick(rng, given["boys_second"], count, 0.35),
        pick(rng, given["girls_second"], count, 0.35),
    )
    single = np.where(
        male, pick(rng, given["boys_single"], count), pick(rng, given["girls_single"], count)
    )
    start = np.where(first != "", first, own_first)
    alone = (rng.random(count) < 0.13) & (first == "")
    names: Texts = family + np.where(alone, single, start + second)
    return _minority_names(rng, names, family, nation, male)


def elders(rng: np.random.Generator, family: Texts, nation: Numbers, male: Flags) -> Texts:
    """Full names of grown-ups."""
    given = tables()["given"]
    count = len(family)
    letters = [
        np.where(
            male,
            pick(rng, given["elders_men"], count, 0.3),
            pick(rng, given["elders_women"], count, 0.3),
        )
        for _ in range(2)
    ]
    alone = rng.random(count) < 0.2
    names: Texts = family + np.where(alone, letters[0], letters[0] + letters[1])
    return _minority_names(rng, names, family, nation, male)


def _minority_names(
    rng: np.random.Generator, names: Texts, family: Texts, nation: Numbers, male: Flags
) -> Texts:
    for index, (key, minority) in enumerate(MINORITIES.items(), start=1):
        own = np.flatnonzero(nation == index)
        if not len(own) or "families" not in minority:
            continue
        boys, girls = minority["boys"], minority["girls"]
        assert isinstance(boys, list)
        assert isinstance(girls, list)
        given = np.where(male[own], pick(rng, boys, len(own)), pick(rng, girls, len(own)))
        joint = np.where(rng.random(len(own)) < float(str(minority["dotted"])), DOT, "")
        # Uyghur names put the given name first and the father's name after it.
        parts = (given, family[own]) if key == "uyghur" else (family[own], given)
        names[own] = parts[0] + joint + parts[1]
    return names


def alike(name: str, turn: int) -> str | None:
    """The name with one character replaced by another that is read the same; None if it has none."""
    for position in range(len(name) - 1, 0, -1):
        for group in tables()["given"]["alike"]:
            if name[position] in group:
                others: list[str] = [letter for letter in group if letter != name[position]]
                return name[:position] + others[turn % len(others)] + name[position + 1 :]
    return None


def townships(rng: np.random.Generator, count: int) -> list[str]:
    """``count`` different invented names; the first and every eighth after it is a street office."""
    places = tables()["places"]
    plain = list(places["townships"])
    stems = plain + [prefix + stem for prefix in places["township_prefixes"] for stem in plain[1:]]
    rest = [str(stem) for stem in rng.permutation(np.array(stems[1 : max(count, len(plain))]))]
    ends = ["街道" if index % 8 == 0 else "镇" if index % 4 else "乡" for index in range(count)]
    return [stem + end for stem, end in zip([stems[0], *rest], ends, strict=False)]


def villages(rng: np.random.Generator, count: int, in_town: bool) -> list[str]:
    """``count`` names; across townships they repeat, as real ones do."""
    places = tables()["places"]
    stems = [
        first + second for first in places["village_first"] for second in places["village_second"]
    ]
    chosen = rng.permutation(np.array(stems))[:count]
    return [f"{stem}{'社区' if in_town else '村'}" for stem in chosen]
