"""Hostile and broken files: one clear sentence each, within 2 seconds and 300 MB."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlwt
from sheets_as_kept import number, xlsx
from xlwt.CompoundDoc import XlsDoc

from notoneless.rosters import read

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="memory is measured by rusage")

DATA = [["姓名", "身份证号"], ["张三", number("20150901", 11)]]
SHEET, BOOK, STRINGS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"


def good(folder: Path) -> Path:
    return xlsx(folder / "持证残疾人.xlsx", DATA)


def changed(folder: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    target = folder / "坏.xlsx"
    with (
        zipfile.ZipFile(good(folder)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return target


def one_long_cell(folder: Path) -> Path:
    cell = (
        b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"A" * (120 << 20) + b"</t></is></c></row>"
    )
    return changed(folder, SHEET, lambda xml: xml.replace(b"</sheetData>", cell + b"</sheetData>"))


def many_rows(folder: Path) -> Path:
    row = b'<row r="9"><c r="A9"><v>1</v></c></row>' * (1 << 20)
    return changed(folder, SHEET, lambda xml: xml.replace(b"</sheetData>", row + b"</sheetData>"))


LAUGHS = (
    b"<!DOCTYPE x [<!ENTITY a '" + b"A" * 1000 + b"'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8)) + b"]>"
)  # fmt: skip


def entities(part: str) -> Callable[[Path], Path]:
    return lambda folder: changed(folder, part, lambda xml: xml.replace(b"?>", b"?>" + LAUGHS, 1))


def entities_in_utf16(folder: Path) -> Path:
    def change(xml: bytes) -> bytes:
        return (
            xml.replace(b"?>", b"?>" + LAUGHS, 1)
            .decode()
            .replace("UTF-8", "UTF-16")
            .encode("utf-16")
        )

    return changed(folder, BOOK, change)


def late_entities(folder: Path) -> Path:
    """The declaration hides behind a comment longer than what is read first."""
    comment = b"?><!--" + b" " * 9000 + b"-->" + LAUGHS
    return changed(folder, SHEET, lambda xml: xml.replace(b"?>", comment, 1))


def cut_off(folder: Path) -> Path:
    whole = good(folder).read_bytes()
    (folder / "坏.xlsx").write_bytes(whole[: len(whole) // 2])
    return folder / "坏.xlsx"


def flipped(folder: Path) -> Path:
    """One byte of the packed sheet is wrong: the checksum of the archive tells."""
    file = good(folder)
    with zipfile.ZipFile(file) as archive:
        at = archive.getinfo(SHEET).header_offset + 60
    data = bytearray(file.read_bytes())
    data[at] ^= 0xFF
    file.write_bytes(bytes(data))
    return file


def far_cell(folder: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for at, cell in enumerate(DATA[0]):
        sheet.write(0, at, cell)
    sheet.write(65535, 255, "x")
    book.save(str(folder / "持证残疾人.xls"))
    return folder / "持证残疾人.xls"


def with_password_old(folder: Path) -> Path:
    """A FILEPASS record behind the first one, as an encrypted .xls has."""
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, "姓名")
    data = book.get_biff_data()
    end = 4 + int.from_bytes(data[2:4], "little")
    filepass = b"\x2f\x00\x36\x00" + b"\x01\x00\x01\x00\x01\x00" + bytes(48)
    with (folder / "密.xls").open("wb") as stream:
        XlsDoc().save(stream, data[:end] + filepass + data[end:])
    return folder / "密.xls"


def with_password_new(folder: Path) -> Path:
    book = xlwt.Workbook()
    book.add_sheet("a")
    book.save(str(folder / "密.xlsx"))
    data = (folder / "密.xlsx").read_bytes()
    before, after = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    (folder / "密.xlsx").write_bytes(data.replace(before + bytes(16), after, 1))
    return folder / "密.xlsx"


def of(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "one long cell": (one_long_cell, "L005"),
    "many rows": (many_rows, "L005"),
    "entities in the book": (entities(BOOK), "L006"),
    "entities in the sheet": (entities(SHEET), "L006"),
    "entities in the texts": (entities(STRINGS), "L006"),
    "entities in UTF-16": (entities_in_utf16, "L006"),
    "cut off": (cut_off, "L004"),
    "one byte wrong": (flipped, "L004"),
    "a far cell in an .xls": (far_cell, "L007"),
    "password, old": (with_password_old, "L003"),
    "password, new": (with_password_new, "L003"),
    "empty": (of("空.xlsx", b""), "L001"),
    "blank": (of("空.csv", b"\xef\xbb\xbf \r\n"), "L001"),
    "lock file": (of("~$名单.xlsx", b"\x05wps" + bytes(160)), "L008"),
    "a login page": (of("名单.xls", "<html><body>请登录</body></html>".encode()), "L010"),
    "a pdf": (of("名单.xlsx", b"%PDF-1.7 ..."), "L002"),
    "noise": (of("名单.csv", bytes(range(128, 256)) * 40), "L009"),
    "another zip": (of("名单.xlsx", b"PK\x05\x06" + bytes(18)), "L004"),
    "text of a binary": (of("名单.txt", bytes(range(1, 32)) * 100), "L002"),
}

MEASURED = """
import json, resource, sys, time
from pathlib import Path
from notoneless.rosters import read
answers = {}
for case, file in json.loads(sys.argv[1]).items():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    reading = read(Path(file), into=Path(sys.argv[2]))
    seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    answers[case] = {
        "codes": [fault.code for fault in reading.faults], "refused": reading.refused,
        "said": [str(fault) for fault in reading.faults], "seconds": seconds,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "mb": after.ru_maxrss / 1024,
    }
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was said about each hostile file, how long it took and the largest process so far."""
    files = {case: str(make(tmp_path_factory.mktemp("bad"))) for case, (make, _) in HOSTILE.items()}
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, json.dumps(files), str(tmp_path_factory.mktemp("rows"))],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_time_and_memory(measured: dict[str, Any], case: str) -> None:
    told = measured[case]
    assert told["codes"] == [HOSTILE[case][1]]
    assert "→" in told["said"][0]
    assert withstood(told)


def withstood(told: dict[str, Any]) -> bool:
    """Refused, in 2 seconds and 300 MB."""
    # Both cores may be busy with other tests: the processor's seconds are the reader's own.
    soon = told["seconds"] < 2 or os.getloadavg()[0] > 1.5
    return bool(told["refused"] and told["cpu"] < 2 and soon and told["mb"] < 300)


NAIVE = """
import json, resource, sys, time
from python_calamine import CalamineWorkbook
started = time.monotonic()
try:
    book = CalamineWorkbook.from_path(sys.argv[1])
    rows = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    refused = False
