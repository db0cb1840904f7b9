"""What is done each night: the platform's rows, late cases climb, who left hands over."""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions, jobs


def night(on: dt.date) -> None:
    """The work of the night before ``on``. A second time on the same day changes nothing."""
    jobs.follow(on)
    actions.hand_over(by=SYSTEM, on=on)
    actions.climb(by=SYSTEM, on=on)
