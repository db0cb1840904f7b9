"""The cells of one column as values, each different cell read once.

A city's roll has two sexes and a few thousand villages, so most cells cost one look into a dictionary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from notoneless.faults import FaultKind
from notoneless.rosters import faults
from notoneless.rosters.books.sheet import Cell
from notoneless.rosters.cells import Unreadable, Value

_REMEMBERED = 40_000
"""Answers kept; a column of numbers or names has as many different cells as rows."""

_ERRORS = frozenset(
    ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!"]
)


class Answers:
    """Turns the cells of one column into values, remembering the answers."""

    def __init__(self, convert: Callable[[Cell], Value]) -> None:
        self._convert = convert
        self._known: dict[Cell, Any] = {None: None}
        self._bad: dict[Cell, FaultKind] = {}

    def values(self, raw: Sequence[Cell]) -> tuple[list[Any], list[tuple[int, FaultKind]]]:
        """The values, and the positions of the cells that could not be read."""
        known = self._known
        if len(known) > _REMEMBERED:
            known.clear()
            known[None] = None
            self._bad.clear()
        found: list[Any] = []
        append = found.append
        for cell in raw:
            try:
                append(known[cell])
            except KeyError:
                try:
                    if cell in _ERRORS:
                        raise Unreadable(faults.CELL_ERROR)
                    value = self._convert(cell)
                except Unreadable as unreadable:
                    value = unreadable.kept
                    self._bad[cell] = unreadable.kind
                known[cell] = value
                append(value)
        if not self._bad:
            return found, []
        bad = self._bad
        return found, [(at, bad[cell]) for at, cell in enumerate(raw) if cell in bad]
