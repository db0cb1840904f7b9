"""What of sweeps a person must do: see to what failed, decide on many new cases at once."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from notoneless.bureau.accounts.models import User
from notoneless.bureau.offers import Task
from notoneless.bureau.sweeps import queries
from notoneless.i18n import gettext


def tasks(by: User, on: dt.date) -> list[Task]:  # noqa: ARG001 - neither has a deadline
    """A sweep or a night that failed and that no later one has made good; cases that wait for a word."""
    failed = queries.failed(by)
    return [
        Task(
            what=gettext("查逐人核对为什么没有算成"),
            count=len(failed),
            unit=gettext("次"),
            url=reverse("sweeps:sweeps"),
            why=gettext("；").join(failed),
            source=gettext("系统"),
        ),
        *(
            Task(
                what=gettext("决定一次立案"),
                count=held.cases,
                unit=gettext("案"),
                url=reverse("sweeps:held", args=(held.county_id,)),
                why=gettext("{county}一次核对出的缺口太多，先看是不是少交了名单").format(
                    county=held.county.name
                ),
                source=gettext("逐人核对"),
            )
            for held in queries.held(by)
        ),
    ]
