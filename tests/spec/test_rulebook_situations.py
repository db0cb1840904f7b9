"""The examples beside the law (``situations/*.yaml``) hold on every engine, and leave no rule out.

An example is a child in a situation and what follows. That the examples would notice a change of
the law is proved by changing it: every condition, way, excuse, amount and date in turn.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
import yaml

from notoneless.engines.duckdb import connect
from notoneless.kernel import (
    Guarantee,
    Policy,
    Rulebook,
    Sweep,
    compile_sweep,
    load_facts,
    load_rulebook,
    reference,
    shipped,
)
from notoneless.kernel import duckdb as fast
from notoneless.kernel import expressions as E

if TYPE_CHECKING:
    from notoneless.kernel.rulebook import DatedValue, ParameterSpec

FOLDER = Path(__file__).parent / "situations"
BOOKS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
SCHEMA = load_facts(shipped("facts"))
FACTS = SCHEMA.subjects["child"].facts
SQL_TYPES = {
    "int": "INTEGER",
    "money": "BIGINT",
    "bool": "BOOLEAN",
    "date": "DATE",
    "enum": "VARCHAR",
}

Row = dict[str, object]


@dataclass(frozen=True)
class Situation:
    """One example: on a day, a child of whom this is known; what follows, and for want of what."""

    words: str
    as_of: dt.date
    child: Row
    then: dict[str, object]
    lacks: dict[str, list[str]]


def fact(name: str, value: object) -> object:
    """A fact as the kernel takes it: unknown is None, yuan are fen."""
    assert name in FACTS, f"no such fact: {name}"
    if value == "unknown":
        assert FACTS[name].nullable, f"{name} is always known"
        return None
    return value * 100 if FACTS[name].kind == "money" else value  # type: ignore[operator]


@cache
def situations(book: str) -> tuple[Situation, ...]:
    """All examples of a rulebook, in the order of the file."""
    page = yaml.safe_load((FOLDER / f"{book}.yaml").read_text("utf-8"))
    assert page["rulebook"] == book
    found = []
    for section in page["sections"]:
        for entry in section["situations"]:
            assert not entry.keys() - {"situation", "as_of", "child", "then", "lacks"}, entry
            told = page["child"] | section.get("child", {}) | entry.get("child", {})
            child = dict.fromkeys(FACTS) | {name: fact(name, value) for name, value in told.items()}
            day = entry.get("as_of", page["as_of"])
            words = f"{section['section']['zh']}：{entry['situation']}"
            found.append(Situation(words, day, child, entry["then"], entry.get("lacks", {})))
    return tuple(found)


def follows(result: Row, promise: str) -> object:
    """A verdict as the examples write it: ``kept on_roll``, ``gap``, 1250, ``unknown``."""
    if f"verdict_{promise}" in result:
        way = result[f"way_{promise}"]
        return f"{result[f'verdict_{promise}']} {way}" if way else result[f"verdict_{promise}"]
    fen = result[f"award_{promise}"]
    assert fen is None or isinstance(fen, int)
    return "unknown" if fen is None else fen // 100


def differences(book: Rulebook, examples: tuple[Situation, ...]) -> Iterator[str]:
    """The examples that the plain engine does not confirm."""
    days = {example.as_of for example in examples}
    sweeps = {day: compile_sweep(book, SCHEMA, day) for day in days}
    for example in examples:
        sweep = sweeps[example.as_of]
        result = next(iter(reference.decide([example.child | {"child": 1}], sweep)))
        for promise, expected in example.then.items():
            if follows(result, promise) != expected:
                yield f"{example.words}: {promise} {follows(result, promise)}, not {expected}"


@cache
def rulebook(book: str) -> Rulebook:
    return load_rulebook(shipped(book), SCHEMA)


def decided_by_duckdb(sweep: Sweep, children: list[Row]) -> list[Row]:
    """The fast engine's results for some children, in their order."""
    db = connect()
    try:
        columns = ", ".join(f'"{name}" {SQL_TYPES[known.kind]}' for name, known in FACTS.items())
        db.execute(f"CREATE TABLE facts (child BIGINT, {columns})")
        marks = ", ".join("?" * (len(FACTS) + 1))
        rows = [[number, *child.values()] for number, child in enumerate(children)]
        db.executemany(f"INSERT INTO facts VALUES ({marks})", rows)
        query = fast.decide(db, sweep, "facts")
        verdicts = db.sql(f"SELECT * FROM ({query}) ORDER BY child").to_arrow_table()
        return cast("list[Row]", verdicts.to_pylist())
    finally:
        db.close()


@pytest.mark.parametrize("book", BOOKS)
def test_every_example_holds_on_the_plain_engine(book: str) -> None:
    assert list(differences(rulebook(book), situations(book))) == []


@pytest.mark.parametrize("book", BOOKS)
def test_every_example_holds_on_duckdb(book: str) -> None:
    examples = situations(book)
    wrong = []
    for day in sorted({example.as_of for example in examples}):
        of_day = [example for example in examples if example.as_of == day]
        sweep = compile_sweep(rulebook(book), SCHEMA, day)
        results = decided_by_duckdb(sweep, [example.child for example in of_day])
        for example, result in zip(of_day, results, strict=True):
            wrong += [
                f"{example.words}: {promise} {follows(result, promise)}, not {expected}"
                for promise, expected in example.then.items()
                if follows(result, promise) != expected
            ]
    assert wrong == []


