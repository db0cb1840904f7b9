"""What the night does of attendance: the same as after a roll-call, once for all."""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.attendance import jobs


def night(on: dt.date) -> None:
    """Open cases for those missing for too long, and note who is back; before that, what lists say."""
    jobs.call_listed(jobs.LONG)
    jobs.follow(on)
