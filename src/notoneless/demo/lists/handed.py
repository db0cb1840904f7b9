"""A file as an office hands it in, with who its rows truly are."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from notoneless.demo.names import Numbers, Texts
    from notoneless.demo.sheets import Cell, Table


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table and its people: ``person[row, member]``, -1 where nobody; member 0 is the row's own.

    A table without people (a summary) has ``person`` of shape (rows, 0).
    """

    table: Table
    person: Numbers
    slips: Texts


@dataclass(frozen=True, slots=True)
class File:
    """A file's name and its sheets, in order."""

    name: str
    sheets: list[Sheet]


def one_each(table: Table, person: Numbers, slips: Texts) -> Sheet:
    """A sheet with one person per row."""
    return Sheet(table, person.reshape(-1, 1), slips)


def summary(table: Table) -> Sheet:
    """A sheet about nobody."""
    rows = len(table)
    return Sheet(table, np.zeros((rows, 0), dtype=np.int64), np.full(rows, "", dtype=object))


def subtotalled(sheet: Sheet, key: str) -> Sheet:
    """The sheet, its rows put together by the column ``key``, a line 小计 below each group of them."""
    table = sheet.table
    values = next(column.cells for column in table.columns if column.heading == key)
    order = sorted(range(len(values)), key=lambda row: str(values[row]))
    groups = [list(rows) for _, rows in itertools.groupby(order, key=lambda row: values[row])]
    columns = []
    for place, column in enumerate(table.columns):
        cells: list[Cell] = []
        for rows in groups:
            cells += [column.cells[row] for row in rows]
            last = place == len(table.columns) - 1
            cells.append("小计" if place == 0 else f"{len(rows)}人" if last else None)
        columns.append(replace(column, cells=cells))
    nobody = np.full((1, sheet.person.shape[1]), -1, dtype=np.int64)
    return Sheet(
        replace(table, columns=columns),
        np.concatenate([part for rows in groups for part in (sheet.person[rows], nobody)]),
        np.concatenate([part for rows in groups for part in (sheet.slips[rows], [""])]),
    )


def grouped(sizes: Sequence[int], limit: int, at_least: int = 1) -> list[list[int]]:
    """Places 0, 1, ... in consecutive groups whose sizes add up to at most ``limit``.

    A place larger than that stands alone. The limit is lowered so that there are, if it can be,
    ``at_least`` so many groups.
    """
    limit = max(1, min(limit, -(-sum(sizes) // at_least)))
    groups: list[list[int]] = []
    total = 0
    for place, size in enumerate(sizes):
        if not groups or total + size > limit:
            groups.append([])
            total = 0
        groups[-1].append(place)
        total += size
    return groups
