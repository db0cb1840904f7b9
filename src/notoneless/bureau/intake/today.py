"""What of lists a person must do."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from notoneless.bureau.accounts.models import User
from notoneless.bureau.intake import queries
from notoneless.bureau.intake.models import Upload
from notoneless.bureau.offers import Task
from notoneless.i18n import gettext


def tasks(by: User, on: dt.date) -> list[Task]:  # noqa: ARG001 - lists have no deadline yet
    """Lists that wait for a decision, pairs that wait for an answer."""
    return [
        Task(
            what=gettext("决定名单入库"),
            count=queries.own_uploads(by).filter(state=Upload.State.READ).count(),
            unit=gettext("份"),
            url=reverse("intake:lists") + "?state=read",
            why=gettext("已读完，看过变化再入库或不要"),
            source=gettext("名单"),
        ),
        Task(
            what=gettext("判定是不是同一个孩子"),
            count=queries.waiting(by).count(),
            unit=gettext("对"),
            url=reverse("intake:matches"),
            why=gettext("判定之前，这些行不入库"),
            source=gettext("比对"),
        ),
    ]
