"""What of attendance a person must do today."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import permissions
from notoneless.bureau.attendance import absences, queries
from notoneless.bureau.attendance.models import Half
from notoneless.bureau.offers import Task
from notoneless.bureau.rules import queries as rules
from notoneless.i18n import gettext


def tasks(by: User, on: dt.date) -> list[Task]:
    """Classes that are not called yet; children missing so long that somebody must call or visit."""
    allowed = permissions(by)
    first = queries.classes(by).first() if "attendance.see" in allowed else None
    if first is None or not rules.calendar(first).is_school_day(on):
        return []
    calls = "attendance.call" in allowed
    if not calls and "attendance.warn" not in allowed:
        return []  # who only looks, like an auditor, reminds nobody
    return [_calling(by, on, first, calls=calls), *(_absences(by, on) if calls else ())]


def _calling(by: User, on: dt.date, first: Organisation, *, calls: bool) -> Task:
    waiting = queries.uncalled(by, on, Half.MORNING)
    if not calls:
        what = gettext("催学校点名")
    elif waiting > 1:
        what = gettext(
            "催各班点名"
        )  # who answers for a whole school can also call in a teacher's place
    else:
        what = gettext("点名")
    at = dt.time.fromisoformat(queries.called_by(first, on))
    return Task(
        what=what,
        count=waiting,
        unit=gettext("个班"),
        url=reverse("attendance:start"),
        due=dt.datetime.combine(on, at, timezone.get_default_timezone()),
        why=gettext("上午还没有点名"),
        source=gettext("点名"),
    )


def _absences(by: User, on: dt.date) -> list[Task]:
    runs = [run for run in absences.absent_runs(by, on) if run.steps]
    return [
        Task(
            what=gettext("联系家长，家访"),
            count=len(runs),
            unit=gettext("人"),
            url=reverse("attendance:absent"),
            why=gettext("无故未到，最长的{days}个校日").format(days=runs[0].days if runs else 0),
            source=gettext("点名"),
        )
    ]
