"""``notoneless read`` as an officer uses it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sheets_as_kept import number, xlsx

from notoneless.cli import cli
from notoneless.rosters.books import open_book

CHILD = number("20150901", 11)
LIST = [
    ["2025年9月"],
    ["序号", "姓名", "身份证号", "政治面貌", "备注"],
    [1.0, "张三丰", CHILD, "群众", "=1+1"],
    [2.0, "李四光", 5.10699201509e17, "群众", None],
]


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["read", *map(str, arguments)])
    return done.exit_code, done.output


@pytest.fixture
def disabled(tmp_path: Path) -> Path:
    return xlsx(tmp_path / "2-2025.9.3持证残疾人名单.xlsx", LIST)


def test_what_was_understood_is_shown(disabled: Path) -> None:
    code, shown = run(disabled)
    assert code == 0
    for said in (
        "持证残疾人",
        "按文件名认出",
        "第 2 行",
        "2025-09-03",
        "id_number",
        "不读取、不保存",
        CHILD,
    ):
        assert said in shown
    assert "L041" in shown
    assert "C4" in shown
    assert "群众" not in shown


def test_nothing_personal_with_mask(disabled: Path) -> None:
    _, shown = run(disabled, "--mask")
    assert CHILD not in shown
    assert "张三丰" not in shown
    assert "张**" in shown


def test_faults_never_show_whole_values(disabled: Path) -> None:
    _, shown = run(disabled, "--mask", "--all")
    assert "510699" not in shown


def test_remarks_stand_beside_the_rows(disabled: Path, tmp_path: Path) -> None:
    out = tmp_path / "退回.xlsx"
    code, shown = run(disabled, "--remarks", out)
    assert code == 0
    assert "1 行有备注" in shown
    copied = {number: list(cells) for number, cells in open_book(out).sheets[0].rows()}
    assert copied[3][:3] == [1.0, "张三丰", CHILD]
    assert copied[3][4] == "=1+1"  # a text, not a formula
    assert copied[3][3] is None  # never kept
    assert "L041" in str(copied[4][5])
    assert len(copied[3]) == 5
    assert not list(tmp_path.glob("*.part"))


def test_a_correction_is_remembered(tmp_path: Path) -> None:
    odd = [["学生", "证号", "住在"], ["张三", CHILD, "石垭村"]]
    september = xlsx(tmp_path / "附件2-集凤镇名单(9月).xlsx", odd)
    code, shown = run(september)
    assert code == 2
    assert "L020" in shown
    said = ["--as", "寄宿生名册", "--column", "学生=name", "--column", "证号=id_number"]
    code, shown = run(september, *said, "--confirm")
    assert code == 0
    assert "已记住" in shown
    october = xlsx(tmp_path / "附件2-集凤镇名单(10月).xlsx", odd)
    code, shown = run(october)
    assert code == 0
    assert "boarders" in shown
    assert "以前确认过" in shown


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (["--as", "火星名单"], "没有“火星名单”这一种"),
        (["--column", "姓名"], "表头=字段"),
        (["--as", "disabled", "--column", "没有的列=name"], "L028"),
        (["--as", "disabled", "--column", "备注=no_such_field"], "L028"),
    ],
)
def test_a_wrong_correction_says_so(disabled: Path, said: list[str], words: str) -> None:
    _, shown = run(disabled, *said)
    assert words in shown


def test_a_list_nobody_knows_asks_to_be_confirmed(tmp_path: Path) -> None:
    code, shown = run(
        xlsx(tmp_path / "名单.xlsx", [["姓名", "身份证号"], ["张三", CHILD]]), "--confirm"
    )
    assert code == 2
    assert "--as" in shown
    assert "没有可以记住的" in shown
    assert not (tmp_path / "notoneless-layouts.toml").exists()
