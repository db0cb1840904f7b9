"""What the rules owe every student for a term, worked out before anything is written.

Everything stands in tables of one DuckDB: ``decided`` (a row per student, its verdicts and the pattern of its
conditions), ``decided_worded`` (a policy, a pattern, and the words: few however many students), ``owed`` (a
row per student and cash policy), ``counted`` (by county, policy and reason). So the reason why anybody is or
is not owed anything is a join.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import duckdb
import pyarrow as pa
from django.db import connection

from notoneless.bureau.aid import rulebook
from notoneless.bureau.sweeps import deciding
from notoneless.calendar import Term, term_on
from notoneless.engines.duckdb import connect, name, quote
from notoneless.kernel import Policy, Sweep
from notoneless.kernel import duckdb as engine
from notoneless.kernel.explanations import explain_policy
from notoneless.kernel.expressions import Case, Expression, FactOf, atoms, children
from notoneless.kernel.reconcile import owed
from notoneless.kernel.sweep import WORD

MEMORY = "2GB"
"""What DuckDB may keep at a time."""

VERDICT = {"met": "owed", "not_met": "not_owed", "unknown": "needs_data"}
"""What the kernel's words mean here; a policy that has not begun is left out."""


@dataclass
class Proposed:
    """What the rules propose. ``text`` is the rulebook; ``took`` are the seconds of each part."""

    db: duckdb.DuckDBPyConnection
    sweep: Sweep
    term: Term
    children: int
    text: str = ""
    took: dict[str, float] = field(default_factory=dict)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query over the tables of the module's text."""
        return self.db.execute(query).fetchall()


def propose(on: dt.date) -> Proposed:
    """Hold every student against every policy of the day ``on`` and its term."""
    db, text = connect(memory=MEMORY, encrypted=True), rulebook.text(on)
    sweep = rulebook.compile_text(text, on)
    proposed = Proposed(db, sweep, term_on(on), 0, text)
    began = perf_counter()

    def lap(name: str) -> None:
        nonlocal began
        proposed.took[name], began = perf_counter() - began, perf_counter()

    gather(db, on)
    lap("facts")
    decide(db, sweep, "decided")
    ((proposed.children,),) = db.execute("SELECT count(*) FROM decided").fetchall()
    lap("verdicts")
    word(db, sweep, "decided")
    _owed(db, sweep)
    lap("reasons")
    _count(db, sweep)
    lap("counts")
    _sheet(db, sweep)
    lap("sheets")
    return proposed


def gather(db: duckdb.DuckDBPyConnection, on: dt.date) -> None:
    """``told`` and ``facts`` as `sweeps.deciding` has them, and ``county_of``."""
    deciding.gather(db, on, None)
    counties(db)


def decide(db: duckdb.DuckDBPyConnection, sweep: Sweep, table: str) -> None:
    """``table``: a row per student with verdicts, school, county and ``pattern``; ``table_pattern``.

    Students of the same conditions share a pattern; what is explained is explained once for each.
    """
    bits = ", ".join(_words(sweep))
    db.execute(
        f"CREATE OR REPLACE TABLE {table}_row AS SELECT v.*, t.school, "
        "coalesce(s.county, h.county) AS county "
        f"FROM ({engine.decide(db, sweep, 'facts')}) v JOIN told t USING (child) "
        "LEFT JOIN county_of s ON s.place = t.school LEFT JOIN county_of h ON h.place = t.home"
    )
    db.execute(
        f"CREATE OR REPLACE TABLE {table}_pattern AS SELECT {bits}, "
        f"row_number() OVER (ORDER BY {bits}) AS pattern "
        f"FROM (SELECT DISTINCT {bits} FROM {table}_row)"
    )
    db.execute(
        f"CREATE OR REPLACE TABLE {table} AS SELECT r.*, p.pattern "
        f"FROM {table}_row r JOIN {table}_pattern p USING ({bits})"
    )
    db.execute(f"DROP TABLE {table}_row")


def _words(sweep: Sweep) -> list[str]:
    """The columns of a signature: word by word what is true and what is unknown."""
    return [f"{kind}_{word}" for word in range(sweep.words) for kind in ("sig", "unk")]


