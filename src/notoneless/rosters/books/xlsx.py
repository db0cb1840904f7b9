"""Workbooks of Excel 2007 and later, as a stream.

python-calamine builds a whole sheet in memory before it gives the first row (measured: 0.6 GB and
6.4 s for 100,000 x 60 cells), so a roll of a city would not fit. Here the sheet's XML is inflated a
piece at a time and cells are cut out of it by one regular expression that knows the columns we want
(2.5 s, constant memory). The grammar it knows is the one Excel, WPS, LibreOffice and the libraries
write; a sheet written otherwise goes through python-calamine, within a limit on its size.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree as ET

from notoneless.faults import Place, Refusal
from notoneless.rosters import faults
from notoneless.rosters.books.sheet import Book, Cell, Row, Sheet, letter

_PIECE = 1 << 20
_MAX_RATIO = 200
_RATIO_MATTERS = 20 << 20
_MAX_UNPACKED = 6 << 30
_MAX_STRINGS = 1 << 30
_MAX_SMALL = 16 << 20
_MAX_ROW = 4 << 20
_MAX_WHOLE = 64 << 20
"""Limits in bytes: how far a part may unpack (a deflate stream can reach 1000 to 1, a real sheet
stays under 60), the whole file, the table of texts, the descriptions, one row, and a sheet that is
read whole because its grammar is unusual."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class _Unusual(Exception):  # noqa: N818 - not an error: another way of reading is taken
    """The sheet is not in the grammar that the stream reader knows."""


def open_xlsx(path: Path) -> Book:
    """Open a workbook; see `open_book` for what is raised."""
    place = Place(path.name)
    try:
        archive = zipfile.ZipFile(path)
        package = _Package(path, archive)
        return Book("xlsx", package.sheets())
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise Refusal([faults.BAD_ENCODING.at(place)]) from None
        raise Refusal([faults.BROKEN.at(place)]) from None
    except (ET.ParseError, NotImplementedError, RuntimeError):
        raise Refusal([faults.BROKEN.at(place)]) from None


@dataclass
class _Package:
    """The zip archive around the sheets, after its sizes were judged."""

    path: Path
    archive: zipfile.ZipFile

    def __post_init__(self) -> None:
        place = Place(self.path.name)
        packed = self.path.stat().st_size
        total = 0
        for part in self.archive.infolist():
            if part.flag_bits & 1:
                raise Refusal([faults.ENCRYPTED.at(place)])
            total += part.file_size
            swollen = part.file_size > _RATIO_MATTERS and part.file_size > _MAX_RATIO * max(
                part.compress_size, 1
            )
            strings = part.filename.endswith("sharedStrings.xml") and part.file_size > _MAX_STRINGS
            # The declared sizes are binding: zipfile never inflates beyond them.
            if (
                swollen
                or strings
                or total > min(_MAX_UNPACKED, _RATIO_MATTERS + _MAX_RATIO * packed)
            ):
                raise Refusal(
                    [
                        faults.TOO_LARGE_UNPACKED.at(
                            place, unpacked=total >> 20, packed=round(packed / (1 << 20), 1)
                        )
                    ]
                )

    def small(self, name: str) -> ET.Element:
        """A describing part as a tree. Document type declarations are refused, not expanded."""
        if self.archive.getinfo(name).file_size > _MAX_SMALL:
            raise Refusal(
                [
                    faults.TOO_LARGE_UNPACKED.at(
                        Place(self.path.name),
                        unpacked=self.archive.getinfo(name).file_size >> 20,
                        packed=round(self.archive.getinfo(name).compress_size / (1 << 20), 1),
                    )
                ]
            )
        text = self.archive.read(name)
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"<\x00!\x00" in text:
            raise Refusal([faults.HOSTILE_XML.at(Place(self.path.name))])
        return ET.fromstring(text)  # noqa: S314 - declarations were refused above

    def sheets(self) -> list[Sheet]:
        """The worksheets in the order of their tabs."""
        names = {name.lower(): name for name in self.archive.namelist()}
        root = names["_rels/.rels"]
        main = next(
            _target("", relation.get("Target", ""))
            for relation in self.small(root)
            if relation.get("Type", "").endswith("/officeDocument")
        )
        folder, _, file = main.rpartition("/")
        if main.endswith(".bin"):
            from notoneless.rosters.books.binary import open_whole

            return list(open_whole(self.path, "xlsb").sheets)
        relations = {
            relation.get("Id", ""): (
                relation.get("Type", "").rpartition("/")[2],
                names.get(_target(folder, relation.get("Target", "")).lower(), ""),
            )
            for relation in self.small(names[f"{folder}/_rels/{file}.rels".lower()])
        }
        book = self.small(names[main.lower()])
        spaces = re.match(r"\{.*?\}", book.tag)
        prefix = spaces[0] if spaces else ""
        properties = book.find(f"{prefix}workbookPr")
        epoch_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        by_type = dict(relations.values())
        found: list[Sheet] = []
        for at, entry in enumerate(book.iter(f"{prefix}sheet")):
            key = next((value for name, value in entry.items() if name.endswith("}id")), "")
            kind, part = relations.get(key, ("", ""))
            if kind != "worksheet" or not part:
                continue
            found.append(
                _XlsxSheet(
                    package=self,
                    index=at,
                    name=entry.get("name", ""),
                    hidden=entry.get("state", "visible") != "visible",
                    part=part,
                    texts=_Texts(self, by_type.get("sharedStrings", "")),
                    dates=_Dates(self, by_type.get("styles", ""), epoch_1904),
                )
            )
        if found:
            shared = found[0]
            assert isinstance(shared, _XlsxSheet)
            for sheet in found[1:]:
                assert isinstance(sheet, _XlsxSheet)
                sheet.texts, sheet.dates = shared.texts, shared.dates
        return found


