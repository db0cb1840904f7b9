"""Each payment by the day on which it was made, each instalment when it is due.

`notoneless.kernel.reconcile` holds all that was paid against what is owed today. Two things make that unjust in the
middle of a term, and `judged` puts them right:

- who was paid while it was owed, and is not owed it any more (studies suspended, moved away, a list that
  ended), was rightly paid: what counts is the most that was owed on a day on which he was paid, or is today;
- of an award paid in instalments only those that are due count as owed.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from notoneless.calendar import Term, parse_term, term_on
from notoneless.engines.duckdb import name as quoted
from notoneless.kernel.reconcile import owed, reconcile

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb
    import pyarrow as pa

    from notoneless.kernel.sweep import Sweep


def hold(
    db: duckdb.DuckDBPyConnection,
    sweep: Sweep,
    decide_on: Callable[[dt.date, list[int]], tuple[Sweep, pa.Table]],
) -> None:
    """Make ``judged`` out of the tables ``decided``, ``paid`` (as `reconcile`) and ``due`` (as `judged`).

    ``decide_on`` gives, for a day before that of the sweep and some keys, the rules of that day and a table
    of what they decided. Also makes ``held`` and ``earlier``.
    """
    key = quoted(sweep.subject.key)
    db.execute(f"CREATE OR REPLACE TABLE held AS {reconcile(sweep, 'decided', 'paid')}")
    db.execute(f"CREATE OR REPLACE TABLE earlier ({key} BIGINT, policy VARCHAR, owed BIGINT)")
    for day, keys in _days(db, sweep).items():
        rules, decided = decide_on(day, keys)
        db.register("decided_then", decided)
        db.execute(
            f"INSERT INTO earlier SELECT {key}, policy, owed FROM ({owed(rules, 'decided_then')})"
        )
        db.unregister("decided_then")
    db.execute(f"CREATE OR REPLACE TABLE judged AS {judged(sweep, 'held', 'earlier', 'due')}")


def _days(db: duckdb.DuckDBPyConnection, sweep: Sweep) -> dict[dt.date, list[int]]:
    """Whose payments are judged by another day than that of the sweep: who was paid more than is owed now."""
    key = quoted(sweep.subject.key)
    rows = db.execute(
        f"SELECT DISTINCT p.paid_on, p.{key}, p.term FROM held h JOIN paid p USING ({key}, policy) "
        "WHERE h.paid > h.owed AND p.amount > 0 AND p.paid_on IS NOT NULL ORDER BY ALL"
    ).fetchall()
    found: dict[dt.date, list[int]] = {}
    for day, one, written in rows:
        judged_on = min(within(day, parse_term(written) or term_on(day)), sweep.as_of)
        if judged_on != sweep.as_of:
            found.setdefault(judged_on, []).append(one)
    return found


def within(day: dt.date, term: Term) -> dt.date:
    """The day of its term by which a payment is judged: its own, or the nearest of the term."""
    autumn = term.season == "autumn"
    following = Term(term.year + 1, "spring") if autumn else Term(term.year, "autumn")
    return min(max(day, term.first_day), following.first_day - dt.timedelta(days=1))


def judged(sweep: Sweep, held: str, then: str, due: str) -> str:
    """The query that judges the rows of ``held`` (a table of `reconcile`), its columns kept.

    ``then`` has the key, ``policy`` and ``owed``: fen owed on days of payments (several rows may be of one).
    ``due`` has the key, ``policy`` and ``fen``: the part of an award in instalments that is due by now. Worked:
    owed 0 today, paid 62,500 once, owed 62,500 on that day: ``paid``. Owed 62,500 in two, paid 31,250, of
    which 31,250 are due: ``paid``; when the second is due: ``short``. Rows that agree and of which nothing is
    owed are kept too, as ``paid``.
    """
    key = quoted(sweep.subject.key)
    return f"""
WITH most AS (SELECT {key}, policy, max(owed) AS owed FROM {then} GROUP BY ALL),
parts AS (SELECT {key}, policy, max(fen) AS fen FROM {due} GROUP BY ALL),
meant AS (
  SELECT h.*, CASE
      WHEN h.paid > h.owed THEN greatest(h.owed, least(h.paid, coalesce(most.owed, 0)))
      WHEN h.paid < h.owed THEN greatest(least(h.owed, coalesce(parts.fen, h.owed)), 0)
      ELSE h.owed END AS counted
  FROM {held} h LEFT JOIN most USING ({key}, policy) LEFT JOIN parts USING ({key}, policy))
SELECT * EXCLUDE (counted) REPLACE (counted AS owed,
  CASE WHEN counted IS NOT NULL THEN greatest(paid - counted, 0) END AS excess,
  CASE WHEN counted IS NULL THEN 'needs_data'
    WHEN paid <= 0 AND counted > 0 THEN 'owed'
    WHEN paid < counted THEN 'short'
    WHEN paid > counted AND counted > 0 AND payments > 1 THEN 'paid_twice'
    WHEN paid > counted THEN 'paid_not_owed'
    WHEN last_paid_on > deadline THEN 'late'
    ELSE 'paid' END AS verdict)
FROM meant"""
