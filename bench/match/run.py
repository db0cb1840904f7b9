"""Matching against Splink, on the same invented rows, each from a cold process.

    python bench/match/run.py [--counts 100000 1000000] [--repeat 3] [--splink 2]

Installs Splink into ``bench/.venvs/splink`` by itself. Times are wall time of a whole process, from
start to the written result; memory is that of the whole process tree. Writes ``bench/results/match.md``.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb

HERE = Path(__file__).resolve().parent
BENCH = HERE.parent
DATA = BENCH / ".data" / "match"
SPLINK = BENCH / ".venvs" / "splink"
RESULT = BENCH / "results" / "match.md"
CERTAIN = 0.95
"""The probability from which both join: the usual choice where the truth is not known."""

FLOOR = """
import duckdb, sys
db = duckdb.connect()
folder, out = sys.argv[1:]
db.execute(f\"\"\"COPY (SELECT l.row AS left_row, r.row AS right_row, 1.0 AS probability, 1.0 AS weight
    FROM '{folder}/left.parquet' l JOIN '{folder}/right.parquet' r USING (id_number))
    TO '{out}' (FORMAT parquet)\"\"\")
"""


@dataclass(frozen=True)
class Run:
    """One cold process: wall and processor seconds, peak memory of its tree in GB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Score:
    """Links held against the truth."""

    precision: float
    recall: float
    wrong: int

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def _tree(root: int) -> int:
    """Resident bytes of a process and everything below it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
                )
            except OSError:
                continue
    wanted, total = {root}, 0
    while True:
        more = {pid for pid, parent in parents.items() if parent in wanted} - wanted
        if not more:
            break
        wanted |= more
    page = os.sysconf("SC_PAGE_SIZE")
    for pid in wanted:
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page
        except OSError:
            continue
    return total


def timed(*command: str | Path) -> Run:
    """Run a command from cold and watch it."""
    began = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, _tree(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    done.set()
    watcher.join()
    if status:
        sys.exit(f"failed: {command}")
    return Run(wall, used.ru_utime + used.ru_stime, max(peak, used.ru_maxrss * 1024) / 1e9)


def middle(runs: list[Run]) -> Run:
    """The medians of several runs."""
    return Run(*(median(getattr(run, name) for run in runs) for name in ("wall", "cpu", "memory")))


def scored(folder: Path, links: str) -> Score:
    """Hold a SELECT of ``left_row, right_row`` against the truth."""
    right, made, true = duckdb.execute(
        f"""SELECT count(t.left_row), count(*), (SELECT count(*) FROM '{folder}/truth.parquet')
        FROM ({links}) k LEFT JOIN '{folder}/truth.parquet' t USING (left_row, right_row)"""
    ).fetchall()[0]
    return Score(right / made, right / true, made - right)


def best_links(out: Path, at: float) -> str:
    """Splink's pairs one to one: each row's best partner, where both prefer each other."""
    return f"""SELECT left_row, right_row FROM (
        SELECT *, row_number() OVER (PARTITION BY left_row ORDER BY weight DESC, right_row) AS a,
                  row_number() OVER (PARTITION BY right_row ORDER BY weight DESC, left_row) AS b
        FROM '{out}') WHERE a = 1 AND b = 1 AND probability >= {at}"""


def splink() -> Path:
    """Splink's Python, installed if it is not there."""
    python = SPLINK / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", SPLINK], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "splink>=5,<6", "pypinyin==0.55.0"],
            check=True,
        )
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--splink", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    python, theirs = Path(sys.executable), splink()
    rows, walls, notes = [], {}, []
    for count in chosen.counts:
        folder = DATA / f"{count}-{chosen.seed}"
        subprocess.run(
            [
                python,
                BENCH / "people.py",
                folder,
                "--count",
                str(count),
                "--seed",
                str(chosen.seed),
            ],
            check=True,
        )
        left, right = folder / "left.parquet", folder / "right.parquet"
        ours, pairs, floor = (
            folder / "ours.parquet",
            folder / "splink.parquet",
            folder / "floor.parquet",
        )
        runs: dict[str, list[Run]] = {"floor": [], "ours": [], "splink": []}
        for turn in range(
            max(chosen.repeat, chosen.splink)
        ):  # in turns: a noisy hour hits all alike
            if turn < chosen.repeat:
                runs["floor"].append(timed(python, "-c", FLOOR, folder, floor))
                runs["ours"].append(
                    timed(python, "-m", "notoneless", "match", left, right, "--out", ours)
                )
            if turn < chosen.splink:
                runs["splink"].append(
                    timed(theirs, HERE / "with_splink.py", folder, "--out", pairs)
                )
        linked = f"SELECT left_row, right_row FROM '{ours}' WHERE decision = 'linked'"
        grid = (0.05, 0.2, 0.5, 0.8, 0.9, CERTAIN, 0.99, 0.999)
        best = max(grid, key=lambda at: scored(folder, best_links(pairs, at)).f1)
        review, listed = duckdb.execute(
            f"SELECT (SELECT count(*) FROM '{ours}' WHERE decision = 'review'), (SELECT count(*) FROM '{left}')"
        ).fetchall()[0]
        joined = f"SELECT left_row, right_row FROM '{floor}'"
        tried = (
            ("one hash join on the number (floor)", "floor", joined),
            ("Not One Less", "ours", linked),
            (f"Splink 5.0, from p = {CERTAIN}", "splink", best_links(pairs, CERTAIN)),
            (f"Splink 5.0, from p = {best}, best in hindsight", "splink", best_links(pairs, best)),
        )
        for name, kind, links in tried:
            run, score = middle(runs[kind]), scored(folder, links)
            rows.append(
                f"| {count:,} | {name} | {run.wall:.2f} | {run.cpu:.1f} | {run.memory:.2f} "
                f"| {score.precision:.5f} | {score.recall:.5f} | {score.f1:.5f} | {score.wrong} |"
            )
            walls[count, name.split(",")[0]] = run
        ratio = walls[count, "Splink 5.0"].wall / walls[count, "Not One Less"].wall
        notes.append(
            f"- {count:,} people: {ratio:.1f} times faster than Splink in wall time; {review:,} doubtful "
            f"pairs for a person, {review / listed:.2%} of the left list."
        )
    low, high = min(chosen.counts), max(chosen.counts)
    if low != high:
        times = walls[high, "Not One Less"].wall / walls[low, "Not One Less"].wall
        notes.append(f"- {high // low} times the rows took {times:.1f} times as long.")
    table = "\n".join(
        [
            "| people | what | wall s | CPU s | peak GB | precision | recall | F1 | wrong links |",
            "|---:|---|---:|---:|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )
    about = f"""# Matching two lists

`python bench/match/run.py`, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},
DuckDB {duckdb.__version__}; medians of {chosen.repeat} cold processes (Splink: {chosen.splink}), taken in turns.
Rows invented by `bench/people.py` (seed {chosen.seed}); the shares of each fault stand there in `Faults`.
Splink's model is in `bench/match/with_splink.py`; of its pairs each row's best partner is taken, which is
not timed. Ours is the whole command `notoneless match`, and what it leaves to a person counts as not linked.
"""
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(f"{about}\n{table}\n\n" + "\n".join(notes) + "\n", encoding="utf-8")
    print(RESULT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
