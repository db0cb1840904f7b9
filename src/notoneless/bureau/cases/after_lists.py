"""What cases do when lists have come in: the rows of the national platform's are followed up."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.cases import jobs


def lists_changed(organisation: Organisation, on: dt.date) -> None:  # noqa: ARG001 - all are looked at
    """Have the platform's rows looked at soon; several lists in a row share one look."""
    transaction.on_commit(jobs.want_platform)
