"""A check that says how long each of its steps took."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from notoneless.check import Progress, Settings, check

if __name__ == "__main__":
    marks: list[tuple[str, float]] = []
    check(
        Settings(Path(sys.argv[1]), Path(sys.argv[2])),
        Progress(step=lambda name: marks.append((name, time.perf_counter()))),
    )
    marks.append(("", time.perf_counter()))
    for (name, start), (_, end) in zip(marks, marks[1:], strict=False):
        print(f"{end - start:7.1f} s  {name}")
