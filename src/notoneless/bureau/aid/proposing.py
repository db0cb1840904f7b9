"""What the rules owe every student for a term, worked out before anything is written.

Everything stands in tables of one DuckDB: ``decided`` (a row per student, its verdicts as the kernel's
signature), ``worded`` (a policy, the bits of its own conditions, and their words: few however many students),
``owed`` (a row per student and cash policy), ``counted`` (by county, policy and reason). So the reason why
anybody is or is not owed anything is a join, not a stored row.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import duckdb
import pyarrow as pa
from django.db import connection

from notoneless.bureau.aid import rulebook
from notoneless.bureau.sweeps import deciding
from notoneless.calendar import Term, term_on
from notoneless.engines.duckdb import connect, quote
from notoneless.kernel import Policy, Sweep
from notoneless.kernel import duckdb as engine
from notoneless.kernel.explanations import explain_policy
from notoneless.kernel.expressions import atoms
from notoneless.kernel.reconcile import owed
from notoneless.kernel.sweep import WORD

VERDICT = {"met": "owed", "not_met": "not_owed", "unknown": "needs_data"}
"""What the kernel's words mean here; a policy that has not begun is left out."""


@dataclass
class Proposed:
    """What the rules propose. ``took`` are the seconds of each part."""

    db: duckdb.DuckDBPyConnection
    sweep: Sweep
    term: Term
    children: int
    took: dict[str, float] = field(default_factory=dict)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query over the tables of the module's text."""
        return self.db.execute(query).fetchall()


def propose(on: dt.date) -> Proposed:
    """Hold every student against every policy of the day ``on`` and its term."""
    db, sweep = connect(memory="2GB"), rulebook.compiled(on)
    proposed = Proposed(db, sweep, term_on(on), 0)
    began = perf_counter()

    def lap(name: str) -> None:
        nonlocal began
        proposed.took[name], began = perf_counter() - began, perf_counter()

    deciding.gather(db, on, None)
    lap("facts")
    counties(db)
    db.execute(
        f"CREATE TABLE decided AS SELECT v.*, t.school, coalesce(s.county, h.county) AS county "
        f"FROM ({engine.decide(db, sweep, 'facts')}) v JOIN told t USING (child) "
        "LEFT JOIN county_of s ON s.place = t.school LEFT JOIN county_of h ON h.place = t.home"
    )
    ((proposed.children,),) = db.execute("SELECT count(*) FROM decided").fetchall()
    lap("verdicts")
    _word(db, sweep)
    lap("reasons")
    _count(db, sweep)
    lap("counts")
    return proposed


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


def own_bits(sweep: Sweep, policy: Policy) -> list[int]:
    """The mask of a policy's own conditions, word by word."""
    own = {a for line in policy.conditions for a in atoms(line.condition)}
    own |= set(atoms(policy.amount))
    masks = [0] * sweep.words
    for atom in own:
        bit = sweep.bits[atom]
        masks[bit // WORD] |= 1 << (bit % WORD)
    return masks


def bits_of(sweep: Sweep, policy: Policy) -> str:
    """The columns of a policy's own bits, each packed to a text that tells reasons apart."""
    parts = [
        f"to_hex(v.{kind}_{word} & {mask}::UBIGINT)"
        for word, mask in enumerate(own_bits(sweep, policy))
        for kind in ("sig", "unk")
    ]
    return f"concat_ws('.', {', '.join(parts)})"


def _word(db: duckdb.DuckDBPyConnection, sweep: Sweep) -> None:
    """``worded(policy, bits, verdict, text, children by county)`` and ``owed``."""
    db.execute("CREATE TABLE worded (policy VARCHAR, bits VARCHAR, verdict VARCHAR, text VARCHAR)")
    rows = []
    for policy in sweep.policies:
        if not sweep.in_force(policy):
            continue
        met = db.execute(f"SELECT DISTINCT {bits_of(sweep, policy)} FROM decided v").fetchall()
        for (bits,) in met:
            numbers = [int(part, 16) for part in bits.split(".")]
            truth = sweep.truth(numbers[::2], numbers[1::2])
            told = explain_policy(policy, sweep.groups.get(policy.group), truth, None)
            rows.append((policy.id, bits, VERDICT[told.state], told.text))
    columns = ("policy", "bits", "verdict", "text")
    db.register(
        "worded_rows",
        pa.table({name: [row[i] for row in rows] for i, name in enumerate(columns)})
        if rows
        else pa.table({name: pa.array([], pa.string()) for name in columns}),
    )
    db.execute("INSERT INTO worded SELECT * FROM worded_rows")
    db.unregister("worded_rows")
    bits_by_policy = " ".join(
        f"WHEN {quote(policy.id)} THEN {bits_of(sweep, policy)}"
        for policy in sweep.policies
        if sweep.in_force(policy) and policy.is_cash
    )
    db.execute(
        f"CREATE TABLE owed AS SELECT o.child, o.policy, o.owed, v.school, v.county, w.text AS why "
        f"FROM ({owed(sweep, 'decided')}) o JOIN decided v USING (child) "
        f"JOIN worded w ON w.policy = o.policy AND w.bits = CASE o.policy {bits_by_policy} END "
        "WHERE o.owed > 0 AND v.county IS NOT NULL"
    )


def _count(db: duckdb.DuckDBPyConnection, sweep: Sweep) -> None:
    """``counted(county, policy, verdict, text, children, fen)``: everybody, with the reason."""
    parts = [
        f"SELECT v.county, {quote(policy.id)} AS policy, {bits_of(sweep, policy)} AS bits, "
        f"count(*) AS children, coalesce(sum(award_{policy.id}), 0)::BIGINT AS fen "
        "FROM decided v GROUP BY ALL"
        for policy in sweep.policies
        if sweep.in_force(policy)
    ]
    db.execute(
        f"CREATE TABLE counted AS SELECT c.county, c.policy, w.verdict, w.text, "
        "sum(c.children)::BIGINT AS children, sum(c.fen)::BIGINT AS fen "
        f"FROM ({' UNION ALL '.join(parts)}) c JOIN worded w USING (policy, bits) GROUP BY ALL"
    )
