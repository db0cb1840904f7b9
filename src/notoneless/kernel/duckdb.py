"""The default engine: a sweep over a table or a Parquet file of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from notoneless.engines.duckdb import ROW_GROUP, connect, quote
from notoneless.faults import Refusal
from notoneless.i18n import gettext
from notoneless.kernel import faults as fk
from notoneless.kernel.contract import check_data
from notoneless.kernel.source import why_unreadable
from notoneless.kernel.sql import select

if TYPE_CHECKING:
    from pathlib import Path

    from notoneless.kernel.sweep import Sweep


def decide(db: duckdb.DuckDBPyConnection, sweep: Sweep, facts: str) -> str:
    """The query for the verdicts over ``facts``, a table or view whose data keep the contract.

    Raises `Refusal` when they do not, before any rule runs. The columns are those of
    `notoneless.kernel.sql.select`.
    """
    faults = check_data(db, facts, sweep.subject)
    if faults:
        raise Refusal(faults)
    return select(sweep, facts)


def decide_file(
    facts: Path, sweep: Sweep, out: Path, *, memory: str = "400MB", threads: int | None = None
) -> int:
    """Decide every row of a Parquet file into another; returns the number of rows.

    Rows stream through: memory does not grow with the file. The result is written beside its
    place and renamed at the end. Raises `Refusal` when the data cannot be used.
    """
    part = out.with_name(out.name + ".part")
    db = connect(memory=memory, threads=threads, spill=out.parent)
    try:
        # Order is kept by the key column, not by the position; buffers stay small this way.
        db.execute("SET preserve_insertion_order = false")
        try:
            db.execute(f"CREATE VIEW facts AS SELECT * FROM read_parquet({quote(str(facts))})")
        except duckdb.Error as error:
            raise Refusal([fk.NO_DATA.at(why=_why(facts))]) from error
        query = decide(db, sweep, "facts")
        db.execute(
            f"COPY ({query}) TO {quote(str(part))} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, "
            f"KV_METADATA {{sweep: {quote(sweep.hash)}, as_of: {quote(sweep.as_of.isoformat())}}})"
        )
        count = db.execute(f"SELECT count(*) FROM read_parquet({quote(str(part))})").fetchall()[0][
            0
        ]
        part.replace(out)
        return int(count)
    finally:
        db.close()
        part.unlink(missing_ok=True)


def _why(path: Path) -> str:
    try:
        with path.open("rb"):
            return gettext("不是 Parquet 文件：{name}").format(name=path.name)
    except OSError as error:
        return f"{why_unreadable(error)}：{path.name}"
