"""What of placements and admissions a person must do."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.offers import Task
from notoneless.bureau.placements import queries
from notoneless.bureau.placements.models import Admission
from notoneless.i18n import gettext


def tasks(by: User, on: dt.date) -> list[Task]:
    """Lessons owed this month, disabled children without a place, applications that wait."""
    found: list[Task] = []
    if may(by, "placement.visit"):
        lacking = sum(one.lacking for one in queries.taught_at_home(by, on))
        after = (on.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        found.append(
            Task(
                what=gettext("补上本月的送教"),
                count=lacking,
                unit=gettext("课次"),
                url=reverse("placements:taught"),
                due=_end(after - dt.timedelta(days=1)),
                why=gettext("本月还没有送够"),
                source=gettext("特教"),
            )
        )
    if may(by, "placement.change"):
        found.append(
            Task(
                what=gettext("安置残疾儿童入学"),
                count=queries.disabled(by, "gap", unplaced=True).count(),
                unit=gettext("人"),
                url=reverse("placements:children") + "?verdict=gap",
                why=gettext("适龄，没有学籍，也没有安置"),
                source=gettext("特教"),
            )
        )
    if may(by, "admission.change"):
        waiting = queries.admissions(by).filter(state=Admission.State.COMPLETE)
        first = waiting.first()
        found.append(
            Task(
                what=gettext("给随迁子女安排学校"),
                count=waiting.count(),
                unit=gettext("人"),
                url=reverse("placements:admissions") + "?state=complete",
                due=_end(first.due) if first is not None and first.due else None,
                why=gettext("材料已齐"),
                source=gettext("随迁"),
            )
        )
    return found


def _end(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(18)))
