"""Owed against paid, for everybody, in the tables of a proposal: what the four lists are made of.

Paid is what this system sent to the bank and did not come back, and what lists of payments made elsewhere say.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
from django.db import connection

from notoneless.bureau.aid import proposing
from notoneless.i18n import gettext
from notoneless.kernel.reconcile import reason, reconcile

LISTED = ("owed", "short", "late", "paid_twice", "paid_not_owed")
"""Verdicts that somebody must do something about."""

_SAME = ("verdict", "owed", "paid", "payments", "excess", "last_paid_on", "award", "deadline")


def findings(
    proposed: proposing.Proposed, waiting: dict[tuple[int, str], str]
) -> list[tuple[Any, ...]]:
    """``(county, school, child, policy, verdict, owed, paid, text, evidence)`` of all that do not agree.

    ``waiting`` says of a child and policy where its award is (``第3批，待审批``).
    """
    db = proposed.db
    paid = _paid()
    db.register("paid_rows", paid)
    db.execute("CREATE OR REPLACE TABLE paid AS SELECT * FROM paid_rows")
    db.unregister("paid_rows")
    db.execute(f"CREATE OR REPLACE TABLE held AS {reconcile(proposed.sweep, 'decided', 'paid')}")
    listed = ", ".join(f"'{verdict}'" for verdict in LISTED)
    rows = db.execute(
        f"SELECT v.county, v.school, h.child, h.policy, {', '.join(f'h.{name}' for name in _SAME)}, "
        "h.evidence FROM held h "
        f"JOIN decided v USING (child) WHERE h.verdict IN ({listed}) AND v.county IS NOT NULL "
        "ORDER BY h.child, h.policy"
    ).fetchall()
    words = _conditions(proposed)
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
        found.append(
            (county, school, child, policy, told[0], told[1] or 0, told[2] or 0, text[:400],
             "、".join(evidence or [])[:200])
        )  # fmt: skip
    return found


def _paid() -> pa.Table:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.person_id, a.policy, a.term, p.amount, p.paid_on, p.id, 0 "
            "FROM aid_payment p JOIN aid_award a ON a.id = p.award_id "
            "JOIN people_child c ON c.id = a.child_id WHERE p.state IN ('sent', 'confirmed') "
            "UNION ALL SELECT c.person_id, r.policy, r.term, r.amount, r.paid_on, r.row, r.file_id "
            "FROM aid_paidrow r JOIN people_child c ON c.id = r.child_id WHERE NOT r.failed"
        )
        rows = cursor.fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * 7
    days = [
        day if day is None or isinstance(day, dt.date) else dt.date.fromisoformat(day)
        for day in columns[4]
    ]
    marks = [
        f"list {file} row {number}" if file else f"payment {number}"
        for number, file in zip(columns[5], columns[6], strict=True)
    ]
    return pa.table(
        {
            "child": pa.array(columns[0], pa.int64()),
            "policy": pa.array(columns[1], pa.string()),
            "term": pa.array(columns[2], pa.string()),
            "amount": pa.array(columns[3], pa.int64()),
            "paid_on": pa.array(days, pa.date32()),
            "payment": pa.array(marks, pa.string()),
        }
    )


def _conditions(proposed: proposing.Proposed) -> dict[tuple[int, str], str]:
    """Why who was paid is not owed: the rule's own words."""
    rows = proposed.rows(
        "SELECT h.child, h.policy, w.text FROM held h JOIN decided v USING (child) "
        "JOIN decided_worded w ON w.policy = h.policy AND w.pattern = v.pattern "
        "WHERE h.verdict = 'paid_not_owed' AND w.verdict = 'not_owed'"
    )
    return {(child, policy): text for child, policy, text in rows}
