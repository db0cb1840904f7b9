"""The kernel's promises (``kernel_promises.py``) hold on every engine."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pytest
from kernel_engines import ENGINES, Row, book_from, schema_from

from notoneless.kernel import Subject, compile_sweep

sys.path.insert(0, str(Path(__file__).parent))
from kernel_promises import FACTS, PROMISES, Promise

HEAD = "rulebook: spec\ntitle: {zh: 例子}\nsubject: child\n"


def table(text: str) -> list[dict[str, str]]:
    heading, *lines = [line.split() for line in text.strip().split("\n")]
    return [dict(zip(heading, line, strict=True)) for line in lines]


def given(text: str, subject: Subject) -> list[Row]:
    rows: list[Row] = []
    for written in table(text):
        row: Row = {"child": int(written["child"])}
        for fact in subject.facts.values():
            row[fact.name] = value(written.get(fact.name, "-"), fact.kind)
            if row[fact.name] is None and not fact.nullable:
                row[fact.name] = False
        rows.append(row)
    return rows


def value(text: str, kind: str) -> object:
    if text == "-":
        return None
    match kind:
        case "bool":
            return {"yes": True, "no": False}[text]
        case "date":
            return dt.date.fromisoformat(text)
        case "int":
            return int(text)
        case "money":
            return round(float(text) * 100)
        case _:
            return text


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.title)
def test_promise(promise: Promise, engine: str, tmp_path: Path) -> None:
    schema = schema_from(FACTS, tmp_path)
    sweep = compile_sweep(book_from(HEAD + promise.rules, tmp_path, schema), schema, promise.as_of)
    results = ENGINES[engine](sweep, given(promise.given, sweep.subject))
    for written, result in zip(table(promise.then), results, strict=True):
        expected = {
            column: value(
                text,
                "money" if column.startswith("award_") else "int" if column == "child" else "text",
            )
            for column, text in written.items()
        }
        assert {column: result[column] for column in expected} == expected
