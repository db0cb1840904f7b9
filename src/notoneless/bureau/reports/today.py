"""Reports a person has to file."""

from __future__ import annotations

import datetime as dt
import itertools

from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.offers import Task
from notoneless.bureau.reports import queries
from notoneless.i18n import gettext


def tasks(by: User, on: dt.date) -> list[Task]:
    """A line per kind and period; who has many schools sees how many are missing on the report's page."""
    if not may(by, "report.file"):
        return []
    found = []
    rows = sorted(queries.owed(by, on), key=lambda one: (one.kind.id, one.period))
    for (_, period), group in itertools.groupby(rows, key=lambda one: (one.kind.id, one.period)):
        owing = list(group)
        kind = owing[0].kind
        due = min(one.due for one in owing)
        found.append(
            Task(
                what=gettext("报送{period}{report}").format(
                    period=kind.label(period), report=kind.text
                ),
                count=len(owing),
                unit=gettext("份"),
                url=reverse("reports:report", args=(kind.id, period, owing[0].organisation.pk))
                if len(owing) == 1
                else reverse("reports:collected", args=(kind.id, period)),
                due=timezone.make_aware(dt.datetime.combine(due, dt.time(18))),
                why=gettext("没有新增也要报，零也是一个数"),
                source=gettext("四个一"),
            )
        )
    return found
