"""Decide twenty policies with explanations for millions of students, beside OpenFisca.

``python bench/decide`` installs OpenFisca into an environment of its own, makes the students, runs
each side in fresh processes by turns, compares the awards, and writes ``bench/results/decide.md``.
Wall time is from the start of the process to its end; memory is the peak of the process.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import NamedTuple

import students

from notoneless.engines.duckdb import connect, quote

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / ".venvs" / "openfisca"
THEIRS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
RESULTS = HERE.parent / "results" / "decide.md"
OPENFISCA = "openfisca-core==46.0.1"


class Run(NamedTuple):
    """One run of one side."""

    seconds: float
    cpu: float
    megabytes: float


def install() -> None:
    """OpenFisca in an environment of its own, once."""
    if THEIRS.exists():
        return
    venv.create(ENVIRONMENT, with_pip=True)
    subprocess.run([THEIRS, "-m", "pip", "install", "-q", OPENFISCA, "pyarrow==26.*"], check=True)


def timed(*command: str | Path) -> Run:
    """Run a process to its end; its wall time, its processor time, its peak memory."""
    begin = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], cwd=HERE)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def same_awards(ours: Path, theirs: Path) -> int:
    """Compare every award that is known; returns how many there were, or stops."""
    from policies import POLICIES

    with connect(memory="2GB") as db:
        known = " + ".join(f"count(o.award_{name})" for name in POLICIES)
        differ = " + ".join(
            f"count(*) FILTER (o.award_{name} <> t.award_{name})" for name in POLICIES
        )
        ((compared, different),) = db.execute(
            f"SELECT {known}, {differ} FROM read_parquet({quote(str(ours))}) AS o "
            f"JOIN read_parquet({quote(str(theirs))}) AS t USING (student)"
        ).fetchall()
    if different:
        sys.exit(f"{different} of {compared} awards differ")
    return int(compared)


def middle(runs: list[Run]) -> Run:
    """The median of each measure."""
    return Run(*(statistics.median(values) for values in zip(*runs, strict=True)))


def explained(folder: Path, out: Path) -> tuple[int, float]:
    """Every distinct signature put into words: how many, and in how many seconds."""
    import datetime as dt

    from policies import write

    from notoneless.kernel import compile_sweep, load_facts, load_rulebook

    facts_yaml, rules = write(folder)
    schema = load_facts(facts_yaml)
    sweep = compile_sweep(load_rulebook(rules, schema), schema, dt.date(2026, 9, 10))
    begin = time.perf_counter()
    with connect() as db:
        found = db.execute(
            f"SELECT DISTINCT sig_0, unk_0 FROM read_parquet({quote(str(out))})"
        ).fetchall()
    for sig, unk in found[:2_000]:
        sweep.explain([sig], [unk])
    return len(found), time.perf_counter() - begin


def main() -> None:
    """Run all sizes and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    install()
    heading = (
        "| students | ours, s | OpenFisca, s | ratio | floor, s | ours ÷ floor | ours, CPU-s "
        "| OpenFisca, CPU-s | ours, MB | OpenFisca, MB |"
    )
    lines = [heading, "|---|---|---|---|---|---|---|---|---|---|"]
    notes = []
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in chosen.sizes:
            facts = folder / f"{size}.parquet"
            students.write(facts, size)
            sides: dict[str, list[Run]] = {"ours": [], "theirs": [], "floor": []}
            ours, theirs, floor = (folder / f"{side}.parquet" for side in sides)
            for _ in range(chosen.runs):
                here = HERE / "with_notoneless.py"
                sides["ours"].append(timed(sys.executable, here, facts, "--out", ours))
                command = (THEIRS, HERE / "with_openfisca.py", facts, "--out", theirs)
                sides["theirs"].append(timed(*command))
                sides["floor"].append(timed(sys.executable, here, facts, "--out", floor, "--floor"))
            compared = same_awards(ours, theirs)
            a, b, c = (middle(sides[side]) for side in sides)
            lines.append(
                f"| {size:,} | {a.seconds:.2f} | {b.seconds:.2f} | {b.seconds / a.seconds:.1f} "
                f"| {c.seconds:.2f} | {a.seconds / c.seconds:.1f} | {a.cpu:.1f} | {b.cpu:.1f} "
                f"| {a.megabytes:,.0f} | {b.megabytes:,.0f} |"
            )
            distinct, seconds = explained(folder, ours)
            notes.append(
                f"{size:,}: {compared:,} known awards compared, none differs; {distinct:,} distinct "
                f"signatures, up to 2,000 of them found and put into words in {seconds:.1f} s."
            )
            facts.unlink()
            print(lines[-1], flush=True)
    how = (
        f"`python bench/decide`: {OPENFISCA}, {os.cpu_count()} cores, medians of {chosen.runs} runs "
        "by turns, each in a fresh process from cold, from Parquet to Parquet with zstd. "
        f"Load of the machine at the start: {load:.1f}."
    )
    meaning = (
        "The floor only reads every fact and writes as many columns. Ours checks every value "
        "against the contract first, knows unknown from false, and keeps the conditions of all "
        "policies as two words; OpenFisca keeps a number for each policy and fills missing facts "
        "with defaults."
    )
    listed = [f"- {note}" for note in notes]
    title = "# Deciding twenty policies with explanations"
    text = "\n".join([title, "", how, "", *lines, "", meaning, "", *listed, ""])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
