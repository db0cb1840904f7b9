"""Web pages that old systems export under the name of a spreadsheet: their largest table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from notoneless.faults import Place, Refusal
from notoneless.rosters import faults
from notoneless.rosters.books.sheet import Book, Row

_LARGEST = 64 << 20


def open_html(path: Path, encoding: str) -> Book:
    """The tables of a page, each as a sheet; a page without one is refused."""
    if path.stat().st_size > _LARGEST:
        raise Refusal([faults.OUT_OF_LIMITS.at(Place(path.name))])
    parser = _Tables()
    parser.feed(path.read_text(encoding=encoding, errors="strict"))
    tables = [table for table in parser.tables if table]
    if not tables:
        raise Refusal([faults.HTML_WITHOUT_TABLE.at(Place(path.name))])
    return Book("html", [_HtmlSheet(table) for table in tables])


@dataclass
class _HtmlSheet:
    table: list[list[str]]
    name: str = ""
    hidden: bool = False

    def hidden_parts(self) -> tuple[int, int]:
        """Unknown here."""
        return 0, 0

    def rows(self, wanted: Sequence[int] | None = None, most: int | None = None) -> Iterator[Row]:
        """See `Sheet.rows`."""
        for number, cells in enumerate(self.table[:most], 1):
            if wanted is None:
                yield number, [cell or None for cell in cells]
            else:
                width = len(cells)
                yield number, [(cells[at] or None) if at < width else None for at in wanted]


class _Tables(HTMLParser):
    """Collects the cells of tables that stand in no other table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._close()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self._close()
            self._cell = []
            span = dict(attrs).get("colspan") or "1"
            self._span = min(int(span), 256) if span.isdigit() else 1
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._close()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _close(self) -> None:
        if self._cell is not None:
            row = self.tables[-1][-1]
            row.append("".join(self._cell).strip())
            row.extend([""] * (self._span - 1))
            self._cell = None
