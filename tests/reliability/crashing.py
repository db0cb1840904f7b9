"""Killing an act of the bureau, or letting a system call of it fail, at any point of its way.

`strace` takes hold of the process and, at the n-th call of one kind, sends SIGKILL before the call is
made, or makes the call fail with ENOSPC or EIO. A run that is only watched says which points there are.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import notoneless

SYNCS = ("fsync", "fdatasync")
WRITES = ("write", "pwrite64", "rename", "renameat", "renameat2", "unlink", "ftruncate", "mkdir")
CALLS = (*WRITES, *SYNCS)

_ALONE = {"PYTHONPATH": str(Path(notoneless.__path__[0]).parent), "PYTHONUTF8": "1"}
"""The source under test, whatever is installed."""

Point = tuple[str, int]
"""A system call and its how-manieth."""


def _strace_works() -> bool:
    if not shutil.which("strace"):
        return False
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    return tried.returncode == 0


needs_strace = pytest.mark.skipif(
    not _strace_works(),
    reason="NOT TESTED: no strace that may trace here (apt-get install strace)",
)


class Victim:
    """A server of forks; see `victim`. ``data`` is its own installation, copied for every run.

    What it says on standard error goes into ``log``.
    """

    def __init__(self, data: Path, log: Path | None = None, **environment: str) -> None:
        self.data = data
        self._log = log.open("wb") if log else None
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("NOTONELESS_", "DJANGO_")) and key != "DATABASE_URL"
        }
        self._server = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("victim.py")), str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env={**kept, **_ALONE, **environment},
        )
        assert self._line()["ready"]

    def stop(self) -> None:
        """End the server."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(timeout=20)
        self._server.stdout.close()
        if self._log:
            self._log.close()

    def _line(self) -> dict[str, Any]:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        assert line, "the server of forks has died"
        return json.loads(line)  # type: ignore[no-any-return]

    def _order(self, **order: Any) -> None:
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps(order, default=str) + "\n")
        self._server.stdin.flush()

    def do(self, data: Path, act: str, *arguments: object, **more: Any) -> Any:
        """Do an act undisturbed; what it gave."""
        self._order(data=data, act=act, **{"with": arguments}, **more)
        said = self._line()
        assert said["code"] == 0, said
        assert "error" not in said, said["error"]
        return said["answer"]

    def traced(
        self, data: Path, act: str, *arguments: object, inject: str = "", **more: Any
    ) -> tuple[dict[str, Any], Counter[str]]:
        """Do an act in the grip of a tracer; what came of it, and how often each call was made."""
        self._order(data=data, act=act, stop=True, **{"with": arguments}, **more)
        pid = self._line()["pid"]
        log = data.with_name(data.name + ".trace")
        tracer = subprocess.Popen(
            ["strace", "-p", str(pid), "-o", str(log), "-e", "trace=" + ",".join(CALLS)]
            + (["-e", inject] if inject else []),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert tracer.stderr is not None
        said = tracer.stderr.readline()
        assert "attached" in said, said
        os.kill(pid, signal.SIGCONT)
        outcome = self._line()
        tracer.stderr.close()
        tracer.wait(timeout=20)
        counts = Counter(re.findall(r"^(\w+)\(", log.read_text(errors="replace"), re.MULTILINE))
        log.unlink()
        return outcome, counts

    def points(self, data: Path, act: str, *arguments: object) -> list[Point]:
        """Every point of an act, on a copy that is thrown away."""
        with copy_of(data) as there:
            outcome, counts = self.traced(there, act, *arguments)
            assert outcome["code"] == 0, outcome
            assert "error" not in outcome, outcome
        return [(call, n) for call in CALLS for n in range(1, counts[call] + 1)]

    def killed(self, data: Path, act: str, *arguments: object, at: Point, **more: Any) -> bool:
        """Do an act and kill it at a point; was it killed?"""
        call, number = at
        inject = f"inject={call}:signal=KILL:when={number}"
        outcome, _ = self.traced(data, act, *arguments, inject=inject, **more)
        return bool(outcome["code"] == -signal.SIGKILL)


PEOPLE = 6


@dataclass
class Import:
    """An import at each of its stages, as folders to copy; ``path`` is the list of `PEOPLE` children."""

    victim: Victim
    path: Path
    before: dict[str, Path]

    def arguments(self, act: str) -> tuple[object, ...]:
        """What the act is given."""
        return (self.path,) if act == "hand_in" else ()


@contextmanager
def copy_of(data: Path) -> Iterator[Path]:
    """An installation copied, and the copy thrown away at the end."""
    there = data.with_name(f"{data.name}-copy-{os.urandom(4).hex()}")
    shutil.copytree(data, there)
    try:
        yield there
    finally:
        shutil.rmtree(there, ignore_errors=True)


def some(count: int, points: Sequence[Point]) -> list[Point]:
    """So many points, evenly over the whole way, the last one among them."""
    count = min(count, len(points))
    return [points[(n + 1) * len(points) // count - 1] for n in range(count)]
