"""What aid adds to a child's page, for who may see aid: awards, in kind, loans, every verdict with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.aid import queries, rulebook
from notoneless.bureau.ledger.terms import policy_label, term_label
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.panels import Panel
from notoneless.bureau.people.queries import where
from notoneless.bureau.people.standing import When
from notoneless.i18n import gettext


def child_panels(by: User, child: Child, when: When) -> Iterable[Panel]:  # noqa: ARG001 - awards are of terms
    """The awards of a child, what it had otherwise, and what the rules say of every policy."""
    if not may(by, "aid.see"):
        return
    rows = [
        {"award": one, "policy": policy_label(one.policy), "term": term_label(one.term)}
        for one in queries.of_child(by, child.pk).prefetch_related("payments")[:20]
    ]
    here = may(by, "aid.see", where(child))  # else only what is of one's own places
    told = queries.told_of(child.pk) if here else None
    lines: list[dict[str, Any]] = (
        [
            {
                "line": line,
                "policy": policy_label(line.policy),
                "kind": gettext(rulebook.KINDS[policies[line.policy].kind])
                if line.policy in policies
                else "",
            }
            for policies in ({one.id: one for one in rulebook.book().policies},)
            for line in told.sheet.lines.order_by("pk")
        ]
        if told
        else []
    )
    order = ("owed", "needs_data", "not_owed")
    given = [
        {"given": one, "policy": policy_label(one.policy), "term": term_label(one.term)}
        for one in (queries.given_to(child.pk)[:20] if here else ())
    ]
    loans = [
        {"loan": one, "policy": policy_label(one.policy)}
        for one in queries.loans(by).filter(child__person=child.pk)[:20]
    ]
    if rows or lines or given or loans:
        shown = {
            "awards": rows,
            "term": term_label(told.term) if told else "",
            "lines": sorted(lines, key=lambda row: order.index(row["line"].verdict)),
            "given": given,
            "loans": loans,
            "may_lend": child.pk if may(by, "aid.loans") and _may_borrow(lines) else None,
        }
        yield Panel(gettext("资助"), "aid/child.html", shown, order=40)


def _may_borrow(lines: list[dict[str, Any]]) -> bool:
    return any(
        row["kind"] == gettext(rulebook.KINDS["loan"]) and row["line"].verdict == "owed"
        for row in lines
    )
