"""Owed against paid: what a child should have had this term, and what the bank's lists say.

Only cash is reconciled (a waiver or a loan leaves no payment). One result per child and policy that
is owed, paid, or cannot be told; in fen:

=================  =================================================================================
``needs_data``     what is owed cannot be told, whatever was paid
``owed``           owed, nothing paid (the reason says when the deadline has passed)
``short``          paid less than owed
``paid``           paid what is owed, in one payment or several
``late``           paid what is owed, the last of it after the policy's deadline; no deadline, no late
``paid_twice``     two or more payments that add up to more than owed
``paid_not_owed``  paid though nothing is owed; or one payment above what is owed
=================  =================================================================================

``excess`` is what was paid above what is owed (NULL when that cannot be told); a payment below zero is a
return and lessens what was paid. Money owed once counts payments of every term; money owed per year
in one sum those of both terms of the school year; all other money those of the term.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notoneless.calendar import Term, term_on
from notoneless.engines.duckdb import name as quoted
from notoneless.engines.duckdb import quote
from notoneless.i18n import N_, gettext
from notoneless.kernel.words import yuan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from notoneless.kernel.rulebook import Policy
    from notoneless.kernel.sweep import Sweep

VERDICTS: Mapping[str, str] = {
    "owed": N_("应发未发"),
    "paid": N_("已足额发放"),
    "short": N_("少发"),
    "late": N_("迟发"),
    "paid_twice": N_("重复发放"),
    "paid_not_owed": N_("不应发已发"),
    "needs_data": N_("缺数据，无法判断"),
}
"""What can come of an award, with its words."""


@dataclass(frozen=True, slots=True)
class Due:
    """How one policy is paid in the term of a sweep.

    ``terms`` are the terms whose payments count (() means every term), ``parts`` the number of
    payments that make up an award, ``deadline`` the last day for this term's payment.
    """

    policy: str
    terms: tuple[str, ...]
    parts: int
    first: bool
    deadline: dt.date | None

    def this_term(self, award: int) -> int:
        """This term's part of an award; what cannot be divided comes with the year's first part."""
        part, rest = divmod(award, self.parts)
        return part + rest if self.first else part


def dues(sweep: Sweep) -> tuple[Due, ...]:
    """The cash policies of a sweep that are in force, and how each is paid in its term."""
    term = term_on(sweep.as_of)
    return tuple(
        _due(policy, term) for policy in sweep.policies if policy.is_cash and sweep.in_force(policy)
    )


def _due(policy: Policy, term: Term) -> Due:
    if policy.period == "once":
        terms: tuple[str, ...] = ()
    elif policy.period == "year" and policy.instalments == 1:
        year = term.school_year
        terms = (str(Term(year, "autumn")), str(Term(year + 1, "spring")))
    else:
        terms = (str(term),)
    deadline = None
    if term.season in policy.deadline:
        month, day = policy.deadline[term.season]
        # An autumn payment may be due after the turn of the year.
        year = term.year + (term.season == "autumn" and month < 8)
        deadline = dt.date(year, month, day)
    return Due(policy.id, terms, policy.instalments, term.season == "autumn", deadline)


def owed(sweep: Sweep, verdicts: str) -> str:
    """The query for what is owed in the sweep's term, from the table of verdicts.

    Columns: the key, ``policy``, ``award`` (fen per period; NULL needs data) and ``owed`` (this
    term's part). Children who are not owed a policy have no row.
    """
    key = quoted(sweep.subject.key)
    parts = []
    for due in dues(sweep):
        award = quoted(f"award_{due.policy}")
        rest = f" + {award} % {due.parts}" if due.first and due.parts > 1 else ""
        parts.append(
            f"SELECT {key}, {quote(due.policy)} AS policy, {award} AS award, "
            f"{award} // {due.parts}{rest} AS owed FROM {verdicts} "
            f"WHERE {award} IS NULL OR {award} > 0"
        )
    if not parts:
        parts = [
            (
                f"SELECT {key}, '' AS policy, 0::BIGINT AS award, 0::BIGINT AS owed "
                f"FROM {verdicts} WHERE false"
            )
        ]
    return "\nUNION ALL ".join(parts)


def reconcile(sweep: Sweep, verdicts: str, paid: str) -> str:
    """The query that holds owed against paid.

    ``verdicts`` is the table made by `notoneless.kernel.duckdb.decide`; ``paid`` has the key,
    ``policy`` (an id), ``term`` (``2026-autumn``), ``amount`` (fen), ``paid_on`` (DATE or NULL) and
    ``payment`` (whatever identifies the payment, kept as evidence). Payments of policies that are
    not cash, or not in force, are left out.

    Columns: key, ``policy, term, award, owed, paid, payments, excess, last_paid_on, deadline,
    verdict, evidence`` (a list of payments). Ordered by nothing.
    """
    key = quoted(sweep.subject.key)
    known = dues(sweep)
    if not known:
        known = (Due("", (), 1, True, None),)
    rows = ", ".join(map(_values, known))
    return f"""
WITH due(policy, terms, deadline) AS (VALUES {rows}),
owed AS ({owed(sweep, verdicts)}),
paid AS (
  SELECT p.{key}, p.policy, sum(p.amount)::BIGINT AS paid,
    count(*) FILTER (p.amount > 0) AS payments, max(p.paid_on) FILTER (p.amount > 0) AS last_paid_on,
    list(p.payment ORDER BY p.paid_on, p.payment) AS evidence
  FROM {paid} AS p JOIN due USING (policy)
  WHERE len(due.terms) = 0 OR list_contains(due.terms, p.term)
  GROUP BY ALL),
both_sides AS (
  SELECT {key}, policy, award,
    CASE WHEN owed.policy IS NULL THEN 0 ELSE owed END AS owed,
    coalesce(paid, 0) AS paid, coalesce(payments, 0) AS payments, last_paid_on, evidence
  FROM owed FULL JOIN paid USING ({key}, policy))
SELECT {key}, policy, {quote(str(term_on(sweep.as_of)))} AS term, award, owed, paid, payments,
  CASE WHEN owed IS NOT NULL THEN greatest(paid - owed, 0) END AS excess, last_paid_on, deadline,
  CASE WHEN owed IS NULL THEN 'needs_data'
    WHEN paid <= 0 AND owed > 0 THEN 'owed'
    WHEN paid < owed THEN 'short'
    WHEN paid > owed AND owed > 0 AND payments > 1 THEN 'paid_twice'
    WHEN paid > owed THEN 'paid_not_owed'
    WHEN last_paid_on > deadline THEN 'late'
    ELSE 'paid' END AS verdict, evidence
FROM both_sides JOIN due USING (policy)
WHERE owed IS NULL OR owed > 0 OR paid <> 0"""


def _values(due: Due) -> str:
    day = f"DATE '{due.deadline}'" if due.deadline else "NULL::DATE"
    return f"({quote(due.policy)}, {_texts(due.terms)}, {day})"


def _texts(values: Sequence[str]) -> str:
    return f"[{', '.join(map(quote, values))}]::VARCHAR[]"


def reason(row: Mapping[str, object], as_of: dt.date) -> str:
    """Why, in words, for one row of `reconcile`: sums, dates, what to look at."""
    due, got, award = _int(row["owed"]), _int(row["paid"]) or 0, _int(row["award"])
    count, excess = row["payments"], _int(row["excess"]) or 0
    deadline, last = row["deadline"], row["last_paid_on"]
    match row["verdict"]:
        case "needs_data":
            if got:
                return gettext("缺数据，无法判断应发多少；已发 {paid} 元").format(paid=yuan(got))
            return gettext("缺数据，无法判断是否应发")
        case "owed":
            text = gettext("应发 {owed} 元，没有发放记录").format(owed=yuan(due or 0))
            if isinstance(deadline, dt.date) and as_of > deadline:
                text += gettext("，已过 {deadline} 的期限").format(deadline=deadline)
            return text
        case "short":
            return gettext("应发 {owed} 元，已发 {paid} 元，少 {gap} 元").format(
                owed=yuan(due or 0), paid=yuan(got), gap=yuan((due or 0) - got)
            )
        case "late":
            return gettext("{paid_on} 发放，晚于 {deadline} 的期限").format(
                paid_on=last, deadline=deadline
            )
        case "paid_twice":
            return gettext("应发 {owed} 元，{count} 次共发 {paid} 元，多 {excess} 元").format(
                owed=yuan(due or 0), count=count, paid=yuan(got), excess=yuan(excess)
            )
        case "paid_not_owed" if not due:
            return gettext("不符合条件，已发 {paid} 元").format(paid=yuan(got))
        case "paid_not_owed":
            text = gettext("应发 {owed} 元，一次发了 {paid} 元，多 {excess} 元").format(
                owed=yuan(due or 0), paid=yuan(got), excess=yuan(excess)
            )
            if award and got == award:
                text += gettext("；正好是全年的标准，可能一次发了全年")
            return text
        case _:
            return gettext("应发 {owed} 元，已足额发放").format(owed=yuan(due or 0))


def _int(value: object) -> int | None:
    return value if isinstance(value, int) else None


def reconcile_rows(
    sweep: Sweep, verdicts: Iterable[Mapping[str, object]], paid: Iterable[Mapping[str, object]]
) -> Iterator[dict[str, object]]:
    """The same as `reconcile` in plain Python, for tests: one row, one case at a time."""
    key = sweep.subject.key
    payments = list(paid)
    children = {row[key]: row for row in verdicts}
    for due in dues(sweep):
        counted: dict[object, list[Mapping[str, object]]] = {}
        for payment in payments:
            if payment["policy"] == due.policy and (not due.terms or payment["term"] in due.terms):
                counted.setdefault(payment[key], []).append(payment)
        for child in {**children, **dict.fromkeys(counted)}:
            award: int | None = 0
            if child in children:
                award = children[child][f"award_{due.policy}"]  # type: ignore[assignment]
            mine = counted.get(child, [])
            result = _one(due, award, mine)
            if result:
                yield {key: child, "term": str(term_on(sweep.as_of)), **result}


def _one(
    due: Due, award: int | None, payments: Sequence[Mapping[str, object]]
) -> dict[str, object] | None:
    got = sum(_int(payment["amount"]) or 0 for payment in payments)
    given = [payment for payment in payments if (_int(payment["amount"]) or 0) > 0]
    days = [day for payment in given if isinstance(day := payment["paid_on"], dt.date)]
    last = max(days, default=None)
    wanted = None if award is None else due.this_term(award)
    if wanted is None:
        verdict = "needs_data"
    elif wanted == 0:
        if got == 0:
            return None
        # More was returned than paid: somebody must look at it, as at any payment not owed.
        verdict = "paid_not_owed" if got > 0 else "short"
    elif got <= 0:
        verdict = "owed"
    elif got < wanted:
        verdict = "short"
    elif got > wanted:
        verdict = "paid_twice" if len(given) >= 2 else "paid_not_owed"
    else:
        verdict = "late" if last and due.deadline and last > due.deadline else "paid"
    return {
        "policy": due.policy,
        "award": award if award != 0 else None,
        "owed": wanted,
        "paid": got,
        "payments": len(given),
        "excess": None if wanted is None else max(got - wanted, 0),
        "last_paid_on": last,
        "deadline": due.deadline,
        "verdict": verdict,
        "evidence": [payment["payment"] for payment in payments] or None,
    }
