"""Spreadsheets as offices make them: titles, headings in one or two lines, rows, notes below.

Written as .xlsx, .xls or .csv by the name's ending; the same content gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter
import xlwt

XLS_ROWS = 65_536
_MADE = dt.datetime(2026, 9, 10, 9, 0)  # noqa: DTZ001 - a workbook's properties have no time zone
DOTS_OF_GBK = str.maketrans("•‧・", "···")
"""Saving as GBK, spreadsheet programs write the one middle dot that GBK has for its likenesses."""
_DAY_ZERO = dt.date(1899, 12, 30)

Cell = str | int | float | dt.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and its cells. ``over`` is a heading of several columns, merged in the line above."""

    heading: str
    cells: Sequence[Cell]
    over: str = ""
    width: int = 12
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet. ``two_lines`` writes the heading in two merged lines even where nothing is ``over``."""

    sheet: str
    columns: list[Column]
    titles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    two_lines: bool = False

    @property
    def first_row(self) -> int:
        """The first row of data, counted from 1 as a spreadsheet program does."""
        return len(self.titles) + 1 + self.two_lines + 1

    def __len__(self) -> int:
        return len(self.columns[0].cells) if self.columns else 0


def write(path: Path, tables: Sequence[Table], encoding: str = "gbk") -> None:
    """Write the tables as the sheets of one file; of a .csv only the first is kept.

    Raises ValueError when a sheet has more rows than .xls holds.
    """
    match path.suffix:
        case ".xlsx":
            _write_xlsx(path, tables)
        case ".xls":
            _write_xls(path, tables)
        case ".csv":
            _write_csv(path, tables[0], encoding)
        case other:
            raise ValueError(f"no office writes {other} here")


def _spans(table: Table) -> list[tuple[int, int, str]]:
    """First column, last column and text of the upper heading line."""
    spans: list[tuple[int, int, str]] = []
    for index, column in enumerate(table.columns):
        if column.over and spans and spans[-1][2] == column.over and spans[-1][1] == index - 1:
            spans[-1] = (spans[-1][0], index, column.over)
        else:
            spans.append((index, index, column.over))
    return spans


def _write_xlsx(path: Path, tables: Sequence[Table]) -> None:
    # Written row by row; only cells merged over two lines need the sheet in memory.
    whole = any(table.two_lines for table in tables)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": not whole, "strings_to_urls": False})
    book.set_properties({"created": _MADE, "author": "", "title": ""})
    bold = book.add_format({"bold": True, "align": "center", "border": 1, "text_wrap": True})
    title = book.add_format({"bold": True, "align": "center", "font_size": 16})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for table in tables:
        sheet = book.add_worksheet(table.sheet)
        last = max(0, len(table.columns) - 1)
        for index, column in enumerate(table.columns):
            sheet.set_column(index, index, column.width, None, {"hidden": column.hidden})
        row = 0
        for text in table.titles:
            if last:
                sheet.merge_range(row, 0, row, last, text, title)
            else:
                sheet.write_string(row, 0, text, title)
            row += 1
        if table.two_lines:
            for start, end, over in _spans(table):
                if over and end > start:
                    sheet.merge_range(row, start, row, end, over, bold)
                elif over:
                    sheet.write_string(row, start, over, bold)
                else:
                    # merge_range would write into the next row at once, and in constant memory a
                    # row is closed by the first cell of the next: the rest of this one was lost.
                    sheet.write_string(row, start, table.columns[start].heading, bold)
                    sheet.merge.append([row, start, row + 1, start])
            row += 1
        for index, column in enumerate(table.columns):
            if not table.two_lines or column.over:
                sheet.write_string(row, index, column.heading, bold)
        row += 1
        put_text, put_number = sheet.write_string, sheet.write_number
        for cells in zip(*(column.cells for column in table.columns), strict=True):
            for index, cell in enumerate(cells):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, str):
                    put_text(row, index, cell)
                elif isinstance(cell, dt.date):
                    put_number(row, index, (cell - _DAY_ZERO).days, day)
                else:
                    put_number(row, index, cell)
            row += 1
        for text in table.notes:
            sheet.write_string(row, 0, text)
            row += 1
    book.close()


def _write_xls(path: Path, tables: Sequence[Table]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    bold = xlwt.easyxf("font: bold on; align: horiz center, wrap on")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for table in tables:
        if table.first_row + len(table) + len(table.notes) > XLS_ROWS:
            raise ValueError(f"{len(table)} rows are more than an .xls sheet holds")
        sheet = book.add_sheet(table.sheet)
        last = max(0, len(table.columns) - 1)
        for index, column in enumerate(table.columns):
            sheet.col(index).width = 256 * column.width
            sheet.col(index).hidden = column.hidden
        row = 0
        for text in table.titles:
            sheet.write_merge(row, row, 0, last, text, bold)
            row += 1
        if table.two_lines:
            for start, end, over in _spans(table):
                if over:
                    sheet.write_merge(row, row, start, end, over, bold)
                else:
                    sheet.write_merge(
                        row, row + 1, start, start, table.columns[start].heading, bold
                    )
            row += 1
        for index, column in enumerate(table.columns):
            if not table.two_lines or column.over:
                sheet.write(row, index, column.heading, bold)
        row += 1
        for cells in zip(*(column.cells for column in table.columns), strict=True):
            for index, cell in enumerate(cells):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, dt.date):
                    sheet.write(row, index, (cell - _DAY_ZERO).days, day)
                else:
                    sheet.write(row, index, cell)
            row += 1
        for text in table.notes:
            sheet.write(row, 0, text)
            row += 1
    book.save(str(path))


def _write_csv(path: Path, table: Table, encoding: str) -> None:
    """A character the encoding lacks becomes a question mark, as it does in an old program."""
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        writer = csv.writer(file)
        for text in table.titles:
            writer.writerow([text] + [""] * (len(table.columns) - 1))
        writer.writerow([column.heading for column in table.columns])
        for cells in zip(*(column.cells for column in table.columns), strict=True):
            writer.writerow(
                [cell.translate(DOTS_OF_GBK) if isinstance(cell, str) else cell for cell in cells]
            )
        for text in table.notes:
            writer.writerow([text])
