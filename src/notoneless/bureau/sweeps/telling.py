"""Which facts of the rules a row of the database tells: so that a verdict can name its sources."""

from __future__ import annotations

from notoneless import rosters
from notoneless.bureau.people.facts import VALUED
from notoneless.bureau.people.models import Circumstance, Enrolment, Fact, Identity, RollCall

ON_THE_ROLL = frozenset(
    {"on_roll", "roll_state", "stage", "grade", "boards", "placement", "migrant", "left_behind"}
)

MORE = {"excused": {"excuse_until"}, "disabled": {"disability_level"}}
"""What a list says beside its own fact."""


def tells(fact: Fact) -> frozenset[str]:
    """The names of the facts (`rulebooks/facts.yaml`) that a row tells."""
    if isinstance(fact, Identity):
        return frozenset(
            {"birth_date", "sex"} | ({"in_register"} if fact.line == "census" else set())
        )
    if isinstance(fact, Enrolment):
        return ON_THE_ROLL
    if isinstance(fact, RollCall):
        return frozenset({"attendance"})
    if isinstance(fact, Circumstance):
        kind = rosters.kinds().get(fact.kind)
        named = VALUED[fact.kind][0] if fact.kind in VALUED else fact.kind
        entitled = {kind.entitles} if kind and kind.entitles else set()
        return frozenset({named, *entitled, *MORE.get(fact.kind, ())})
    return frozenset()
