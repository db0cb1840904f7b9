"""A list on a page: columns, filter, sorting, paging, and the same list as a workbook.

    COLUMNS = (
        Column("name", N_("姓名"), sort="name", link=lambda child: child.get_absolute_url()),
        Column("days", N_("天数"), sort="days", number=True),
    )

    @needs("child.see")
    def children(request: Request) -> HttpResponse:
        table = Table(request, queries.children(request.user), COLUMNS, title=gettext("儿童"))
        return table.answer("people/children.html")

``?sort=-days&page=3`` rule the page; ``?export=xlsx`` gives all rows exactly as filtered and sorted, every
text as text (never a formula), and is recorded. The template shows it with ``<c-table :table="table" />``.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

import xlsxwriter
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django_filters import FilterSet

from notoneless.bureau.audit import actions as audit
from notoneless.i18n import gettext

ROWS_PER_PAGE = 50
LOT = 2000
"""Rows of an export fetched at a time."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``text`` its heading (a message marked with `N_`), ``value`` what stands in a row.

    Without ``value`` it is the attribute (or, for a mapping, the key) ``name``. ``sort`` is the field to
    order by, "" when the column cannot be sorted. ``link`` gives where a cell leads, "" for nowhere.
    ``whole``: never broken over two lines; ``kind`` one of the four meanings (``kept``, ``excused``,
    ``gap``, ``unknown``) or "".
    """

    name: str
    text: str
    value: Callable[[Any], object] | None = None
    sort: str = ""
    number: bool = False
    whole: bool = False
    link: Callable[[Any], str] | None = None
    kind: Callable[[Any], str] | None = None

    @property
    def heading(self) -> str:
        """The heading in the reader's language."""
        return gettext(self.text)

    def of(self, row: Any) -> object:
        """What stands in this column for a row."""
        if self.value is not None:
            return self.value(row)
        return row[self.name] if isinstance(row, Mapping) else getattr(row, self.name)


class Fen(int):
    """Money in a cell: an amount in fen that is shown, and exported, in yuan with two places."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as shown."""

    text: str
    url: str = ""
    kind: str = ""
    number: bool = False
    whole: bool = False


