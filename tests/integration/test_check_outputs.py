"""All files of an answer together: fixed columns, same bytes, nothing hostile alive, nothing hidden shown."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest.mock import patch

import invented_answer
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from notoneless.check import decisions
from notoneless.check.outputs import shown, write_all
from notoneless.check.outputs.workbook.answers import read_answers
from notoneless.check.result import Comparison
from notoneless.faults import Refusal
from notoneless.i18n import use

COLUMNS = {
    "children.csv": "name,id_number,birth_date,sex,township,school,state,state_label,reason,lists,evidence,universe",
    "aid.csv": "name,id_number,school,policy,owed_yuan,paid_yuan,verdict,reason,term,paid_on,policy_id,status",
    "review.csv": "pair_id,answer,left_name,right_name,left_id,right_id,left_birth_date,right_birth_date,"
    "left_place,right_place,probability,step,evidence,left_file,left_sheet,left_row,right_file,right_sheet,right_row",
    "faults.csv": "file,sheet,row,column,code,severity,seen,message,next_step",
}
FILES = {*COLUMNS, "verdicts.parquet", "workbook.xlsx", "index.html", "run.json"}


def write(folder: Path, *, mask: bool = False, changes: bool = False, **changed: Any) -> Path:
    """An answer written whole; the charts are left out, since drawing takes longest and is seen elsewhere."""
    folder.mkdir()
    con = invented_answer.database(changes=changes)
    with patch("notoneless.check.outputs.charts.draw", return_value={}):
        write_all(con, invented_answer.result(**changed), folder, mask=mask)
    con.close()
    return folder


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("check") / "answer")


@pytest.fixture(scope="module")
def masked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("check") / "masked", mask=True, changes=True)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_files_and_their_columns_are_those_documented(answer: Path) -> None:
    assert {path.name for path in answer.iterdir()} == FILES
    for name, columns in COLUMNS.items():
        raw = (answer / name).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw[3:].split(b"\r\n")[0].decode() == columns


def test_every_child_has_one_row_and_the_record_counts_the_same(answer: Path) -> None:
    rows = read(answer / "children.csv")
    record = json.loads((answer / "run.json").read_text(encoding="utf-8"))
    assert len(rows) == 200
    for universe, states in record["counts"]["states"].items():
        for state, number in states.items():
            assert number == sum(
                row["universe"] == universe and row["state"] == state for row in rows
            )
    assert sum(sum(states.values()) for states in record["counts"]["states"].values()) == 200
    found = {name: one["found"] for name, one in record["counts"]["comparisons"].items()}
    assert found["register_roll"] == sum(row["state"] == "suspected_no_place" for row in rows) > 0
    assert found["roll_class"] == sum(row["state"] == "suspected_absent" for row in rows) > 0


def test_rows_come_in_a_stable_order(answer: Path) -> None:
    rows = read(answer / "children.csv")
    keys = [(row["universe"], row["township"], row["school"]) for row in rows]
    assert keys == sorted(keys)


def test_money_is_exact_yuan_and_empty_when_unknown(answer: Path) -> None:
    for row in read(answer / "aid.csv"):
        assert re.fullmatch(r"\d+\.\d\d", row["paid_yuan"])
        assert (row["owed_yuan"] == "") == (row["verdict"] == "needs_data")


def test_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    """Charts and all."""
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        with invented_answer.database(changes=True) as con:
            write_all(con, invented_answer.result(), folder, mask=False)
    for path in one.iterdir():
        assert path.read_bytes() == (two / path.name).read_bytes(), path.name
    assert "<svg" in (one / "index.html").read_text(encoding="utf-8")


def test_the_record_holds_no_clock_and_the_hash_of_each_file(answer: Path) -> None:
    record = json.loads((answer / "run.json").read_text(encoding="utf-8"))
    assert list(record) == sorted(record)
    assert set(record["files"]) == FILES - {"run.json"}
    for name, digest in record["files"].items():
        assert hashlib.sha256((answer / name).read_bytes()).hexdigest() == digest
    assert "time" not in " ".join(record)


# ---- hostile texts -----------------------------------------------------------------------------


def live_formulas(folder: Path) -> list[str]:
    """Cells that a spreadsheet program would run, in the CSV files and the workbook."""
    start = re.compile(r"^[\s\ufeff]*[=+\-@＝＋－＠\t\r]")
    number = re.compile(r"^-?\d+(\.\d+)?$")
    found = [
        cell
        for path in folder.glob("*.csv")
        for row in csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
        for cell in row
        if start.match(cell) and not number.match(cell)
    ]
    with zipfile.ZipFile(folder / "workbook.xlsx") as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/sheet"):
                found += re.findall(r"<f[ >].*?</f>", book.read(name).decode())
            if name.endswith(".rels"):
                assert "TargetMode" not in book.read(name).decode(), f"an outside link in {name}"
    return found


def test_no_cell_is_a_live_formula_or_an_outside_link(answer: Path) -> None:
    assert live_formulas(answer) == []
    assert any(
        row["name"] == "'" + invented_answer.FORMULA_NAME for row in read(answer / "children.csv")
    )


def test_the_scan_for_formulas_bites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notoneless.check.outputs.csv.safe", lambda cell: cell)
    assert live_formulas(write(tmp_path / "naive")) != []


class _Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                assert value not in self.ids, f"id {value} twice"
                self.ids.add(value or "")
            if name in ("href", "src"):
                self.links.append(value or "")
            if name.startswith("on") or name == "style":
                self.handlers.append(f"{tag} {name}")

    def handle_data(self, data: str) -> None:
        self.text += data


def page(folder: Path) -> _Page:
    return _Page((folder / "index.html").read_text(encoding="utf-8"))


def test_hostile_names_come_through_the_page_as_text(answer: Path) -> None:
    seen = page(answer)
    assert "script" not in seen.tags
    assert seen.handlers == []
    for canary in invented_answer.CANARIES:
        assert canary in seen.text


def test_every_link_of_the_page_leads_somewhere_here(answer: Path) -> None:
    seen = page(answer)
    for link in seen.links:
        assert (link.startswith("#") and link[1:] in seen.ids | {"main"}) or (
            answer / link
        ).exists(), link


def test_the_page_allows_nothing_but_its_own_style(answer: Path) -> None:
    html = (answer / "index.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert "default-src &#39;none&#39;" in policy[1]
    assert "unsafe" not in policy[1]
    assert not re.search(
        r"https?://(?!www\.w3\.org/)",
        re.sub(r"=HYPERLINK\([^)]*\)", "", html.replace("&#34;", '"')),
    )


def test_the_page_says_the_three_comparisons_and_that_the_children_add_up(answer: Path) -> None:
    text = page(answer).text
    assert "180名户籍适龄儿童中，12人查不到学籍" in text
    assert "160名在籍学生中，12人不在课堂" in text
    assert "人来自脱贫户或监测户" in text
    assert "与户籍适龄儿童总数相符" in text
    assert "没有寄宿生名册" in text
    assert "未核实" in text


def test_a_comparison_without_its_list_is_unknown_and_never_zero(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "no-call",
        comparisons=(
            Comparison("register_roll", 180),
            Comparison("roll_class", 0, "没有点名册，比不了。"),
        ),
    )
    text = page(folder).text
    assert "没有点名册，比不了。" in text
    assert "0人不在课堂" not in text
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["counts"]["comparisons"]["roll_class"]["found"] is None


# ---- the workbook ------------------------------------------------------------------------------


def sheets(folder: Path) -> dict[str, list[list[str]]]:
    with CalamineWorkbook.from_path(folder / "workbook.xlsx") as book:
        return {
            name: [[str(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
            for name in book.sheet_names
        }


def test_the_workbook_has_a_sheet_per_gap_per_finding_and_per_school(answer: Path) -> None:
    names = list(sheets(answer))
    assert names[:3] == ["总览", "疑似未入学", "疑似辍学"]
    assert {"待核", "数据有误", "分乡镇", "分校汇总", "疑似同一人", "数据问题"} <= set(names)
    assert {"应助未助", "少发", "迟发", "重复发放", "不应发已发", "缺数据，判不了"} <= set(names)
    assert "云溪镇中心小学" in names


def test_the_gap_sheets_hold_the_children_of_the_csv(answer: Path) -> None:
    expected = sorted(
        row["id_number"]
        for row in read(answer / "children.csv")
        if row["state"] == "suspected_no_place"
    )
    cells = [cell for row in sheets(answer)["疑似未入学"] for cell in row]
    assert sorted(cell for cell in cells if re.fullmatch(r"\d{17}[\dX]", cell)) == expected


def test_a_long_list_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("workbook.book", "workbook.ledger"):
        monkeypatch.setattr(f"notoneless.check.outputs.{module}.ROW_LIMIT", 5)
    text = str(sheets(write(tmp_path / "cut"))["疑似未入学"])
    assert "这里列出前5行，其余7行见 children.csv。" in text


def test_a_full_disk_is_an_error_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("xlsxwriter.workbook.ZipFile", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "full")


def test_answers_filled_in_come_back(answer: Path, tmp_path: Path) -> None:
    """An officer chooses from the drop-down; here the cell is written into the stored file."""
    path = tmp_path / "filled.xlsx"
    with zipfile.ZipFile(answer / "workbook.xlsx") as book, zipfile.ZipFile(path, "w") as filled:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        wanted = f"xl/worksheets/sheet{names.index('疑似同一人') + 1}.xml"
        for name in book.namelist():
            data = book.read(name).decode() if name == wanted else book.read(name)
            if isinstance(data, str):
                cell = r'<c r="(A5)"( s="\d+")/>'
                assert re.search(cell, data)
                data = re.sub(
                    cell, r'<c r="\1"\2 t="inlineStr"><is><t>不是同一人</t></is></c>', data
                )
            filled.writestr(name, data)
    answers = read_answers(path)
    assert answers is not None
    assert [(row, said) for row, _, said in answers] == [(5, "different")]
    assert answers[0][1].startswith("pair-")
    assert decisions.read(path).answers == {answers[0][1]: "different"}
    assert read_answers(answer / "workbook.xlsx") == []


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04broken"])
def test_a_file_of_answers_that_is_no_workbook_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "answers.xlsx"
    path.write_bytes(content)
    with pytest.raises(Refusal):
        decisions.read(path)


def test_another_workbook_is_refused_as_answers(answer: Path, tmp_path: Path) -> None:
    with invented_answer.database() as con:
        con.execute("DELETE FROM review")
        write_all(con, invented_answer.result(), tmp_path, mask=False)
    with pytest.raises(Refusal):
        decisions.read(tmp_path / "workbook.xlsx")


def test_other_languages_write_the_same_rows(answer: Path, tmp_path: Path) -> None:
    with use("en"):
        folder = write(tmp_path / "en")
    assert (folder / "children.csv").read_bytes() == (answer / "children.csv").read_bytes()
    assert '<html lang="en">' in (folder / "index.html").read_text(encoding="utf-8")


# ---- masking -----------------------------------------------------------------------------------


def everything(folder: Path) -> dict[str, str]:
    """The text of each file, unpacked."""
    texts = {}
    for path in folder.iterdir():
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                texts[path.name] = "".join(
                    re.sub(r"<[^>]+>", "", book.read(name).decode()) for name in book.namelist()
                )
        elif path.suffix == ".parquet":
            texts[path.name] = str(pq.read_table(path).to_pydict())
        else:
            texts[path.name] = path.read_text(encoding="utf-8")
    return texts


def leaks(folder: Path) -> set[tuple[str, str]]:
    con = invented_answer.database()
    secrets: set[str] = set()
    for table, columns in {
        "children": ("name", "id_number", "birth_date"),
        "review": (
            "left_name",
            "right_name",
            "left_id",
            "right_id",
            "left_birth_date",
            "right_birth_date",
        ),
    }.items():
        for column in columns:
            secrets |= {
                str(value)
                for (value,) in con.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()
                if value
            }
    con.close()
    return {
        (name, secret)
        for name, text in everything(folder).items()
        for secret in secrets
        if secret in text
    }


def test_a_masked_result_holds_no_personal_value_in_any_file(masked: Path) -> None:
    assert leaks(masked) == set()
    assert "changes.csv" in {path.name for path in masked.iterdir()}
    assert "已遮盖个人信息" in page(masked).text


@pytest.mark.parametrize("way", ["name", "id", "birth", "quote"])
def test_the_scan_for_personal_values_bites(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forget one way of masking and the scan finds it."""
    real: Callable[..., str] = shown._expression

    def forgetful(column: str, kind: str, *rest: Any, mask: bool) -> str:
        return real(column, kind, *rest, mask=mask and kind != way)

    monkeypatch.setattr(shown, "_expression", forgetful)
    assert leaks(write(tmp_path / "naive", mask=True)) != set()


