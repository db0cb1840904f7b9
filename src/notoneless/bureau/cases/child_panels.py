"""What a child's page says of cases."""

from __future__ import annotations

from collections.abc import Iterator

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.cases import looking, queries
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.panels import Panel
from notoneless.bureau.people.queries import where
from notoneless.bureau.people.standing import When
from notoneless.i18n import gettext


def child_panels(by: User, child: Child, when: When) -> Iterator[Panel]:  # noqa: ARG001 - of now
    """The child's cases and excuses, and how to begin one."""
    if not may(by, "case.see", where(child)):
        return
    rows = [
        (case, looking.state(case), looking.meaning(case), looking.left(case))
        for case in queries.of_child(by, child)
    ]
    context = {
        "rows": rows,
        "child": child,
        "may_open": may(by, "case.open", where(child)),
        "may_apply": may(by, "excuse.apply", where(child)),
    }
    yield Panel(gettext("个案"), looking.OWN_PANEL, context, order=30)
