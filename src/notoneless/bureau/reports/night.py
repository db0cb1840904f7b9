"""Each night: the figures of the rates."""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.reports import actions


def night(on: dt.date) -> None:
    """Count them for every county and above."""
    actions.count_rates(by=SYSTEM, on=on)
