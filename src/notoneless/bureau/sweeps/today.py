"""What of sweeps a person must do: see to what failed, decide on many new cases, ask for lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.offers import Task
from notoneless.bureau.sweeps import first_page, handed_in, queries
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
        *_missing(by),
    ]


def _missing(by: User) -> Iterator[Task]:
    """Lists without which children cannot be judged, for who hands them in for a county."""
    told = first_page.mine(by)
    if told is None or told.place.kind != "county" or not may(by, "list.take_in", told.place):
        return
    missing = [one.text for one in handed_in.lists(told) if one.day is None]
    yield Task(
        what=gettext("催交名单"),
        count=len(missing),
        unit=gettext("份"),
        url=reverse("intake:lists"),
        why=gettext("、").join(missing),
        source=gettext("缺了名单，有关的儿童只能待核"),
        act=gettext("去交"),
    )
