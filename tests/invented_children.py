"""Lists of invented children as `people` takes them in, and the children they make."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from notoneless.rosters.id_number import check_digit

SEPTEMBER, OCTOBER = dt.date(2026, 9, 1), dt.date(2026, 10, 8)


def number(sequence: int, born: str = "20150312") -> str:
    """An invented ID number; the area was never assigned."""
    digits = f"510699{born}{sequence:03}"
    return digits + check_digit(digits)


def row(sequence: int = 1, name: str = "陈小禾", **more: object) -> dict[str, object]:
    """A row of a register or roll; ``more`` overrides."""
    return {
        "row": sequence + 3,
        "child": None,
        "name": name,
        "sex": "F",
        "birth_date": dt.date(2015, 3, 12),
        "id_number": number(sequence),
        "county": "甲县",
        "township": "甲一镇",
        "village": "甲一村",
        "household_no": "H" + number(sequence),
        "guardian_name": "陈大山",
        "guardian_id": number(sequence, "19850101"),
        "phone": f"1380000{sequence:04}",
        "address": "甲一村四组17号",
        "school": "甲县一小",
        "grade": 1,
        "class_name": "1班",
        "roll_number": "G" + number(sequence),
        "roll_state": "enrolled",
        "boards": False,
    } | more


def source(bureau, line: str = "census", day: dt.date = SEPTEMBER, **more):
    """A list of the county, covering all of it."""
    from notoneless.bureau.people.prepared import ListSource

    told = {"whole": True, "file": f"{line}-{day}.xlsx", "organisation": bureau["county"]} | more
    return ListSource(line=line, list_date=day, **told)


def taken_in(bureau, rows, line: str = "census", day: dt.date = SEPTEMBER, **more):
    """The source of a list that was taken in."""
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.people import actions, preparing

    told = source(bureau, line, day, **more)
    prepared = preparing.prepare_list(by=SYSTEM, source=told, rows=pa.Table.from_pylist(rows))
    return actions.record_list(by=SYSTEM, prepared=prepared)


@pytest.fixture
def time_goes_on(monkeypatch):
    """``time_goes_on(days=1)``: from now on it is so much later; gives the day that was until then."""
    from django.utils import timezone

    gone = dt.timedelta()
    real = timezone.now

    def later(**much: int) -> dt.date:
        nonlocal gone
        day = timezone.localdate()
        gone += dt.timedelta(**much)
        return day

    monkeypatch.setattr(timezone, "now", lambda: real() + gone)
    return later
