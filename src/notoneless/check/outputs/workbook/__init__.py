"""The workbook an officer can forward and print: what was found, who it is, what to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from notoneless.check.outputs import sentences
from notoneless.check.outputs.figures import SCHOOL_FINDINGS, Figures
from notoneless.check.outputs.workbook import sheets
from notoneless.check.outputs.workbook.ledger import Ledger

if TYPE_CHECKING:
    from notoneless.check.result import CheckResult

FILE = "workbook.xlsx"


def write_workbook(
    con: Any, result: CheckResult, figures: Figures, folder: Path, *, mask: bool
) -> None:
    """Write ``workbook.xlsx`` from the shown rows (see `show`); bounded whatever the county's size."""
    title = sentences.title(result)
    with Ledger(folder / FILE, title=title, foot=title, as_of=result.as_of) as ledger:
        book = sheets.Book(ledger, con, result, figures, sheets.plan(figures), masked=mask)
        sheets.summary(book)
        for state in sheets.GAP_SHEETS:
            if state in book.names:
                sheets.children(book, state)
        if "changes" in book.names:
            sheets.changes(book)
        sheets.townships(book)
        sheets.schools(book)
        for verdict in SCHOOL_FINDINGS:
            if f"aid-{verdict}" in book.names:
                sheets.aid(book, verdict)
        if "aid-needs_data" in book.names:
            sheets.undecided_aid(book)
        if "review" in book.names:
            sheets.review(book)
        if "faults" in book.names:
            sheets.faults(book)
        for place in sheets.with_sheet(figures):
            sheets.school(book, place)
