"""Ours, in a fresh process: read the rulebook, check the data, decide, write, explain.

``--floor`` only reads every fact and writes as many columns as a decision has: nothing that goes
through the same engine and the same files can be faster.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from policies import FLAGS, POLICIES, write

from notoneless.engines.duckdb import ROW_GROUP, connect, quote
from notoneless.kernel import compile_sweep, load_facts, load_rulebook
from notoneless.kernel.duckdb import decide_file


def main() -> None:
    """Decide ``facts`` into ``--out`` and every distinct signature's words beside it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--floor", action="store_true")
    chosen = parser.parse_args()
    if chosen.floor:
        floor(chosen.facts, chosen.out)
        return
    facts_yaml, rules = write(chosen.out.parent)
    schema = load_facts(facts_yaml)
    sweep = compile_sweep(load_rulebook(rules, schema), schema, dt.date(2026, 9, 10))
    decide_file(chosen.facts, sweep, chosen.out)


def floor(facts: Path, out: Path) -> None:
    """Read all, write 22 columns of numbers."""
    awards = ", ".join(
        f"CASE WHEN {FLAGS[place % len(FLAGS)]} THEN {place + 1}::BIGINT ELSE 0 END AS award_{name}"
        for place, name in enumerate(POLICIES)
    )
    with connect(memory="400MB", spill=out.parent) as db:
        db.execute("SET preserve_insertion_order = false")
        db.execute(
            f"COPY (SELECT student, grade::UBIGINT AS sig_0, year(birth_date)::UBIGINT AS unk_0, "
            f"{awards} FROM read_parquet({quote(str(facts))}) WHERE stage <> '') "
            f"TO {quote(str(out))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )


if __name__ == "__main__":
    main()
