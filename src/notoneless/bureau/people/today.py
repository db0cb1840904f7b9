"""What of the classes a person must do."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.offers import Task
from notoneless.bureau.people import classes
from notoneless.i18n import gettext


def tasks(by: User, on: dt.date) -> list[Task]:  # noqa: ARG001 - classes have no deadline
    """Classes that the rolls name and the tree lacks: their children belong to no class teacher yet."""
    if not may(by, "class.change"):
        return []
    schools = classes.waiting(by)
    lacking = sum(len(one.named) for one in schools)
    children = sum(one.children for one in schools)
    return [
        Task(
            what=gettext("按名册建班"),
            count=lacking,
            unit=gettext("个班"),
            url=reverse("people:classes"),
            why=gettext("名册里有、系统里还没有的班；{count}名儿童等着归班").format(count=children),
            source=gettext("学籍名册"),
        )
    ]