def test_verdicts_drop_personal_columns_if_they_ever_have_some(tmp_path: Path) -> None:
    con = invented_answer.database()
    con.execute("ALTER TABLE verdicts ADD COLUMN name VARCHAR")
    write_all(con, invented_answer.result(), tmp_path, mask=False)
    assert pq.read_table(tmp_path / "verdicts.parquet").column_names == [
        "child",
        "verdict_school_place",
        "signature",
    ]


def test_an_empty_list_is_no_all_clear_when_nobody_could_be_compared(tmp_path: Path) -> None:
    con = invented_answer.database()
    con.execute("UPDATE children SET state = 'unknown', state_label = '待核'")
    missing = Comparison("register_roll", 0, "没有学籍名册，比不了。")
    write_all(con, invented_answer.result(comparisons=(missing,)), tmp_path, mask=False)
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    section = html[html.index('<section id="no-place"') : html.index('<section id="absent"')]
    assert "没有学籍名册，比不了。" in section
    assert "没有学籍名册，比不了。" in str(sheets(tmp_path)["疑似未入学"])


def test_an_empty_county_is_an_answer_too(tmp_path: Path) -> None:
    con = invented_answer.database()
    for table in ("children", "aid", "review", "faults", "guarantees", "verdicts"):
        con.execute(f"DELETE FROM {table}")
    write_all(con, invented_answer.result(missing=(), quality=()), tmp_path, mask=False)
    assert "没有要找的孩子" in page(tmp_path).text
