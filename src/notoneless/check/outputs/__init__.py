"""The answer as files: tables for machines, a workbook and a page for people, a record of the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from notoneless.check.outputs.csv import CHANGES, TABLES, write_table
from notoneless.check.outputs.figures import Figures, count
from notoneless.check.outputs.page import write_page
from notoneless.check.outputs.run_record import write_run_record
from notoneless.check.outputs.shown import PERSONAL, show
from notoneless.check.outputs.workbook import write_workbook
from notoneless.engines.duckdb import ROW_GROUP, quote

if TYPE_CHECKING:
    from notoneless.check.result import CheckResult

__all__ = ["Figures", "write_all"]


def write_all(con: Any, result: CheckResult, folder: Path, *, mask: bool) -> Figures:
    """Write every output file into ``folder``, which exists, and give back the numbers they show.

    ``con`` is an open DuckDB connection with the tables ``children``, ``aid``, ``review``,
    ``faults``, ``guarantees`` and ``verdicts``, and ``changes`` when an earlier run was given. With
    ``mask`` no file holds a personal value. The same tables and ``result`` give the same bytes.
    """
    show(con, mask=mask)
    figures = count(con, result)
    for table in TABLES + ((CHANGES,) if figures.changes else ()):
        write_table(con, table, folder)
    _write_verdicts(con, folder / "verdicts.parquet")
    write_workbook(con, result, figures, folder, mask=mask)
    write_page(con, result, figures, folder, mask=mask)
    write_run_record(result, figures, folder, mask=mask)
    return figures


def _write_verdicts(con: Any, path: Path) -> None:
    """The verdicts as the kernel gave them; they name a child by number only, so nothing is masked."""
    columns = [row[0] for row in con.execute("DESCRIBE verdicts").fetchall()]
    kept = ", ".join(f'"{column}"' for column in columns if column not in PERSONAL)
    con.execute(
        f"COPY (SELECT {kept} FROM verdicts ORDER BY 1)"
        f" TO {quote(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    )
