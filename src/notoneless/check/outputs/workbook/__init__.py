"""The workbook an officer can forward and print: what was found, who it is, what to do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from notoneless.check.outputs import sentences
from notoneless.check.outputs.figures import SCHOOL_FINDINGS, Figures
from notoneless.check.outputs.workbook import (
    aid,
    children,
    places,
    problems,
    review,
    summary,
)
from notoneless.check.outputs.workbook.book import GAP_SHEETS, Book, plan, with_sheet
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
        book = Book(ledger, con, result, figures, plan(figures), masked=mask)
        summary.summary(book)
        for state in GAP_SHEETS:
            if state in book.names:
                children.in_state(book, state)
        if "changes" in book.names:
            children.changes(book)
        places.townships(book)
        places.schools(book)
        for verdict in SCHOOL_FINDINGS:
            if f"aid-{verdict}" in book.names:
                aid.finding(book, verdict)
        if "aid-needs_data" in book.names:
            aid.undecided(book)
        if "review" in book.names:
            review.pairs(book)
        if "faults" in book.names:
            problems.faults(book)
        for place in with_sheet(figures):
            places.school(book, place)
