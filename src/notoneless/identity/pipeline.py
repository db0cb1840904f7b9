"""Steps as data: a name, a SELECT and its keys; an engine makes each one a table.

The SELECTs keep to what engines share (no ``hash``, no sampling, no list functions, whole-number
arithmetic with ``//`` and ``%``), so that a second engine is a second way to materialise them.
``$name`` stands for the table of an earlier step or for a fragment given to the pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from string import Template
from types import TracebackType
from typing import TYPE_CHECKING, Any

from notoneless.engines import duckdb as engine

if TYPE_CHECKING:
    import duckdb

_calls = count(1)


@dataclass(frozen=True, slots=True)
class Step:
    """One SELECT and the table it makes.

    ``keys`` are the columns that tell its rows apart; a test holds every step to them.
    """

    name: str
    select: str
    keys: tuple[str, ...]


def literal(text: str) -> str:
    """A text as an SQL literal inside a step."""
    return engine.quote(text).replace("$", "$$")


class Pipeline:
    """Materialises steps as temporary tables of one open database, and drops them at the end."""

    def __init__(self, db: duckdb.DuckDBPyConnection, **fragments: str) -> None:
        """``fragments`` are pieces of SQL that the steps name, such as the lists themselves."""
        self.db = db
        self.steps: list[Step] = []
        self._prefix = f"identity_{next(_calls)}_"
        self._names: dict[str, str] = dict(fragments)

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for step in self.steps:
            self.db.execute(f"DROP TABLE IF EXISTS {self.table(step.name)}")

    def table(self, step: str) -> str:
        """The table a step has become."""
        return self._names[step]

    def sql(self, text: str, more: Mapping[str, str] | None = None) -> str:
        """The text with every ``$name`` replaced; an unknown name is an error."""
        return Template(text).substitute(self._names, **(more or {}))

    def run(self, *steps: Step, **fragments: str) -> None:
        """Make the tables of these steps, in order."""
        self._names.update(fragments)
        for step in steps:
            table = engine.name(self._prefix + step.name)
            self.db.execute(f"CREATE TEMP TABLE {table} AS {self.sql(step.select)}")
            self._names[step.name] = table
            self.steps.append(step)

    def also(self, name: str, step: str) -> None:
        """Let later steps name a step's table in another way."""
        self._names[name] = self._names[step]

    def drop(self, *names: str) -> None:
        """Let go of tables that no later step needs."""
        for name in names:
            self.db.execute(f"DROP TABLE {self.table(name)}")
        self.steps = [step for step in self.steps if step.name not in names]

    def keep(self, step: str, name: str) -> str:
        """Give a step's table its lasting name, so that it outlives the pipeline."""
        self.db.execute(f"ALTER TABLE {self.table(step)} RENAME TO {engine.name(name)}")
        self.steps = [kept for kept in self.steps if kept.name != step]
        return name

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        """Ask something small of the tables."""
        found: list[tuple[Any, ...]] = self.db.execute(self.sql(text)).fetchall()
        return found

    def number(self, text: str) -> int:
        """Ask for one whole number (0 for none)."""
        return int(self.rows(text)[0][0] or 0)
