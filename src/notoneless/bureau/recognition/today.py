"""What of recognition a person must do."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may, reach
from notoneless.bureau.offers import Task
from notoneless.bureau.recognition import queries
from notoneless.bureau.recognition.models import Application, Round
from notoneless.calendar import school_year_on
from notoneless.i18n import gettext


def tasks(by: User, on: dt.date) -> list[Task]:
    """Applications to receive, to review, to publish, to recognise; changes and objections."""
    found: list[Task] = []
    source, people = gettext("认定"), gettext("人")
    page = reverse("recognition:applications")

    def add(what: str, count: int, url: str, why: str, last: dt.date | None = None) -> None:
        due = timezone.make_aware(dt.datetime.combine(last, dt.time(18))) if last else None
        found.append(Task(what, count, people, url, due=due, why=why, source=source))

    if may(by, "recognition.receive"):
        taking = Round.objects.filter(
            school__down__below__in=reach(by, "recognition.receive"),
            school_year=school_year_on(on),
            apply_until__gte=on,
            completed_at__isnull=True,
        ).distinct()
        first = taking.order_by("apply_until").first()
        found.append(
            Task(
                gettext("告诉家长，受理认定申请"),
                taking.count(),
                gettext("校"),
                reverse("recognition:receive"),
                due=timezone.make_aware(dt.datetime.combine(first.apply_until, dt.time(18)))
                if first
                else None,
                why=gettext("本学年认定正在受理"),
                source=source,
            )
        )
    if may(by, "recognition.review"):
        waiting = queries.applications(by, "recognition.review").filter(state="received")
        count = waiting.exclude(received_by=by).count()
        add(gettext("评议认定申请"), count, f"{page}?state=received", gettext("已受理，待评议"))
    if may(by, "recognition.publish"):
        for state, what, url, why in (
            (
                "reviewed",
                gettext("公示评议结果"),
                reverse("recognition:rounds"),
                gettext("已评议，待公示"),
            ),
            (
                "published",
                gettext("公示期满，认定"),
                reverse("recognition:notices"),
                gettext("没有异议"),
            ),
            (
                "recognised",
                gettext("确认档次调整"),
                f"{page}?change=1",
                gettext("别人提出，等您确认"),
            ),
        ):
            add(what, queries.to_check(by, state, on).count(), url, why)
    if may(by, "recognition.settle"):
        held = queries.objections(by, "recognition.settle").filter(
            outcome="", application__state=Application.State.OBJECTED
        )
        count = held.exclude(recorded_by=by).count()
        add(gettext("处理公示异议"), count, f"{page}?state=objected", gettext("有异议的不能认定"))
    return found
