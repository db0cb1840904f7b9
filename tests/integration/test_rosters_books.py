"""Any make of book gives the same cells: our stream against python-calamine, LibreOffice's files too."""

# ruff: noqa: DTZ001 - the days of a sheet have no time zone

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sheets_as_kept import codes, number, rows, text, understood, xls, xlsx

from notoneless.rosters.books import open_book
from notoneless.rosters.books.binary import open_whole

STRANGE = [
    "张三", "𬭳锷", " 前后 ", "a & b < c > d \"e\" 'f'", "两\n行", "=1+1", "_x000D_",
    "制表\t符", "&amp;", "０１２", "é·•・‧．",
]  # fmt: skip


def workbook(path: Path, *, constant_memory: bool) -> Path:
    """A sheet with every kind of cell; shared texts, or texts in the cells (constant memory)."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": constant_memory})
    day, clock = (
        book.add_format({"num_format": "yyyy-mm-dd"}),
        book.add_format({"num_format": "h:mm"}),
    )
    chinese = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    money, quoted = (
        book.add_format({"num_format": "#,##0.00"}),
        book.add_format({"num_format": '0"日"'}),
    )
    sheet = book.add_worksheet("名单")
    for at, cell in enumerate(STRANGE):
        sheet.write_string(0, at, cell)
    sheet.write_number(2, 0, 5.10699201509e17)
    sheet.write_number(2, 1, 1)
    sheet.write_number(2, 2, -0.5)
    sheet.write_datetime(2, 3, dt.datetime(2015, 9, 1), day)
    sheet.write_datetime(2, 4, dt.datetime(2015, 9, 1), chinese)
    sheet.write_number(2, 5, 625.5, money)
    sheet.write_number(2, 6, 3, quoted)
    sheet.write_boolean(2, 7, True)
    sheet.write_formula(2, 8, "=1+1", None, 2)
    sheet.write_formula(2, 9, '="男"', None, "男")
    sheet.write_blank(2, 10, None, day)
    sheet.write_datetime(2, 30, dt.datetime(2015, 9, 1, 12, 30), day)
    sheet.write_rich_string(4, 1, "张", clock, "三")
    sheet.write_string(4, 28, "远处")
    book.add_worksheet("空表")
    hidden = book.add_worksheet("藏着")
    hidden.write_string(0, 0, "姓名")
    hidden.hide()
    book.close()
    return path


def dense(path: Path, open_it: Callable[[Path], Any]) -> list[dict[tuple[int, int], Any]]:
    """Every filled cell of every sheet, by row and column."""
    return [
        {
            (row, column): cell
            for row, cells in sheet.rows()
            for column, cell in enumerate(cells)
            if cell is not None
        }
        for sheet in open_it(path).sheets
    ]


@pytest.mark.parametrize("constant_memory", [True, False])
def test_the_stream_gives_what_calamine_gives(tmp_path: Path, constant_memory: bool) -> None:
    file = workbook(tmp_path / "书.xlsx", constant_memory=constant_memory)
    ours = dense(file, open_book)
    theirs = dense(file, lambda path: open_whole(path, "xlsx"))
    assert ours == theirs
    assert ours[0][3, 3] == dt.date(2015, 9, 1)
    assert ours[0][3, 6] == 3.0
    assert ours[0][1, 1] == "𬭳锷"
    assert [sheet.hidden for sheet in open_book(file).sheets] == [False, False, True]


@pytest.mark.parametrize("wanted", [[0], [1, 28], [0, 3, 30], [27]])
def test_wanted_columns_are_those_of_the_whole_rows(tmp_path: Path, wanted: list[int]) -> None:
    for make in (
        workbook(tmp_path / "书.xlsx", constant_memory=False),
        xls(tmp_path / "书.xls", [STRANGE] * 3),
    ):
        sheet = open_book(make).sheets[0]
        whole = {
            row: [cells[at] if at < len(cells) else None for at in wanted]
            for row, cells in sheet.rows()
        }
        assert {row: list(cells) for row, cells in sheet.rows(wanted)} == whole


def patched(source: Path, target: Path, part: str, change: Callable[[str], str]) -> Path:
    """A copy of a workbook with one part rewritten."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data.decode()) if name == part else data)
    return target


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: re.sub(r"<(/?)([a-zA-Z])", r"<\1x:\2", xml.split("?>", 1)[1]).replace(
            "xmlns=", "xmlns:x="
        ),
        lambda xml: re.sub(r'<c r="(\w+)"((?: \w+="\w+")*)', r'<c\2 r="\1"', xml),
        lambda xml: re.sub(r'<c r="\w+"', "<c", xml),
        lambda xml: xml.replace("<sheetData>", "<sheetData><!-- <row r='1'> -->"),
        lambda xml: xml.replace("><", ">\n  <"),
        lambda xml: re.sub(r' spans="[\d:]+"', "", xml),
        lambda xml: re.sub(r'<row r="\d+"', "<row", xml),
    ],
    ids=[
        "prefixed",
        "attributes moved",
        "no references",
        "comment",
        "indented",
        "no spans",
        "no rows",
    ],
)
def test_unusual_grammar_is_read_or_left_to_calamine(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    rows_ = [
        ["姓名", "身份证号"],
        ["张三", number("20150901", 11)],
        ["李四", number("20150902", 12)],
    ]
    plain = xlsx(tmp_path / "名单.xlsx", rows_)
    odd = patched(plain, tmp_path / "怪.xlsx", SHEET, change)
    assert dense(odd, open_book) == dense(plain, open_book)


def test_breaks_behind_the_rows_are_no_rows(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "名单.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_string(0, 0, "姓名")
    sheet.set_h_pagebreaks([1, 2])
    sheet.set_row(5, None, None, {"hidden": True})
    sheet.set_column(3, 4, 10, None, {"hidden": True})
    sheet.write_string(6, 0, "张三")
    book.close()
    opened = open_book(tmp_path / "名单.xlsx").sheets[0]
    assert [(row, cells[0]) for row, cells in opened.rows() if any(cells)] == [
        (1, "姓名"),
        (7, "张三"),
    ]
    assert opened.hidden_parts()[1] == 2


def test_the_1904_calendar(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "mac.xlsx"), {"date_1904": True})
    book.add_worksheet().write_datetime(
        0, 0, dt.datetime(2015, 9, 1), book.add_format({"num_format": 14})
    )
    book.close()
    assert dense(tmp_path / "mac.xlsx", open_book)[0] == {(1, 0): dt.date(2015, 9, 1)}


def test_an_et_is_an_old_workbook(tmp_path: Path) -> None:
    data = [["姓名", "身份证号"], ["张三", number("20150901", 11)]]
    file = xls(tmp_path / "学籍.xls", data).rename(tmp_path / "学籍.et")
    assert [row["name"] for row in rows(understood(file))] == ["张三"]


def test_what_the_name_claims_is_not_believed(tmp_path: Path) -> None:
    data = [["姓名", "身份证号"], ["张三", number("20150901", 11)]]
    as_text = text(tmp_path / "学籍.xlsx", data, encoding="gbk")
    page = tmp_path / "学籍.xls"
    page.write_text(
        "<html><head><meta charset=gbk></head><body><table><tr><th>姓名</th><th>身份证号</th></tr>"
        f"<tr><td>张三</td><td>&nbsp;{number('20150901', 11)}</td></tr></table></body></html>",
        encoding="gbk",
    )
    new_under_old_name = xlsx(tmp_path / "new.xlsx", data).rename(tmp_path / "学籍2.xls")
    for file in (as_text, page, new_under_old_name):
        (child,) = rows(understood(file))
        assert (child["name"], child["id_number"]) == ("张三", number("20150901", 11))


SOFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One list as LibreOffice saves it: .xls, .xlsx, and .csv in GBK and GB18030."""
    if SOFFICE is None:
        pytest.skip("LibreOffice (soffice) is not on this machine: its files were not read")
    folder = tmp_path_factory.mktemp("libreoffice")
    book = xlsxwriter.Workbook(str(folder / "学籍.xlsx"))
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    as_text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet("在校生信息")
    sheet.merge_range(0, 0, 0, 6, "石垭小学2025年秋季在校生信息")
    sheet.write_row(1, 0, ["序号", "姓名", "性别", "出生日期", "身份证号", "联系电话", "班级"])
    for at, (name, born, sequence) in enumerate(
        [
            ("张三", dt.datetime(2015, 9, 1), 11),
            ("阿依·古丽", dt.datetime(2016, 2, 29), 22),
            ("李 四", dt.datetime(2014, 12, 31), 13),
        ]
    ):
        sheet.write_number(at + 2, 0, at + 1)
        sheet.write_string(at + 2, 1, name)
        sheet.write_string(at + 2, 2, "女" if sequence == 22 else "男")
        sheet.write_datetime(at + 2, 3, born, day)
        sheet.write_string(at + 2, 4, number(f"{born:%Y%m%d}", sequence), as_text)
        sheet.write_number(at + 2, 5, 13800000000 + at)
        sheet.write_string(at + 2, 6, "四年级2501班")
    book.close()
    profile = f"-env:UserInstallation=file://{folder}/profile"
    for target, filter_ in (
        ("xls", "xls"),
        ("again", "xlsx"),
        ("gbk", "csv:Text - txt - csv (StarCalc):44,34,67,1"),
        ("gb18030", "csv:Text - txt - csv (StarCalc):9,34,85,1"),
        ("et", "xls"),
    ):
        if target == "et":
            shutil.copytree(folder / "xls", folder / "et")
            (folder / "et" / "学籍.xls").rename(folder / "et" / "学籍.et")
            continue
        options = ["--headless", profile, "--convert-to", filter_, "--outdir", str(folder / target)]
        subprocess.run(
            [SOFFICE, *options, str(folder / "学籍.xlsx")],
            check=True,
            capture_output=True,
            timeout=120,
        )
    return folder


@pytest.mark.parametrize(
    "made", ["xls/学籍.xls", "et/学籍.et", "again/学籍.xlsx", "gbk/学籍.csv", "gb18030/学籍.csv"]
)
def test_what_libreoffice_saves_reads_alike(converted: Path, made: str) -> None:
    names = ("name", "sex", "birth_date", "id_number", "phone", "class_name", "grade", "row")
    before = [
        [row.get(name) for name in names] for row in rows(understood(converted / "学籍.xlsx"))
    ]
    reading = understood(converted / made)
    after = [[row.get(name) for name in names] for row in rows(reading)]
    assert after == before
    assert len(after) == 3
    assert after[1][0] == "阿依·古丽"
    assert codes(reading) == []
