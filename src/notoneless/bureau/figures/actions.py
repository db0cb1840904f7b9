"""The only writes: that somebody looked at the records behind a figure."""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.accounts.models import User
from notoneless.bureau.audit import actions as audit
from notoneless.i18n import N_

VERBS = {"figure.opened": N_("查看数字背后的记录")}
"""What the verbs of the log mean, in words."""


@audit.action
def opened(*, by: User, figure: str, on: dt.date, records: int) -> None:
    """Say that somebody opened a figure and saw so many of its records."""
    audit.record(by, "figure.opened", figure=figure, on=on, records=records)
