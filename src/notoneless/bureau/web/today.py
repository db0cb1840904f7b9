"""What of the log the audit administrator must do."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.audit.queries import since_verified
from notoneless.bureau.offers import Task
from notoneless.i18n import gettext

EVERY = dt.timedelta(days=7)
"""A chain that is looked at each week is cut for a week at most before somebody knows."""


def tasks(by: User, on: dt.date) -> list[Task]:
    """The chain, when a week has passed since somebody verified it, or nobody ever did."""
    if not may(by, "audit.read"):
        return []
    last, count = since_verified()
    if last is not None and on - timezone.localdate(last) < EVERY:
        return []
    said = (
        gettext("上次核验：{day}").format(day=timezone.localdate(last).isoformat())
        if last
        else gettext("还没有核验过")
    )
    return [
        Task(
            what=gettext("核验审计链"),
            count=count,
            unit=gettext("条"),
            url=reverse("audit") + "?verify=1",
            why=said,
            source=gettext("审计日志"),
        )
    ]
