"""The rulebooks that a sweep uses, and what the bits of its patterns mean; of now or of an earlier sweep."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from notoneless import kernel
from notoneless.bureau.people.timeline import NEED
from notoneless.bureau.sweeps.models import Pattern, Sweep
from notoneless.kernel import expressions as ex
from notoneless.kernel.truth import all_of, condition_truth
from notoneless.rosters import kinds

RULEBOOKS = ("compulsory-education",)
"""The rulebooks whose guarantees are held against every child."""

NEED_FACTS = frozenset(
    {kind.entitles for name, kind in kinds().items() if name in NEED and kind.entitles}
    | {"disability_level", "recognised"}
)
"""Facts that only who works on need may see (the policy's ``child.need``)."""


@dataclass(frozen=True)
class Rules:
    """Rulebooks compiled for a day. ``texts`` has each one's bytes as they were read, by its id."""

    sweep: kernel.Sweep
    texts: tuple[tuple[str, str], ...]

    @cached_property
    def key(self) -> str:
        """What the bits mean: the same on every day on which the same rules are in force.

        Of dates and dated amounts the name counts, not the value; else every pattern would be new each day.
        """
        told = [
            [digest for _, digest in self.sweep.books],
            sorted(self.sweep.not_in_force),
            [repr(ex.rebuild(atom, _nameless)) for atom in self.sweep.atoms],
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @property
    def guarantees(self) -> tuple[kernel.Guarantee, ...]:
        """The guarantees, in the order of the rulebook."""
        return self.sweep.guarantees

    def guarantee(self, name: str) -> kernel.Guarantee | None:
        """One of them by its id."""
        return next((one for one in self.guarantees if one.id == name), None)

    @cached_property
    def of_need(self) -> frozenset[str]:
        """The guarantees that say of a child in their universe that it is in need."""
        return frozenset(
            guarantee.id
            for guarantee in self.guarantees
            if any(NEED_FACTS & set(ex.facts_in(line.condition)) for line in guarantee.universe)
        )

    def unsure(self, signature: str) -> frozenset[str]:
        """The guarantees of which a pattern does not tell whether they hold for the child."""
        truth = self.sweep.truth(*words(signature))
        return frozenset(
            guarantee.id
            for guarantee in self.guarantees
            if self.sweep.in_force(guarantee)
            and all_of(condition_truth(line.condition, truth) for line in guarantee.universe)
            is None
        )

    def explain(self, signature: str) -> dict[str, kernel.Explanation]:
        """The rule's own words for every guarantee of a pattern, in the language in use."""
        return self.sweep.explain(*words(signature))


def words(signature: str) -> tuple[list[int], list[int]]:
    """The words of a pattern: of what is true, of what is unknown."""
    parts = [int(part, 16) for part in signature.split(".")]
    return parts[::2], parts[1::2]


def _nameless(node: ex.Expression) -> ex.Expression:
    """A leaf without what differs from day to day."""
    if isinstance(node, ex.Clock):
        return ex.Clock(node.name)
    if isinstance(node, ex.Parameter):
        return ex.Parameter(node.name, node.kind, node.text)
    return node


def current(on: dt.date) -> Rules:
    """The rules as they stand now, for a day."""
    paths = [kernel.shipped(name) for name in RULEBOOKS]
    return compiled({path.stem: path.read_text("utf-8") for path in paths}, on)


def of(sweep: Sweep) -> Rules:
    """The rules as a sweep read them, for its day."""
    books = sweep.rulebooks.order_by("name").values_list("name", "text")
    return compiled(dict(books), sweep.as_of)


def explain(pattern: Pattern, sweep: Sweep) -> dict[str, kernel.Explanation]:
    """Why the guarantees of a pattern are what they are, by the rules and the day of its sweep.

    Empty when the program reads that rulebook otherwise today: then the outcome alone is known.
    """
    rules = of(sweep)
    return rules.explain(pattern.signature) if rules.key == pattern.rules else {}


def compiled(texts: Mapping[str, str], on: dt.date) -> Rules:
    """Rulebooks, by their id, for a day."""
    return _compiled(tuple(sorted(texts.items())), on)


@lru_cache(maxsize=64)
def _compiled(texts: tuple[tuple[str, str], ...], on: dt.date) -> Rules:
    schema = kernel.load_facts(kernel.shipped("facts"))
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, text in texts:
            path = Path(folder) / f"{name}.yaml"
            path.write_bytes(text.encode())
            paths.append(path)
        books = kernel.load_rulebooks(paths, schema)
    return Rules(kernel.compile_sweep(books, schema, on), texts)
