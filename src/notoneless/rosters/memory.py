"""What people confirmed about lists, kept in a small file beside them for next month's list.

A list is known again by the words of its file name without numbers and dates, and by its headings.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from notoneless.rosters.cells import nfkc
from notoneless.rosters.headings import Table, normal

FILE = "notoneless-layouts.toml"
"""The file's name, beside the lists."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a person said: the kind of the list, and headings with the field each stands for.

    Keys of ``columns`` are normalised headings; "" leaves the column out.
    """

    kind: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    stem: str = ""
    sheet: str = ""
    headings: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class LayoutMemory:
    """Every layout confirmed so far."""

    entries: tuple[Remembered, ...] = ()

    def to_json(self) -> list[dict[str, Any]]:
        """As plain JSON values; `from_json` gives the same memory back."""
        return [entry.to_json() for entry in self.entries]

    @classmethod
    def from_json(cls, entries: list[dict[str, Any]]) -> LayoutMemory:
        """The memory that `to_json` wrote."""
        return cls(tuple(Remembered(**entry) for entry in entries))

    def find(self, file: str, sheet: str, table: Table) -> Remembered | None:
        """The layout confirmed for a list of this name and these headings."""
        wanted, print_ = stem(file), fingerprint(table)
        for entry in self.entries:
            same_sheet = not entry.sheet or entry.sheet == sheet
            if entry.stem == wanted and entry.headings == print_ and same_sheet:
                return entry
        return None


def stem(file: str) -> str:
    """A file's name without extension, numbers, dates and counts: the same next month."""
    plain = re.sub(r"\.[A-Za-z]{1,7}$", "", nfkc(file))
    plain = re.sub(r"[(（]?\d{1,2}月份?[)）]?", "", plain)
    plain = re.sub(r"\d+\s*(人|名|条)", "", plain)
    return re.sub(r"[\d\s._\-—()（）年月日号]+", "", plain)


def fingerprint(table: Table) -> str:
    """Sixteen characters that stand for the headings."""
    return hashlib.sha256(table.fingerprint().encode()).hexdigest()[:16]


def load(path: Path) -> LayoutMemory:
    """The memory in a file; none when there is no file. Raises ValueError when it is not TOML."""
    if not path.exists():
        return LayoutMemory()
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8-sig")).get(
        "list", []
    )
    return LayoutMemory(
        tuple(
            Remembered(
                kind=entry.get("kind", ""),
                columns={normal(key): value for key, value in entry.get("columns", {}).items()},
                stem=entry.get("name", ""),
                sheet=entry.get("sheet", ""),
                headings=entry.get("headings", ""),
            )
            for entry in entries
        )
    )