class Table:
    """A query shown as a list; see the module's text. ``rows`` must be scoped to the person already.

    Where the rows are reckoned and not stored, they can be a sequence (without ``filters``).
    """

    def __init__(
        self,
        request: HttpRequest,
        rows: QuerySet[Any, Any] | Sequence[Any],
        columns: Sequence[Column],
        *,
        title: str,
        filters: type[FilterSet] | None = None,
        per_page: int = ROWS_PER_PAGE,
        size: int | None = None,
        heading: Sequence[str] = (),
        late: Callable[[Sequence[Any]], object] | None = None,
    ) -> None:
        """``late`` adds to rows what takes long to find: to those of the page, to an export lot by lot.

        ``size``: how many rows there are before any filter, where counting them takes long.

        ``heading``: lines above the list in its workbook, such as its title, its day and its unit.
        """
        self.request, self.columns, self.title, self.per_page = request, columns, title, per_page
        self.size, self.heading, self.late = size, heading, late
        self.filter = filters(request.GET, queryset=rows, request=request) if filters else None
        self.rows = self._sorted(self.filter.qs if self.filter is not None else rows)

    def _sorted(
        self, rows: QuerySet[Any, Any] | Sequence[Any]
    ) -> QuerySet[Any, Any] | Sequence[Any]:
        wanted = self.request.GET.get("sort", "")
        down = wanted.startswith("-")
        for column in self.columns:
            if column.sort and wanted.lstrip("-") == column.name:
                if isinstance(rows, QuerySet):
                    return rows.order_by(("-" if down else "") + column.sort, "pk")
                return sorted(rows, key=lambda row: _sortable(column.of(row)), reverse=down)
        if isinstance(rows, QuerySet) and not rows.ordered:
            return rows.order_by("pk")
        return rows

    @cached_property
    def page(self) -> Page[Any]:
        """The page asked for; a number that does not exist gives the nearest."""
        paginator = Paginator(self.rows, self.per_page)
        if self.size is not None and not self.filtered:
            paginator.__dict__["count"] = self.size  # else it would count
        page = paginator.get_page(self.request.GET.get("page"))
        if self.late is not None:
            page.object_list = list(page.object_list)
            self.late(page.object_list)
        return page

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the address asks for beside filter, page and export; a filter keeps it."""
        fields = set(self.filter.form.fields) if self.filter is not None else set()
        asked = ((name, str(value)) for name, value in self.request.GET.items() if value)
        return [(name, value) for name, value in asked if name not in fields | {"page", "export"}]

    @property
    def unfiltered(self) -> str:
        """The address of the whole list."""
        return "?" + urlencode(self.carried)

    @property
    def filtered(self) -> bool:
        """Are some rows left out?"""
        return self.filter is not None and bool(self.filter.form.changed_data)

    @property
    def total(self) -> int:
        """How many rows there are in all."""
        return self.page.paginator.count

    @property
    def headings(self) -> Iterator[tuple[Column, str, str]]:
        """Each column, the ``sort`` that its heading asks for ("" none), and its ``aria-sort``."""
        now = self.request.GET.get("sort", "")
        for column in self.columns:
            asks, state = (column.name if column.sort else ""), ""
            if column.sort and now == column.name:
                asks, state = "-" + column.name, "ascending"
            elif column.sort and now == "-" + column.name:
                state = "descending"
            yield column, asks, state

    @property
    def shown(self) -> Iterator[list[Cell]]:
        """The cells of the page, row by row."""
        for row in self.page:
            yield [
                Cell(
                    shown(column.of(row)),
                    column.link(row) if column.link else "",
                    column.kind(row) if column.kind else "",
                    column.number,
                    column.whole,
                )
                for column in self.columns
            ]

    def answer(self, template: str, context: Mapping[str, Any] | None = None) -> HttpResponse:
        """The page, or the workbook when it was asked for."""
        if self.request.GET.get("export") == "xlsx":
            return self.workbook()
        return render(self.request, template, {**(context or {}), "table": self})

    def workbook(self) -> HttpResponse:
        """All rows as filtered and sorted, as a workbook."""
        rows: Iterable[Any] = self.rows
        if isinstance(self.rows, QuerySet):
            rows = self.rows.iterator(chunk_size=LOT)
        if self.late is not None:
            rows = self._later(iter(rows), self.late)
        return workbook(
            self.request,
            title=self.title,
            heading=self.heading,
            columns=[(column.heading, column.number) for column in self.columns],
            rows=([column.of(row) for column in self.columns] for row in rows),
        )

    def _later(self, rows: Iterator[Any], late: Callable[[Sequence[Any]], object]) -> Iterator[Any]:
        while lot := list(itertools.islice(rows, LOT)):
            late(lot)
            yield from lot


def workbook(
    request: HttpRequest,
    *,
    title: str,
    heading: Sequence[str] = (),
    columns: Sequence[tuple[str, bool]],
    rows: Iterable[Sequence[object]],
) -> HttpResponse:
    """Rows of values as a workbook, every text as text; the log knows who took how many.

    ``columns`` are their headings and whether they hold numbers; ``heading`` are lines above them.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    ) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        names = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        yuan = book.add_format({"num_format": "#,##0.00"})
        first, rows = len(heading), iter(rows)
        seen = list(itertools.islice(rows, MEASURED))
        for line, words in enumerate(heading):
            sheet.write_string(line, 0, words, bold)
        widths = [
            _width(words, (row[number] for row in seen))
            for number, (words, _) in enumerate(columns)
        ]
        sheet.set_row(first, TWO_LINES)
        for number, (words, _) in enumerate(columns):
            sheet.write_string(first, number, words, names)
            sheet.set_column(number, number, widths[number])
        sheet.freeze_panes(first + 1, 0)
        _for_paper(sheet, first, sum(widths))
        line = 0
        for line, row in enumerate(itertools.chain(seen, rows), 1):
            for number, value in enumerate(row):
                if isinstance(value, Fen):
                    sheet.write_number(first + line, number, value / 100, yuan)
                elif isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(first + line, number, value)
                elif value is not None:
                    sheet.write_string(first + line, number, shown(value), text)
    _exported(by=request.user, rows=line, view=request.resolver_match)
    name = f"{title}-{timezone.localdate():%Y%m%d}.xlsx"
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


A3, A4 = 8, 9
"""Papers, as workbooks number them."""

TWO_LINES = 32
"""Points: how high the row of headings is."""

MEASURED, LEAST, MOST, ON_A4 = 200, 8, 36, 190
"""Rows by which columns are measured; how narrow and wide one is; how wide all may be for A4, in letters."""


def _width(heading: str, values: Iterable[object]) -> int:
    """As wide as its longest value, a heading in two lines; a Han character is two letters wide."""
    longest = max((_letters(shown(value)) for value in values), default=0)
    return min(MOST, max(LEAST, longest + 2, _letters(heading) // 2 + 4))


def _letters(words: str) -> int:
    return sum(2 if ord(one) > 0x2E7F else 1 for one in words)


def _for_paper(sheet: Any, headings: int, width: int) -> None:
    """Across, as wide as the paper, lines between the rows, headings and page numbers on each sheet of it."""
    sheet.set_paper(A4 if width <= ON_A4 else A3)
    sheet.hide_gridlines(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(headings)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.set_footer("&C&P / &N")


def _sortable(value: object) -> tuple[bool, Any]:
    """Nothing stands before everything; texts and numbers are compared among themselves."""
    return value is not None, value


@audit.action
def _exported(*, by: audit.Actor, rows: int, view: Any) -> None:
    audit.record(by, "list.exported", view=view.view_name if view else "", rows=rows)


def shown(value: object) -> str:
    """A value as text: numbers grouped, days and moments as the house writes them, yes and no in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, Fen):
        return f"{'-' if value < 0 else ''}{abs(value) // 100:,}.{abs(value) % 100:02d}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dt.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return str(value)
