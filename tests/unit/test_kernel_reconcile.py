"""Owed against paid: each case once by hand, then DuckDB against plain Python on random payments."""

# ruff: noqa: E501 - one case, one line

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path

import duckdb
import pytest
from kernel_engines import Row, book_from, insert, schema_from

from notoneless.engines.duckdb import connect
from notoneless.kernel import Sweep, compile_sweep
from notoneless.kernel import reconcile as module
from notoneless.kernel.reconcile import VERDICTS, reason, reconcile, reconcile_rows

FACTS = """
subjects:
  child:
    key: child
    facts:
      boards: {text: {zh: 寄宿}, type: bool, nullable: true}
"""
POLICY = """
  {name}:
    text: {{zh: {name}}}
    source: a document
    status: unverified
    kind: {kind}
    period: {period}
    conditions: [boards]
    amount: ":sum"{more}
"""
RULES = """\
rulebook: aid
title: {zh: 资助}
subject: child
params:
  sum:
    text: {zh: 标准}
    unit: yuan
    values: [{from: 2019-09-01, value: 1250, source: a document, status: unverified}]
policies:
""" + "".join(
    POLICY.format(name=name, kind=kind, period=period, more=more)
    for name, kind, period, more in (
        (
            "living",
            "cash_student",
            "year",
            '\n    instalments: 2\n    deadline: {spring: "05-31", autumn: "10-31"}',
        ),
        ("prize", "cash_household", "year", ""),
        ("gift", "cash_student", "once", ""),
        ("winter", "cash_student", "term", '\n    deadline: {autumn: "01-15"}'),
        ("fees", "waiver", "year", ""),
    )
)
DAY = dt.date(2026, 11, 20)
PAID_COLUMNS = ("child", "policy", "term", "amount", "paid_on", "payment")


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    schema = schema_from(FACTS, tmp_path)
    return compile_sweep(book_from(RULES, tmp_path, schema), schema, DAY)


def tables(db: duckdb.DuckDBPyConnection, verdicts: list[Row], paid: list[Row]) -> None:
    policies = ("living", "prize", "gift", "winter", "fees")
    columns = ", ".join(f"award_{policy} BIGINT" for policy in policies)
    db.execute(f"CREATE TABLE verdicts (child BIGINT, {columns})")
    insert(db, "verdicts", ["child", *(f"award_{policy}" for policy in policies)], verdicts)
    db.execute(
        "CREATE TABLE paid (child BIGINT, policy VARCHAR, term VARCHAR, amount BIGINT, paid_on DATE, payment BIGINT)"
    )
    insert(db, "paid", PAID_COLUMNS, paid)


def on_duckdb(sweep: Sweep, verdicts: list[Row], paid: list[Row]) -> list[Row]:
    with connect(threads=1) as db:
        tables(db, verdicts, paid)
        result = db.execute(reconcile(sweep, "verdicts", "paid"))
        names = [column[0] for column in result.description]
        return ordered([dict(zip(names, row, strict=True)) for row in result.fetchall()])


def on_reference(sweep: Sweep, verdicts: list[Row], paid: list[Row]) -> list[Row]:
    return ordered(list(reconcile_rows(sweep, verdicts, paid)))


def ordered(rows: list[Row]) -> list[Row]:
    for row in rows:
        row["evidence"] = sorted(row["evidence"] or [])  # type: ignore[call-overload]
    return sorted(rows, key=lambda row: (row["child"], row["policy"]))


def child(award: int | None) -> Row:
    return {
        "child": 1,
        **{f"award_{policy}": award for policy in ("living", "prize", "gift", "winter", "fees")},
    }


def paid(*payments: tuple[str, str, int, dt.date | None]) -> list[Row]:
    return [
        {
            "child": 1,
            "policy": policy,
            "term": term,
            "amount": amount,
            "paid_on": day,
            "payment": number,
        }
        for number, (policy, term, amount, day) in enumerate(payments)
    ]


