"""Open every spreadsheet of a folder with the reading library and look at each cell; two at a time."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from python_calamine import CalamineWorkbook


def read(path: Path) -> int:
    if path.suffix not in (".xls", ".xlsx", ".et"):
        return path.read_bytes().count(b"\n")
    book = CalamineWorkbook.from_path(path)
    return sum(
        len(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).iter_rows()
    )


if __name__ == "__main__":
    files = sorted(Path(sys.argv[1]).iterdir(), key=lambda path: -path.stat().st_size)
    with ProcessPoolExecutor(2) as pool:
        print(sum(pool.map(read, files)))
