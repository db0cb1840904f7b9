"""Errors that teach: a stable code, the place, the value seen (masked), and the next step.

A fault's kind is declared once, in the ``faults.py`` of the room that finds it, and from there it
reaches the screen, the files and the reference. All faults of one input are collected and shown
together. `Refusal` carries them when the input cannot be used at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from notoneless.i18n import gettext

Severity = Literal["error", "warning"]

KINDS: dict[str, FaultKind] = {}
"""Every fault kind by its code; filled as the rooms are imported."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """What can be wrong, declared once.

    ``code`` is stable for ever (a letter for the room, three digits). ``text`` and ``next_step`` are
    Chinese sentences with named places such as ``{heading}``, marked with `N_` for translation.
    """

    code: str
    text: str
    next_step: str
    severity: Severity = "error"

    def __post_init__(self) -> None:
        """Register the kind; a code given twice is a programming error."""
        if self.code in KINDS:
            raise ValueError(f"fault code {self.code} declared twice")
        KINDS[self.code] = self

    def at(self, place: Place | None = None, seen: str = "", **details: object) -> Fault:
        """One occurrence. ``seen`` must already be masked (see `notoneless.masking`)."""
        return Fault(self, place or Place(), seen, details)


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a file and, as far as known, its sheet, row and column.

    ``row`` and ``line`` count from 1 as the person's program shows them; ``column`` is a
    spreadsheet's letter or, in a text, the position from 1.
    """

    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        """``file:line:column`` for a text, ``file [sheet] C12`` for a spreadsheet."""
        if self.sheet or self.column.isalpha():
            cell = f"{self.column}{self.row or ''}"
            return " ".join(
                part for part in (self.file, f"[{self.sheet}]" if self.sheet else "", cell) if part
            )
        return ":".join(str(part) for part in (self.file, self.row or "", self.column) if part)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, at one place."""

    kind: FaultKind
    place: Place
    seen: str = ""
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The stable code."""
        return self.kind.code

    @property
    def message(self) -> str:
        """What is wrong, in the language in use."""
        return gettext(self.kind.text).format(seen=self.seen, **self.details)

    @property
    def next_step(self) -> str:
        """What to do about it, in the language in use."""
        return gettext(self.kind.next_step).format(seen=self.seen, **self.details)

    def __str__(self) -> str:
        """``place: code message; next step`` on one line."""
        where = f"{self.place}: " if str(self.place) else ""
        return f"{where}{self.code} {self.message} → {self.next_step}"


class Refusal(Exception):  # noqa: N818 - it is a refusal, with reasons, not a malfunction
    """The input cannot be used; carries every fault found, at least one."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))
