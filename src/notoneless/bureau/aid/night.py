"""What aid does each night: what is owed follows the lists."""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.aid import actions
from notoneless.bureau.audit.actions import SYSTEM


def night(on: dt.date) -> None:
    """Work out anew what every student is owed in the term."""
    actions.propose_term(by=SYSTEM, on=on)
