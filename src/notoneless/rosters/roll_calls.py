"""Days and their halves, as roll-calls write them above their columns."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

HALVES = frozenset(["attendance_am", "attendance_pm"])
"""Columns of a roll-call of both halves of a day."""


def both_halves(columns: dict[str, list[Any]], size: int) -> None:
    """``attendance`` and ``half`` of the last half marked; the morning stays where the afternoon is marked too."""
    blank: list[Any] = [None] * size
    morning, afternoon = columns.get("attendance_am", blank), columns.pop("attendance_pm", blank)
    said = columns.get("attendance", blank)
    columns["attendance"] = [
        late or early or other for late, early, other in zip(afternoon, morning, said, strict=True)
    ]
    columns["half"] = [
        "pm" if late else "am" if early else None
        for late, early in zip(afternoon, morning, strict=True)
    ]
    columns["attendance_am"] = [
        early if late else None for late, early in zip(afternoon, morning, strict=True)
    ]


def half_of(written: str) -> str | None:
    """``am`` or ``pm`` where a text names exactly one half of a day."""
    morning, afternoon = "上午" in written, "下午" in written
    return None if morning == afternoon else "am" if morning else "pm"


_DAY_PARTS = re.compile(
    r"(?:(20\d\d)[-/.年])?(?:(1[0-2]|0?[1-9])[-/.月])?(3[01]|[12]\d|0?[1-9])日?"
)


def day_of(written: str, near: dt.date | None) -> dt.date | None:
    """The day of a roll-call's column; year and month from the list's own date when not written."""
    match = _DAY_PARTS.search(written)
    if not match:
        return None
    year = int(match[1]) if match[1] else near.year if near else 0
    month = int(match[2]) if match[2] else near.month if near else 0
    try:
        return dt.date(year, month, int(match[3]))
    except ValueError:
        return None
