"""Parquet files of ours: the columns carry the names of our fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from notoneless.faults import Place, Refusal
from notoneless.rosters import faults
from notoneless.rosters.books.sheet import Book, Cell, Row


def open_parquet(path: Path) -> Book:
    """Open a Parquet file as one sheet whose first row is the names of its columns."""
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError):
        raise Refusal([faults.BROKEN.at(Place(path.name))]) from None
    return Book("parquet", [_ParquetSheet(file)])


@dataclass
class _ParquetSheet:
    file: pq.ParquetFile
    name: str = ""
    hidden: bool = False

    def hidden_parts(self) -> tuple[int, int]:
        """A Parquet file hides nothing."""
        return 0, 0

    def rows(self, wanted: Sequence[int] | None = None, most: int | None = None) -> Iterator[Row]:
        """See `Sheet.rows`."""
        names = self.file.schema_arrow.names
        chosen = list(range(len(names))) if wanted is None else list(wanted)
        yield 1, [names[at] for at in chosen]
        number = 1
        for batch in self.file.iter_batches(50_000, columns=[names[at] for at in chosen]):
            columns = [batch.column(names[at]).to_pylist() for at in chosen]
            for cells in zip(*columns, strict=True):
                if most is not None and number >= most:
                    return
                number += 1
                yield number, [_cell(value) for value in cells]


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, str | dt.date):
        return value or None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return float(value)
    return str(value)
