"""Stories that go on beside each other, each told up to the day that it is now.

A story is a generator: it does what is done, then yields the moment of what comes next. All are told in
the order of these moments, with the bureau's clock turned to each, so that the log reads as time went.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterable, Iterator
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notoneless.demo.bureau.scene import Scene

Story = Iterator[tuple[dt.date, dt.time]]
"""Yields day and hour of its next deed."""


def at(day: dt.date, hour: int, minute: int = 0) -> tuple[dt.date, dt.time]:
    """A moment of a story."""
    return day, dt.time(hour, minute)


def tell(scene: Scene, stories: Iterable[Story]) -> None:
    """Tell them, as far as they have happened yet."""
    turn = count()  # of two things at one moment, the one that was asked for first
    waiting = [(moment, next(turn), story) for story in stories if (moment := next(story, None))]
    heapq.heapify(waiting)
    while waiting:
        moment, _, story = heapq.heappop(waiting)
        if not scene.clock.turn(*moment):
            return
        if later := next(story, None):
            heapq.heappush(waiting, (later, next(turn), story))
