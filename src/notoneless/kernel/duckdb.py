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
    if not out.parent.is_dir() or out.is_dir():
        raise Refusal([fk.CANNOT_WRITE.at(seen=str(out))])
    db = connect(memory=memory, threads=threads, spill=out.parent)
    try:
        # A row's place in the file says nothing, its key does; buffers stay small this way.
        db.execute("SET preserve_insertion_order = false")
        try:
            db.execute(f"CREATE VIEW facts AS SELECT * FROM read_parquet({quote(str(facts))})")
        except duckdb.Error as error:
            raise Refusal([fk.NO_DATA.at(why=_why(facts))]) from error
        ((count,),) = db.execute(
            f"COPY ({decide(db, sweep, 'facts')}) TO {quote(str(part))} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, "
            f"KV_METADATA {{sweep: {quote(sweep.hash)}, as_of: {quote(sweep.as_of.isoformat())}}})"
        ).fetchall()
        part.replace(out)
        return int(count)
    except duckdb.OutOfMemoryException as error:
        raise Refusal([fk.OUT_OF_MEMORY.at(limit=memory)]) from error
    except (duckdb.IOException, OSError) as error:
        raise Refusal([fk.CANNOT_WRITE.at(seen=str(out))]) from error
    except duckdb.Error as error:
        # A torn file shows as the bare class; a mistake of ours as one of its children.
        if type(error) not in (duckdb.Error, duckdb.InvalidInputException):
            raise
        raise Refusal([fk.NO_DATA.at(why=_why(facts))]) from error
    finally:
        db.close()
        part.unlink(missing_ok=True)


def _why(path: Path) -> str:
    try:
        with path.open("rb"):
            return gettext("不是完好的 Parquet 文件：{name}").format(name=path.name)
    except OSError as error:
        return f"{why_unreadable(error)}：{path.name}"
