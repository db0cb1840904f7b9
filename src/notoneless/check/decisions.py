"""What people decided about doubtful pairs in an earlier run."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from notoneless.check import faults as fc
from notoneless.faults import Fault, Place, Refusal

ANSWERS = ("same", "different", "unknown")


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
    """Read the answers from a ``review.csv`` that an officer filled in; all faults together.

    Raises `Refusal` when the file is not such a file or an answer is not one of `ANSWERS`.
    """
    if path is None:
        return Decisions()
    place = Place(file=path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="gb18030")
    except OSError as error:
        raise Refusal([fc.DECISIONS_UNREADABLE.at(place, path=path.name, columns="")]) from error
    reader = csv.DictReader(text.splitlines())
    missing = {"pair_id", "answer"} - set(reader.fieldnames or ())
    if missing:
        columns = "、".join(sorted(missing))
        raise Refusal([fc.DECISIONS_UNREADABLE.at(place, path=path.name, columns=columns)])
    faults: list[Fault] = []
    answers: dict[str, str] = {}
    for number, line in enumerate(reader, start=2):
        answer = (line["answer"] or "").strip().lower()
        answer = {
            "同": "same",
            "同一人": "same",
            "不同": "different",
            "不是同一人": "different",
            "不知道": "unknown",
        }.get(answer, answer)
        if not answer:
            continue
        if answer not in ANSWERS:
            faults.append(
                fc.BAD_DECISIONS.at(
                    Place(path.name, row=number, column="answer"), answer[:20], row=number
                )
            )
            continue
        answers[line["pair_id"].strip()] = answer
    if faults:
        raise Refusal(faults)
    return Decisions(answers)