@pytest.mark.parametrize("book", BOOKS)
def test_what_cannot_be_decided_names_the_fact_that_is_missing(book: str) -> None:
    examples = [example for example in situations(book) if example.lacks]
    assert examples
    for example in examples:
        sweep = compile_sweep(rulebook(book), SCHEMA, example.as_of)
        result = next(iter(reference.decide([example.child | {"child": 1}], sweep)))
        sig, unk = (
            [cast("int", result[f"{word}_{n}"]) for n in range(sweep.words)]
            for word in ("sig", "unk")
        )
        told = sweep.explain(sig, unk)
        for promise, facts in example.lacks.items():
            assert list(told[promise].missing) == facts, example.words
            assert all(str(FACTS[name].text) in told[promise].text for name in facts), example.words


@pytest.mark.parametrize("book", BOOKS)
def test_every_outcome_of_every_rule_has_its_example(book: str) -> None:
    seen = {
        (promise, value) for example in situations(book) for promise, value in example.then.items()
    }
    wanted: set[tuple[str, object]] = set()
    for guarantee in rulebook(book).guarantees:
        wanted |= {(guarantee.id, verdict) for verdict in ("gap", "outside", "unknown")}
        wanted |= {(guarantee.id, f"kept {way.id}") for way in guarantee.kept}
        wanted |= {(guarantee.id, f"excused {way.id}") for way in guarantee.excused}
    assert wanted <= seen
    for policy in rulebook(book).policies:
        amounts = {value for promise, value in seen if promise == policy.id}
        assert {0, "unknown"} <= amounts, policy.id
        assert amounts - {0, "unknown"}, policy.id


NO_CHANGE: dict[str, list[str]] = {
    "compulsory-education": [],
    # Boarding and day pupils exclude each other twice: by their conditions and by their group, which is
    # there because payment lists write one name for both.
    "sichuan-aid": [
        "living_boarder without its group",
        "living_day without not boards",
        "living_day without its group",
    ],
}
"""Changes that leave every outcome as it is."""

Mutant = tuple[str, Rulebook, frozenset[str]]
"""What was changed, the changed rulebook, and the promises whose outcome may differ."""


def mutants(book: Rulebook) -> Iterator[Mutant]:
    """The rulebook with one thing changed: a condition or a way left out, an amount, a date."""
    for guarantee in book.guarantees:
        for part in ("universe", "kept", "excused"):
            members = getattr(guarantee, part)
            for at in range(len(members)):
                rest = members[:at] + members[at + 1 :]
                yield _changed(book, replace(guarantee, **{part: rest}), f"without {part} {at}")
    for policy in book.policies:
        for at, line in enumerate(policy.conditions):
            rest = policy.conditions[:at] + policy.conditions[at + 1 :]
            yield _changed(book, replace(policy, conditions=rest), f"without {line.written}")
        if policy.group:
            yield _changed(book, replace(policy, group=""), "without its group")
        if policy.since:
            later = policy.since + dt.timedelta(1)
            yield _changed(book, replace(policy, since=later), "begins a day later")
    for spec in book.parameters.values():
        for at, value in enumerate(spec.values):
            step = 100 if spec.unit == "yuan" else 1
            yield _revalued(book, spec, at, replace(value, value=value.value + step))
            if at:  # a first day is often where this table begins, no fact of law
                yield _revalued(book, spec, at, replace(value, start=value.start - dt.timedelta(1)))


def _changed(book: Rulebook, promise: Guarantee | Policy, change: str) -> Mutant:
    """The book with this promise in place of its namesake, and only those that could notice."""
    group = next((policy.group for policy in book.policies if policy.id == promise.id), "")
    beside = {policy.id for policy in book.policies if group and policy.group == group}
    near = frozenset({promise.id} | beside)
    small = _only(book, near)
    mutant = replace(
        small,
        guarantees=tuple(promise if g.id == promise.id else g for g in small.guarantees),  # type: ignore[misc]
        policies=tuple(promise if p.id == promise.id else p for p in small.policies),  # type: ignore[misc]
    )
    return f"{promise.id} {change}", mutant, near


def _revalued(book: Rulebook, spec: ParameterSpec, at: int, value: DatedValue) -> Mutant:
    values = (*spec.values[:at], value, *spec.values[at + 1 :])
    promises: tuple[Guarantee | Policy, ...] = (*book.guarantees, *book.policies)
    users = frozenset(promise.id for promise in promises if _uses(promise, spec.name))
    parameters = {**book.parameters, spec.name: replace(spec, values=values)}
    mutant = replace(_only(book, users), parameters=parameters)
    return f"{spec.name} {value.value} from {value.start}", mutant, users


def _uses(promise: Guarantee | Policy, parameter: str) -> bool:
    if isinstance(promise, Guarantee):
        nodes: list[E.Expression] = [line.condition for line in promise.universe]
        nodes += [way.line.condition for way in (*promise.kept, *promise.excused)]
    else:
        nodes = [*(line.condition for line in promise.conditions), promise.amount]
    return any(
        isinstance(part, E.Parameter) and part.name == parameter
        for node in nodes
        for part in E.walk(node)
    )


def _only(book: Rulebook, promises: frozenset[str]) -> Rulebook:
    """The book reduced to some promises; examples of the others need not be run."""
    return replace(
        book,
        guarantees=tuple(g for g in book.guarantees if g.id in promises),
        policies=tuple(p for p in book.policies if p.id in promises),
    )


@pytest.mark.parametrize("book", BOOKS)
def test_the_examples_notice_every_change_of_the_law(book: str) -> None:
    unnoticed = []
    for change, mutant, promises in mutants(rulebook(book)):
        examples = tuple(
            replace(example, then={p: v for p, v in example.then.items() if p in promises})
            for example in situations(book)
            if promises & example.then.keys()
        )
        if next(differences(mutant, examples), None) is None:
            unnoticed.append(change)
    assert unnoticed == NO_CHANGE[book]
