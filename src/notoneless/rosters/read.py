"""Read lists, each in a process of its own that may not grow or last beyond its limits."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from notoneless.faults import Place
from notoneless.rosters import faults
from notoneless.rosters.memory import LayoutMemory, Remembered
from notoneless.rosters.reading import Reading

# Arrow's own pool reserves address space ahead, which the child's limit would count.
_ENVIRONMENT = {"ARROW_DEFAULT_MEMORY_POOL": "system", "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}

WORKERS = 2
"""Files read at once."""

_SECONDS = 15.0
_SECONDS_PER_MB = 6.0
"""How long a file may take. A sheet of 30 MB took 10 s here; old machines are slower."""

Progress = Callable[[str, int, bool], None]
"""Told the file's name, the rows read so far and whether it is done; called from other threads."""


def read(
    path: Path,
    *,
    into: Path,
    memory: LayoutMemory | None = None,
    chosen: Remembered | None = None,
    most: int | None = 1000,
    key: bytes | None = None,
    progress: Progress | None = None,
) -> Reading:
    """Turn one file into a Parquet file per recognised sheet, in ``into``, and say what was understood.

    The result depends on the file's bytes, its name, ``memory`` and ``chosen`` (what a person says
    about this file now) alone. At most ``most`` faults are listed per code and column; None lists
    all. With a ``key`` (32 bytes) the Parquet files are encrypted under it: see `rosters.read_rows`.
    Bad input raises nothing: see ``Reading.refused`` and ``Reading.faults``.
    """
    return read_many(
        [path],
        into=into,
        memory=memory,
        chosen=chosen,
        most=most,
        key=key,
        workers=1,
        progress=progress,
    )[0]


def read_many(
    paths: Sequence[Path],
    *,
    into: Path,
    memory: LayoutMemory | None = None,
    chosen: Remembered | None = None,
    most: int | None = 1000,
    key: bytes | None = None,
    workers: int = WORKERS,
    progress: Progress | None = None,
) -> list[Reading]:
    """Read several files, ``workers`` at a time, largest first; the answers in the order given."""
    into.mkdir(parents=True, exist_ok=True)
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    sizes = [path.stat().st_size if path.exists() else 0 for path in paths]
    for at in sorted(range(len(paths)), key=lambda at: (-sizes[at], at)):
        waiting.put(at)
    answers: list[Reading | None] = [None] * len(paths)
    common = {
        "into": str(into),
        "memory": (memory or LayoutMemory()).to_json(),
        "chosen": chosen.to_json() if chosen else None,
        "most": most,
        "key": (key or b"").hex(),
    }

    def work() -> None:
        with _Child() as child:
            while True:
                try:
                    at = waiting.get_nowait()
                except queue.Empty:
                    return
                path = paths[at]
                seconds = _SECONDS + _SECONDS_PER_MB * sizes[at] / (1 << 20)
                answers[at] = child.ask(path, common, seconds, progress)
                if progress:
                    progress(path.name, 0, True)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(workers, len(paths)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [
        answer or _stopped(path, faults.OUT_OF_LIMITS)
        for answer, path in zip(answers, paths, strict=True)
    ]


def _stopped(path: Path, kind: Any) -> Reading:
    fault = kind.at(Place(path.name))
    return Reading(path.name, faults=(fault,), counts={fault.code: 1}, refused=True)


class _Child:
    """A process that reads files one after the other, replaced when it had to be stopped."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop()

    def _start(self) -> subprocess.Popen[str]:
        if self._process is None:
            debug = bool(os.environ.get("NOTONELESS_DEBUG"))
            self._process = subprocess.Popen(
                [sys.executable, "-m", "notoneless.rosters.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if debug else subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                env=os.environ | _ENVIRONMENT,
            )
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            for stream in (process.stdin, process.stdout):
                if stream:
                    with contextlib.suppress(OSError):
                        stream.close()
            try:
                process.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def ask(
        self, path: Path, common: dict[str, Any], seconds: float, progress: Progress | None
    ) -> Reading:
        """The child's answer about one file, or a refusal when it died or took too long."""
        process = self._start()
        assert process.stdin
        assert process.stdout
        timer = threading.Timer(seconds, process.kill)
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(json.dumps({"path": str(path)} | common) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                told = json.loads(line)
                if "reading" in told:
                    return Reading.from_json(told["reading"])
                if progress:
                    progress(path.name, told["lines"], False)
        except (OSError, ValueError):
            pass
        finally:
            timer.cancel()
        self._stop()
        return _stopped(path, faults.OUT_OF_LIMITS)
