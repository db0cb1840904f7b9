"""Owed against paid: every child, every cash policy, the term of the day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

import duckdb

from notoneless import rosters
from notoneless.calendar import term_on
from notoneless.check import faults as fc
from notoneless.check.folder import Folder
from notoneless.check.people import place_of
from notoneless.engines.duckdb import quote
from notoneless.i18n import gettext
from notoneless.kernel import Policy, Sweep
from notoneless.kernel.explanations import Explanation, explain_policy
from notoneless.kernel.expressions import atoms
from notoneless.kernel.reconcile import VERDICTS, reason, reconcile
from notoneless.kernel.sweep import WORD
from notoneless.rosters.recognise import ENDED_KINDS

EXPLAINED = ("needs_data", "paid_not_owed")
"""Verdicts whose reason lies in the conditions and not in the sums alone."""


def build(con: duckdb.DuckDBPyConnection, sweep: Sweep, folder: Folder) -> None:
    """Make ``aid``, one row per child and policy owed, paid or both, and ``lacking``.

    ``lacking(child, policy, fact)`` names the facts for want of which an award cannot be told.
    """
    con.execute("CREATE TABLE lacking (child BIGINT, policy VARCHAR, fact VARCHAR)")
    _payments(con, sweep, folder)
    con.execute(f"CREATE TEMP TABLE held AS {reconcile(sweep, 'verdicts', 'payments_of_children')}")
    _sums_in_words(con, sweep.as_of)
    _conditions_in_words(con, sweep)
    policies = {policy.id: policy for policy in sweep.policies}
    con.execute(
        "CREATE TEMP TABLE policy_labels (policy VARCHAR, label VARCHAR, unverified BOOLEAN, listed BOOLEAN)"
    )
    listed = {row[0] for row in con.execute("SELECT DISTINCT policy FROM payments").fetchall()}
    con.executemany(
        "INSERT INTO policy_labels VALUES (?, ?, ?, ?)",
        [
            [policy.id, str(policy.text), _is_unverified(policy), policy.id in listed]
            for policy in policies.values()
        ],
    )
    labels = " ".join(
        f"WHEN {quote(verdict)} THEN {quote(gettext(label))}" for verdict, label in VERDICTS.items()
    )
    unlisted = quote(gettext("；没有收到这项资助的发放名册，是否已发没有核对"))
    mark = quote(gettext("（规则未核实）"))
    con.execute(f"""
        CREATE TABLE aid AS SELECT *, CASE verdict {labels} END AS verdict_label FROM (
        SELECT h.child, r.name, r.id_number, coalesce(o.school, r.school) AS school, h.policy AS policy_id,
               p.label AS policy, h.term, h.owed AS owed_fen, h.paid AS paid_fen, h.last_paid_on AS paid_on,
               CASE WHEN w.child IS NOT NULL AND h.verdict IN ('owed', 'short') THEN 'needs_data'
                    ELSE h.verdict END AS verdict,
               concat(s.text, CASE WHEN c.text IS NOT NULL THEN '；' || c.text END,
                      CASE WHEN h.verdict IN ('owed', 'short') THEN b.text END,
                      CASE WHEN h.verdict = 'owed' AND NOT p.listed THEN {unlisted} END,
                      f.text, w.text, CASE WHEN p.unverified THEN {mark} END) AS reason,
               p.unverified
        FROM held h JOIN registry r USING (child) JOIN policy_labels p ON p.policy = h.policy
        LEFT JOIN roll_facts o USING (child)
        LEFT JOIN sum_words s ON (s.verdict, s.owed, s.paid, s.payments, s.excess, s.last_paid_on, s.award)
            IS NOT DISTINCT FROM (h.verdict, h.owed, h.paid, h.payments, h.excess, h.last_paid_on, h.award)
        LEFT JOIN condition_words c ON c.child = h.child AND c.policy = h.policy
        LEFT JOIN failed_words f ON f.child = h.child AND f.policy = h.policy
        LEFT JOIN basis b ON b.child = h.child
        LEFT JOIN doubtful_words w ON w.child = h.child AND w.policy = h.policy
        UNION ALL BY NAME
        SELECT NULL::BIGINT AS child, name, id_number, school, policy AS policy_id,
               label AS policy, term, 0::BIGINT AS owed_fen, sum(amount)::BIGINT AS paid_fen, max(paid_on) AS paid_on,
               CASE WHEN doubted THEN 'needs_data' ELSE 'paid_not_owed' END AS verdict,
               CASE WHEN doubted THEN {quote(gettext("发放名册上的这个人，疑似名单里的一个孩子，待人工判定"))}
                    ELSE {quote(gettext("发放名册上的这个人，在户籍名单和学籍名册里都没有查到"))} END AS reason,
               unverified
        FROM payments JOIN policy_labels USING (policy)
        WHERE child IS NULL AND term = {quote(str(term_on(sweep.as_of)))}
        GROUP BY ALL)
    """)


def _is_unverified(policy: Policy) -> bool:
    return policy.status == "unverified"


# ---- payments ------------------------------------------------------------------------------------


def _payments(con: duckdb.DuckDBPyConnection, sweep: Sweep, folder: Folder) -> None:
    """``payments``: every payment of a list, with its child (if known), policy and term."""
    con.execute("CREATE TEMP TABLE policy_names (written VARCHAR, policy VARCHAR)")
    written = con.execute(
        "SELECT policy, min(row_id) FROM rows WHERE kind = 'payments' AND accepted GROUP BY 1 ORDER BY 2"
    ).fetchall()
    for text, row_id in written:
        found = meant(text or "", [p for p in sweep.policies if p.is_cash])
        if not found:
            folder.faults.append(fc.UNKNOWN_POLICY.at(place_of(con, row_id), (text or "")[:40]))
        con.executemany(
            "INSERT INTO policy_names VALUES (?, ?)", [[text, policy] for policy in found]
        ) if found else None
    # One name may stand for several policies of which a child is owed one; that one is meant.
    awards = " UNION ALL ".join(
        f"SELECT child, {quote(p.id)} AS policy, award_{p.id} AS award FROM verdicts"
        for p in sweep.policies
        if p.is_cash
    )
    con.execute(f"""
        CREATE TEMP TABLE payments AS
        WITH sent AS (
            SELECT s.row_id, s.policy AS written, s.amount, s.paid_on, s.name, s.id_number, s.school,
                   coalesce(s.term, {_term_of_day("coalesce(s.paid_on, l.list_date)")}) AS term,
                   coalesce(s.payment_result, 'paid') AS result
            FROM rows s JOIN lists l ON l.list_no = s.list_no WHERE s.kind = 'payments' AND s.accepted
        ), awards AS ({awards or "SELECT 0 AS child, '' AS policy, 0 AS award WHERE false"})
        SELECT sent.*, c.child, n.policy,
               sent.row_id IN (SELECT left_row FROM doubts) AS doubted
        FROM sent
        JOIN policy_names n ON n.written IS NOT DISTINCT FROM sent.written
        LEFT JOIN child_rows c ON c.row_id = sent.row_id
        LEFT JOIN awards a ON a.child = c.child AND a.policy = n.policy
        QUALIFY row_number() OVER (PARTITION BY sent.row_id ORDER BY
            coalesce(a.award, -1) > 0 DESC, a.award IS NULL DESC, n.policy) = 1
    """)
    con.execute(
        "CREATE TEMP VIEW payments_of_children AS SELECT child, policy, term, amount, paid_on, "
        "row_id AS payment FROM payments WHERE child IS NOT NULL AND amount IS NOT NULL AND result = 'paid'"
    )
    con.execute(f"""
        CREATE TEMP TABLE doubtful_words AS
        SELECT DISTINCT c.child, p.policy, {quote(gettext("；发放名册上有一笔疑似发给本人，待人工判定"))} AS text
        FROM payments p JOIN doubts d ON d.left_row = p.row_id JOIN child_rows c ON c.row_id = d.right_row
        WHERE p.term = {quote(str(term_on(sweep.as_of)))}
    """)
    con.execute(f"""
        CREATE TEMP TABLE failed_words AS
        SELECT child, policy, {quote(gettext("；银行退回 "))} || count(*) || {quote(gettext(" 笔"))} AS text
        FROM payments WHERE result = 'failed' AND child IS NOT NULL
          AND term = {quote(str(term_on(sweep.as_of)))} GROUP BY child, policy
    """)


def _term_of_day(day: str) -> str:
    """The term a day falls in, as SQL (see `notoneless.calendar.term_on`)."""
    return (
        f"CASE WHEN month({day}) >= 9 THEN year({day}) || '-autumn' "
        f"WHEN month({day}) >= 2 THEN year({day}) || '-spring' ELSE (year({day}) - 1) || '-autumn' END"
    )


def meant(written: str, policies: Iterable[Policy]) -> list[str]:
    """The ids of the policies that a payment list's words mean.

    The longest name that stands in the words wins. Words that are only part of several names, all of
    one group (``家庭经济困难学生生活补助`` is paid to boarders and to day pupils), mean all of these.
    """
    text = _plain(written)
    if not text:
        return []
    names = [
        (_plain(name), policy)
        for policy in policies
        for name in (policy.id, policy.text.zh, *policy.also)
    ]
    inside = [(len(name), policy) for name, policy in names if name and name in text]
    if inside:
        longest = max(length for length, _ in inside)
        found = {policy.id: policy for length, policy in inside if length == longest}
    else:
        found = {policy.id: policy for name, policy in names if text in name}
    groups = {policy.group for policy in found.values()}
    return list(found) if len(found) == 1 or (len(groups) == 1 and "" not in groups) else []


def _plain(text: str) -> str:
    return re.sub(r"[\s（）()【】\[\]“”\"、，,·\-—_]", "", text).removesuffix("发放名册")


# ---- reasons -------------------------------------------------------------------------------------


def _sums_in_words(con: duckdb.DuckDBPyConnection, as_of: dt.date) -> None:
    """``sum_words``: the reason of each distinct outcome; many children share one."""
    columns = ("verdict", "owed", "paid", "payments", "excess", "last_paid_on", "award", "deadline")
    outcomes = con.execute(
        f"SELECT DISTINCT {', '.join(columns)} FROM held ORDER BY ALL"
    ).fetchall()
    con.execute(
        "CREATE TEMP TABLE sum_words (verdict VARCHAR, owed BIGINT, paid BIGINT, payments BIGINT, "
        "excess BIGINT, last_paid_on DATE, award BIGINT, deadline DATE, text VARCHAR)"
    )
    if outcomes:
        con.executemany(
            "INSERT INTO sum_words VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                [*outcome, reason(dict(zip(columns, outcome, strict=True)), as_of)]
                for outcome in outcomes
            ],
        )


def _conditions_in_words(con: duckdb.DuckDBPyConnection, sweep: Sweep) -> None:
    """``condition_words(child, policy, text)``, ``basis(child, text)``, and ``lacking``.

    A promise's words follow from the bits of its own conditions; there are few distinct ones.
    """
    con.execute("CREATE TEMP TABLE condition_words (child BIGINT, policy VARCHAR, text VARCHAR)")
    for policy in sweep.policies:
        if not policy.is_cash or not sweep.in_force(policy):
            continue
        own = {a for line in policy.conditions for a in atoms(line.condition)} | set(
            atoms(policy.amount)
        )
        masks = [0] * sweep.words
        for atom in own:
            bit = sweep.bits[atom]
            masks[bit // WORD] |= 1 << (bit % WORD)
        bits = ", ".join(
            f"v.{part}_{word} & {mask}::UBIGINT AS {part}_{word}"
            for part in ("sig", "unk")
            for word, mask in enumerate(masks)
        )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE told AS SELECT h.child, {bits} FROM held h "
            f"JOIN verdicts v USING (child) WHERE h.policy = {quote(policy.id)} AND h.verdict IN {EXPLAINED}"
        )
        names = [f"{part}_{word}" for part in ("sig", "unk") for word in range(sweep.words)]
        distinct = con.execute(
            f"SELECT DISTINCT {', '.join(names)} FROM told ORDER BY ALL"
        ).fetchall()
        for one in distinct:
            words = _explain(sweep, policy, one[: sweep.words], one[sweep.words :])
            where = " AND ".join(
                f"{name} = {value}" for name, value in zip(names, one, strict=True)
            )
            con.execute(
                f"INSERT INTO condition_words SELECT child, ?, ? FROM told WHERE {where}",
                [policy.id, words.text],
            )
            for fact in words.missing:
                con.execute(
                    f"INSERT INTO lacking SELECT child, ?, ? FROM told WHERE {where}",
                    [policy.id, fact],
                )
    entitling = [
        kind
        for kind in rosters.kinds().values()
        if (kind.entitles or kind.id == "recognition") and kind.id not in ENDED_KINDS
    ]
    names_of = ", ".join(
        f"CASE WHEN l.{kind.id} THEN {quote(str(kind.label))} END" for kind in entitling
    )
    con.execute(f"""
        CREATE TEMP TABLE basis AS
        SELECT child, {quote(gettext("；依据名单："))} || names AS text
        FROM (SELECT child, concat_ws('、', {names_of}) AS names FROM on_lists l) WHERE names <> ''
    """)


def _explain(
    sweep: Sweep, policy: Policy, sig: tuple[int, ...], unk: tuple[int, ...]
) -> Explanation:
    group = sweep.groups.get(policy.group)
    return explain_policy(policy, group, sweep.truth(sig, unk), None)
