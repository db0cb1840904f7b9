"""Old workbooks (.xls, .et) and whatever else python-calamine reads whole."""

from __future__ import annotations

import datetime as dt
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from notoneless.faults import Place, Refusal
from notoneless.rosters import faults
from notoneless.rosters.books.sheet import Book, Cell, Row

_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_BOOK_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))


def open_ole(path: Path) -> Book:
    """Open a compound file: an old workbook, or the wrapping of an encrypted new one."""
    # The names of its streams stand in a directory that may be anywhere; an .xls is never large.
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        if whole.find(_ENCRYPTED_STREAM) >= 0:
            raise Refusal([faults.ENCRYPTED.at(Place(path.name))])
        if all(whole.find(name) < 0 for name in _BOOK_STREAMS):
            # A cut-off .xls, or another kind of document in the same wrapping.
            spreadsheet = path.suffix.lower() in (".xls", ".et")
            kind = faults.BROKEN if spreadsheet else faults.UNKNOWN_FORMAT
            raise Refusal([kind.at(Place(path.name))])
    return open_whole(path, "xls")


_FIRST_RECORD = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILEPASS = 0x2F


def _has_password(path: Path) -> bool:
    """Whether a FILEPASS record stands among the first of an .xls: the library does not always say."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        at = whole.find(_FIRST_RECORD)
        for _ in range(8):
            kind, length = whole[at : at + 2], whole[at + 2 : at + 4]
            if at < 0 or len(length) < 2:
                return False
            if int.from_bytes(kind, "little") == _FILEPASS:
                return True
            at += 4 + int.from_bytes(length, "little")
    return False


def open_whole(path: Path, make: str) -> Book:
    """Open a book that is read a whole sheet at a time."""
    place = Place(path.name)
    try:
        # From bytes and not from the path: the library judges a path by its extension.
        with path.open("rb") as stream:
            book = CalamineWorkbook.from_filelike(stream)
    except PasswordError:
        raise Refusal([faults.ENCRYPTED.at(place)]) from None
    except (CalamineError, OSError):
        encrypted = make == "xls" and _has_password(path)
        raise Refusal([(faults.ENCRYPTED if encrypted else faults.BROKEN).at(place)]) from None
    return Book(
        make,
        [
            _WholeSheet(book, at, entry.name, entry.visible != SheetVisibleEnum.Visible, place)
            for at, entry in enumerate(book.sheets_metadata)
        ],
    )


@dataclass
class _WholeSheet:
    book: CalamineWorkbook
    index: int
    name: str
    hidden: bool
    place: Place
    _sheet: Any = None

    def hidden_parts(self) -> tuple[int, int]:
        """Unknown here."""
        return 0, 0

    def rows(self, wanted: Sequence[int] | None = None, most: int | None = None) -> Iterator[Row]:
        """See `Sheet.rows`."""
        try:
            if self._sheet is None:
                self._sheet = self.book.get_sheet_by_index(self.index)
        except (CalamineError, OSError):
            raise Refusal([faults.BROKEN.at(self.place)]) from None
        sheet = self._sheet
        if sheet.start is None:
            return
        # Rows come from the first filled one on; columns always from A.
        number = sheet.start[0]
        for given, cells in enumerate(sheet.iter_rows()):
            if most is not None and given >= most:
                return
            number += 1
            if wanted is None:
                yield number, [_cell(value) for value in cells]
            else:
                width = len(cells)
                yield number, [_cell(cells[at]) if at < width else None for at in wanted]


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else value
    if isinstance(value, dt.date):
        return value
    return None
