"""What every make of book offers: sheets with rows of plain cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Cell: TypeAlias = str | float | dt.date | dt.datetime | None
"""A text as written, a number as a float (a spreadsheet has no other), a date, or nothing.

Logical cells arrive as ``是`` and ``否``, formula errors as their text (``#N/A``).
"""

Row: TypeAlias = tuple[int, Sequence[Cell]]
"""The row's number as the person's program shows it, and its cells."""


class Sheet(Protocol):
    """A sheet; its rows can be gone through any number of times and are never all in memory."""

    name: str
    hidden: bool

    def rows(self, wanted: Sequence[int] | None = None, most: int | None = None) -> Iterator[Row]:
        """The rows from the top, at most ``most``; empty ones may be left out.

        With ``wanted`` (column indices from 0) only these cells, in that order; else the whole row,
        as long as it happens to be.
        """

    def hidden_parts(self) -> tuple[int, int]:
        """How many rows and columns with something in them are hidden, as far as the make tells."""


@dataclass(frozen=True, slots=True)
class Book:
    """An open file: what it is (``xlsx``, ``xls``, ``csv``, ``html``, ``parquet``) and its sheets."""

    make: str
    sheets: Sequence[Sheet]


def letter(index: int) -> str:
    """The spreadsheet's letter of a column, 0 being A: 27 is ``AB``."""
    text = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text
