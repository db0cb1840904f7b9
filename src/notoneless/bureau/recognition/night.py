"""What recognition does each night: notices whose time is over lose their address."""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.recognition import actions


def night(on: dt.date) -> None:
    """Take notices down. They answered 404 since their last day ended; now the address is gone too."""
    actions.take_down(by=SYSTEM, on=on)
