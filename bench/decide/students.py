"""Invented students in Parquet: every fact drawn apart, with what is unknown among them."""

from __future__ import annotations

from pathlib import Path

from policies import FLAGS, STAGES

from notoneless.engines.duckdb import ROW_GROUP, connect, quote

SHARES = {
    "boards": 0.35, "enrolled": 0.985, "relieved": 0.06, "monitored": 0.01, "minimum": 0.03,
    "extreme": 0.002, "orphan": 0.002, "disabled": 0.008, "martyr": 0.0005, "rural": 0.55,
    "farm_major": 0.05, "approved": 0.8, "pilot": 0.3,
}  # fmt: skip
UNKNOWN = 0.02


def write(path: Path, count: int) -> None:
    """``count`` students; the same count gives the same students."""

    def draw(salt: int) -> str:
        return f"(hash(range, {salt}) % 1000000) / 1000000.0"

    columns = ["range::BIGINT AS student"]
    days = "(DATE '2004-01-01' + (hash(range, 1) % 6900)::INTEGER)"
    columns.append(f"CASE WHEN {draw(2)} >= {UNKNOWN} THEN {days} END AS birth_date")
    stages = ", ".join(map(quote, STAGES))
    columns.append(f"[{stages}][1 + (hash(range, 3) % {len(STAGES)})::INTEGER] AS stage")
    grade = "(1 + hash(range, 4) % 12)::INTEGER"
    columns.append(f"CASE WHEN {draw(5)} >= {UNKNOWN} THEN {grade} END AS grade")
    for salt, flag in enumerate(FLAGS, 10):
        value = f"{draw(salt)} < {SHARES[flag]}"
        if flag != "enrolled":
            value = f"CASE WHEN {draw(salt + 100)} >= {UNKNOWN} THEN {value} END"
        columns.append(f"{value} AS {flag}")
    with connect(memory="2GB") as db:
        db.execute(
            f"COPY (SELECT {', '.join(columns)} FROM range({count})) TO {quote(str(path))} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
