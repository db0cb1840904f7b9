"""Random facts and random rules: the plain engine and DuckDB agree, row by row, bit by bit."""

# ruff: noqa: E501 - rules and mutants read best on one line

from __future__ import annotations

import datetime as dt
import random
import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from kernel_engines import Row, on_duckdb, on_reference

from notoneless.faults import Refusal
from notoneless.i18n import Text
from notoneless.kernel import FactSchema, Rulebook, Sweep, compile_sweep, load_facts, reference
from notoneless.kernel import sql as sql_module
from notoneless.kernel.contradictions import impossible
from notoneless.kernel.expressions import Condition, Parameter
from notoneless.kernel.parsing import parse_amount, parse_condition
from notoneless.kernel.rulebook import (
    DatedValue,
    Group,
    Guarantee,
    Line,
    ParameterSpec,
    Policy,
    Way,
)
from notoneless.kernel.source import Mark, Report, Scalar
from notoneless.kernel.tokens import Scope

FACTS_YAML = """
subjects:
  child:
    key: child
    facts:
      birth: {text: {zh: 出生日期}, type: date, nullable: true}
      entered: {text: {zh: 入学日期}, type: date}
      stage: {text: {zh: 学段}, type: enum, values: {a: {zh: 甲}, b: {zh: 乙}, c: {zh: 丙}}, nullable: true}
      kind: {text: {zh: 类别}, type: enum, values: {x: {zh: 一}, y: {zh: 二}}}
      boards: {text: {zh: 寄宿}, type: bool, nullable: true}
      poor: {text: {zh: 低保}, type: bool, nullable: true}
      enrolled: {text: {zh: 在籍}, type: bool}
      grade: {text: {zh: 年级}, type: int, nullable: true}
      siblings: {text: {zh: 兄弟姐妹}, type: int}
      fee: {text: {zh: 学费}, type: money, nullable: true}
      income: {text: {zh: 收入}, type: money}
"""
DAY = dt.date(2026, 9, 10)
PHASES = (Phase.explicit, Phase.generate)
"""Shrinking a whole rulebook takes minutes; a failure shows its seed, and is shrunk by hand."""


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> FactSchema:
    path = tmp_path_factory.mktemp("facts") / "facts.yaml"
    path.write_text(FACTS_YAML, "utf-8")
    return load_facts(path)


PARAMETERS = {
    name: ParameterSpec(
        name, Text(name), unit, (DatedValue(dt.date(2019, 9, 1), value, "s", "verified"),)
    )
    for name, unit, value in (
        ("sum", "yuan", 125_000),
        ("part", "yuan", 62_550),
        ("years", "years", 6),
    )
}

# -- random rules, as text ----------------------------------------------------------------------

comparison = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
small = st.integers(-2, 12)
date = st.one_of(
    st.sampled_from(["birth", "entered", "as_of", "term_start", "school_year_start", "age_day"]),
    st.dates(dt.date(2010, 1, 1), dt.date(2027, 12, 31)).map(lambda day: f"date '{day}'"),
)
date_fact = st.sampled_from(["birth", "entered"])
whole = st.recursive(
    st.one_of(
        st.sampled_from(["grade", "siblings", ":years"]),
        small.map(str),
        st.tuples(date_fact, date).map(lambda t: f"age_on({t[0]}, {t[1]})"),
        st.tuples(date, date_fact).map(lambda t: f"days_between({t[0]}, {t[1]})"),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["least", "greatest"]), inner, inner).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
    ),
    max_leaves=3,
)
whole_fact = st.one_of(
    st.sampled_from(["grade", "siblings"]), whole.map(lambda w: f"({w} + grade)")
)


def one_of(name: str, values: str) -> st.SearchStrategy[str]:
    return st.sets(st.sampled_from(values), min_size=1).map(
        lambda some: f"{name} in ({', '.join(repr(v) for v in sorted(some))})"
    )