except Exception:
    refused = True
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "refused": refused, "seconds": time.monotonic() - started,
    "cpu": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024,
}))
"""


@pytest.mark.parametrize("case", ["one long cell", "many rows"])
def test_a_reader_that_believes_its_library_is_caught(tmp_path: Path, case: str) -> None:
    """The mutant: the library reads the file whole, without limits of ours."""
    file = HOSTILE[case][0](tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", NAIVE, str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode or not withstood(json.loads(done.stdout))


def test_absurd_dimensions_do_not_matter(tmp_path: Path) -> None:
    """The stream reads the cells that are there, whatever the sheet says of its size."""

    def change(xml: bytes) -> bytes:
        far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        return xml.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"').replace(b"</sheetData>", far)

    reading = read(
        changed(tmp_path, SHEET, change).rename(tmp_path / "残疾人.xlsx"), into=tmp_path / "rows"
    )
    assert [sheet.rows for sheet in reading.recognised] == [1]


def test_declarations_behind_a_long_comment_are_not_expanded(tmp_path: Path) -> None:
    reading = read(late_entities(tmp_path), into=tmp_path / "rows")
    assert reading.refused
    assert [fault.code for fault in reading.faults] == ["L006"]


def test_a_library_alone_does_not_refuse_the_bomb(tmp_path: Path) -> None:
    """Why the limits are ours: the size of a part says nothing to zip or to the parser."""
    with zipfile.ZipFile(many_rows(tmp_path)) as archive:
        part = archive.getinfo(SHEET)
        assert part.file_size > 200 * part.compress_size
        with archive.open(part) as stream:
            assert len(stream.read(1 << 20)) == 1 << 20


def test_a_reader_that_never_ends_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notoneless.rosters import read as module

    reader = sys.modules[module.__module__]
    monkeypatch.setattr(reader, "_SECONDS", 0.01)
    monkeypatch.setattr(reader, "_SECONDS_PER_MB", 0.0)
    reading = read(good(tmp_path), into=tmp_path / "rows")
    assert [fault.code for fault in reading.faults] == ["L007"]
    assert reading.refused
