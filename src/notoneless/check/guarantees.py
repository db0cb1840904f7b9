"""The rules of a check: what each child is owed, decided by the kernel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from notoneless import kernel
from notoneless.check import faults as fc
from notoneless.faults import Place, Refusal
from notoneless.kernel import duckdb as engine

SHIPPED = ("compulsory-education", "sichuan-aid")
"""The rulebooks that a check uses when nobody says otherwise."""

NEEDED = ("school_place", "in_class")
"""Guarantees without which a child's state cannot be told."""


@dataclass(frozen=True)
class Rules:
    """The rulebooks of a run and the facts they may ask for."""

    schema: kernel.FactSchema
    rulebooks: tuple[kernel.Rulebook, ...]

    @property
    def guarantees(self) -> tuple[kernel.Guarantee, ...]:
        """All guarantees, in the order of the rulebooks."""
        return tuple(one for book in self.rulebooks for one in book.guarantees)

    @property
    def policies(self) -> tuple[kernel.Policy, ...]:
        """All policies, in the order of the rulebooks."""
        return tuple(one for book in self.rulebooks for one in book.policies)

    @staticmethod
    def unverified(book: kernel.Rulebook) -> int:
        """How many values, guarantees and policies of a rulebook no document confirms yet."""
        values = sum(
            value.status == "unverified"
            for spec in book.parameters.values()
            for value in spec.values
        )
        guarantees = sum(one.status == "unverified" for one in book.guarantees)
        policies = sum(one.status == "unverified" for one in book.policies)
        return values + guarantees + policies


def load(paths: Sequence[Path]) -> Rules:
    """The shipped rulebooks; one given by hand replaces the shipped one of the same id, or is added.

    Raises `Refusal` with all faults of all rulebooks.
    """
    schema = kernel.load_facts(kernel.shipped("facts"))
    given = {book.id: book for book in kernel.load_rulebooks(paths, schema)}
    shipped = {
        book.id: book for book in kernel.load_rulebooks(map(kernel.shipped, SHIPPED), schema)
    }
    rules = Rules(schema, tuple((shipped | given).values()))
    lacking = set(NEEDED) - {guarantee.id for guarantee in rules.guarantees}
    if lacking:
        place = Place(file=", ".join(path.name for path in paths))
        raise Refusal([fc.NEEDED_GUARANTEE.at(place, guarantee=one) for one in sorted(lacking)])
    return rules


def decide(con: duckdb.DuckDBPyConnection, rules: Rules, as_of: dt.date) -> kernel.Sweep:
    """Make ``verdicts``: per child the signature, every guarantee's verdict and way, every award."""
    sweep = kernel.compile_sweep(rules.rulebooks, rules.schema, as_of)
    con.execute(f"CREATE TABLE verdicts AS {engine.decide(con, sweep, 'facts')}")
    return sweep
