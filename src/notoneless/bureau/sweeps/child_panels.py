"""On a child's page: every guarantee with its verdict, why, and since when."""

from __future__ import annotations

from collections.abc import Iterator

from notoneless.bureau.accounts.models import User
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.panels import Panel
from notoneless.bureau.people.standing import When
from notoneless.bureau.sweeps import queries
from notoneless.bureau.sweeps.models import Verdict
from notoneless.i18n import gettext


def child_panels(by: User, child: Child, when: When) -> Iterator[Panel]:
    """One section, once there was a sweep."""
    sweep = queries.latest(when)
    if sweep is None:
        return
    told = queries.verdicts(by, child, when)
    context = {
        "sweep": sweep,
        "holding": [one for one in told if one.verdict not in (Verdict.OUTSIDE, Verdict.UNSURE)],
        "unsure": [one for one in told if one.verdict == Verdict.UNSURE],
        "outside": [one for one in told if one.verdict == Verdict.OUTSIDE],
    }
    yield Panel(gettext("保障"), "sweeps/child.html", context, order=10)
