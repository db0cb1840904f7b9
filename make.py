#!/usr/bin/env python3
"""Everything a developer or a newcomer runs, on any machine with Python 3.11 and pip.

``make X`` on Linux and macOS is ``python make.py X`` here and on Windows.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK = HERE / "requirements.lock"
TASKS = {}


def task(function):
    """Make a function a task; its docstring is its help."""
    TASKS[function.__name__.replace("_", "-")] = function
    return function


def run(*command: str | Path) -> None:
    """Run a command of the environment; stop where it fails."""
    line = [str(part) for part in command]
    done = subprocess.run(line, cwd=HERE, env={**os.environ, "PYTHONUTF8": "1"}, check=False)
    if done.returncode:
        sys.exit(done.returncode)


@task
def setup() -> None:
    """Create .venv from the lock (does nothing when it is in step already)."""
    if sys.version_info < (3, 11):
        sys.exit("Not One Less needs Python 3.11 or newer; this is " + sys.version.split()[0])
    wanted = hashlib.sha256(
        LOCK.read_bytes() + (HERE / "pyproject.toml").read_bytes() + str(HERE).encode()
    ).hexdigest()
    stamp = VENV / "in-step-with-lock"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    if not PYTHON.exists():
        print("Setting up (once, a minute or two) ...", flush=True)
        try:
            venv.create(VENV, with_pip=True, clear=VENV.exists())
        except subprocess.CalledProcessError:
            sys.exit(
                "this Python cannot make environments; Debian and Ubuntu: apt install python3-venv"
            )
    run(
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        LOCK,
    )
    run(
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-build-isolation",
        "-e",
        HERE,
    )
    stamp.write_text(wanted)


@task
def demo() -> None:
    """Run the main job on the invented county and show the answer."""
    setup()
    run(PYTHON, "-m", "notoneless", "demo")


@task
def test() -> None:
    """Pass the whole test suite; what concerns races and constraints on PostgreSQL too."""
    setup()
    run(PYTHON, "-m", "pytest", "-n", "2", "-m", "not slow")
    test_postgres()


@task
def test_postgres() -> None:
    """Pass the tests of races and constraints on a PostgreSQL server that a wheel brings."""
    setup()
    run(
        PYTHON,
        "-m",
        "pytest",
        "--ds=settings_on_postgres",
        "-m",
        "both_databases and not slow",
    )


@task
def slow() -> None:
    """The long tests too."""
    setup()
    run(PYTHON, "-m", "pytest", "-m", "slow")


@task
def static() -> None:
    """Check format, lint, types, import contracts, and that documentation and messages are up to date."""
    setup()
    run(PYTHON, "-m", "ruff", "format", "--check", ".")
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "mypy")
    run(BIN / "lint-imports")
    run(PYTHON, "docs/generate.py", "--check")


@task
def check() -> None:
    """What CI runs: the static checks, then the tests."""
    static()
    test()


@task
def docs() -> None:
    """Write the generated pages of the reference and the message catalogues anew."""
    setup()
    run(PYTHON, "docs/generate.py")


@task
def format() -> None:  # noqa: A001 - the name a developer looks for
    """Put the code into the house's format."""
    setup()
    run(PYTHON, "-m", "ruff", "format", ".")
    run(PYTHON, "-m", "ruff", "check", "--fix", ".")


@task
def lock() -> None:
    """Resolve pyproject.toml into the lock anew (needs uv; users never need this)."""
    uv = shutil.which("uv") or sys.exit("uv is needed to write the lock: pip install uv")
    run(
        uv,
        "pip",
        "compile",
        "pyproject.toml",
        "--all-extras",
        "--group",
        "dev",
        "--universal",
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-header",
        "--python-version",
        "3.11",
        "--quiet",
        "-o",
        LOCK,
    )


@task
def help() -> None:  # noqa: A001
    """List the tasks."""
    for name, function in TASKS.items():
        print(f"  {name:10} {function.__doc__}")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ["help"]:
        if wanted not in TASKS:
            sys.exit(f"no task {wanted!r}; there are: {', '.join(TASKS)}")
        TASKS[wanted]()
