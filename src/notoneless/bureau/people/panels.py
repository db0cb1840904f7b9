"""What other apps add to a child's page: guarantees and verdicts, cases, aid.

An app offers it in a file ``child_panels.py`` (found by `offers`)::

    def child_panels(by: User, child: Child, when: When) -> Iterable[Panel]:
        yield Panel(gettext("保障"), "sweeps/child.html", {"verdicts": ...}, order=10)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from notoneless.bureau import offers
from notoneless.bureau.accounts.models import User
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.standing import When


@dataclass(frozen=True, slots=True)
class Panel:
    """A section of the page: its heading, the template of its inside and what that shows.

    ``side`` puts it into the narrow column; a smaller ``order`` stands higher. ``title`` is translated.
    """

    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: int = 50
    side: bool = False


def panels(by: User, child: Child, when: When) -> list[Panel]:
    """The sections of all apps for one child, in their order."""
    return sorted(
        (
            panel
            for module in offers.found("child_panels")
            for panel in module.child_panels(by, child, when)
        ),
        key=lambda panel: panel.order,
    )
