"""The tutorial is true: its commands are run as they stand, and say what it says they say."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from notoneless.cli import cli

TUTORIALS = Path(__file__).resolve().parents[2] / "docs" / "tutorial"


def answer(words: str) -> None:
    """What the reader does by hand: ``FROM TO; WORD & WORD = ANSWER; ...`` fills in a review.csv."""
    files, *rules = words.split(";")
    source, target = map(Path, files.split())
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for rule in rules:
        wanted, given = (part.strip() for part in rule.split("="))
        found = [
            row
            for row in rows
            if all(part.strip() in ",".join(row.values()) for part in wanted.split("&"))
        ]
        assert len(found) == 1, f"{wanted}: {len(found)} such pairs in {source}"
        found[0]["answer"] = given
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("page", ["first-check.md", "first-check.zh-CN.md"])
def test_tutorial(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (TUTORIALS / page).read_text("utf-8")
    steps = re.findall(r"```(sh|text)\n(.*?)```|<!-- do: answer (.*?) -->", text, re.DOTALL)
    assert sum(kind == "sh" for kind, _, _ in steps) >= 4
    said = ""
    for kind, block, filled_in in steps:
        if filled_in:
            answer(filled_in)
        for line in block.strip().splitlines():
            if kind == "sh":
                program, *arguments = shlex.split(line)
                assert program == "notoneless"
                done = CliRunner().invoke(cli, arguments, standalone_mode=False)
                said = done.output
                assert done.exception is None, done.exception
            elif line != "...":
                assert line in said, f"{page}: {line!r} is not in what {arguments} says:\n{said}"


def test_pages_of_the_result_are_named_rightly() -> None:
    """The files the tutorial speaks of are those a check writes."""
    from notoneless.check.outputs.csv import TABLES

    text = (TUTORIALS / "first-check.md").read_text("utf-8")
    assert {"review.csv"} <= {table.file for table in TABLES}
    assert "`review.csv`" in text