atom = st.one_of(
    st.sampled_from(["boards", "poor", "enrolled", "boards is null", "grade is not null", "fee is null"]),
    st.sampled_from("abc").map(lambda v: f"stage = '{v}'"),
    st.sampled_from("xy").map(lambda v: f"kind <> '{v}'"),
    one_of("stage", "abc"),
    one_of("kind", "xy"),
    st.tuples(whole_fact, comparison, whole).map(" ".join),
    st.tuples(date_fact, comparison, date).map(" ".join),
    st.tuples(st.sampled_from(["fee", "income"]), comparison, st.sampled_from([":sum", ":part", "0", "fee"])).map(" ".join),
    st.tuples(whole_fact, small, st.integers(0, 5)).map(lambda t: f"{t[0]} between {t[1]} and {t[1] + t[2]}"),
    st.tuples(date_fact, date, date).map(lambda t: f"{t[0]} between {t[1]} and {t[2]}"),
)  # fmt: skip
condition = st.recursive(
    atom,
    lambda inner: st.one_of(
        inner.map(lambda part: f"not ({part})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}) and ({t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]}) or ({t[1]})"),
    ),
    max_leaves=5,
)
money = st.recursive(
    st.sampled_from([":sum", ":part", "fee", "income"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from(["grade", "siblings", "2"])).map(
            lambda t: f"{t[0]} * {t[1]}"
        ),
        st.tuples(condition, inner, inner).map(
            lambda t: f"case when {t[0]} then {t[1]} else {t[2]} end"
        ),
        st.tuples(condition, inner, inner).map(
            lambda t: f"case when {t[0]} then 0 when boards then {t[1]} else {t[2]} end"
        ),
        st.tuples(st.sampled_from(["least", "greatest"]), inner, inner).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
    ),
    max_leaves=3,
)


def read(text: str, schema: FactSchema) -> Condition:
    report = Report("random")
    found = parse_condition(Scalar(text, Mark(1, 1), text), scope(schema), report)
    if found is None:
        raise Refusal(report.faults)
    return found


def scope(schema: FactSchema) -> Scope:
    parameters = {name: Parameter(name, spec.kind, spec.text) for name, spec in PARAMETERS.items()}
    return Scope(schema.subjects["child"].facts, parameters)


def line(text: str, schema: FactSchema) -> Line:
    return Line(text, 1, read(text, schema))


def book(texts: dict[str, object], schema: FactSchema) -> Rulebook:
    def ways(name: str, conditions: list[str]) -> tuple[Way, ...]:
        return tuple(
            Way(f"{name}{i}", Text(f"{name}{i}"), line(text, schema))
            for i, text in enumerate(conditions)
        )

    guarantees = tuple(
        Guarantee(f"g{i}", Text(f"g{i}"), "s", "verified", tuple(line(t, schema) for t in universe),
                  ways("kept", kept), ways("excused", excused), "c", 1)
        for i, (universe, kept, excused) in enumerate(texts["guarantees"])  # type: ignore[arg-type]
    )  # fmt: skip
    policies = []
    for i, (conditions, amount, group) in enumerate(texts["policies"]):  # type: ignore[arg-type]
        report = Report("random")
        value = parse_amount(Scalar(amount, Mark(1, 1), amount), scope(schema), report)
        if value is None:
            raise Refusal(report.faults)
        policies.append(
            Policy(f"p{i}", Text(f"p{i}"), (), "s", "verified", "cash_student", "year", 1, {},
                   tuple(line(t, schema) for t in conditions), value, amount, group, 1)
        )  # fmt: skip
    cap = parse_amount(Scalar(":sum", Mark(1, 1), ":sum"), scope(schema), Report("random"))
    groups = {
        "highest": Group("highest", Text("h"), "highest"),
        "first": Group("first", Text("f"), "first"),
        "cap": Group("cap", Text("c"), "cap", cap),
    }
    return Rulebook(
        "random", Text("r"), "child", "f", "h", PARAMETERS, guarantees, tuple(policies), groups
    )


lines = st.lists(condition, min_size=1, max_size=3)
rules = st.fixed_dictionaries({
    "guarantees": st.lists(st.tuples(lines, lines, st.lists(condition, max_size=2)), max_size=2),
    "policies": st.lists(
        st.tuples(lines, money, st.sampled_from(["", "highest", "first", "cap"])), min_size=1, max_size=5
    ),
})  # fmt: skip
rows_strategy = st.lists(
    st.fixed_dictionaries({
        "birth": st.none() | st.dates(dt.date(2008, 1, 1), dt.date(2026, 9, 10)) | st.just(dt.date(2020, 2, 29)),
        "entered": st.dates(dt.date(2010, 1, 1), dt.date(2027, 1, 1)) | st.just(DAY),
        "stage": st.none() | st.sampled_from("abc"),
        "kind": st.sampled_from("xy"),
        "boards": st.none() | st.booleans(),
        "poor": st.none() | st.booleans(),
        "enrolled": st.booleans(),
        "grade": st.none() | st.integers(-3, 13),
        "siblings": st.integers(0, 9),
        "fee": st.none() | st.sampled_from([0, 1, 62_550, 125_000, 125_001]) | st.integers(0, 200_000),
        "income": st.sampled_from([0, 62_550, 125_000]) | st.integers(-5, 300_000),
    }),
    min_size=1,
    max_size=25,
)  # fmt: skip


