"""Which households and children are on the lists of hardship, and who was recognised at school."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from notoneless.demo.families import Families
    from notoneless.demo.names import Flags, Numbers, Texts
    from notoneless.demo.places import Places
    from notoneless.demo.settings import Settings
    from notoneless.demo.situations import Children

HOUSEHOLD_LISTS = (
    "relieved", "relieved_ended", "monitored", "monitored_cleared", "rural_minimum",
    "urban_minimum", "destitute", "orphan", "unsupported", "low_income",
)  # fmt: skip
LEVELS = ("general", "difficult", "special")


@dataclass(slots=True)
class Hardship:
    """``households[list]`` flags the households of a list; the disabled are people, not households.

    ``disability`` is 0 or the kind (1 to 7), ``degree`` 1 (heaviest) to 4; both per person.
    ``recognised`` is a level of `LEVELS` or '' per child.
    """

    households: dict[str, Flags]
    disability: Numbers
    degree: Numbers
    recognised: Texts

    def of_children(self, families: Families) -> dict[str, Flags]:
        """The lists each child is on, ``disabled`` among them."""
        household = families.people.household[: families.children]
        found = {name: flags[household] for name, flags in self.households.items()}
        return {**found, "disabled": self.disability[: families.children] > 0}


def make_hardship(
    rng: np.random.Generator,
    places: Places,
    families: Families,
    children: Children,
    settings: Settings,
) -> Hardship:
    """Draw the lists; classes that exclude each other by their rules are never drawn together."""
    rates = settings["hardship"]
    homes = families.households
    total = len(homes.family)
    registered = homes.village >= 0
    town = places.urban[homes.township]
    country = registered & ~town
    drawn: dict[str, Flags] = {}

    def draw(name: str, able: Flags) -> None:
        drawn[name] = _some(rng, able, float(rates[name]))

    # A street office has a few villages too, so some of its households are on the rural lists.
    fringe = country | (registered & (rng.random(total) < 0.25))
    draw("relieved", fringe)
    draw("relieved_ended", fringe & ~drawn["relieved"])
    draw("monitored", registered)
    draw("monitored_cleared", registered & ~drawn["monitored"])
    draw("rural_minimum", country)
    draw("urban_minimum", registered & town)
    allowance = drawn["rural_minimum"] | drawn["urban_minimum"]
    draw("destitute", registered & ~allowance)
    draw("orphan", registered & homes.left_behind)  # a grandparent is the guardian
    draw("unsupported", registered & homes.left_behind & ~drawn["orphan"])
    draw("low_income", registered)
    poor = allowance | drawn["destitute"]
    drawn["low_income"] |= poor & (rng.random(total) < 0.4)

    people = families.people
    count = len(people.name)
    child = np.arange(count) < families.children
    chance = np.where(child, rates["disabled_child"], rates["disabled_adult"])
    disabled = (rng.random(count) < chance) & registered[people.household]
    placed = np.flatnonzero(
        np.isin(children.situation, ["special_school", "special_class", "regular_class", "home"])
    )
    disabled[placed] = registered[people.household[placed]] & (rng.random(len(placed)) < 0.9)
    disability = np.where(disabled, rng.choice(np.arange(1, 8), count, p=_KINDS), 0)
    degree = np.where(disabled, rng.choice(np.arange(1, 5), count, p=[0.15, 0.25, 0.3, 0.3]), 0)

    hardship = Hardship(drawn, disability, degree, np.full(families.children, "", dtype=object))
    on_lists = hardship.of_children(families)
    any_list = np.any(
        [flags for name, flags in on_lists.items() if name in _TELL_OF_HARDSHIP], axis=0
    )
    share = np.where(any_list, rates["recognised_poor"], rates["recognised_other"])
    chosen = children.enrolled & (rng.random(families.children) < share)
    level = np.where(
        any_list, rng.choice(3, families.children, p=[0.1, 0.3, 0.6]),
        rng.choice(3, families.children, p=[0.6, 0.3, 0.1]),
    )  # fmt: skip
    hardship.recognised[chosen] = np.array(LEVELS, dtype=object)[level[chosen]]
    return hardship


def _some(rng: np.random.Generator, able: Flags, share: float, least: int = 2) -> Flags:
    """A share of those able, and at least a few: no list of a small county is empty."""
    chosen: Flags = able & (rng.random(len(able)) < share)
    short = least - int(chosen.sum())
    if short > 0:
        rest = np.flatnonzero(able & ~chosen)
        chosen[rng.choice(rest, size=min(short, len(rest)), replace=False)] = True
    return chosen


_KINDS = [0.1, 0.13, 0.07, 0.35, 0.2, 0.1, 0.05]
_TELL_OF_HARDSHIP = (
    "relieved", "monitored", "rural_minimum", "urban_minimum", "destitute", "orphan",
    "unsupported", "low_income", "disabled",
)  # fmt: skip
