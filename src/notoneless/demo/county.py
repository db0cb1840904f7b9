"""The invented county as it truly is; what the offices know of it is in ``lists/``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from notoneless.demo.aid import Aid, make_aid
from notoneless.demo.families import Families, make_families
from notoneless.demo.faults import TOO_FEW, TOO_MANY
from notoneless.demo.hardship import Hardship, make_hardship
from notoneless.demo.places import Places, make_places
from notoneless.demo.settings import Settings, settings
from notoneless.demo.situations import IN_THE_ROOM, STATES, Children, make_children
from notoneless.faults import Refusal

if TYPE_CHECKING:
    from notoneless.demo.names import Texts

FEWEST, MOST = 200, 2_000_000
"""How many children an invented county can have."""


@dataclass(slots=True)
class County:
    """Everything that is true: places, families, where each child is, hardship, aid owed and paid."""

    seed: int
    settings: Settings
    places: Places
    families: Families
    children: Children
    hardship: Hardship
    aid: Aid
    without_rollcall: int

    def states(self) -> Texts:
        """The state a right check comes to, per child; '' for those who are not of our lists."""
        found = np.array(
            [STATES.get(situation, "") for situation in self.children.situation], dtype=object
        )
        silent = self.children.enrolled & (self.children.school == self.without_rollcall)
        found[silent & np.isin(self.children.situation, IN_THE_ROOM)] = "on_roll"
        return found

    def draws(self, purpose: str) -> np.random.Generator:
        """Random numbers of their own for each purpose, so that one list does not change another."""
        return np.random.default_rng([self.seed, *purpose.encode()])


def make_county(children: int, seed: int, **changes: Any) -> County:
    """An invented county with ``children`` of compulsory age on its register.

    The same ``children`` and ``seed`` give the same county. ``changes`` replace whole tables of
    ``settings.toml``. Refuses fewer children than the rare cases need, and more than one area code
    has numbers for.
    """
    if children < FEWEST:
        raise Refusal([TOO_FEW.at(count=children, least=FEWEST)])
    if children > MOST:
        raise Refusal([TOO_MANY.at(count=children, most=MOST)])
    chosen = {**settings(), **changes}
    rng = np.random.default_rng([seed, children])
    places = make_places(rng, children, chosen)
    families = make_families(rng, places, children, chosen)
    truth, without_rollcall = make_children(rng, places, families, chosen)
    hardship = make_hardship(rng, places, families, truth, chosen)
    aid = make_aid(rng, families, truth, hardship, chosen)
    return County(seed, chosen, places, families, truth, hardship, aid, without_rollcall)