def numbered(rows: list[Row]) -> list[Row]:
    return [{"child": number, **row} for number, row in enumerate(rows)]


def rightly_made(texts: dict[str, object], schema: FactSchema) -> Rulebook | None:
    """The rulebook, or None when it may overflow or compares without a fact: both are refused."""
    try:
        return book(texts, schema)
    except Refusal as refusal:
        if {fault.code for fault in refusal.faults} <= {"R115", "R118"}:
            return None
        raise


@settings(max_examples=40, phases=PHASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=rules, rows=rows_strategy)
def test_engines_agree(schema: FactSchema, texts: dict[str, object], rows: list[Row]) -> None:
    made = rightly_made(texts, schema)
    if made is None:
        return
    sweep = compile_sweep(made, schema, DAY)
    given_rows = numbered(rows)
    plain = on_reference(sweep, given_rows)
    assert on_duckdb(sweep, given_rows) == plain
    for result in plain:
        words_follow_the_verdicts(sweep, result)


def words_follow_the_verdicts(sweep: Sweep, result: Row) -> None:
    """The explanation of a signature says what the verdicts of its rows say."""
    sig = [result[f"sig_{word}"] for word in range(sweep.words)]
    unk = [result[f"unk_{word}"] for word in range(sweep.words)]
    told = sweep.explain(sig, unk)  # type: ignore[arg-type]
    for guarantee in sweep.guarantees:
        assert told[guarantee.id].state == result[f"verdict_{guarantee.id}"]
    for policy in sweep.policies:
        award = result[f"award_{policy.id}"]
        explanation = told[policy.id]
        if explanation.state == "not_met":
            assert award == 0
            assert explanation.failed
        if award is not None and award > 0:  # type: ignore[operator]
            assert explanation.state == "met"
        if award is None and not policy.group:
            assert explanation.state == "unknown"
            assert explanation.missing


@settings(max_examples=40, phases=PHASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=lines, rows=rows_strategy)
def test_what_is_called_impossible_never_happens(
    schema: FactSchema, texts: list[str], rows: list[Row]
) -> None:
    try:
        conditions = [read(text, schema) for text in texts]
    except Refusal:
        return
    if impossible(conditions, PARAMETERS):
        made = book({"guarantees": [], "policies": [(texts, ":sum", "")]}, schema)
        sweep = compile_sweep(made, schema, DAY)
        assert all(not row["award_p0"] for row in on_reference(sweep, numbered(rows)))


# -- mutants: breaking the fast engine is noticed ------------------------------------------------

