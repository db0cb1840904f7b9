"""On a child's page: where it learns, for who may know of it."""

from __future__ import annotations

from collections.abc import Iterator

from notoneless.bureau.accounts.models import User
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.panels import Panel
from notoneless.bureau.people.standing import When
from notoneless.bureau.placements import queries
from notoneless.i18n import gettext


def child_panels(by: User, child: Child, when: When) -> Iterator[Panel]:  # noqa: ARG001 - all times
    """One section, where there is something to say."""
    if not queries.child(by, child.pk).exists():
        return
    placements, opinions = queries.placements_of(child), queries.opinions_of(child)
    if placements or opinions:
        context = {"placements": placements, "opinions": opinions, "key": child.pk}
        yield Panel(gettext("特教安置"), "placements/panel.html", context, order=40)
