"""Spreadsheets and text tables of any make as sheets of rows of plain cells.

One file per make. What a file claims by its name is not believed: the first bytes decide.
"""

from __future__ import annotations

from pathlib import Path

from notoneless.faults import Place, Refusal
from notoneless.rosters import faults
from notoneless.rosters.books.sheet import Book, Cell, Row, Sheet

__all__ = ["Book", "Cell", "Row", "Sheet", "open_book"]

_OTHER_FILES = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"SQLite",
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_book(path: Path) -> Book:
    """Open a list for reading.

    Raises `Refusal` with one fault when it cannot be used: empty, encrypted, broken, hostile, or
    not a table at all.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError as error:
        raise Refusal(
            [faults.UNREADABLE.at(Place(path.name), reason=type(error).__name__)]
        ) from None
    if not start.strip(b"\x00 \r\n\t\xef\xbb\xbf\xff\xfe"):
        raise Refusal([faults.EMPTY_FILE.at(Place(path.name))])
    # Each make is imported when it is met: a folder of .xlsx needs none of the others.
    if start.startswith(b"PK"):
        from notoneless.rosters.books import oneroster

        if oneroster.is_one(path):
            return oneroster.open_oneroster(path)
        from notoneless.rosters.books.xlsx import open_xlsx

        return open_xlsx(path)
    if start.startswith(_OLE):
        from notoneless.rosters.books.binary import open_ole

        return open_ole(path)
    if start.startswith(_OTHER_FILES):
        raise Refusal([faults.UNKNOWN_FORMAT.at(Place(path.name))])
    if start.startswith(b"PAR1"):
        from notoneless.rosters.books.parquet import open_parquet

        return open_parquet(path)
    from notoneless.rosters.books.text import open_text

    return open_text(path)
