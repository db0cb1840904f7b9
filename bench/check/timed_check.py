"""A check that says how long each of its steps took."""

from __future__ import annotations

import itertools
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
    for (name, start), (_, end) in itertools.pairwise(marks):
        print(f"{end - start:7.1f} s  {name}")
