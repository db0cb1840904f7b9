"""From which lists a sweep knows what it knows: the newest of each kind, and the kinds nobody handed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max, Q

from notoneless import rosters
from notoneless.bureau.accounts.models import Lineage
from notoneless.bureau.people.facts import VALUED
from notoneless.bureau.people.models import Source
from notoneless.bureau.people.timeline import NEED
from notoneless.bureau.sweeps import rules
from notoneless.bureau.sweeps.asked import Asked

FACTS = {
    "in_register": "census",
    "on_roll": "roll",
    "attendance": "rollcall",
    "migrant": "migrant",
    **{fact: kind for kind, (fact, _) in VALUED.items()},
    **{kind.entitles: kind.id for kind in rosters.kinds().values() if kind.entitles},
}
"""The kind of list that tells a fact; what every roll tells beside stands on the roll."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A kind of list: its name, and the day of the newest (None: nobody handed one in)."""

    kind: str
    text: str
    day: dt.date | None


def lists(asked: Asked) -> list[Handed]:
    """The lists that the guarantees ask for, in the order of the kinds; those of need only to who may know."""
    wanted = {FACTS[fact] for fact in rules.of(asked.sweep).sweep.facts if fact in FACTS}
    if not asked.sees_need:
        wanted -= NEED
    above = Lineage.objects.filter(below=asked.place).values("above")
    below = Lineage.objects.filter(above=asked.place).values("below")
    then = Q(recorded_at__lte=asked.sweep.known_at) & (
        Q(undone_at__isnull=True) | Q(undone_at__gt=asked.sweep.known_at)
    )
    told = Source.objects.filter(
        then, Q(organisation__in=above) | Q(organisation__in=below), line__in=wanted
    )
    days = dict(told.values_list("line").annotate(newest=Max("list_date")))
    return [
        Handed(kind.id, str(kind.label), days.get(kind.id))
        for kind in rosters.kinds().values()
        if kind.id in wanted
    ]