def _target(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    parts = folder.split("/") if folder else []
    for piece in target.split("/"):
        if piece == "..":
            parts = parts[:-1]
        elif piece != ".":
            parts.append(piece)
    return "/".join(parts)


_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _plain(text: str) -> str:
    """The characters that XML text stands for, the workbook's own ``_x000D_`` included."""
    if "&" in text:
        text = _ENTITY.sub(
            lambda found: (
                _NAMED[found[3]]
                if found[3]
                else chr(int(found[1]) if found[1] else int(found[2], 16))
            ),
            text,
        )
    if "_x" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return text


_RUN = re.compile(r"<t(?:\s[^>]*)?>([^<]*)</t>")
_PHONETIC = re.compile(r"<rPh\b.*?</rPh>", re.DOTALL)


def _rich(body: str) -> str:
    """The text of a cell or entry that may be made of runs; readings beside it are left out."""
    if "<rPh" in body:
        body = _PHONETIC.sub("", body)
    return _plain("".join(_RUN.findall(body)))


def _inline(body: str) -> str:
    """The text that a cell carries itself; nearly always one plain run."""
    if body.startswith("<is><t>") and body.count("<") == 4:
        return _plain(body[7:-9])
    return _rich(body)


@dataclass
class _Texts:
    """The workbook's table of texts, read when first asked for."""

    package: _Package
    part: str

    @cached_property
    def list(self) -> list[str]:
        """Every text by its number."""
        if not self.part:
            return []
        return [_rich(piece) for piece in _pieces(self.package, self.part, "</si>", empty="<si/>")]


@dataclass
class _Dates:
    """Which styles show a number as a date."""

    package: _Package
    part: str
    epoch_1904: bool

    @cached_property
    def styles(self) -> frozenset[str]:
        """The numbers of the date styles, as texts."""
        if not self.part:
            return frozenset()
        root = self.package.small(self.part)
        prefix = root.tag[: root.tag.index("}") + 1] if "}" in root.tag else ""
        own = {
            entry.get("numFmtId", ""): entry.get("formatCode", "")
            for entry in root.iter(f"{prefix}numFmt")
        }
        formats = root.find(f"{prefix}cellXfs")
        return frozenset(
            str(at)
            for at, entry in enumerate(formats if formats is not None else ())
            if _shows_date(entry.get("numFmtId", "0"), own)
        )

    def day(self, number: float) -> Cell:
        """A day's number as a date; one outside the calendar stays a number."""
        return serial_date(number, epoch_1904=self.epoch_1904)


# The formats built into the programs; 27 to 36 and 50 to 58 are dates in the Chinese editions.
_BUILT_IN_DATES = frozenset(
    str(number) for number in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))
)
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]|_.|\*.', re.IGNORECASE)


