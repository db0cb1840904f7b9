"""What attendance does when lists have come in or were taken back: roll-calls among them become calls."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.attendance import jobs


def lists_changed(organisation: Organisation, on: dt.date) -> None:  # noqa: ARG001 - all are looked at
    """Have the roll-calls among the lists looked at soon; several lists in a row share one look."""
    transaction.on_commit(jobs.want_lists)
