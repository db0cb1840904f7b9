"""How things stand, below what a person must do: the three comparisons at the person's own place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.offers import Part
from notoneless.bureau.sweeps import asked, board_reading, comparing

MOST = 8
"""So many parts of the place stand on the first page."""


def mine(by: User) -> asked.Asked | None:
    """The newest sweep at the person's own place, if there is both."""
    if not may(by, "child.see"):
        return None
    place, sweep = board_reading.place(by, None), board_reading.sweep_on()
    return asked.Asked(by, place, sweep) if place and sweep else None


def parts(by: User, on: dt.date) -> Iterator[Part]:
    """The three comparisons in sentences, and that every child is accounted for."""
    told = mine(by)
    if told is None:
        return
    part = comparing.page(told, on)
    part["parts"] = part["parts"][:MOST]
    yield Part("sweeps/today.html", part)
