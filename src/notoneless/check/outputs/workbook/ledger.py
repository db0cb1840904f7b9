"""A workbook that looks and prints like a well-kept ledger: three rules, no boxes, A4, one heading.

Rows are streamed (constant memory) and every property is fixed, so the same rows give the same
bytes. Texts are always written as texts, so no cell of a list can become a formula or a link.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from notoneless.i18n import gettext

ROW_LIMIT = 10_000
"""Rows of one sheet; a list that is longer is cut, says so, and stands whole in the CSV file."""
_CELL_LIMIT = 32_000

Kind = Literal["text", "id", "wrap", "number", "money", "percent", "link", "answer", "quiet"]

INK, INK_2, RULE, HAIR, EDGE = "#1C1E21", "#55585D", "#1C1E21", "#D5D1C6", "#85827A"
MEANINGS = {"kept": "#1F6A45", "excused": "#5A6270", "gap": "#B3271A", "unknown": "#855700"}
SHAPES = {"kept": "●", "excused": "○", "gap": "▲", "unknown": "?"}
ACCENT = "#174E91"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in Han characters, how its cells are written."""

    heading: str
    width: float
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to another sheet."""

    text: str
    sheet: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A text some pieces of which are marked, as ``(piece, marked)``."""

    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Meant:
    """A text or number with one of the four meanings: its colour and, for a text, its shape."""

    value: str | int
    meaning: str


Cell = str | int | float | None | Link | Marked | Meant