NOW, SPRING, PAST = "2026-autumn", "2027-spring", "2025-autumn"
IN_TIME, TOO_LATE = dt.date(2026, 10, 31), dt.date(2026, 11, 1)
CASES = {
    "nothing paid": (125_000, "living", [], "owed", 62_500, 0, 0, "应发 625 元，没有发放记录，已过 2026-10-31 的期限"),
    "all of it": (125_000, "living", [("living", NOW, 62_500, IN_TIME)], "paid", 62_500, 62_500, 0, "应发 625 元，已足额发放"),
    "in two parts": (125_000, "living", [("living", NOW, 30_000, IN_TIME), ("living", NOW, 32_500, IN_TIME)], "paid", 62_500, 62_500, 0, "应发 625 元，已足额发放"),
    "without a date": (125_000, "living", [("living", NOW, 62_500, None)], "paid", 62_500, 62_500, 0, "应发 625 元，已足额发放"),
    "after the deadline": (125_000, "living", [("living", NOW, 62_500, TOO_LATE)], "late", 62_500, 62_500, 0, "2026-11-01 发放，晚于 2026-10-31 的期限"),
    "the last part late": (125_000, "living", [("living", NOW, 60_000, IN_TIME), ("living", NOW, 2_500, TOO_LATE)], "late", 62_500, 62_500, 0, "2026-11-01 发放，晚于 2026-10-31 的期限"),
    "no deadline, no late": (125_000, "prize", [("prize", NOW, 125_000, dt.date(2027, 8, 1))], "paid", 125_000, 125_000, 0, "应发 1250 元，已足额发放"),
    "a deadline after the turn of the year": (125_000, "winter", [("winter", NOW, 125_000, dt.date(2027, 1, 15))], "paid", 125_000, 125_000, 0, "应发 1250 元，已足额发放"),
    "too little": (125_000, "living", [("living", NOW, 62_499, TOO_LATE)], "short", 62_500, 62_499, 0, "应发 625 元，已发 624.99 元，少 0.01 元"),
    "twice": (125_000, "living", [("living", NOW, 62_500, IN_TIME), ("living", NOW, 62_500, IN_TIME)], "paid_twice", 62_500, 125_000, 62_500, "应发 625 元，2 次共发 1250 元，多 625 元"),
    "twice, one returned": (125_000, "living", [("living", NOW, 62_500, IN_TIME), ("living", NOW, 62_500, IN_TIME), ("living", NOW, -62_500, None)], "paid", 62_500, 62_500, 0, "应发 625 元，已足额发放"),
    "too much at once": (125_000, "living", [("living", NOW, 70_000, IN_TIME)], "paid_not_owed", 62_500, 70_000, 7_500, "应发 625 元，一次发了 700 元，多 75 元"),
    "the whole year at once": (125_000, "living", [("living", NOW, 125_000, IN_TIME)], "paid_not_owed", 62_500, 125_000, 62_500, "应发 625 元，一次发了 1250 元，多 625 元；正好是全年的标准，可能一次发了全年"),
    "not owed": (0, "living", [("living", NOW, 62_500, IN_TIME)], "paid_not_owed", 0, 62_500, 62_500, "不符合条件，已发 625 元"),
    "unknown, not paid": (None, "living", [], "needs_data", None, 0, None, "缺数据，无法判断是否应发"),
    "unknown, paid": (None, "living", [("living", NOW, 62_500, IN_TIME)], "needs_data", None, 62_500, None, "缺数据，无法判断应发多少；已发 625 元"),
    "paid in another term": (125_000, "living", [("living", PAST, 62_500, IN_TIME), ("living", SPRING, 62_500, IN_TIME)], "owed", 62_500, 0, 0, "应发 625 元，没有发放记录，已过 2026-10-31 的期限"),
    "a yearly sum in the other term": (125_000, "prize", [("prize", SPRING, 125_000, None)], "paid", 125_000, 125_000, 0, "应发 1250 元，已足额发放"),
    "a yearly sum of last year": (125_000, "prize", [("prize", PAST, 125_000, None)], "owed", 125_000, 0, 0, "应发 1250 元，没有发放记录"),
    "once is once": (125_000, "gift", [("gift", "2021-spring", 125_000, None)], "paid", 125_000, 125_000, 0, "应发 1250 元，已足额发放"),
    "once and again": (125_000, "gift", [("gift", "2021-spring", 125_000, None), ("gift", NOW, 125_000, None)], "paid_twice", 125_000, 250_000, 125_000, "应发 1250 元，2 次共发 2500 元，多 1250 元"),
    "an odd fen comes in autumn": (125_001, "living", [("living", NOW, 62_501, IN_TIME)], "paid", 62_501, 62_501, 0, "应发 625.01 元，已足额发放"),
}  # fmt: skip


