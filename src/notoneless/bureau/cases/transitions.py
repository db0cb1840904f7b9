"""The table of a case's states and ways (``transitions.toml``), read once and held against itself."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from notoneless.i18n import Text

EVIDENCE = frozenset(
    (
        "contact",
        "reason",
        "word",
        "proof",
        "excuse",
        "placement",
        "destination",
        "second",
        "waited",
        "attended",
    )
)
"""What a way can ask for; each is checked in `actions.move`."""

FIRST = "suspected"
"""The state in which every case begins."""


@dataclass(frozen=True, slots=True)
class State:
    """A state; ``deadline`` is the key of the rule with its school days, "" where nothing is due."""

    id: str
    text: Text
    meaning: str
    deadline: str
    line: int
    final: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A lawful way from some states into one; see the head of the file for the columns."""

    id: str
    text: Text
    before: frozenset[str]
    to: str
    permission: str
    evidence: frozenset[str]
    reasons: tuple[str, ...]
    attended: str
    system: bool
    kinds: tuple[str, ...] = ()

    def fits(self, kind: str) -> bool:
        """Is it for cases of this kind? A kind that a way names goes by such ways only."""
        return kind in self.kinds if self.kinds else kind not in kinds_of_their_own()


@cache
def states() -> Mapping[str, State]:
    """Every state by its id, in the order of the file."""
    return {
        name: State(
            name,
            Text(row["zh"], row["en"]),
            row["meaning"],
            row["deadline"],
            row["line"],
            row.get("final", False),
        )
        for name, row in _content()["states"].items()
    }


@cache
def ways() -> Mapping[str, Way]:
    """Every way by its id; a state, evidence or reason that does not exist is refused at the start."""
    found = {
        name: Way(
            name,
            Text(row["zh"], row["en"]),
            frozenset(row["from"]),
            row["to"],
            row["permission"],
            frozenset(row["evidence"]),
            tuple(row.get("reasons", ())),
            row.get("attended", ""),
            row.get("system", False),
            tuple(row.get("kinds", ())),
        )
        for name, row in _content()["ways"].items()
    }
    for way in found.values():
        if unknown := ({way.to} | way.before) - set(states()):
            raise ValueError(f"transitions.toml: {way.id}: no such states: {sorted(unknown)}")
        if strange := way.evidence - EVIDENCE:
            raise ValueError(f"transitions.toml: {way.id}: no such evidence: {sorted(strange)}")
        if ("reason" in way.evidence) != bool(way.reasons):
            raise ValueError(f"transitions.toml: {way.id}: a reason needs its groups")
        if ("attended" in way.evidence) != bool(way.attended):
            raise ValueError(f"transitions.toml: {way.id}: attended needs its rule")
    return found


@cache
def active() -> tuple[str, ...]:
    """The states in which something is still owed."""
    return tuple(name for name, state in states().items() if not state.final)


@cache
def kinds_of_their_own() -> frozenset[str]:
    """The kinds of case that some way names."""
    return frozenset(kind for way in ways().values() for kind in way.kinds)


def ways_from(state: str, kind: str) -> list[Way]:
    """The ways that lead out of a state for a kind of case."""
    return [way for way in ways().values() if state in way.before and way.fits(kind)]


def steps() -> list[State]:
    """The states that stand on the row of steps, from the left."""
    return sorted((s for s in states().values() if s.line), key=lambda s: s.line)


@cache
def _content() -> dict[str, dict[str, dict]]:  # type: ignore[type-arg]  # TOML
    return tomllib.loads(files(__package__).joinpath("transitions.toml").read_text("utf-8"))
