"""The invented county: lists as offices write them, and the truth beside them.

It stands for the offices, so it writes in its own words and never with the reader's tables. Nobody in
it is real: names are put together from parts, numbers carry an area code that was never assigned.
"""

from __future__ import annotations

from pathlib import Path

from notoneless.demo import lists
from notoneless.demo.county import County, make_county
from notoneless.demo.sheets import write
from notoneless.demo.truth import write_truth

__all__ = ["County", "make_county", "write_lists", "write_truth"]


def write_lists(county: County, folder: Path) -> list[Path]:
    """Write all lists of the county into ``folder``, which is made if need be; give their paths.

    The same county gives the same bytes. Files of the same name are replaced, others are left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for file in lists.files(county):
        path = folder / file.name
        write(path, [sheet.table for sheet in file.sheets])
        written.append(path)
    return written
