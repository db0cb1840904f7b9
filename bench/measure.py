"""What a command costs: wall time, processor time, and the peak memory of its whole process tree."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_EVERY = 0.05


@dataclass(frozen=True)
class Cost:
    """One run: seconds of the clock, seconds of processors, megabytes at the peak of the tree."""

    wall: float
    cpu: float
    peak_mb: float


def run(
    command: Sequence[str | Path], *, env: dict[str, str] | None = None, log: Path | None = None
) -> Cost:
    """Run a command from cold and measure it; a command that fails stops the benchmark."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with (log or Path(os.devnull)).open("w") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUTF8": "1"} | (env or {}),
        )
        peak = [0.0]
        done = threading.Event()

        def watch() -> None:
            while not done.is_set():
                peak[0] = max(peak[0], tree_mb(process.pid))
                done.wait(SAMPLE_EVERY)

        watcher = threading.Thread(target=watch)
        watcher.start()
        code = process.wait()
        done.set()
        watcher.join()
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code:
        tail = log.read_text(errors="replace")[-2000:] if log else ""
        raise SystemExit(f"{command} ended with {code}\n{tail}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, peak[0])


def tree_mb(pid: int) -> float:
    """Memory of a process and all its descendants, shared pages counted once (PSS), in MB."""
    total = 0
    for one in _descendants(pid):
        try:
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except (OSError, ValueError):
            continue
    return total / 1024


def _descendants(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.peak_mb for cost in costs),
    )


def machine() -> str:
    """One line about the machine, without its name."""
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def table(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers to the right."""
    marks = ["---" if n == 0 else "---:" for n in range(len(heading))]
    lines = [heading, marks, *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
