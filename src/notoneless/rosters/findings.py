"""The faults of one file, gathered while it is read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from notoneless.faults import Fault
from notoneless.masking import mask_date, mask_id, mask_name, mask_seen
from notoneless.rosters import cells
from notoneless.rosters.books.sheet import Cell


@dataclass
class Findings:
    """The faults of one file: the first ``most`` of each code and column, and the number of all."""

    most: int | None = 1000
    faults: list[Fault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _listed: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, fault: Fault) -> None:
        """Keep a fault, or only count it when its like was listed often enough."""
        self.counts[fault.code] += 1
        key = (fault.code, fault.place.sheet, fault.place.column)
        self._listed[key] += 1
        if self.most is None or self._listed[key] <= self.most:
            self.faults.append(fault)


def seen(field_id: str, cell: Cell) -> str:
    """A cell as it may be shown in a message."""
    if isinstance(cell, float):
        shown = f"{cell:.6G}" if abs(cell) >= 1e11 else f"{cell:g}"
        return mask_seen(shown)
    if isinstance(cell, dt.date):
        return mask_date(cell.isoformat())
    if field_id.endswith(("id_number", "_id", "number")):
        return mask_id(cells.certificate(cell))
    if field_id.endswith("name") and field_id != "class_name":
        return mask_name(cells.text(cell.replace("\ufffd", "?")) if cell else "")
    return mask_seen(cell)
