"""A bundle worked out again: is each part equal to what it says?"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from notoneless import kernel
from notoneless.bundle import faults
from notoneless.bundle.writing import FACT_SCHEMA, MANIFEST, TABLES
from notoneless.engines.duckdb import connect, name, quote
from notoneless.faults import Refusal
from notoneless.i18n import gettext
from notoneless.kernel import duckdb as engine
from notoneless.kernel.judging import hold

if TYPE_CHECKING:
    import duckdb

    from notoneless.kernel import Sweep

LISTED = ("owed", "short", "late", "paid_twice", "paid_not_owed")

_SQL = {"int": "BIGINT", "money": "BIGINT", "bool": "BOOLEAN", "date": "DATE"}


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: what was compared, whether it is equal, and where not, the first differences."""

    what: str
    equal: bool
    detail: str = ""


def recompute(path: Path) -> list[Check]:
    """Every comparison of a bundle. `Refusal` when the file is none."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        try:
            with zipfile.ZipFile(path) as bundle:
                told = json.loads(bundle.read(MANIFEST))
                _extract(bundle, sorted(told["files"]), work)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile):
            raise Refusal([faults.NOT_A_BUNDLE.at(seen=path.name)]) from None
        checks = [_checksums(told, work)]
        checks += _findings(told, work)
        checks += _book(told, work)
        return checks


def _extract(bundle: zipfile.ZipFile, names: list[str], work: Path) -> None:
    for one in names:
        if not re.fullmatch(r"(rulebooks/|ledger/)?[\w.-]+", one) or ".." in one:
            raise ValueError(one)
        target = work / one
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(bundle.read(one))


def _checksums(told: dict[str, Any], work: Path) -> Check:
    wrong = [
        one
        for one, kept in told["files"].items()
        if hashlib.sha256((work / one).read_bytes()).hexdigest() != kept
    ]
    what = gettext("{count}个文件和清单上的校验码").format(count=len(told["files"]))
    return Check(what, not wrong, "、".join(wrong[:5]))


# --- rules and facts to findings --------------------------------------------------------------------------


def _findings(told: dict[str, Any], work: Path) -> Iterator[Check]:
    schema = kernel.load_facts(work / FACT_SCHEMA)
    as_of = dt.date.fromisoformat(told["as_of"])
    db = connect()
    try:
        _facts(db, work, schema)
        sweep = _rules(told, work, schema, as_of)
        db.execute(f"CREATE TABLE decided AS {_decided(db, sweep, as_of)}")
        for table in TABLES:
            _read(db, table.removesuffix(".csv"), work / table)
        db.execute(
            "CREATE TABLE paid AS SELECT child::BIGINT AS child, policy, term, fen::BIGINT AS amount, "
            "paid_on::DATE AS paid_on, payment FROM payments"
        )
        db.execute(
            "CREATE OR REPLACE TABLE due AS SELECT child::BIGINT AS child, policy, fen::BIGINT AS fen FROM due"
        )

        def decide_on(day: dt.date, keys: list[int]) -> tuple[Sweep, pa.Table]:
            rules = _rules(told, work, schema, day)
            asked = ", ".join(map(str, sorted(set(keys)))) or "NULL"
            query = _decided(db, rules, day)
            found = db.sql(f"SELECT * FROM ({query}) WHERE child IN ({asked})").to_arrow_table()
            return rules, found

        hold(db, sweep, decide_on)
        listed = ", ".join(map(quote, LISTED))
        ours = _rows(db, "SELECT child, policy, verdict, owed, paid FROM judged "
                         f"WHERE verdict IN ({listed}) AND child IN (SELECT child FROM decided)")  # fmt: skip
        theirs = _rows(db, "SELECT child::BIGINT, policy, verdict, owed::BIGINT, paid::BIGINT "
                           "FROM findings")  # fmt: skip
        yield _same(gettext("对账结果（应发未发、少发、迟发、重复发放、不应发已发）"), ours, theirs)
        owed = _rows(db, "SELECT child, policy, owed FROM held WHERE owed > 0")
        awarded = _rows(db, "SELECT child::BIGINT, policy, fen::BIGINT FROM awards "
                            f"WHERE term = {quote(told['term'])} AND state = 'proposed'")  # fmt: skip
        yield _same(gettext("待发的奖补都是规则算出的应发"), awarded & owed, awarded)
        single = (
            "SELECT a.award, {fen} FROM awards a JOIN payments p USING (award) "
            "WHERE p.payment LIKE 'payment %' AND a.instalments = '1'"
        )
        yield _same(
            gettext("一次发清的奖补，付款和奖补一样多"),
            _rows(db, single.format(fen="p.fen")),
            _rows(db, single.format(fen="a.fen")),
        )
    finally:
        db.close()


def _rows(db: duckdb.DuckDBPyConnection, query: str) -> set[tuple[Any, ...]]:
    return set(db.execute(query).fetchall())


def _same(what: str, ours: set[tuple[Any, ...]], theirs: set[tuple[Any, ...]]) -> Check:
    rest = sorted(ours ^ theirs, key=str)
    told = f"{what}：{len(theirs):,}"
    return Check(told, not rest, "；".join(" ".join(map(str, row)) for row in rest[:3]))


def _rules(told: dict[str, Any], work: Path, schema: kernel.FactSchema, day: dt.date) -> Sweep:
    """The rulebook of a day, as the manifest names it."""
    file = told["rules"].get(day.isoformat()) or told["rules"][told["as_of"]]
    book = kernel.load_rulebook(work / "rulebooks" / file, schema)
    return kernel.compile_sweep(book, schema, day)


def _facts(db: duckdb.DuckDBPyConnection, work: Path, schema: kernel.FactSchema) -> None:
    """``facts_of``: the day, the child, and every fact of the contract; those that no rule asked for are unknown."""
    _read(db, "facts_told", work / "facts.csv")
    there = {row[0] for row in db.execute("DESCRIBE facts_told").fetchall()}
    columns = ["day::DATE AS day", "child::BIGINT AS child"]
    for fact in schema.subjects["child"].facts.values():
        kind = _SQL.get(fact.kind, "VARCHAR")
        value = name(fact.name) if fact.name in there else "NULL" if fact.nullable else "false"
        columns.append(f"({value})::{kind} AS {name(fact.name)}")
    db.execute(f"CREATE TABLE facts_of AS SELECT {', '.join(columns)} FROM facts_told")


def _decided(db: duckdb.DuckDBPyConnection, sweep: Sweep, day: dt.date) -> str:
    db.execute(
        f"CREATE OR REPLACE VIEW facts AS SELECT * EXCLUDE (day) FROM facts_of WHERE day = DATE '{day}'"
    )
    return engine.decide(db, sweep, "facts")


def _read(db: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    db.execute(
        f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM read_csv({quote(str(path))}, "
        "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
    )


# --- the book -----------------------------------------------------------------------------------------------

_POSTING = re.compile(r"^  (\S+)  (-?\d+)\.(\d\d) CNY$")
_OWNER = re.compile(r"^    award: (\d+)$")
_BALANCE = re.compile(r"^\d{4}-\d\d-\d\d balance (\S+)  (-?\d+)\.(\d\d) CNY$")


def _fen(yuan: str, cents: str) -> int:
    return (-1 if yuan.startswith("-") else 1) * (abs(int(yuan)) * 100 + int(cents))


def _book(told: dict[str, Any], work: Path) -> Iterator[Check]:
    """Entries add up to nothing, accounts to their balances, and each award's paid fen to its payments."""
    accounts: Counter[str] = Counter()
    said: dict[str, int] = {}
    by_award: Counter[str] = Counter()
    unbalanced, entry, last = 0, 0, ("", 0)
    for file in sorted(work.glob("ledger/*.beancount")):
        for line in file.read_text("utf-8").splitlines():
            if found := _POSTING.match(line):
                amount = _fen(found[2], found[3])
                accounts[found[1]] += amount
                entry += amount
                last = (found[1], amount)
            elif found := _OWNER.match(line):
                if last[0].startswith("Expenses:Paid:"):
                    by_award[found[1]] += last[1]
            elif found := _BALANCE.match(line):
                said[found[1]] = _fen(found[2], found[3])
            elif " * " in line:
                unbalanced += entry != 0
                entry = 0
        unbalanced += entry != 0
        entry = 0
    yield Check(gettext("账本每笔分录借贷相等"), unbalanced == 0)
    wrong = [one for one in {*accounts, *said} if accounts[one] != said.get(one, 0)]
    yield Check(
        gettext("{count}个账户的余额").format(count=len(said)),
        not wrong,
        "、".join(sorted(wrong)[:3]),
    )
    paid: Counter[str] = Counter()
    total = 0
    with io.StringIO((work / "payments.csv").read_text("utf-8")) as text:
        for row in csv.DictReader(text):
            total += int(row["fen"])
            if row["award"]:
                paid[row["award"]] += int(row["fen"])
    differ = [one for one in {*paid, *by_award} if paid[one] != by_award[one]]
    yield Check(
        gettext("账本上每一笔奖补的已付金额，等于它的付款减去追回：{count}笔").format(
            count=len(paid)
        ),
        not differ,
        "、".join(sorted(differ)[:5]),
    )
    sums = told["sums"]
    now = {"paid": total, "in_book": sum(paid.values())}
    yield Check(
        gettext("合计：付款{paid}分，其中记在本账{in_book}分").format(**now),
        all(sums[one] == now[one] for one in now),
        str(sums),
    )
