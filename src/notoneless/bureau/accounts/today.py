"""What of people and their roles the security administrator must do."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from notoneless.bureau.accounts import queries
from notoneless.bureau.accounts.models import User
from notoneless.bureau.offers import Task
from notoneless.i18n import gettext


def tasks(by: User, on: dt.date) -> list[Task]:
    """Who was invited and never came in time; whose role ends soon, so that nobody is locked out unasked."""
    if not queries.may(by, "user.change"):
        return []
    people, source = reverse("accounts:people"), gettext("人员")
    return [
        Task(
            what=gettext("重发邀请"),
            count=queries.late_guests(by).count(),
            unit=gettext("人"),
            url=f"{people}?state=late",
            why=gettext("邀请已过期，还没有登录过"),
            source=source,
        ),
        Task(
            what=gettext("决定角色是否延期"),
            count=queries.ending(by, on).count(),
            unit=gettext("人"),
            url=f"{people}?state=ending",
            why=gettext("{days}天内到期，到期后不能再办事").format(days=queries.SOON.days),
            source=source,
        ),
    ]
