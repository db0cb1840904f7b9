"""On a child's page: recognised by list or by application, for who may know of need."""

from __future__ import annotations

from collections.abc import Iterator

from notoneless.bureau.accounts.models import User
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.panels import Panel
from notoneless.bureau.people.standing import When
from notoneless.bureau.recognition import queries
from notoneless.bureau.recognition.levels import word
from notoneless.i18n import gettext


def child_panels(by: User, child: Child, when: When) -> Iterator[Panel]:  # noqa: ARG001 - all years
    """One section, where there is something to say."""
    if not people.children(by, "child.need").filter(pk=child.pk).exists():
        return
    listed = queries.evidence(by, child)
    mine = queries.applications(by).filter(child__person=child.pk)
    rows = [{"one": one, "level": word(getattr(one, "level", None) or "")} for one in mine]
    if listed or rows:
        context = {"listed": listed, "rows": rows}
        yield Panel(gettext("困难认定"), "recognition/panel.html", context, order=39)