def _shows_date(number: str, own: dict[str, str]) -> bool:
    if number in own:
        code = _NOT_FORMAT.sub("", own[number])
        return bool(re.search(r"[ymdhs]|[年月日]", code, re.IGNORECASE)) and "General" not in code
    return number in _BUILT_IN_DATES


_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a calendar day has no time zone
_EPOCH_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001


def serial_date(number: float, *, epoch_1904: bool = False) -> Cell:
    """A spreadsheet's day number as a date (whole) or date and time; out of range: the number."""
    if not 1 <= number < 2_958_466:
        return number
    if not epoch_1904 and number < 60:
        number += 1  # the programs count a 29 February 1900 that never was
    moment = (_EPOCH_1904 if epoch_1904 else _EPOCH) + dt.timedelta(seconds=round(number * 86400))
    return moment.date() if moment.time() == dt.time() else moment


_DECLARED = re.compile("<!(?:DOCTYPE|ENTITY)")


def _pieces(package: _Package, part: str, end: str, empty: str = "") -> Iterator[str]:
    """The text between one end mark and the next, without the marks, never more than a few MB."""
    place = Place(package.path.name)
    with package.archive.open(part) as raw:
        stream = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="strict", newline="")
        rest = ""
        while piece := stream.read(_PIECE):
            if "<!" in piece:
                if _DECLARED.search(piece):
                    raise Refusal([faults.HOSTILE_XML.at(place)])
                raise _Unusual
            rest += piece
            if empty and empty in rest:
                rest = rest.replace(empty, end)
            parts = rest.split(end)
            rest = parts.pop()
            if len(rest) > _MAX_ROW:
                raise Refusal([faults.OUT_OF_LIMITS.at(place)])
            yield from parts
        if end == "</row>":
            yield rest


_ROW = re.compile(r"<row\b([^>]*)>")
_NUMBER = re.compile(r'\br="(\d+)"')
_CELL_TAIL = r'\d+"([^>/]*)(?:/>|><v>([^<]*)</v></c>|>(.*?)</c>)'
_STYLE = re.compile(r'\bs="(\d+)"')
_TYPE = re.compile(r'\bt="(\w+)"')
_VALUE = re.compile(r"<v(?:\s[^>]*)?>([^<]*)</v>")


