"""Owed against paid, for everybody, in the tables of a proposal: what the four lists are made of.

Paid is what this system sent to the bank and did not come back, and what lists of payments made elsewhere say,
less what was recovered. Each payment is judged by the rules and facts of its own day, each instalment when it is
due (`notoneless.kernel.judging`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
from django.db import connection

from notoneless.bureau.aid import instalments, proposing, rulebook, standing
from notoneless.bureau.aid.models import Award
from notoneless.bureau.sweeps import deciding
from notoneless.engines.duckdb import connect
from notoneless.i18n import gettext
from notoneless.kernel import Sweep
from notoneless.kernel import duckdb as engine
from notoneless.kernel.judging import hold as kernel_hold
from notoneless.kernel.reconcile import reason

LISTED = ("owed", "short", "late", "paid_twice", "paid_not_owed")
"""Verdicts that stand on one of the four lists."""

_SAME = ("verdict", "owed", "paid", "payments", "excess", "last_paid_on", "award", "deadline")


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the four lists; ``child`` is the key of the whole person, sums in fen."""

    county: int
    school: int | None
    child: int
    policy: str
    verdict: str
    owed: int
    paid: int
    text: str
    evidence: str

    @property
    def key(self) -> tuple[int, str]:
        """Whom and what it is about."""
        return self.child, self.policy


def hold(proposed: proposing.Proposed) -> dict[dt.date, pa.Table]:
    """Make ``judged``: a row per child and cash policy owed, paid or both, with its verdict.

    Gives the facts of the earlier days by which payments were judged.
    """
    standing.read(proposed)
    _keep(proposed.db, "paid", paid())
    _keep(proposed.db, "due", _due(proposed))
    told: dict[dt.date, pa.Table] = {}

    def decide_on(day: dt.date, children: list[int]) -> tuple[Sweep, pa.Table]:
        sweep, told[day], decided = _decided(day, children)
        return sweep, decided

    kernel_hold(proposed.db, proposed.sweep, decide_on)
    return told


def findings(proposed: proposing.Proposed, waiting: dict[tuple[int, str], str]) -> list[Found]:
    """All that does not agree, once `hold` has made its tables; each at the county that pays its award.

    ``waiting`` says of a child and policy where its award is (``第3批，待审批``).
    """
    listed = ", ".join(f"'{verdict}'" for verdict in LISTED)
    rows = proposed.rows(
        "SELECT coalesce(s.county, v.county) AS county, CASE WHEN s.county IS NULL THEN v.school "
        f"ELSE s.school END, h.child, h.policy, {', '.join(f'h.{name}' for name in _SAME)}, h.evidence "
        "FROM judged h JOIN decided v USING (child) LEFT JOIN standing s ON s.child = h.child "
        "AND s.policy = h.policy AND s.state IN ('batched', 'approved') "
        f"WHERE h.verdict IN ({listed}) AND v.county IS NOT NULL ORDER BY h.child, h.policy"
    )
    words = why_not(proposed, {(r[2], r[3]) for r in rows if r[4] == "paid_not_owed"})
    texts: dict[tuple[Any, ...], str] = {}
    found = []
    for county, school, child, policy, *outcome, evidence in rows:
        told = tuple(outcome)
        if told not in texts:
            texts[told] = reason(dict(zip(_SAME, told, strict=True)), proposed.sweep.as_of)
        text = texts[told]
        if told[0] == "paid_not_owed" and (child, policy) in words:
            text += gettext("；") + words[child, policy]
        if told[0] in ("owed", "short") and (child, policy) in waiting:
            text += gettext("；") + waiting[child, policy]
        marks = "、".join(evidence or [])[:200]
        found.append(
            Found(
                county,
                school,
                child,
                policy,
                told[0],
                told[1] or 0,
                told[2] or 0,
                text[:400],
                marks,
            )
        )
    return found


def agreeing(proposed: proposing.Proposed) -> dict[tuple[int, str], tuple[str, str]]:
    """Of each child and policy that is on no list: ``paid`` or ``needs_data``, and the payments."""
    rows = proposed.rows(
        "SELECT child, policy, verdict, evidence FROM judged WHERE verdict IN ('paid', 'needs_data')"
    )
    return {
        (child, policy): (verdict, "、".join(evidence or [])[:200])
        for child, policy, verdict, evidence in rows
    }


# --- paid ------------------------------------------------------------------------------------------------


