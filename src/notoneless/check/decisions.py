"""What people decided about doubtful pairs in an earlier run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from python_calamine import CalamineError

from notoneless.check import faults as fc
from notoneless.check.outputs.workbook.answers import read_answers
from notoneless.check.outputs.workbook.review import PAIR_ANSWER, PAIR_ID
from notoneless.faults import Fault, Place, Refusal
from notoneless.i18n import gettext

if TYPE_CHECKING:
    import duckdb

ANSWERS = ("same", "different", "unknown")

_WORDS = {
    "同": "same",
    "同一人": "same",
    "不同": "different",
    "不是同一人": "different",
    "不知道": "unknown",
    "说不准": "unknown",
}
"""What officers write instead."""


@dataclass
class Decisions:
    """Answers by pair: the same child, different children, or not known.

    A pair is named by what its two rows say, so an answer holds in next month's lists as long as
    neither row changes; when one does, it is asked again.
    """

    answers: dict[str, str] = field(default_factory=dict)

    def register(self, con: duckdb.DuckDBPyConnection) -> None:
        """Make the table ``decisions(pair_id, answer)`` once per connection."""
        con.execute(
            "CREATE TABLE IF NOT EXISTS decisions (pair_id VARCHAR PRIMARY KEY, answer VARCHAR)"
        )
        if self.answers:
            con.executemany("INSERT OR IGNORE INTO decisions VALUES (?, ?)", self.answers.items())


def read(path: Path | None) -> Decisions:
    """Read the answers from a ``review.csv`` or a workbook that an officer filled in; all faults together.

    Raises `Refusal` when the file is not such a file or an answer is not one of `ANSWERS`.
    """
    if path is None:
        return Decisions()
    faults: list[Fault] = []
    answers: dict[str, str] = {}
    for number, pair, said in _from_workbook(path) if is_workbook(path) else _from_csv(path):
        answer = _WORDS.get(said.lower(), said.lower())
        if answer not in ANSWERS:
            where = Place(path.name, row=number, column="answer")
            faults.append(fc.BAD_DECISIONS.at(where, answer[:20], row=number))
        else:
            answers[pair] = answer
    if faults:
        raise Refusal(faults)
    return Decisions(answers)


def is_workbook(path: Path) -> bool:
    """A file with a spreadsheet program's ending."""
    return path.suffix.lower() in (".xlsx", ".xls", ".et")


def _from_workbook(path: Path) -> list[tuple[int, str, str]]:
    try:
        found = read_answers(path)
    except (CalamineError, OSError) as error:
        raise _unreadable(path, "") from error
    if found is None:
        raise _unreadable(
            path, gettext("、").join(gettext(column) for column in (PAIR_ID, PAIR_ANSWER))
        )
    return found


def _from_csv(path: Path) -> Iterator[tuple[int, str, str]]:
    """Each row with an answer: its number, its pair, what it says."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="gb18030", errors="replace")
    except OSError as error:
        raise _unreadable(path, "") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = {"pair_id", "answer"} - set(reader.fieldnames or ())
    if missing:
        raise _unreadable(path, gettext("、").join(sorted(missing)))
    for number, line in enumerate(reader, start=2):
        if answer := (line["answer"] or "").strip():
            yield number, line["pair_id"].strip(), answer


def _unreadable(path: Path, columns: str) -> Refusal:
    return Refusal([fc.DECISIONS_UNREADABLE.at(Place(path.name), path=path.name, columns=columns)])
