"""What sweeps do when lists have changed what is known: everybody is held against every guarantee again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.sweeps import jobs


def lists_changed(organisation: Organisation, on: dt.date) -> None:  # noqa: ARG001 - a sweep is of all
    """Have a sweep made soon; several lists in a row share one."""
    # Only once the list is in: a sweep that waits for its turn already will then see it.
    transaction.on_commit(jobs.want_sweep)
