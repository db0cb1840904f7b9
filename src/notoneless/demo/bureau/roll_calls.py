"""Roll-calls of the mornings since the lists came in: true to the county, with colds and late buses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db import transaction

from notoneless.bureau.attendance import actions, jobs
from notoneless.bureau.attendance.roster import expected
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases.models import OPEN, Case
from notoneless.demo.bureau.stories import Story, at

if TYPE_CHECKING:
    import numpy as np

    from notoneless.bureau.accounts.models import Organisation
    from notoneless.bureau.audit.actions import Actor
    from notoneless.demo.bureau.scene import Scene

LATELY = 5
"""So many of the last mornings every class was called; before that the classes that a case tells of."""

COLD, LATE = 0.012, 0.004
"""How likely a child has a cold, or misses the bus, on a morning."""


def stories(scene: Scene) -> Iterator[Story]:
    """The mornings one after the other."""
    yield _mornings(scene)


def _mornings(scene: Scene) -> Story:
    days, seats, chance = scene.school_days(), scene.pupils.seats, scene.county.draws("mornings")
    sick = {child.pk for child in scene.pupils.of("on_leave")}
    for day in days:
        yield at(day, 8)
        told = {child for child, span in scene.missed.items() if day <= span.until}
        away = {child for child, span in scene.missed.items() if span.since <= day < span.back}
        missing = away | set(
            Case.objects.filter(OPEN, kind="absent", child__isnull=False)
            .exclude(child__in=scene.missed)
            .values_list("child", flat=True)
        )
        with transaction.atomic():  # the classes of a morning call at once
            for seat, children in seats.items():
                if day in days[-LATELY:] or not told.isdisjoint(children):
                    _call(scene, seat, day, _marks(children, missing, sick, chance))
        jobs.follow(day)


def _marks(
    children: list[int], missing: set[int], sick: set[int], chance: np.random.Generator
) -> dict[int, str]:
    """Who is not there and why; of whom nothing is known, an empty reason."""
    marks = {}
    for child, drawn in zip(children, chance.random(len(children)).tolist(), strict=True):
        if child in missing:
            marks[child] = ""
        elif child in sick or drawn < COLD:
            marks[child] = "sick"
        elif drawn < COLD + LATE:
            marks[child] = "late"
    return marks


def _call(scene: Scene, seat: Organisation, day: dt.date, absent: dict[int, str]) -> None:
    by: Actor = next((one.user for one in scene.people if one.place == seat), SYSTEM)
    there = expected(seat, day)
    actions.call(
        by=by,
        school_class=seat,
        day=day,
        half="am",
        absent={child: reason for child, reason in absent.items() if child in there},
        came=there - absent.keys(),
    )