MUTANT_RULES = {
    "guarantees": [
        (["stage in ('a', 'b')", "not poor"], ["enrolled", "boards"], ["grade between 1 and 3"])
    ],
    "policies": [
        (["boards or poor"], "case when stage = 'a' then :sum else :part end", "highest"),
        (["poor"], "least(fee, :sum)", "highest"),
        (["boards"], "fee", "cap"),
        (["poor"], ":sum - income", "cap"),
        (["grade >= :years"], ":part", "first"),
        (["boards"], ":sum", "first"),
        (["age_on(birth, age_day) >= 6"], ":sum", ""),
        (["days_between(birth, as_of) > 0"], "greatest(fee, :part)", ""),
        (["boards or poor"], ":part", ""),
        (["enrolled", "not boards"], ":part", ""),
        (["boards or not poor", "enrolled"], ":sum", ""),
    ],
}
MUTANTS = {
    "case takes unknown for false": (r"WHEN \S+ IS NULL THEN NULL (?=WHEN \S+ THEN)", ""),
    "least passes over unknown": (r"CASE WHEN [^()]* IS NULL OR [^()]* IS NULL THEN NULL ELSE (least\([^)]*\)) END", r"\1"),
    "unknown is not owed": (r"WHEN \(unk_0 & \d+::UBIGINT\) <> 0 THEN NULL", ""),
    "none of a list known is not owed": (r"WHEN \(sig_0 & \d+::UBIGINT\) = 0 THEN NULL", ""),
    "what may be is forgotten": (r"\(sig_0 \| unk_0\) &", "sig_0 &"),
    "a value of an enum forgotten": (r"(CASE \"stage\" )WHEN 'a' THEN \d+::UBIGINT", r"\1"),
    "a negation forgotten": (r" WHEN \(sig_0 & \d+::UBIGINT\) <> 0 THEN 0", ""),
    "unknown bits forgotten": (r"CASE WHEN a1 IS NULL THEN 2::UBIGINT ELSE 0::UBIGINT END", "0::UBIGINT"),
    "an unknown universe is outside": (r"WHEN NOT u0 THEN", "WHEN coalesce(NOT u0, true) THEN"),
    "a gap though unknown": (r"IS NULL THEN 'unknown'::(ENUM\([^)]*\)) ELSE 'gap'", r"IS NULL THEN 'gap'::\1 ELSE 'gap'"),
    "kept before excused": (r"(WHEN w0_0 THEN 'excused'::ENUM\([^)]*\)) (WHEN w0_1 THEN 'kept'::ENUM\([^)]*\))", r"\2 \1"),
    "a bit in the wrong place": (r"\b4::UBIGINT", "8::UBIGINT"),
    "a group's rival ignored": (r"\(o1 > 0 AND o1 > p0\)", "false"),
    "an unknown rival ignored": (r"\(o1 IS NULL AND coalesce\(p1 > o0, true\)\)", "false"),
    "a cap forgotten": (r"THEN least\(o3, greatest\(0, cap3 - [^)]*\)+", "THEN o3"),
    "below zero": (r"CASE WHEN \(+[^()]*\)+::BIGINT < 0 THEN 0 ELSE", "CASE WHEN false THEN 0 ELSE"),
    "ages in calendar years": (r"\* 100 \+ day", "* 0 + day"),
    "days the other way": (r"date_diff\('day', ([^,]*), ([^)]*)\)", r"date_diff('day', \2, \1)"),
}  # fmt: skip


def random_rows(count: int) -> list[Row]:
    rng = random.Random(7)

    def maybe(value: object) -> object:
        return None if rng.random() < 0.3 else value

    return [
        {
            "child": number,
            "birth": maybe(dt.date(2019, 8, 1) + dt.timedelta(rng.randrange(800))),
            "entered": dt.date(2024, 9, 1),
            "stage": maybe(rng.choice("abc")),
            "kind": rng.choice("xy"),
            "boards": maybe(rng.random() < 0.5),
            "poor": maybe(rng.random() < 0.5),
            "enrolled": rng.random() < 0.5,
            "grade": maybe(rng.randrange(1, 10)),
            "siblings": rng.randrange(4),
            "fee": maybe(rng.choice([0, 30_000, 62_550, 200_000])),
            "income": rng.choice([0, 30_000, 200_000]),
        }
        for number in range(count)
    ]


def test_the_sample_agrees(schema: FactSchema) -> None:
    sweep = compile_sweep(book(MUTANT_RULES, schema), schema, DAY)
    rows = random_rows(600)
    assert on_duckdb(sweep, rows) == on_reference(sweep, rows)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_engine_is_noticed(
    mutant: str, schema: FactSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = compile_sweep(book(MUTANT_RULES, schema), schema, DAY)
    pattern, replacement = MUTANTS[mutant]
    right = sql_module.select(sweep, "facts")
    broken = re.sub(pattern, replacement, right)
    assert broken != right, f"the mutant changes nothing in\n{right}"
    monkeypatch.setattr("notoneless.kernel.duckdb.select", lambda *_: broken)
    rows = random_rows(600)
    assert on_duckdb(sweep, rows) != on_reference(sweep, rows)


@pytest.mark.parametrize(
    ("name", "naive"),
    [
        ("all_of", lambda values: all(v is not False for v in values)),
        ("any_of", lambda values: any(v for v in values)),
        ("opposite", lambda value: not value),
    ],
)
def test_a_broken_reference_is_noticed(
    name: str, naive: object, schema: FactSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = compile_sweep(book(MUTANT_RULES, schema), schema, DAY)
    rows = random_rows(600)
    right = on_duckdb(sweep, rows)
    monkeypatch.setattr(reference, name, naive)
    assert on_reference(sweep, rows) != right
