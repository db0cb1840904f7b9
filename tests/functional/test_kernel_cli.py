"""The kernel's commands as a person runs them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kernel_engines import facts_table

from notoneless import cli
from notoneless.engines.duckdb import connect
from notoneless.kernel import load_facts, shipped


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.cli, [str(argument) for argument in arguments])


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setattr("sys.argv", ["notoneless", *map(str, arguments)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    return int(stopped.value.code or 0)


def test_the_shipped_rulebooks_have_no_fault() -> None:
    result = run("rulebook", "check", shipped("compulsory-education"), shipped("sichuan-aid"))
    assert result.exit_code == 0, result.output
    assert "没有错误" in result.output


def test_all_faults_of_all_files_are_printed_and_the_exit_code_is_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shipped("sichuan-aid").read_text("utf-8")
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text(text.replace("kind: in_kind", "kind: inkind"), "utf-8")
    second.write_text("rulebook: x", "utf-8")
    assert run_main(monkeypatch, "rulebook", "check", first, second) == cli.EXIT_REFUSED
    lines = capsys.readouterr().err.strip().split("\n")
    assert len(lines) == text.count("kind: in_kind") + 2
    assert all(re.match(r"(first|second)\.yaml:\d+:\d+: R\d{3} .+ → .+", line) for line in lines)


def test_show_marks_what_is_not_verified() -> None:
    result = run("rulebook", "show", "sichuan-aid")
    assert result.exit_code == 0, result.output
    assert "未核实" in result.output
    for words in ("名称", "条件", "标准", "施行日期", "出处", "1250元", "2024-02-01"):
        assert words in result.output.replace(" ", "").replace("\n", ""), words


def test_show_on_a_day_shows_the_values_of_that_day() -> None:
    result = run("rulebook", "show", "sichuan-aid", "--as-of", "2023-01-01")
    assert "2024-02-01" not in result.output
    assert "2019-09-01" in result.output


def test_show_shows_all_that_came_with_the_program() -> None:
    result = run("rulebook", "show")
    assert "义务教育法第十一条" in result.output.replace("\n", "")


@pytest.fixture
def facts_file(tmp_path: Path) -> Path:
    path = tmp_path / "facts.parquet"
    subject = load_facts(shipped("facts")).subjects["child"]
    rows = [
        {subject.key: n}
        | {
            fact.name: None
            if fact.nullable
            else False
            if fact.kind == "bool"
            else next(iter(fact.values), 0)
            for fact in subject.facts.values()
        }
        for n in range(5)
    ]
    with connect() as db:
        facts_table(db, "facts", subject, rows)
        db.execute(f"COPY facts TO '{path}' (FORMAT parquet)")
    return path


def test_decide_writes_signatures_verdicts_and_awards(tmp_path: Path, facts_file: Path) -> None:
    out = tmp_path / "out.parquet"
    result = run(
        "decide", facts_file, "--rulebook", "compulsory-education", "--rulebook", shipped("sichuan-aid"),
        "--as-of", "2026-09-10", "--out", out,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    with connect() as db:
        columns = [row[0] for row in db.execute(f"DESCRIBE FROM '{out}'").fetchall()]
    assert {
        "child",
        "sig_0",
        "unk_0",
        "verdict_school_place",
        "way_school_place",
        "award_living_boarder",
    } <= set(columns)


def test_decide_says_what_is_not_in_force_yet(tmp_path: Path, facts_file: Path) -> None:
    result = run(
        "decide",
        facts_file,
        "--rulebook",
        "sichuan-aid",
        "--as-of",
        "2010-01-01",
        "--out",
        tmp_path / "o.parquet",
    )
    assert result.exit_code == 0, result.output
    assert "起施行，这一天还不适用" in result.output


def test_decide_refuses_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.parquet"
    code = run_main(
        monkeypatch, "decide", tmp_path / "none.parquet", "--rulebook", "sichuan-aid",
        "--as-of", "2026-09-10", "--out", out,
    )  # fmt: skip
    assert code == cli.EXIT_REFUSED
    error = capsys.readouterr().err
    assert "R300" in error
    assert "Traceback" not in error
    assert not out.exists()


def test_decide_refuses_a_day_that_does_not_exist(tmp_path: Path, facts_file: Path) -> None:
    result = run(
        "decide",
        facts_file,
        "--rulebook",
        "sichuan-aid",
        "--as-of",
        "2026-02-30",
        "--out",
        tmp_path / "o",
    )
    assert result.exit_code == 2
