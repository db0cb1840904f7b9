"""From spreadsheets to workbook: ``python -m bench.check [children ...]`` (default 100,000 and 450,000).

Writes the lists of invented counties (kept in ``bench/check/lists-N`` for the next run), checks them
from cold, and beside it reads the same spreadsheets with the reading library alone, two files at a
time, doing nothing with the cells: the floor that no check can go below.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench import measure

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results" / "check.md"


def main(sizes: list[int]) -> None:
    rows, steps = [], []
    for children in sizes:
        lists = HERE / f"lists-{children}"
        if not lists.exists():
            write = (
                "import sys; from pathlib import Path; from notoneless import demo; "
                f"demo.write_lists(demo.make_county({children}, 7), Path(sys.argv[1]))"
            )
            measure.run([sys.executable, "-c", write, lists])
        files = [path for path in lists.iterdir() if path.is_file()]
        megabytes = sum(path.stat().st_size for path in files) / 1e6
        floor = measure.run([sys.executable, HERE / "only_read.py", lists])
        log = HERE / f"steps-{children}.txt"
        cost = measure.run(
            [sys.executable, HERE / "timed_check.py", lists, HERE / "result"], log=log
        )
        rows.append(
            [
                f"{children:,}",
                f"{len(files)} files, {megabytes:.0f} MB",
                f"{cost.wall:.0f} s",
                f"{cost.cpu:.0f} s",
                f"{cost.peak_mb:,.0f} MB",
                f"{floor.wall:.0f} s",
                f"{cost.wall / floor.wall:.1f}",
            ]
        )
        steps.append((children, log.read_text()))
    heading = ["children", "lists", "check", "processors", "peak memory", "reading alone", "ratio"]
    text = f"# From spreadsheets to workbook\n\n{measure.machine()}; one run each, from cold.\n\n"
    text += measure.table(heading, rows) + "\n"
    for children, log in steps:
        text += f"\nWhere the time goes, {children:,} children:\n\n```\n{log.rstrip()}\n```\n"
    RESULTS.write_text(text)
    print(text)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100_000, 450_000])
