"""Text tables: comma, tab or semicolon; UTF-8, GB18030 (which contains GBK) or UTF-16; web pages."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from notoneless.faults import Place, Refusal
from notoneless.rosters import faults
from notoneless.rosters.books.sheet import Book, Row

_SAMPLE = 1 << 16
_LONGEST_CELL = 1 << 17


def open_text(path: Path) -> Book:
    """Open a text table, or a web page that a system exported under a spreadsheet's name."""
    with path.open("rb") as stream:
        start = stream.read(_SAMPLE)
    encoding = _encoding(path, start)
    text = start.decode(encoding, errors="ignore").lstrip("\ufeff \r\n\t")
    if re.match(r"<(!doctype html|html|table|\?xml|meta|head|style)", text, re.IGNORECASE):
        from notoneless.rosters.books.html import open_html

        return open_html(path, encoding)
    if _looks_binary(text):
        raise Refusal([faults.UNKNOWN_FORMAT.at(Place(path.name))])
    return Book("csv", [_TextSheet(path, encoding, _separator(text))])


def _encoding(path: Path, start: bytes) -> str:
    """The encoding in which every byte of the file has a meaning, else a refusal."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif start.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif start[1:200:2].count(0) > len(start[:200]) // 8:
        candidates = ["utf-16-le"]
    else:
        candidates = ["utf-8", "gb18030"]
    for candidate in candidates:
        try:
            with path.open(encoding=candidate, errors="strict") as stream:
                while stream.read(1 << 20):
                    pass
        except (UnicodeError, OSError):
            continue
        return candidate
    raise Refusal([faults.BAD_ENCODING.at(Place(path.name))])


def _looks_binary(text: str) -> bool:
    odd = sum(1 for character in text[:4096] if character < " " and character not in "\r\n\t\x0c")
    return odd > len(text[:4096]) // 50


def _separator(text: str) -> str:
    """The mark that cuts the first lines into the most even number of cells."""
    lines = [line for line in text.splitlines()[:40] if line.strip()]
    best, most = ",", 0
    for mark in (",", "\t", ";", "|"):
        counts = [line.count(mark) for line in lines]
        filled = [count for count in counts if count]
        score = len(filled) * min(sorted(filled)[len(filled) // 2], 20) if filled else 0
        if score > most:
            best, most = mark, score
    return best


@dataclass
class _TextSheet:
    path: Path
    encoding: str
    separator: str
    name: str = ""
    hidden: bool = False

    def hidden_parts(self) -> tuple[int, int]:
        """A text hides nothing."""
        return 0, 0

    def rows(self, wanted: Sequence[int] | None = None, most: int | None = None) -> Iterator[Row]:
        """See `Sheet.rows`. A row's number counts rows, as a spreadsheet program shows them."""
        csv.field_size_limit(_LONGEST_CELL)
        with self.path.open(encoding=self.encoding, errors="strict", newline="") as stream:
            reader = csv.reader(stream, delimiter=self.separator)
            try:
                for number, cells in enumerate(reader, 1):
                    if most is not None and number > most:
                        return
                    if wanted is None:
                        yield number, [cell or None for cell in cells]
                    elif len(cells) > wanted[-1]:
                        yield number, [cells[at] or None for at in wanted]
                    else:
                        width = len(cells)
                        yield number, [(cells[at] or None) if at < width else None for at in wanted]
            except csv.Error:
                raise Refusal(
                    [faults.BROKEN.at(Place(self.path.name, row=reader.line_num))]
                ) from None
