"""The tasks: one set of them, with and without make."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """What a person types in the project's folder."""
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_without_a_task_the_tasks_are_listed() -> None:
    done = run(sys.executable, "make.py")
    assert done.returncode == 0
    for task in ("setup", "demo", "test", "check", "docs"):
        assert f"  {task} " in done.stdout


def test_an_unknown_task_is_a_sentence() -> None:
    done = run(sys.executable, "make.py", "dmeo")
    assert done.returncode == 1
    assert done.stderr.startswith("no task 'dmeo'; there are: setup, demo, ")


@pytest.mark.parametrize("task", ["demo", "test", "check"])
def test_make_passes_its_targets_on(task: str) -> None:
    if not shutil.which("make"):
        pytest.skip("NOT TESTED: there is no make on this machine")
    done = run("make", "-n", "--no-print-directory", task)  # these tests may run under make
    assert done.stdout.split()[-2:] == ["make.py", task]


def test_what_ci_runs_is_make_check() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    commands = [line for line in script.splitlines() if line and not line.startswith("#")]
    assert commands[-1] == "exec make check"


def test_an_old_python_is_told_so(tmp_path: Path) -> None:
    """`make.py` is the first thing that runs, perhaps on a Python that cannot do more."""
    program = (
        "import runpy, sys; sys.version_info = (3, 10); sys.argv = ['make.py', 'setup'];"
        "runpy.run_path('make.py', run_name='__main__')"
    )
    done = run(sys.executable, "-c", program)
    assert done.returncode == 1
    assert "Not One Less needs Python 3.11 or newer" in done.stderr
