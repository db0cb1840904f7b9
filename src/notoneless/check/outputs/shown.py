"""The rows as files may show them: one set of views that every output reads, masked or not.

No output reads the check's own tables, so none can forget to mask. Dates become text, since a masked
birth date (``2014-**-**``) is no date; money stays whole fen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notoneless.masking import mask_date, mask_id, mask_name

LONG_NUMBER = re.compile(r"\d{9,}[\dXx]?")
"""Digits that may be somebody's ID, card or phone number; rows, years and dates are shorter."""

PERSONAL = frozenset(
    {"name", "id_number", "birth_date", "guardian_name", "guardian_id", "phone", "card_number"}
)
"""Columns that no table of verdicts may carry."""


def hide_numbers(text: str) -> str:
    """A sentence with every long number masked."""
    return LONG_NUMBER.sub(lambda found: mask_id(found[0]), text)


def scrub(text: str | None, names: Sequence[str | None], numbers: Sequence[str | None]) -> str:
    """A sentence without what it quotes of a person: the given names and numbers, and any long number.

    ``numbers`` are ID numbers or dates as ``2014-03-05``.
    """
    if not text:
        return ""
    for name in sorted({name for name in names if name and len(name) > 1}, key=len, reverse=True):
        text = text.replace(name, mask_name(name))
    for number in sorted({number for number in numbers if number}, key=len, reverse=True):
        if re.fullmatch(r"\d{4}-\d\d-\d\d", number):
            text = text.replace(number, mask_date(number))
            text = text.replace(number.replace("-", ""), mask_date(number))
        else:
            text = text.replace(number, mask_id(number))
    return hide_numbers(text)


@dataclass(frozen=True, slots=True)
class Shown:
    """One view: its source table and how each column is shown.

    A column's way is ``text``, ``date``, ``plain`` (as it is), or personal: ``name``, ``id``,
    ``birth`` and ``quote`` (a sentence that may quote the row's names and numbers).
    """

    source: str
    columns: Mapping[str, str]


VIEWS: tuple[Shown, ...] = (
    Shown(
        "children",
        {
            "child": "plain",
            "universe": "text",
            "name": "name",
            "id_number": "id",
            "birth_date": "birth",
            "sex": "text",
            "township": "text",
            "village": "text",
            "school": "text",
            "state": "text",
            "state_label": "text",
            "reason": "quote",
            "lists": "text",
            "evidence": "quote",
            "poor": "plain",
        },
    ),
    Shown(
        "aid",
        {
            "child": "plain",
            "name": "name",
            "id_number": "id",
            "school": "text",
            "policy_id": "text",
            "policy": "text",
            "term": "text",
            "owed_fen": "plain",
            "paid_fen": "plain",
            "paid_on": "date",
            "verdict": "text",
            "verdict_label": "text",
            "reason": "quote",
            "unverified": "plain",
        },
    ),
    Shown(
        "review",
        {
            "pair_id": "text",
            **{
                f"{side}_{column}": way
                for column, way in {
                    "name": "name",
                    "id": "id",
                    "birth_date": "birth",
                    "place": "text",
                    "file": "text",
                    "sheet": "text",
                    "row": "plain",
                }.items()
                for side in ("left", "right")
            },
            "probability": "plain",
            "step": "text",
            "evidence": "quote",
        },
    ),
    Shown(
        "faults",
        {
            "file": "text",
            "sheet": "text",
            "row": "plain",
            "column_": "text",
            "code": "text",
            "severity": "text",
            "seen": "text",
            "message": "quote",
            "next_step": "text",
        },
    ),
    Shown(
        "changes",
        {
            "child": "plain",
            "name": "name",
            "id_number": "id",
            "township": "text",
            "school": "text",
            "state": "text",
            "state_label": "text",
            "change": "text",
        },
    ),
    Shown(
        "guarantees",
        {
            "place": "plain",
            "guarantee": "text",
            "label": "text",
            "universe": "plain",
            "kept": "plain",
            "excused": "plain",
            "gap": "plain",
            "unknown": "plain",
        },
    ),
)


def show(con: Any, *, mask: bool) -> None:
    """Make a view ``shown_<table>`` for each table of the check; a missing table gives an empty one.

    Columns the table does not have come out empty. With ``mask`` every personal value is hidden in
    the view itself.
    """
    if mask:
        _register(con)
    for view in VIEWS:
        there = _columns(con, view.source)
        columns = ", ".join(
            f"{_expression(column, way, view, there, mask=mask)} AS {column}"
            for column, way in view.columns.items()
        )
        source = view.source if there else "(SELECT 1 WHERE false)"
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW shown_{view.source} AS SELECT {columns} FROM {source}"
        )


def _columns(con: Any, table: str) -> frozenset[str]:
    found = con.execute(
        "SELECT column_name FROM duckdb_columns() WHERE table_name = ?"
        " UNION SELECT column_name FROM information_schema.columns WHERE table_name = ?",
        [table, table],
    ).fetchall()
    return frozenset(name for (name,) in found)


def _expression(column: str, way: str, view: Shown, there: frozenset[str], *, mask: bool) -> str:
    if column not in there:
        return "NULL" if way == "plain" else "''"
    if way == "plain":
        return column
    text = f"coalesce(CAST({column} AS VARCHAR), '')"
    if not mask or way in ("text", "date"):
        return text
    if way == "quote":
        kinds = {
            kind: [c for c, w in view.columns.items() if w in kind and c in there]
            for kind in (("name",), ("id", "birth"))
        }
        names, numbers = (
            "[" + ", ".join(f"CAST({c} AS VARCHAR)" for c in found) + "]::VARCHAR[]"
            for found in kinds.values()
        )
        return f"notoneless_scrub({text}, {names}, {numbers})"
    return f"notoneless_mask_{way}({text})"


def _register(con: Any) -> None:
    one = {
        "notoneless_mask_name": mask_name,
        "notoneless_mask_id": mask_id,
        "notoneless_mask_birth": mask_date,
    }
    known = {
        name
        for (name,) in con.execute(
            "SELECT function_name FROM duckdb_functions() WHERE function_name LIKE 'notoneless_%'"
        ).fetchall()
    }
    for name, function in one.items():
        if name not in known:
            con.create_function(name, function, ["VARCHAR"], "VARCHAR")
    if "notoneless_scrub" not in known:
        con.create_function(
            "notoneless_scrub", scrub, ["VARCHAR", "VARCHAR[]", "VARCHAR[]"], "VARCHAR"
        )