def counties(db: duckdb.DuckDBPyConnection) -> None:
    """``county_of(place, county)``: in which county each organisation lies."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.below_id, l.above_id FROM accounts_lineage l "
            "JOIN accounts_organisation o ON o.id = l.above_id WHERE o.kind = 'county'"
        )
        rows = cursor.fetchall()
    table = pa.table(
        {
            "place": pa.array([row[0] for row in rows], pa.int64()),
            "county": pa.array([row[1] for row in rows], pa.int64()),
        }
    )
    db.register("county_rows", table)
    db.execute("CREATE TABLE county_of AS SELECT * FROM county_rows")
    db.unregister("county_rows")


def patterns(db: duckdb.DuckDBPyConnection, sweep: Sweep, table: str) -> list[tuple[int, ...]]:
    """Every pattern met: its number, then word by word what is true and what is unknown."""
    return db.execute(
        f"SELECT pattern, {', '.join(_words(sweep))} FROM {table}_pattern ORDER BY pattern"
    ).fetchall()


def own_bits(sweep: Sweep, policy: Policy) -> list[int]:
    """The mask of a policy's own conditions, word by word."""
    own = {a for line in policy.conditions for a in atoms(line.condition)}
    own |= set(atoms(policy.amount))
    masks = [0] * sweep.words
    for atom in own:
        bit = sweep.bits[atom]
        masks[bit // WORD] |= 1 << (bit % WORD)
    return masks


def in_force(sweep: Sweep) -> list[Policy]:
    """The policies that have begun, in the order of the rulebook."""
    return [policy for policy in sweep.policies if sweep.in_force(policy)]


def word(db: duckdb.DuckDBPyConnection, sweep: Sweep, table: str) -> None:
    """``table_worded(policy, pattern, verdict, text)``: the words of every policy for every pattern.

    Patterns that differ only in conditions that a policy does not ask for share its words.
    """
    met = patterns(db, sweep, table)
    columns: dict[str, list[Any]] = {"policy": [], "pattern": [], "verdict": [], "text": []}
    for policy in in_force(sweep):
        masks = [mask for mask in own_bits(sweep, policy) for _ in range(2)]
        group, words = sweep.groups.get(policy.group), {}
        for pattern, *bits in met:
            own = tuple(bit & mask for bit, mask in zip(bits, masks, strict=True))
            if own not in words:
                told = explain_policy(policy, group, sweep.truth(own[::2], own[1::2]), None)
                words[own] = (VERDICT[told.state], told.text)
            for column, value in zip(
                columns.values(), (policy.id, pattern, *words[own]), strict=True
            ):
                column.append(value)
    kinds = (pa.string(), pa.int64(), pa.string(), pa.string())
    told_rows = pa.table(
        {
            name: pa.array(values, kind)
            for (name, values), kind in zip(columns.items(), kinds, strict=True)
        }
    )
    db.register("worded_rows", told_rows)
    db.execute(f"CREATE OR REPLACE TABLE {table}_worded AS SELECT * FROM worded_rows")
    db.unregister("worded_rows")


def _owed(db: duckdb.DuckDBPyConnection, sweep: Sweep) -> None:
    """``owed``: a row per student and cash policy, with the term's part and why."""
    db.execute(
        "CREATE TABLE owed AS SELECT o.child, o.policy, o.owed, v.school, v.county, w.text AS why "
        f"FROM ({owed(sweep, 'decided')}) o JOIN decided v USING (child) "
        "JOIN decided_worded w ON w.policy = o.policy AND w.pattern = v.pattern "
        "WHERE o.owed > 0 AND v.county IS NOT NULL"
    )


def _count(db: duckdb.DuckDBPyConnection, sweep: Sweep) -> None:
    """``counted(county, policy, verdict, text, children, fen)``: everybody, with the reason."""
    policies = in_force(sweep)
    sums = "".join(
        f", coalesce(sum({name(f'award_{one.id}')}), 0)::BIGINT AS {name(f'award_{one.id}')}"
        for one in policies
    )
    db.execute(
        "CREATE TABLE counted_pattern AS SELECT county, pattern, count(*) AS children"
        f"{sums} FROM decided GROUP BY ALL"
    )
    fen = " ".join(f"WHEN {quote(one.id)} THEN {name(f'award_{one.id}')}" for one in policies)
    db.execute(
        "CREATE TABLE counted AS SELECT county, policy, verdict, text, "
        f"sum(children)::BIGINT AS children, sum(CASE policy {fen} END)::BIGINT AS fen "
        "FROM counted_pattern JOIN decided_worded USING (pattern) GROUP BY ALL"
        if policies
        else "CREATE TABLE counted (county BIGINT, policy VARCHAR, verdict VARCHAR, text VARCHAR, "
        "children BIGINT, fen BIGINT)"
    )


def _sheet(db: duckdb.DuckDBPyConnection, sweep: Sweep) -> None:
    """``sheeted(child, school, county, sheet)`` and ``sheet``: a row per distinct set of verdicts and sums.

    Two of the same pattern have the same sums, unless a sum is a fact itself (an approved fee): what hangs on
    such a fact tells sheets apart besides.
    """
    policies = in_force(sweep)
    own = {one.id for one in policies if _sums(one.amount)}
    groups = {one.group for one in policies if one.id in own and one.group}
    hanging = [one for one in policies if one.id in own or one.group in groups]
    more = "".join(f", coalesce({name(f'award_{one.id}')}::VARCHAR, '?')" for one in hanging)
    awards = ", ".join(
        f"any_value({name(f'award_{one.id}')}) AS {name(f'award_{one.id}')}" for one in policies
    )
    db.execute(
        f"CREATE TABLE sheeted AS SELECT child, school, county, concat_ws('|', pattern{more}) AS sheet "
        "FROM decided"
    )
    db.execute(
        f"CREATE TABLE sheet AS SELECT concat_ws('|', pattern{more}) AS sheet, "
        f"any_value(pattern) AS pattern{', ' if awards else ''}{awards} FROM decided GROUP BY 1"
    )


def _sums(node: Expression) -> bool:
    """Is a fact itself a part of this sum?"""
    if isinstance(node, FactOf):
        return True
    if isinstance(node, Case):  # what decides between the branches is in the pattern
        return any(_sums(part) for part in (*(then for _, then in node.branches), node.default))
    return any(map(_sums, children(node)))


def sheets(proposed: Proposed) -> Iterator[tuple[str, list[tuple[str, str, int | None, str]]]]:
    """Each sheet by its name in ``sheeted``, with its lines: policy, verdict, fen per period, words."""
    policies = in_force(proposed.sweep)
    words = {
        (pattern, policy): (verdict, text)
        for policy, pattern, verdict, text in proposed.rows("FROM decided_worded")
    }
    columns = "".join(f", {name(f'award_{one.id}')}" for one in policies)
    for sheet, pattern, *awards in proposed.rows(
        f"SELECT sheet, pattern{columns} FROM sheet ORDER BY sheet"
    ):
        yield (
            sheet,
            [
                (one.id, words[pattern, one.id][0], fen, words[pattern, one.id][1])
                for one, fen in zip(policies, awards, strict=True)
            ],
        )
