"""Pupils on a roll-call without a mark: what the list says of them (`check.facts` says the same).

A sheet that ticks those who are there has not seen whoever has no tick; one that writes down only who is missing
has seen all the others. A form with a column for marks and no mark in it was filled in by nobody.
"""

from __future__ import annotations

import pyarrow as pa

COLUMN = "attendance"
CLASS = ("school", "grade", "class_name")


def nobody(rows: pa.Table) -> bool:
    """Whether there is a column for marks, and not one mark."""
    return COLUMN in rows.column_names and rows.num_rows == rows[COLUMN].null_count


def filled(rows: pa.Table) -> pa.Table:
    """The rows of a sheet, those without a mark as the rest of their class tells; others as they are."""
    if COLUMN not in rows.column_names or not rows[COLUMN].null_count:
        return rows
    marks = rows[COLUMN].to_pylist()
    named = [rows[name].to_pylist() for name in CLASS if name in rows.column_names]
    classes = list(zip(*named, strict=True)) if named else [()] * len(marks)
    ticked = {one for one, mark in zip(classes, marks, strict=True) if mark == "present"}
    said = [
        mark or ("absent" if one in ticked else "present")
        for one, mark in zip(classes, marks, strict=True)
    ]
    at = rows.column_names.index(COLUMN)
    return rows.set_column(at, COLUMN, pa.array(said, pa.string()))
