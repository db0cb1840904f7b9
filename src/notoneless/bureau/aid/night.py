"""What aid does each night: notices whose time is over go; what is owed follows the lists."""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.aid import actions
from notoneless.bureau.audit.actions import SYSTEM


def night(on: dt.date) -> None:
    """Take notices down, and work out anew what every student is owed in the term."""
    actions.take_notices_down(by=SYSTEM, on=on)
    actions.propose_term(by=SYSTEM, on=on)
