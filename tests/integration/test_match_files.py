"""``notoneless match`` on files as people have them."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from click.testing import CliRunner
from invented_lists import number

from notoneless.cli import cli
from notoneless.faults import Refusal
from notoneless.identity.files import match

A, B, C = number("20150102", 12), number("20140304", 34), number("20130506", 56)
HEADINGS = ("姓名", "性别", "身份证号", "出生日期", "乡镇", "村")
LEFT = [
    ("张伟", "男", A, "2015-01-02", "甲镇", "一村"),
    ("李娜", "女", "", "2014-03-04", "甲镇", "二村"),
    ("王芳", "女", C, "2013-05-06", "乙镇", "三村"),
]
RIGHT = [
    ("王芳", "女", C, "20130506", "乙镇", "三村"),
    ("赵敏", "女", "", "20120708", "乙镇", "三村"),
    ("张伟", "男", A, "20150102", "甲镇", "一村"),
    ("李娜", "女", B, "20140304", "甲镇", "二村"),
]
PAIRS = [
    ("1", "3", "linked", "exact"),
    ("2", "4", "linked", "score"),
    ("3", "1", "linked", "exact"),
]


def xlsx(path: Path, rows, titles=(), headings=HEADINGS) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([*((title,) for title in titles), headings, *rows]):
            sheet.write_row(at, 0, row)
    return path


def text(path: Path, rows, encoding="utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as stream:
        csv.writer(stream).writerows([HEADINGS, *rows])
    return path


def parquet(path: Path, rows, names=HEADINGS) -> Path:
    columns = list(zip(*rows, strict=True))
    pq.write_table(
        pa.table({name: list(cells) for name, cells in zip(names, columns, strict=True)}), path
    )
    return path


def answer(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8-sig") as stream:
        found = list(csv.DictReader(stream))
    assert set(found[0]) == {"left_row", "right_row", "probability", "decision", "step", "evidence"}
    return [(row["left_row"], row["right_row"], row["decision"], row["step"]) for row in found]


@pytest.mark.parametrize("kind", ["xlsx", "csv", "gbk", "parquet", "parquet with headings"])
def test_any_two_files(tmp_path: Path, kind: str) -> None:
    fields = ("name", "sex", "id_number", "birth_date", "township", "village")
    left, right = (
        {
            "xlsx": lambda path, rows: xlsx(
                path.with_suffix(".xlsx"), rows, titles=["某县儿童名单"]
            ),
            "csv": lambda path, rows: text(path.with_suffix(".csv"), rows),
            "gbk": lambda path, rows: text(path.with_suffix(".csv"), rows, "gb18030"),
            "parquet": lambda path, rows: parquet(path.with_suffix(".parquet"), rows, fields),
            "parquet with headings": lambda path, rows: parquet(path.with_suffix(".parquet"), rows),
        }[kind](tmp_path / name, rows)
        for name, rows in (("left", LEFT), ("right", RIGHT))
    )
    match(left, right, tmp_path / "out.csv")
    assert answer(tmp_path / "out.csv") == PAIRS


def test_rows_count_from_one_below_the_heading(tmp_path: Path) -> None:
    """Titles above, an empty row between: the number is the one a person counts below the heading."""
    rows = [LEFT[0], ("",) * 6, *LEFT[1:]]
    left = xlsx(tmp_path / "left.xlsx", rows, titles=["某县儿童名单", "2026年9月"])
    match(left, text(tmp_path / "right.csv", RIGHT), tmp_path / "out.csv")
    assert [(one, two) for one, two, *_ in answer(tmp_path / "out.csv")] == [
        ("1", "3"),
        ("3", "4"),
        ("4", "1"),
    ]


def test_parquet_of_ours_with_dates(tmp_path: Path) -> None:
    table = pa.table(
        {
            "row": [50, 60],
            "name": ["张伟", "李娜"],
            "id_number": [A, None],
            "birth_date": [dt.date(2015, 1, 2), dt.date(2014, 3, 4)],
            "sex": ["M", "F"],
            "village": ["一村", "二村"],
        }
    )
    pq.write_table(table, tmp_path / "left.parquet")
    right = text(tmp_path / "right.csv", RIGHT)
    match(tmp_path / "left.parquet", right, tmp_path / "out.parquet")
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.column("left_row").to_pylist() == [1, 2]
    assert found.column("right_row").to_pylist() == [3, 4]
    assert not list(tmp_path.glob("*.part"))


def test_one_file_against_itself(tmp_path: Path) -> None:
    path = text(tmp_path / "roll.csv", [*LEFT, LEFT[0]])
    match(path, None, tmp_path / "out.csv")
    assert answer(tmp_path / "out.csv") == [("1", "4", "linked", "exact")]


def test_the_command_says_how_good_it_is(tmp_path: Path) -> None:
    left, right = text(tmp_path / "a.csv", LEFT), text(tmp_path / "b.csv", RIGHT)
    done = CliRunner().invoke(
        cli, ["match", str(left), str(right), "--out", str(tmp_path / "o.csv")]
    )
    assert done.exit_code == 0, done.output
    for said in ("左 3 行，右 4 行", "exact", "待人工判定", "预计准确率", "依据"):
        assert said in done.output
    for hidden in (A, B, "张伟", "李娜"):
        assert hidden not in done.output


@pytest.mark.parametrize("bad", ["empty", "nameless", "missing", "suffix"])
def test_what_cannot_be_used_is_said(tmp_path: Path, bad: str) -> None:
    left, right, out = tmp_path / "a.csv", text(tmp_path / "b.csv", RIGHT), tmp_path / "o.csv"
    if bad == "empty":
        left.write_text("")
    elif bad == "nameless":
        left.write_text("金额,备注\n1,2\n3,4\n", encoding="utf-8")
    elif bad == "suffix":
        left, out = text(left, LEFT), tmp_path / "o.docx"
    with pytest.raises(Refusal) as refused:
        match(left, right, out)
    assert refused.value.faults
    assert not list(tmp_path.glob("o.*"))
