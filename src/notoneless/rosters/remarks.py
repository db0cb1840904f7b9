"""A copy of a list with a column of remarks, to send back to whoever keeps it."""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from pathlib import Path

import xlsxwriter

from notoneless.i18n import gettext
from notoneless.rosters.books import Sheet, open_book
from notoneless.rosters.reading import Reading, SheetReading

_WIDEST = 16_000
_LONGEST = 32_000


def write_remarks(path: Path, reading: Reading, out: Path) -> int:
    """Write ``out`` (.xlsx): every sheet that has a heading, as it is, and what is wrong beside it.

    ``reading`` must list all faults (``most=None``). Every text is written as text, so nothing in it
    can become a formula; columns that are never kept are left empty. Returns the rows with remarks.
    """
    beside = out.with_name(f"{out.name}.part")
    count = _write(path, reading, str(beside), {"constant_memory": True})
    beside.replace(out)
    return count


def remarks_in_memory(path: Path, reading: Reading) -> bytes:
    """The same workbook, of which nothing ever lies on a disk: it has whole ID numbers.

    Takes some 4 kB of memory a row of 12 columns.
    """
    file = io.BytesIO()
    _write(path, reading, file, {"in_memory": True})
    return file.getvalue()


def _write(path: Path, reading: Reading, to: str | io.BytesIO, how: dict[str, bool]) -> int:
    by_place: dict[tuple[str, int], list[str]] = defaultdict(list)
    for fault in reading.faults:
        where = f"{fault.place.column} " if fault.place.column and fault.place.row else ""
        said = f"{where}{fault.code} {fault.message} → {fault.next_step}"
        by_place[fault.place.sheet, fault.place.row].append(said)
    sheets = {sheet.sheet: sheet for sheet in reading.sheets if sheet.heading_rows}
    never = {"strings_to_urls": False, "strings_to_formulas": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(to, {**how, **never}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        marked = book.add_format({"bg_color": "#FFF2CC", "text_wrap": True})
        return sum(
            _copy(book, sheet, sheets[sheet.name], by_place, day, marked)
            for sheet in open_book(path).sheets
            if sheet.name in sheets
        )


def _copy(
    book: xlsxwriter.Workbook,
    sheet: Sheet,
    understood: SheetReading,
    by_place: dict[tuple[str, int], list[str]],
    day: object,
    marked: object,
) -> int:
    copy = book.add_worksheet(sheet.name or gettext("名单"))
    never = {column.letter for column in understood.columns if column.left_out == "forbidden"}
    hidden = {_index(letter) for letter in never}
    width = 0
    for _, cells in sheet.rows(most=200):
        width = max(width, len(cells))
    width = min(width, _WIDEST)
    copy.set_column(width, width, 60)
    heading = understood.heading_rows[-1]
    count = 0
    for number, cells in sheet.rows():
        for index, cell in enumerate(cells[:width]):
            if cell is None or index in hidden:
                continue
            if isinstance(cell, str):
                copy.write_string(number - 1, index, cell[:_LONGEST])
            elif isinstance(cell, float):
                copy.write_number(number - 1, index, cell)
            elif isinstance(cell, dt.datetime):
                copy.write_string(number - 1, index, cell.isoformat(sep=" "))
            else:
                copy.write_datetime(number - 1, index, cell, day)
        if number == heading:
            copy.write_string(number - 1, width, gettext("备注（读取程序填写）"))
        elif said := by_place.get((sheet.name, number)):
            copy.write_string(number - 1, width, "\n".join(said)[:_LONGEST], marked)
            count += 1
    return count


def _index(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
