"""Small lists as offices keep them, for the tests of the reader. Nobody in them exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import xlsxwriter
import xlwt

from notoneless.rosters import LayoutMemory, Reading
from notoneless.rosters.id_number import check_digit
from notoneless.rosters.read_file import read_file

Rows = Sequence[Sequence[Any]]


def number(day: str, sequence: int) -> str:
    """An invented identity number, with the area code that was never assigned."""
    first = f"510699{day}{sequence:03d}"
    return first + check_digit(first)


def xlsx(path: Path, sheets: Rows | Mapping[str, Rows]) -> Path:
    """A workbook; texts stay texts."""
    book = xlsxwriter.Workbook(str(path))
    for name, rows in _named(sheets).items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for index, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, index, cell)
                elif cell is not None:
                    sheet.write(at, index, cell)
    book.close()
    return path


def xls(path: Path, sheets: Rows | Mapping[str, Rows]) -> Path:
    """An old workbook."""
    book = xlwt.Workbook()
    for name, rows in _named(sheets).items():
        sheet = book.add_sheet(name)
        for at, row in enumerate(rows):
            for index, cell in enumerate(row):
                if cell is not None:
                    sheet.write(at, index, cell)
    book.save(str(path))
    return path


def text(path: Path, rows: Rows, *, encoding: str = "utf-8", mark: str = ",") -> Path:
    """A text table."""
    lines = (mark.join("" if cell is None else str(cell) for cell in row) for row in rows)
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return path


def _named(sheets: Rows | Mapping[str, Rows]) -> Mapping[str, Rows]:
    return sheets if isinstance(sheets, Mapping) else {"Sheet1": sheets}


def understood(path: Path, memory: LayoutMemory | None = None) -> Reading:
    """The file, read in this process; its rows go beside it."""
    into = path.parent / "rows"
    into.mkdir(exist_ok=True)
    return read_file(path, into=into, memory=memory, most=None)


def rows(reading: Reading, at: int = 0) -> list[dict[str, Any]]:
    """The rows of the recognised sheet number ``at``, without the fields that are null."""
    target = reading.recognised[at].path
    assert target
    return [
        {name: value for name, value in row.items() if value is not None}
        for row in pq.read_table(target).to_pylist()
    ]


def codes(reading: Reading) -> list[str]:
    """The codes of all faults, in order of place."""
    return [fault.code for fault in reading.faults]
