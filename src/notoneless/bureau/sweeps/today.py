"""What of sweeps a person must do: see to one that failed."""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.offers import Task
from notoneless.bureau.sweeps.models import Night, Sweep
from notoneless.i18n import gettext


def tasks(by: User, on: dt.date) -> list[Task]:  # noqa: ARG001 - what failed has no deadline
    """A sweep or a night that failed and that no later one has made good."""
    if not may(by, "sweep.run"):
        return []
    failed = []
    last = Sweep.objects.exclude(state="running").order_by("-pk").first()
    if last is not None and last.state == "failed":
        failed.append(gettext("{day}：{kind}").format(day=last.as_of, kind=last.broken))
    night = Night.objects.order_by("-on").first()
    if night is not None and night.broken:
        failed.append(gettext("{day}夜间工作：{kind}").format(day=night.on, kind=night.broken))
    return [
        Task(
            what=gettext("查逐人核对为什么没有算成"),
            count=len(failed),
            unit=gettext("次"),
            url="/sweeps",
            why=gettext("；").join(failed),
            source=gettext("系统"),
        )
    ]