@dataclass
class _XlsxSheet:
    """A worksheet, gone through as a stream."""

    package: _Package
    index: int
    name: str
    hidden: bool
    part: str
    texts: _Texts
    dates: _Dates
    _hidden_rows: int = field(default=0, init=False)
    _hidden_columns: int = field(default=0, init=False)

    def hidden_parts(self) -> tuple[int, int]:
        """Rows and columns that are hidden, as far as the rows were gone through."""
        return self._hidden_rows, self._hidden_columns

    def rows(self, wanted: Sequence[int] | None = None, most: int | None = None) -> Iterator[Row]:
        """See `Sheet.rows`."""
        try:
            yield from self._stream(wanted, most)
        except _Unusual:
            yield from self._whole(wanted, most)
        except UnicodeDecodeError:
            raise Refusal([faults.BAD_ENCODING.at(Place(self.package.path.name))]) from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, IndexError):
            raise Refusal([faults.BROKEN.at(Place(self.package.path.name))]) from None

    def _whole(self, wanted: Sequence[int] | None, most: int | None) -> Iterator[Row]:
        if self.package.archive.getinfo(self.part).file_size > _MAX_WHOLE:
            raise Refusal([faults.OUT_OF_LIMITS.at(Place(self.package.path.name))])
        from notoneless.rosters.books.binary import open_whole

        for sheet in open_whole(self.package.path, "xlsx").sheets:
            if sheet.name == self.name:
                yield from sheet.rows(wanted, most)

    def _stream(self, wanted: Sequence[int] | None, most: int | None) -> Iterator[Row]:
        columns = None if wanted is None else {letter(at): slot for slot, at in enumerate(wanted)}
        width = 0 if wanted is None else len(wanted)
        letters = "[A-Z]{1,3}" if columns is None else "|".join(sorted(columns)) or "-"
        cells = re.compile(f'<c r="({letters}){_CELL_TAIL}', re.DOTALL).findall
        shapes: dict[str, tuple[str, bool]] = {}
        texts = self.texts
        table: list[str] | None = None
        self._hidden_rows = 0
        number = given = 0
        seen_data = False
        for piece in _pieces(self.package, self.part, "</row>"):
            if not seen_data:
                if "<sheetData" not in piece:
                    if ":sheetData" in piece:
                        raise _Unusual
                    continue
                self._hidden_columns = len(_hidden_columns(piece))
                seen_data = True
            opened = _last_row(piece)
            if opened is None:
                continue
            skipped, attributes, body = opened
            number += skipped
            found_number = _NUMBER.search(attributes)
            number = int(found_number[1]) if found_number else number + 1
            if not body:
                continue
            if body.count("<c ") != body.count('<c r="') or "<c>" in body:
                raise _Unusual
            if 'hidden="1"' in attributes or 'hidden="true"' in attributes:
                self._hidden_rows += 1
            row: list[Cell] = [None] * width
            for column, described, plain, inner in cells(body):
                shape = shapes.get(described)
                if shape is None:
                    kind = _TYPE.search(described)
                    style = _STYLE.search(described)
                    shape = shapes[described] = (
                        kind[1] if kind else "n",
                        bool(style and style[1] in self.dates.styles),
                    )
                if columns is None:
                    slot = _index(column)
                    if slot >= len(row):
                        row.extend([None] * (slot + 1 - len(row)))
                else:
                    slot = columns[column]
                kind_of, is_date = shape
                value = plain
                if not value:
                    if not inner:
                        continue
                    if kind_of == "inlineStr":
                        row[slot] = _inline(inner) or None
                        continue
                    found = _VALUE.search(inner)
                    if not found or not found[1]:
                        continue
                    value = found[1]
                if kind_of == "s":
                    if table is None:
                        table = texts.list
                    row[slot] = table[int(value)] or None
                elif kind_of == "n":
                    quantity = float(value)
                    row[slot] = self.dates.day(quantity) if is_date else quantity
                elif kind_of == "b":
                    row[slot] = "是" if value == "1" else "否"
                elif kind_of == "d":
                    row[slot] = value[:10]
                else:
                    row[slot] = _plain(value)
            yield number, row
            given += 1
            if most is not None and given >= most:
                return
        if not seen_data:
            raise _Unusual


def _last_row(piece: str) -> tuple[int, str, str] | None:
    """Empty rows before it, the row's attributes and its cells, from the text up to its end mark."""
    last = piece.rfind("<row ")
    if last < 0:
        last = piece.rfind("<row>")
    if last < 0:
        return None
    close = piece.find(">", last)
    attributes = piece[last + 4 : close]
    before = piece.count("<row ", 0, last)
    if attributes.endswith("/"):
        return before, attributes, ""
    return before, attributes, piece[close + 1 :]


_COLUMN = re.compile(r"<col\b([^>]*)/?>")


def _hidden_columns(head: str) -> set[int]:
    hidden: set[int] = set()
    for found in _COLUMN.findall(head):
        if 'hidden="1"' in found or 'hidden="true"' in found:
            low = re.search(r'\bmin="(\d+)"', found)
            high = re.search(r'\bmax="(\d+)"', found)
            if low and high and int(high[1]) <= 1024:  # "all the rest" is formatting, not a column
                hidden.update(range(int(low[1]), int(high[1]) + 1))
    return hidden


_INDICES: dict[str, int] = {letter(at): at for at in range(16384)}


def _index(column: str) -> int:
    return _INDICES[column]
