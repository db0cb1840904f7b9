"""Folders as people hand them in: each fault gets a sentence with a code, and no half result."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from small_county import CENSUS, Child, census, listed, read, roll, rollcall

from notoneless.check import Settings, check
from notoneless.faults import Refusal

HERE = [Child(f"王小{c}", no=n) for n, c in enumerate("一二三四五六七八", 1)]


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    (tmp_path / "lists").mkdir()
    return tmp_path / "lists"


def refused(lists: Path, **settings: object) -> set[str]:
    """The codes of a refusal; nothing may be left behind."""
    out = lists.parent / "out"
    with pytest.raises(Refusal) as refusal:
        check(Settings(lists, out, **settings))  # type: ignore[arg-type]
    assert sorted(path.name for path in lists.parent.iterdir()) == ["lists"]
    return {fault.code for fault in refusal.value.faults}


def codes(lists: Path) -> set[str]:
    return {fault.code for fault in check(Settings(lists, lists.parent / "out")).faults}


def test_no_folder_and_no_lists(lists: Path) -> None:
    assert "C001" in refused(lists)
    (lists / "说明.txt").write_text("这里什么也没有", encoding="utf-8")
    assert "C001" in refused(lists)
    with pytest.raises(Refusal, match="C010"):
        check(Settings(lists / "没有", lists.parent / "out"))


def test_a_copy_that_does_not_say_its_kind_does_not_take_the_registers_place(lists: Path) -> None:
    roll(lists, HERE)
    register = listed(lists, "适龄儿童名单.csv", HERE)
    (lists / "1.csv").write_bytes(register.read_bytes())
    assert "C003" not in codes(lists)
    assert {row["universe"] for row in read(lists.parent / "out" / "children.csv")} == {"register"}


def test_neither_register_nor_roll(lists: Path) -> None:
    listed(lists, "农村低保备案表.csv", HERE)
    assert "C002" in refused(lists)


def test_a_missing_register_is_said_and_the_roll_still_checked(lists: Path) -> None:
    roll(lists, HERE)
    rollcall(lists, HERE[:7])
    assert "C003" in codes(lists)
    found = {row["name"]: row for row in read(lists.parent / "out" / "children.csv")}
    assert found[HERE[7].name]["state"] == "suspected_absent"
    assert {row["universe"] for row in found.values()} == {"roll"}


def test_an_empty_file_among_good_ones(lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    (lists / "残疾人名单.xlsx").write_bytes(b"")
    found = codes(lists)
    assert any(code.startswith("L") for code in found)
    assert len(read(lists.parent / "out" / "children.csv")) == len(HERE)


def test_a_file_open_in_the_office_program(lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    (lists / "~$2-学籍名册.xlsx").write_bytes(b"\x05lock")
    faults = check(Settings(lists, lists.parent / "out")).faults
    assert [fault.kind.severity for fault in faults if fault.place.file.startswith("~$")] == [
        "warning"
    ]


def test_the_same_file_twice_counts_once(lists: Path) -> None:
    path = census(lists, HERE)
    roll(lists, HERE)
    (lists / "副本.csv").write_bytes(path.read_bytes())
    (lists / ("副本" + CENSUS)).write_bytes(path.read_bytes())
    assert "C005" in codes(lists)
    assert len(read(lists.parent / "out" / "children.csv")) == len(HERE)


def test_of_two_months_the_newer_list_counts(lists: Path) -> None:
    gone = Child("吴不低保", no=70)
    census(lists, [*HERE, gone])
    roll(lists, [*HERE, gone])
    listed(lists, "2026年8月份农村低保备案表.csv", [*HERE[:4], gone])
    listed(lists, "2026年9月份农村低保备案表.csv", HERE[:4])
    assert "C006" in codes(lists)
    found = {row["name"]: row["lists"] for row in read(lists.parent / "out" / "children.csv")}
    assert "低保" in found[HERE[0].name]
    assert "低保" not in found["吴不低保"]


def test_two_versions_that_nothing_tells_apart_are_asked_about(lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    listed(lists, "农村低保备案表.csv", HERE[:4])
    listed(lists, "农村低保备案表(改).csv", HERE[:3])
    assert "C007" in refused(lists)


def test_one_list_a_township_is_one_list(lists: Path) -> None:
    there = [Child(f"陈小{c}", no=n, township="柳林镇") for n, c in enumerate("一二三四", 41)]
    census(lists, HERE, "云溪镇户籍适龄儿童名单.csv")
    census(lists, there, "柳林镇户籍适龄儿童名单.csv")
    roll(lists, [*HERE, *there])
    assert not codes(lists) & {"C006", "C007"}
    assert len(read(lists.parent / "out" / "children.csv")) == 12


def test_a_roll_of_another_county(lists: Path) -> None:
    names = [(a, b) for a in "赵钱孙李周吴郑王冯陈" for b in "子丑寅卯辰巳"]
    census(lists, [Child(f"{a}{b}", no=n) for n, (a, b) in enumerate(names, 1)])
    roll(
        lists, [Child(f"{b}{a}", no=n + 200, born="20140607") for n, (a, b) in enumerate(names, 1)]
    )
    assert "C008" in refused(lists)


def test_a_number_in_scientific_notation_is_listed_and_the_child_kept(lists: Path) -> None:
    lost = Child("冯丢号", born="20160102", no=80)
    lost.id_number = "5.10699E+17"
    census(lists, [*HERE, lost])
    roll(lists, HERE)
    faults = check(Settings(lists, lists.parent / "out")).faults
    assert [(fault.code, fault.place.row) for fault in faults if fault.code == "L041"] == [
        ("L041", 10)
    ]
    found = {row["name"]: row for row in read(lists.parent / "out" / "children.csv")}
    assert found["冯丢号"]["state"] == "suspected_no_place"
    assert found["冯丢号"]["id_number"] == ""


def test_a_folder_that_is_not_ours_is_not_touched(lists: Path) -> None:
    census(lists, HERE)
    out = lists.parent / "out"
    out.mkdir()
    (out / "要紧.docx").write_text("不能丢", encoding="utf-8")
    with pytest.raises(Refusal, match="C011"):
        check(Settings(lists, out))
    assert (out / "要紧.docx").read_text(encoding="utf-8") == "不能丢"


def test_an_earlier_result_is_replaced_whole(lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    out = lists.parent / "out"
    check(Settings(lists, out))
    (out / "changes.csv").write_text("上次的", encoding="utf-8")
    check(Settings(lists, out))
    assert not (out / "changes.csv").exists()


def test_a_full_disk_leaves_nothing_half_written(lists: Path) -> None:
    """A limit on file sizes stands for the full disk: every write beyond it fails."""
    census(lists, HERE)
    roll(lists, HERE)
    limit = 24 * 1024

    def shrink() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "notoneless",
            "check",
            str(lists),
            "--out",
            str(lists.parent / "out"),
        ],
        capture_output=True,
        text=True,
        preexec_fn=shrink,
        env=os.environ | {"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "C012" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in lists.parent.iterdir()) == ["lists"]


def test_same_lists_same_bytes(lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    rollcall(lists, HERE[:6])
    listed(lists, "2026年9月份农村低保备案表.csv", HERE[:4])
    one, two = lists.parent / "one", lists.parent / "two"
    check(Settings(lists, one))
    check(Settings(lists, two))
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in two.iterdir())
    differing = [name for name in names if (one / name).read_bytes() != (two / name).read_bytes()]
    assert differing == []
    assert json.loads((one / "run.json").read_text(encoding="utf-8"))["counts"]


def test_what_a_script_learns(lists: Path) -> None:
    census(lists, [*HERE, Child("李不见", no=21)])
    roll(lists, HERE)

    def code(*more: str) -> int:
        command = [sys.executable, "-m", "notoneless", "check", str(lists), "--quiet", *more]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert code() == 0
    assert (lists.parent / "lists-result" / "index.html").exists()
    assert code("--fail-on-gaps") == 1
    assert code("--as-of", "2026-02-30") == 2


def test_a_result_kept_among_the_lists_is_no_list(lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    check(Settings(lists, lists / "结果"))
    assert not check(Settings(lists, lists / "结果")).faults
    assert len(read(lists / "结果" / "children.csv")) == len(HERE)


def test_a_list_of_another_countys_townships_is_set_aside(lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    listed(
        lists, "农村低保备案表.csv", [Child("外县人", no=300, born="20130405", township="远山镇")]
    )
    faults = check(Settings(lists, lists.parent / "out")).faults
    assert ["远山镇" in fault.message for fault in faults if fault.code == "C009"] == [True]


def test_a_pupil_in_class_whom_no_list_knows_is_said(lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    rollcall(lists, [*HERE, Child("没籍的", born="20150809", no=77)])
    faults = check(Settings(lists, lists.parent / "out")).faults
    assert [
        (fault.place.row, "1 人" in fault.message) for fault in faults if fault.code == "C023"
    ] == [(10, True)]


def test_a_rollcall_nobody_filled_in_clears_nobody(lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    rollcall(lists, HERE, [""] * 8)
    assert "C024" in codes(lists)
    found = read(lists.parent / "out" / "children.csv")
    assert {row["state"] for row in found} == {"on_roll"}


def test_a_rollcall_of_nobody_here_compares_nobody(lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    rollcall(lists, [Child("外校的", born="20150809", no=77, school="别处小学")])
    check(Settings(lists, lists.parent / "out"))
    found = json.loads((lists.parent / "out" / "run.json").read_text(encoding="utf-8"))
    assert found["counts"]["comparisons"]["roll_class"]["found"] is None
