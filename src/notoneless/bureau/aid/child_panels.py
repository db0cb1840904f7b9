"""What aid adds to a child's page: awards with their way, for who may see aid."""

from __future__ import annotations

from collections.abc import Iterable

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.aid import queries
from notoneless.bureau.ledger.terms import policy_label, term_label
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.panels import Panel
from notoneless.bureau.people.standing import When
from notoneless.i18n import gettext


def child_panels(by: User, child: Child, when: When) -> Iterable[Panel]:  # noqa: ARG001 - awards are of terms
    """The awards of a child."""
    if not may(by, "aid.see"):
        return
    rows = [
        {"award": one, "policy": policy_label(one.policy), "term": term_label(one.term)}
        for one in queries.of_child(by, child.pk).prefetch_related("payments")[:20]
    ]
    if rows:
        yield Panel(gettext("资助"), "aid/child.html", {"awards": rows}, order=40)
