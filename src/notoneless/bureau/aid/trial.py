"""What a changed rulebook would mean to the real students, against the one in force, on today's lists.

Both are held against everybody by the kernel, on the same facts. What differs is a row per student and policy:
the fen of this term before and after, and the rule's own words for it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from notoneless.bureau.aid import proposing, rulebook
from notoneless.calendar import Term, term_on
from notoneless.engines.duckdb import connect, name, quote
from notoneless.kernel import Policy, Sweep
from notoneless.kernel.reconcile import dues


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it. ``effects``: child, county, school, policy, fen before, fen after, why.

    ``undecided`` are students whom the changed rules cannot decide for want of a fact, where the present ones
    can.
    """

    on: dt.date
    children: int
    undecided: int
    effects: list[tuple[Any, ...]]


def hold(before: str, after: str, on: dt.date) -> Trial:
    """Hold every student against two texts of the rulebook on a day."""
    present, changed = rulebook.compile_text(before, on), rulebook.compile_text(after, on)
    db = connect(memory=proposing.MEMORY)
    try:
        proposing.gather(db, on)
        for table, sweep in (("present", present), ("changed", changed)):
            proposing.decide(db, sweep, table)
            proposing.word(db, sweep, table)
        ((children,),) = db.execute("SELECT count(*) FROM changed").fetchall()
        differing = _differing(present, changed, term_on(on))
        if not differing:
            return Trial(on, children, 0, [])
        db.execute(f"CREATE TABLE differing AS {' UNION ALL '.join(differing)}")
        ((undecided,),) = db.execute(
            "SELECT count(DISTINCT child) FROM differing WHERE fen_after IS NULL AND fen_before IS NOT NULL"
        ).fetchall()
        effects = db.execute(
            "SELECT d.child, d.county, d.school, d.policy, coalesce(d.fen_before, 0), "
            "coalesce(d.fen_after, 0), coalesce(w.text, '') FROM differing d "
            "LEFT JOIN changed_worded w ON w.policy = d.policy AND w.pattern = d.pattern "
            "WHERE coalesce(d.fen_before, 0) <> coalesce(d.fen_after, 0) ORDER BY d.child, d.policy"
        ).fetchall()
        return Trial(on, children, undecided, effects)
    finally:
        db.close()


def _differing(present: Sweep, changed: Sweep, term: Term) -> list[str]:
    """Per policy of either rulebook the query for the students to whom it means another sum."""
    then = {one.id: one for one in proposing.in_force(present)}
    now = {one.id: one for one in proposing.in_force(changed)}
    found = []
    for policy in dict.fromkeys((*then, *now)):
        before = _of_term(present, then.get(policy), "p", term)
        after = _of_term(changed, now.get(policy), "c", term)
        found.append(
            f"SELECT c.child, c.county, c.school, c.pattern, {quote(policy)} AS policy, "
            f"{before} AS fen_before, {after} AS fen_after FROM changed c JOIN present p USING (child) "
            f"WHERE {before} IS DISTINCT FROM {after}"
        )
    return found


def _of_term(sweep: Sweep, policy: Policy | None, table: str, term: Term) -> str:
    """SQL for the fen of one policy in the term; of what is owed for a year and is no cash, half.

    The fen that cannot be halved come with the autumn.
    """
    if policy is None:
        return "0::BIGINT"
    award = f"{table}.{name(f'award_{policy.id}')}"
    due = next((one for one in dues(sweep) if one.policy == policy.id), None)
    parts = due.parts if due else 2 if policy.period == "year" else 1
    rest = f" + {award} % {parts}" if term.season == "autumn" and parts > 1 else ""
    return f"({award} // {parts}{rest})"
