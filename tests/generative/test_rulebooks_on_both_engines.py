"""The shipped law means the same on the plain engine and on DuckDB, for any child there could be."""

from __future__ import annotations

import datetime as dt
import random
from typing import cast

import pytest

from notoneless.engines.duckdb import connect
from notoneless.kernel import Fact, compile_sweep, load_facts, load_rulebooks, reference, shipped
from notoneless.kernel import duckdb as fast

SCHEMA = load_facts(shipped("facts"))
FACTS = SCHEMA.subjects["child"].facts
BOOKS = load_rulebooks([shipped("compulsory-education"), shipped("sichuan-aid")], SCHEMA)
SQL_TYPES = {
    "int": "INTEGER",
    "money": "BIGINT",
    "bool": "BOOLEAN",
    "date": "DATE",
    "enum": "VARCHAR",
}
CHILDREN = 300

Row = dict[str, object]


def invented(fact: Fact, chance: random.Random, day: dt.date) -> object:
    """A value of the fact: unknown now and then, and often at a boundary."""
    if fact.nullable and chance.random() < 0.2:
        return None
    match fact.kind:
        case "bool":
            return chance.random() < 0.5
        case "enum":
            return chance.choice(list(fact.values))
        case "money":
            return chance.choice([0, 120_000, 360_000, 2_000_000, 2_600_000])
        case "int":
            return chance.randint(0, 13)
    if fact.name == "birth_date":
        years = chance.choice([5, 6, 10, 15])
        edges = [dt.date(day.year - years, 8, 31), dt.date(day.year - years, 9, 1)]
        return chance.choice([*edges, dt.date(2016, 2, 29), dt.date(2012, 3, 4)])
    return day + dt.timedelta(chance.randint(-1, 1))


@pytest.mark.parametrize(
    "day", [dt.date(2026, 9, 21), dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2016, 8, 31)]
)
def test_the_shipped_law_means_the_same_on_both_engines(day: dt.date) -> None:
    chance = random.Random(f"the law on {day}")
    rows: list[Row] = []
    for number in range(CHILDREN):
        known = {name: invented(fact, chance, day) for name, fact in FACTS.items()}
        if number % 2:  # chance alone seldom makes a pupil who is studying
            known |= {"on_roll": True, "roll_state": "enrolled", "excuse": "none"}
        rows.append({"child": number} | known)
    sweep = compile_sweep(BOOKS, SCHEMA, day)
    db = connect()
    columns = ", ".join(f"{name} {SQL_TYPES[fact.kind]}" for name, fact in FACTS.items())
    db.execute(f"CREATE TABLE facts (child BIGINT, {columns})")
    marks = ", ".join("?" * (len(FACTS) + 1))
    db.executemany(f"INSERT INTO facts VALUES ({marks})", [list(row.values()) for row in rows])
    query = fast.decide(db, sweep, "facts")
    verdicts = db.sql(f"SELECT * FROM ({query}) ORDER BY child").to_arrow_table().to_pylist()
    db.close()
    expected = list(reference.decide(rows, sweep))
    for one, other in zip(cast("list[Row]", verdicts), expected, strict=True):
        assert {name: one[name] for name in other} == other
    outcomes = {row[f"verdict_{g.id}"] for row in expected for g in sweep.guarantees}
    assert outcomes == {"outside", "excused", "kept", "gap", "unknown"}
    assert any(row[f"award_{p.id}"] for row in expected for p in sweep.policies)