@pytest.mark.parametrize("engine", [on_duckdb, on_reference])
@pytest.mark.parametrize("case", CASES)
def test_case(case: str, engine: object, sweep: Sweep) -> None:
    award, policy, payments, verdict, owed, got, excess, words = CASES[case]
    rows = engine(sweep, [child(award)], paid(*payments))  # type: ignore[operator]
    (row,) = [row for row in rows if row["policy"] == policy]
    assert (row["verdict"], row["owed"], row["paid"], row["excess"]) == (verdict, owed, got, excess)
    assert row["term"] == NOW
    assert reason(row, DAY) == words


@pytest.mark.parametrize("engine", [on_duckdb, on_reference])
def test_a_waiver_leaves_no_payment_to_hold_it_against(engine: object, sweep: Sweep) -> None:
    rows = engine(sweep, [child(125_000)], paid(("fees", NOW, 1, None), ("unheard", NOW, 1, None)))  # type: ignore[operator]
    assert {row["policy"] for row in rows} == {"living", "prize", "gift", "winter"}


def test_neither_owed_nor_paid_has_no_row(sweep: Sweep) -> None:
    assert on_duckdb(sweep, [child(0)], []) == on_reference(sweep, [child(0)], []) == []


def test_a_stranger_who_was_paid_is_seen(sweep: Sweep) -> None:
    (row,) = on_duckdb(sweep, [], paid(("living", NOW, 62_500, None)))
    assert row["verdict"] == "paid_not_owed"


def random_tables() -> tuple[list[Row], list[Row]]:
    rng = random.Random(11)
    verdicts = [
        {
            "child": number,
            **{
                f"award_{policy}": rng.choice([None, 0, 125_000, 125_000, 1])
                for policy in ("living", "prize", "gift", "winter", "fees")
            },
        }
        for number in range(150)
    ]
    payments: list[Row] = [
        {
            "child": rng.randrange(160),
            "policy": rng.choice(["living", "prize", "gift", "winter", "fees", "unheard"]),
            "term": rng.choice([NOW, NOW, NOW, SPRING, PAST]),
            "amount": rng.choice([62_500, 62_500, 125_000, 1, -62_500, 30_000]),
            "paid_on": rng.choice([None, IN_TIME, TOO_LATE, dt.date(2027, 2, 1)]),
            "payment": number,
        }
        for number in range(900)
    ]
    return verdicts, payments


def test_engines_agree(sweep: Sweep) -> None:
    verdicts, payments = random_tables()
    plain = on_reference(sweep, verdicts, payments)
    assert {row["verdict"] for row in plain} == set(VERDICTS)
    assert on_duckdb(sweep, verdicts, payments) == plain


MUTANTS = {
    "twice though once": (r"payments > 1", "payments > 0"),
    "late without a deadline": (
        r"last_paid_on > deadline",
        "coalesce(last_paid_on > deadline, true)",
    ),
    "late on the day": (r"last_paid_on > deadline", "last_paid_on >= deadline"),
    "unknown is not owed": (r"\"award_living\" IS NULL OR", "false OR"),
    "every term counts": (r"WHERE len\(due.terms\) = 0 OR", "WHERE true OR"),
    "returns are forgotten": (r"sum\(p.amount\)", "sum(greatest(p.amount, 0))"),
    "strangers are not seen": ("FULL JOIN", "LEFT JOIN"),
    "returns count as payments": (r"count\(\*\) FILTER \(p.amount > 0\)", "count(*)"),
    "the whole year each term": (r"// 2 \+ \S+ % 2 AS owed", "AS owed"),
    "short is paid": (r"WHEN paid < owed THEN 'short'", ""),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_query_is_noticed(
    mutant: str, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern, replacement = MUTANTS[mutant]
    right = module.reconcile(sweep, "verdicts", "paid")
    broken = re.sub(pattern, replacement, right)
    assert broken != right, right
    monkeypatch.setitem(globals(), "reconcile", lambda *_: broken)
    verdicts, payments = random_tables()
    assert on_duckdb(sweep, verdicts, payments) != on_reference(sweep, verdicts, payments)