def paid() -> pa.Table:
    """Every payment and recovery of all terms: child, policy, term, amount, day, and what it is."""
    of_award = "JOIN aid_award a ON a.id = p.award_id JOIN people_child c ON c.id = a.child_id "
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.person_id, a.policy, a.term, p.amount, p.paid_on, 'payment', p.id, 0, a.id "
            f"FROM aid_payment p {of_award} WHERE p.state IN ('sent', 'confirmed') "
            "UNION ALL SELECT c.person_id, r.policy, r.term, r.amount, r.paid_on, 'list', r.file_id, "
            "r.row, NULL FROM aid_paidrow r JOIN people_child c ON c.id = r.child_id WHERE NOT r.failed "
            "UNION ALL SELECT c.person_id, a.policy, a.term, -b.amount, b.day, 'recovery', b.id, 0, a.id "
            f"FROM aid_recovery b JOIN aid_payment p ON p.id = b.payment_id {of_award}"
            "UNION ALL SELECT c.person_id, r.policy, r.term, -b.amount, b.day, 'recovery', b.id, 0, NULL "
            "FROM aid_recovery b JOIN aid_paidrow r ON r.id = b.line_id "
            "JOIN people_child c ON c.id = r.child_id ORDER BY 6, 7, 8"
        )
        rows = cursor.fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * 9
    days = [
        day if day is None or isinstance(day, dt.date) else dt.date.fromisoformat(day)
        for day in columns[4]
    ]
    marks = [
        f"list {number} row {row}" if kind == "list" else f"{kind} {number}"
        for kind, number, row in zip(columns[5], columns[6], columns[7], strict=True)
    ]
    return pa.table(
        {
            "child": pa.array(columns[0], pa.int64()),
            "policy": pa.array(columns[1], pa.string()),
            "term": pa.array(columns[2], pa.string()),
            "amount": pa.array(columns[3], pa.int64()),
            "paid_on": pa.array(days, pa.date32()),
            "payment": pa.array(marks, pa.string()),
            "of_award": pa.array(columns[8], pa.int64()),
        }
    )


def _due(proposed: proposing.Proposed) -> pa.Table:
    """Of each award in instalments of which some are still to come, the fen of those that are due by now.

    Once all are due the whole term is: as much as is owed today, also where that was raised since.
    """
    rows = Award.objects.filter(term=str(proposed.term), instalments__gt=1).exclude(
        state="withdrawn"
    )
    children, policies, sums = [], [], []
    for child, policy, amount, number in rows.values_list(
        "child__person", "policy", "amount", "instalments"
    ):
        due = instalments.due_by(proposed.term, number, proposed.sweep.as_of)
        if due == number:
            continue
        children.append(child)
        policies.append(policy)
        sums.append(sum(instalments.part(amount, number, which + 1) for which in range(due)))
    return pa.table(
        {
            "child": pa.array(children, pa.int64()),
            "policy": pa.array(policies, pa.string()),
            "fen": pa.array(sums, pa.int64()),
        }
    )


def _decided(day: dt.date, children: list[int]) -> tuple[Sweep, pa.Table, pa.Table]:
    """The rules of an earlier day, the facts of that day about some children, and what follows."""
    sweep = rulebook.compiled(day)
    then = connect(memory=proposing.MEMORY)
    try:
        deciding.gather(then, day, None)
        _keep(then, "asked", pa.table({"child": pa.array(sorted(set(children)), pa.int64())}))
        then.execute("CREATE TABLE of_asked AS SELECT f.* FROM facts f JOIN asked USING (child)")
        facts = then.sql("SELECT * FROM of_asked ORDER BY child").to_arrow_table()
        return sweep, facts, then.sql(engine.decide(then, sweep, "of_asked")).to_arrow_table()
    finally:
        then.close()


def _keep(db: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    db.register("rows_to_keep", rows)
    db.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM rows_to_keep")
    db.unregister("rows_to_keep")


def why_not(
    proposed: proposing.Proposed, keys: Iterable[tuple[int, str]], *, unknown: bool = False
) -> dict[tuple[int, str], str]:
    """The rule's own words of children and policies that are not owed today (or, asked for, unknown)."""
    verdicts = "('not_owed', 'needs_data')" if unknown else "('not_owed')"
    told = sorted(keys)
    columns = list(zip(*told, strict=True)) or [(), ()]
    _keep(
        proposed.db,
        "asked_why",
        pa.table(
            {"child": pa.array(columns[0], pa.int64()), "policy": pa.array(columns[1], pa.string())}
        ),
    )
    rows = proposed.rows(
        "SELECT v.child, a.policy, w.text FROM asked_why a JOIN decided v USING (child) "
        "JOIN decided_worded w ON w.policy = a.policy AND w.pattern = v.pattern "
        f"WHERE w.verdict IN {verdicts}"
    )
    return {(child, policy): text for child, policy, text in rows}
