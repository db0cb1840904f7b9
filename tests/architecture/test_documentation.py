"""The documentation lags behind nothing: what can be said is said, what is said can be done."""

from __future__ import annotations

import re
import runpy
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import click
import pytest
from source import ROOT, committed, shown

from notoneless.check.outputs.csv import CHANGES, TABLES
from notoneless.check.states import LADDER, STATES
from notoneless.cli import cli
from notoneless.faults import KINDS

PAGES = sorted(path for path in committed() if path.suffix == ".md")
REFERENCE = ROOT / "docs" / "reference"
LANGUAGES = [".md", ".zh-CN.md"]


@cache
def commands() -> dict[str, click.Command]:
    """Every command by the words after ``notoneless``."""
    found: dict[str, click.Command] = {}
    waiting: list[tuple[str, click.Command]] = [("", cli)]
    while waiting:
        name, command = waiting.pop()
        found[name] = command
        if isinstance(command, click.Group):
            context = click.Context(command)
            waiting += [
                (f"{name} {child}".strip(), command.get_command(context, child))
                for child in command.list_commands(context)
            ]
    return found


def options(command: click.Command) -> set[str]:
    """Every way to write an option of the command."""
    return {name for one in command.params if isinstance(one, click.Option) for name in one.opts}


def test_reference_and_catalogues_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_stale_page_is_named_with_the_command_to_run(tmp_path: Path) -> None:
    """The check can fail: beside a tree in which one page says something else."""
    page = REFERENCE / "commands.md"
    program = (
        "import sys; sys.path.insert(0, 'docs'); from pathlib import Path; import generate;"
        "read = Path.read_bytes;"
        "Path.read_bytes = lambda path: b'old' if path.name == 'commands.md' else read(path);"
        "sys.exit(generate.main(['--check']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert f"{shown(page)} is not up to date: run `make docs`" in done.stderr


@pytest.mark.parametrize("suffix", LANGUAGES)
def test_every_command_and_option_is_found(suffix: str) -> None:
    text = (REFERENCE / f"commands{suffix}").read_text("utf-8")
    for name, command in commands().items():
        assert f"`notoneless {name}".rstrip() in text
        for option in options(command):
            assert option in text, f"{name} {option}"


@pytest.mark.parametrize("suffix", LANGUAGES)
def test_every_fault_state_and_column_is_found(suffix: str) -> None:
    faults = (REFERENCE / f"faults{suffix}").read_text("utf-8")
    outputs = (REFERENCE / f"outputs{suffix}").read_text("utf-8")
    assert not [code for code in KINDS if f"`{code}`" not in faults]
    for table in (*TABLES, CHANGES):
        section = outputs.partition(f"## `{table.file}`")[2].partition("\n## ")[0]
        assert not [column.name for column in table.columns if f"`{column.name}`" not in section]
    assert not [state for state in STATES if f"`{state}`" not in outputs]


@pytest.mark.parametrize("suffix", LANGUAGES)
def test_the_ladder_of_states_is_explained_rung_by_rung(suffix: str) -> None:
    text = (ROOT / f"docs/explanation/states{suffix}").read_text("utf-8")
    explained = re.findall(r"^\| \d+ \| `(\w+)`", text, re.MULTILINE)
    assert explained == re.findall(r"(?:THEN|ELSE) '(\w+)'", LADDER)
    assert set(explained) == set(STATES)


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_commands_that_are_shown_exist(page: Path) -> None:
    """Every ``notoneless ...`` in a code span or block names a command and options there are."""
    text = page.read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    spans = re.findall(
        r"`(notoneless [^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    )
    lines = [line for block in blocks for line in block.splitlines()] + spans
    for line in lines:
        words = shlex.split(line, comments=True)
        if words[:1] != ["notoneless"]:
            continue
        command, known, rest = commands()[""], options(commands()[""]), words[1:]
        name = ""
        for word in rest:
            if f"{name} {word}".strip() in commands():
                name = f"{name} {word}".strip()
                command = commands()[name]
                known |= options(command) | {"--help", "-h"}
            elif word.startswith("--"):
                assert word.partition("=")[0] in known, f"{shown(page)}: {line}: no option {word}"
        assert name or "--" in line, f"{shown(page)}: {line}: no such command"


def test_both_languages_are_there() -> None:
    """What users read, they can read in Chinese and in English."""
    for folder in ("docs/tutorial", "docs/how-to", "docs/reference"):
        names = {path.name for path in (ROOT / folder).glob("*.md")}
        english = {name for name in names if not name.endswith(".zh-CN.md")}
        assert names == english | {name.replace(".md", ".zh-CN.md") for name in english}, folder


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"])
def test_tasks_that_are_shown_exist(name: str) -> None:
    tasks = runpy.run_path(str(ROOT / "make.py"))["TASKS"]
    text = (ROOT / name).read_text("utf-8")
    asked = re.findall(r"(?:^|`)make ([a-z]+)\b", text, re.MULTILINE)
    asked += re.findall(r"make\.py ([a-z]+)\b", text)
    assert asked
    assert set(asked) <= set(tasks), f"no such task: {set(asked) - set(tasks)}"


def test_make_has_every_task() -> None:
    tasks = set(runpy.run_path(str(ROOT / "make.py"))["TASKS"]) - {"help"}
    named = re.search(r"^TASKS := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert named
    assert set(named[1].split()) == tasks


def test_the_picture_is_small_enough_to_carry() -> None:
    assert (ROOT / "docs/picture.png").stat().st_size < 250_000, "see docs/picture.py"
