"""A county's term for the auditor: what stands in the bundle (`notoneless.bundle`).

Children are under codes made with the installation's key, the same in every bundle: an auditor can put two side by
side, and only the bureau can say who it is. Of the facts only those stand in it that the rules ask for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from notoneless import bundle, kernel, vault
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.aid import holding, proposing, rulebook
from notoneless.bureau.aid.models import Award, Finding, Proposal
from notoneless.bureau.ledger import queries as ledger
from notoneless.bureau.ledger.models import Account
from notoneless.engines.duckdb import name
from notoneless.kernel import Sweep
from notoneless.kernel.expressions import facts_in

DIGITS = 15
"""Hexadecimal digits of a code: below 2^60, so a whole number in any program."""


def code(child: int) -> int:
    """The code of a child in bundles."""
    return int(vault.blind("bundle", str(child))[:DIGITS], 16)


def write(path: Path, county: Organisation, term: str) -> str:
    """Write the bundle of a county's term as last worked out; gives its SHA-256."""
    last = Proposal.objects.filter(term=term)[0]
    proposed = proposing.propose(last.as_of)
    try:
        earlier = holding.hold(proposed)
        children = _children(proposed, county, term)
        rulebooks, rules = {}, {}
        for day in (last.as_of, *sorted(earlier)):
            text = rulebook.text(day)
            file = f"{rulebook.compile_text(text, day).books[0][1][:16]}.yaml"
            rulebooks[file], rules[day.isoformat()] = text, file
        payments = list(_payments(proposed, county))
        return bundle.write(
            path,
            told={
                "county": county.name,
                "term": term,
                "as_of": last.as_of.isoformat(),
                "rules": rules,
                "sums": {
                    "children": children,
                    "paid": sum(row[5] for row in payments),
                    "in_book": sum(row[5] for row in payments if row[1] is not None),
                },
            },
            rulebooks=rulebooks,
            schema=kernel.shipped("facts").read_text("utf-8"),
            facts=_facts(proposed, earlier, path.with_suffix(".facts")),
            tables={
                "awards.csv": _awards(county, term),
                "payments.csv": payments,
                "due.csv": proposed.rows(
                    "SELECT c.code, d.policy, d.fen FROM due d JOIN code_of c USING (child) ORDER BY ALL"
                ),
                "findings.csv": _findings(proposed, term),
            },
            ledger={
                one: "".join(ledger.beancount(county, one))
                for one in sorted(
                    set(Account.objects.filter(county=county).values_list("term", flat=True))
                )
            },
        )
    finally:
        proposed.db.close()


def _children(proposed: proposing.Proposed, county: Organisation, term: str) -> int:
    """``code_of(child, code)``: who is in the bundle, being of the county or paid by it; how many."""
    here = {
        row[0] for row in proposed.rows(f"SELECT child FROM decided WHERE county = {county.pk}")
    }
    paid = Award.objects.filter(county=county, term=term).exclude(state="withdrawn")
    keys = sorted(here | {child or 0 for child in paid.values_list("child__person", flat=True)})
    table = pa.table(
        {
            "child": pa.array(keys, pa.int64()),
            "code": pa.array([code(key) for key in keys], pa.int64()),
        }
    )
    proposed.db.register("codes", table)
    proposed.db.execute("CREATE OR REPLACE TABLE code_of AS SELECT * FROM codes")
    proposed.db.unregister("codes")
    return len(keys)


def _asked_for(sweep: Sweep) -> list[str]:
    """The facts that the policies paid in cash ask for, and those of their groups."""
    found: set[str] = set()
    for policy in sweep.policies:
        if policy.is_cash or policy.group:
            for node in (*(line.condition for line in policy.conditions), policy.amount):
                found |= set(facts_in(node))
    return sorted(found)


def _facts(proposed: proposing.Proposed, earlier: dict[dt.date, pa.Table], scratch: Path) -> str:
    columns = ", ".join(f"f.{name(one)}" for one in _asked_for(proposed.sweep))
    days = {proposed.sweep.as_of: "facts"}
    for number, day in enumerate(sorted(earlier)):
        proposed.db.register(f"facts_of_day_{number}", earlier[day])
        days[day] = f"facts_of_day_{number}"
    rows = " UNION ALL ".join(
        f"SELECT DATE '{day}' AS day, c.code AS child, {columns} FROM {table} f JOIN code_of c USING (child)"
        for day, table in sorted(days.items())
    )
    try:
        proposed.db.execute(
            f"COPY (SELECT * FROM ({rows}) ORDER BY day, child) TO '{scratch}' (FORMAT csv, HEADER)"
        )
        return scratch.read_text("utf-8")
    finally:
        scratch.unlink(missing_ok=True)


def _awards(county: Organisation, term: str) -> Iterator[tuple[object, ...]]:
    rows = (
        Award.objects.filter(county=county, term=term)
        .order_by("pk")
        .values_list(
            "pk", "child__person", "policy", "term", "amount", "instalments", "state", "why"
        )
    )
    for key, child, *rest in rows.iterator(chunk_size=2000):
        yield key, code(child or 0), *rest


def _payments(
    proposed: proposing.Proposed, county: Organisation
) -> Iterator[tuple[str, int | None, int, str, str, int, object]]:
    """Payments and recoveries of the bundle's children; ``award`` only where this county's book has it."""
    ours = set(Award.objects.filter(county=county).values_list("pk", flat=True))
    for mark, award, child, policy, term, fen, day in proposed.rows(
        "SELECT p.payment, p.of_award, c.code, p.policy, p.term, p.amount, p.paid_on "
        "FROM paid p JOIN code_of c USING (child) ORDER BY ALL"
    ):
        yield mark, award if award in ours else None, child, policy, term, fen, day or ""


def _findings(proposed: proposing.Proposed, term: str) -> Iterator[tuple[object, ...]]:
    ended = {
        (child or 0, policy): outcome
        for child, policy, outcome in Finding.objects.filter(term=term).values_list(
            "child", "policy", "outcome"
        )
    }
    codes = dict(proposed.rows("SELECT child, code FROM code_of"))
    for one in sorted(
        holding.findings(proposed, {}), key=lambda one: (codes.get(one.child, 0), one.policy)
    ):
        if one.child in codes:
            outcome = ended.get(one.key, "")
            yield codes[one.child], one.policy, one.verdict, one.owed, one.paid, outcome
