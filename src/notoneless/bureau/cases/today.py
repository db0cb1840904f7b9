"""What of cases a person must do. No line names a child or a circumstance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.urls import reverse

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import permissions, reach
from notoneless.bureau.cases import queries
from notoneless.bureau.cases.deadlines import moment
from notoneless.bureau.cases.models import OPEN
from notoneless.bureau.offers import Task
from notoneless.bureau.rules import queries as rules
from notoneless.i18n import gettext


def tasks(by: User, on: dt.date) -> list[Task]:
    """The lines of this person, empty ones left out by the first page."""
    allowed = permissions(by)
    return list(_tasks(by, on, allowed)) if "case.see" in allowed else []


def _tasks(by: User, on: dt.date, allowed: frozenset[str]) -> Iterator[Task]:
    cases, unit, source = queries.cases(by).filter(OPEN), gettext("案"), gettext("一人一案")
    list_ = reverse("cases:cases")

    def line(what: str, rows: QuerySet[Any], url: str, **more: Any) -> Task:
        return Task(
            what=what, count=rows.count(), url=url, **{"unit": unit, "source": source} | more
        )

    if "case.write" in allowed:
        turn = cases.filter(queries.turn(by))
        late = turn.filter(deadline__lt=on)
        yield _due(
            late, gettext("办理逾期个案"), f"{list_}?whose=turn", unit, source,
            gettext("上一级没有按期办完，或你的期限已过"),
        )  # fmt: skip
        yield _due(
            turn.filter(deadline__range=(on, on + dt.timedelta(days=7))),
            gettext("办理快到期的个案"), f"{list_}?whose=turn", unit, source, "",
        )  # fmt: skip
        visits = cases.filter(queries.mine(by), next_on__lte=on)
        yield line(
            gettext("今天要上门"), visits, reverse("cases:visits"), due=moment(on),
            why=gettext("约定了今天或更早的下一步"), act=gettext("看门牌"),
        )  # fmt: skip
    if "case.move" in allowed:
        waiting = queries.tasks(by, "case.move").filter(state="asked", due__lte=on)
        yield line(
            gettext("催部门回复"), waiting, reverse("cases:tasks") + "?late=1", unit=gettext("项"),
            due=moment(waiting.aggregate(first=Min("due"))["first"]),
        )  # fmt: skip
        yield line(
            gettext("判定同一天的两条记录"), queries.doubts(by), reverse("cases:doubts"),
            unit=gettext("条"), why=gettext("两个人记了同一天，两条都留着，请定哪条算数"),
        )  # fmt: skip
        issued = queries.documents(by, "case.move").filter(state="issued")
        yield line(
            gettext("送达文书"), issued, reverse("cases:documents") + "?state=issued",
            unit=gettext("份"), why=gettext("已签发，还没有送达"),
        )  # fmt: skip
    if "case.close" in allowed:
        here = cases.filter(county__in=reach(by, "case.close"))
        yield line(
            gettext("落实没有责任人的个案"), here.filter(queries.without_person()),
            f"{list_}?whose=hole", why=gettext("有人离岗或岗位空缺，请安全管理员授权"),
        )  # fmt: skip
        yield line(
            gettext("复核销号"), here.filter(state="watched", deadline__lte=on),
            f"{list_}?whose=ripe", why=gettext("稳控期已满"),
        )  # fmt: skip
        offered = queries.cases(by, "case.accept").filter(
            OPEN, state="transferring", destination__in=reach(by, "case.accept")
        )
        yield line(gettext("接收转来的个案"), offered, f"{list_}?whose=accept")
        answers = queries.public_words(by).filter(answered_on=None)
        yield line(
            gettext("查群众反映"), answers, reverse("cases:public_words"), unit=gettext("条")
        )
    if "excuse.approve" in allowed:
        applied = (
            queries.excuses(by, "excuse.approve").filter(state="applied").exclude(applied_by=by.pk)
        )
        yield line(
            gettext("审批依法除外"), applied, reverse("cases:excuses") + "?state=applied",
            unit=gettext("份"), why=gettext("申请人不能自己批"),
        )  # fmt: skip
    if "excuse.apply" in allowed:
        place = reach(by, "excuse.apply").first()
        days = int(rules.value("cases.excuse_reminder_days", place, on)) if place else 0
        yield line(
            gettext("依法除外快到期"), queries.ending(by, on, days),
            reverse("cases:excuses") + "?state=approved", unit=gettext("人"),
            why=gettext("到期后缺口自己回来；要继续就重新申请"),
        )  # fmt: skip


def _due(rows: QuerySet[Any], what: str, url: str, unit: str, source: str, why: str) -> Task:
    """A line with the number and the first deadline of rows, in one question."""
    found = rows.aggregate(count=Count("pk"), first=Min("deadline"))
    return Task(
        what=what, count=found["count"], unit=unit, url=url, due=moment(found["first"]), why=why,
        source=source,
    )  # fmt: skip