def sheet_name(wish: str, taken: Iterable[str]) -> str:
    """The wish as a name that spreadsheet programs accept: 31 characters, none forbidden, unique."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", wish).strip().strip("'")[:31].strip() or "-"
    lower = {name.casefold() for name in taken}
    name, number = clean, 1
    while name.casefold() in lower:
        number += 1
        name = f"{clean[: 31 - len(str(number)) - 1]} {number}"
    return name


class Ledger:
    """The workbook being written; use it as a context, sheet after sheet."""

    def __init__(self, path: Path, *, title: str, foot: str, as_of: dt.date) -> None:
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(path.parent),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_format_properties": {"font_name": "Microsoft YaHei", "font_size": 10},
            },
        )
        self._book.set_properties(
            {
                "title": title,
                "author": "notoneless",
                "created": dt.datetime(as_of.year, as_of.month, as_of.day, tzinfo=dt.UTC),
            }
        )
        self._book.set_size(28_000, 16_000)
        self._foot = foot
        self._as_of = as_of
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        # After an error the half-written book is left alone: closing it would only hide the cause.
        try:
            if kind is None:
                self._book.close()
        except FileCreateError as error:
            # A full disk must reach the caller as what it is, not as the library's own class.
            raise (error.__context__ if isinstance(error.__context__, OSError) else error) from None
        finally:
            for sheet in self._book.worksheets():
                sheet.row_data_fh.close()

    @property
    def names(self) -> list[str]:
        """The sheets so far."""
        return [sheet.get_name() for sheet in self._book.worksheets()]

    def form(self, **properties: object) -> Any:
        """A cell format; the same properties give the same one."""
        properties = {
            "font_name": "Microsoft YaHei",
            "font_size": 10,
            "font_color": INK,
            "valign": "top",
            **properties,
        }
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def sheet(
        self, name: str, columns: Sequence[Column], *, landscape: bool = True, freeze: int = 1
    ) -> Sheet:
        """A new sheet with these columns, ready for its title; ``name`` comes from `sheet_name`."""
        page = self._book.add_worksheet(name)
        page.set_paper(9)
        if landscape:
            page.set_landscape()
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        page.fit_to_pages(1, 0)
        page.hide_gridlines(2)
        place = self._foot.replace("&", "&&")
        page.set_footer(
            f"&L&8{place}&C&8{gettext('第&P页，共&N页')}"
            f"&R&8{gettext('截至{day}').format(day=self._as_of.isoformat())}"
        )
        for position, column in enumerate(columns):
            page.set_column(position, position, column.width * 2 + 1.5)
        return Sheet(self, page, columns, freeze)


class Sheet:
    """One sheet, written from top to bottom."""

    def __init__(self, ledger: Ledger, page: Any, columns: Sequence[Column], freeze: int) -> None:
        self._ledger = ledger
        self._page = page
        self._columns = columns
        self._freeze = freeze
        self.row = 0

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self._columns)

    def title(self, text: str, back: Link | None = None) -> None:
        """The sheet's title and, at its end, a way back."""
        self._page.set_row(self.row, 27)
        self._page.write_string(
            self.row, 0, text, self._ledger.form(bold=True, font_size=15, valign="vcenter")
        )
        self.row += 1
        if back:
            self.cell(self.row, 0, back, "link", {"font_size": 9})
            self.row += 1

    def line(self, text: str, **properties: object) -> None:
        """A line of text across the sheet, as high as it needs to be."""
        size = float(str(properties.get("font_size", 10)))
        room = sum(column.width * 2 + 1.5 for column in self._columns) * 10 / size
        form = self._ledger.form(text_wrap=True, **properties)
        self._page.set_row(self.row, lines(text, room) * size * 1.55 + 3)
        if self.width > 1:
            self._page.merge_range(self.row, 0, self.row, self.width - 1, "", form)
        self._page.write_string(self.row, 0, text[:_CELL_LIMIT], form)
        self.row += 1

    def heading(self, text: str) -> None:
        """A heading of a part of the sheet, with air above."""
        self.row += 1
        self._page.set_row(self.row, 20)
        self._page.write_string(self.row, 0, text, self._ledger.form(bold=True, font_size=11))
        self.row += 1

    def gap(self) -> None:
        """An empty row."""
        self.row += 1

    def table(
        self,
        rows: Iterable[Sequence[Cell]],
        *,
        total: Sequence[Cell] | None = None,
        columns: Sequence[Column] | None = None,
        filters: bool = True,
        limit: int = ROW_LIMIT,
    ) -> int:
        """Heading, rows, and a total; gives back how many rows were written (at most ``limit``).

        ``columns`` gives other headings and kinds than the sheet's own, for a second table on it; the
        widths stay the sheet's. ``filters`` also freezes and repeats the heading: once per sheet.
        """
        columns = columns or self._columns
        head = self.row
        numeric = ("number", "money", "percent")
        for position, column in enumerate(columns):
            self._page.write_string(
                head,
                position,
                column.heading,
                self._ledger.form(
                    font_size=9,
                    bold=True,
                    font_color=INK_2,
                    top=5,
                    bottom=1,
                    top_color=RULE,
                    bottom_color=RULE,
                    align="right" if column.kind in numeric else "left",
                    indent=1
                    if column.kind in numeric or (column.kind == "wrap" and position)
                    else 0,
                    valign="bottom",
                    text_wrap=True,
                ),
            )
        self.row += 1
        if filters:
            self._page.freeze_panes(self.row, self._freeze)
            self._page.repeat_rows(head)
        written = 0
        waiting: Sequence[Cell] | None = None
        for row in islice(rows, limit):
            if waiting is not None:
                self._row(waiting, columns, {"bottom": 4, "bottom_color": HAIR})
            waiting = row
            written += 1
        end = {"bottom": 5, "bottom_color": RULE}
        if waiting is not None:
            last = {"bottom": 1, "bottom_color": RULE} if total is not None else end
            self._row(waiting, columns, last)
        if filters and written:
            self._page.autofilter(head, 0, self.row - 1, len(columns) - 1)
        if total is not None:
            self._row(total, columns, {**end, "bold": True})
        return written

    def answers(self, first: int, last: int, column: int, choices: Sequence[str]) -> None:
        """A drop-down in each cell of a column, for a person to fill."""
        self._page.data_validation(
            first,
            column,
            last,
            column,
            {
                "validate": "list",
                "source": list(choices),
                "input_title": gettext("是不是同一个孩子"),
                "input_message": gettext("从下拉框里选一个；拿不准就选最后一个。"),
                "error_title": gettext("请从下拉框里选"),
                "error_message": gettext("、").join(choices),
            },
        )

    def _row(
        self, row: Sequence[Cell], columns: Sequence[Column], border: Mapping[str, object]
    ) -> None:
        height = 1
        for own, column, value in zip(self._columns, columns, row, strict=True):
            if column.kind == "wrap" and isinstance(value, str):
                height = max(height, lines(value, own.width * 2.08 + 0.8))
        self._page.set_row(self.row, 15 * min(height, 12) + 3)
        border = {**border, "valign": "vcenter" if height == 1 else "top"}
        for position, (column, value) in enumerate(zip(columns, row, strict=True)):
            self.cell(self.row, position, value, column.kind, border)
        self.row += 1

    def cell(
        self, row: int, position: int, value: Cell, kind: Kind, extra: Mapping[str, object]
    ) -> None:
        """One cell."""
        form = self._ledger.form
        properties: dict[str, object] = {**_KINDS[kind], **extra}
        if not position:
            properties.pop("indent", None)
        if isinstance(value, Meant):
            properties["font_color"] = MEANINGS[value.meaning]
            if isinstance(value.value, str):
                value = f"{SHAPES[value.meaning]} {value.value}"
            else:
                properties["bold"] = value.value > 0
                value = value.value
        if value is None or value == "":
            self._page.write_blank(row, position, None, form(**properties))
        elif isinstance(value, Link):
            self._page.write_url(
                row,
                position,
                "internal:'" + value.sheet.replace("'", "''") + "'!A1",
                form(**{**properties, "font_color": ACCENT}),
                value.text,
            )
        elif isinstance(value, Marked):
            self._marked(row, position, value, properties)
        elif isinstance(value, str):
            self._page.write_string(row, position, value[:_CELL_LIMIT], form(**properties))
        else:
            self._page.write_number(row, position, value, form(**properties))

    def _marked(
        self, row: int, position: int, value: Marked, properties: dict[str, object]
    ) -> None:
        form = self._ledger.form
        mark = {"bold": True, "underline": 1, "font_color": MEANINGS["unknown"]}
        pieces = [(piece, marked) for piece, marked in value.pieces if piece]
        if len(pieces) == 1:
            piece, marked = pieces[0]
            self._page.write_string(
                row, position, piece, form(**{**properties, **(mark if marked else {})})
            )
        elif pieces:
            fragments: list[Any] = []
            for piece, marked in pieces:
                fragments += [form(**mark), piece] if marked else [form(), piece]
            self._page.write_rich_string(row, position, *fragments, form(**properties))
        else:
            self._page.write_blank(row, position, None, form(**properties))


_KINDS: dict[Kind, dict[str, object]] = {
    "text": {"num_format": "@"},
    "id": {"num_format": "@", "font_name": "Consolas"},
    "wrap": {"num_format": "@", "text_wrap": True, "align": "left", "indent": 1},
    "quiet": {"num_format": "@", "font_size": 7, "font_color": INK_2},
    "number": {"num_format": "#,##0", "align": "right", "indent": 1},
    "money": {"num_format": "#,##0.00", "align": "right", "indent": 1},
    "percent": {"num_format": "0%", "align": "right", "indent": 1},
    "link": {"num_format": "@"},
    "answer": {"num_format": "@", "left": 1, "right": 1, "left_color": EDGE, "right_color": EDGE},
}


def lines(text: str, room: float) -> int:
    """How many lines a text needs in a room of so many half-width characters."""
    return max(1, math.ceil(display_width(text) / max(room, 1)))


def display_width(text: str) -> int:
    """The width of a text in half-width characters: Han counts two."""
    return sum(2 if character >= "\u2e80" else 1 for character in text)
