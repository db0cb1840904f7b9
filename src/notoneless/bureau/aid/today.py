"""What of aid a person must do."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.aid import queries, rulebook
from notoneless.bureau.offers import Task
from notoneless.calendar import term_on
from notoneless.i18n import gettext


def tasks(by: User, on: dt.date) -> list[Task]:
    """Awards that wait for a batch or a card, batches that wait for this person, findings not ended."""
    found: list[Task] = []
    term, source = str(term_on(on)), gettext("资助")
    if may(by, "aid.batch"):
        rows = queries.waiting(by, term)
        for why, what, reason in (
            ("ready", gettext("提出发放批次"), gettext("规则算出应发，还没有提")),
            ("no_card", gettext("补登银行卡"), gettext("应发，缺卡号")),
            ("returned", gettext("换卡重发"), gettext("银行退回")),
        ):
            count = sum(row.count for row in rows if row.why == why)
            found.append(
                Task(
                    what, count, gettext("人次"), reverse("aid:waiting"), why=reason, source=source
                )
            )
        wrong = queries.findings(by, term).filter(outcome="").exclude(verdict="owed").count()
        page = reverse("aid:findings") + "?open=1"
        found.append(
            Task(
                gettext("了结对账结果"),
                wrong,
                gettext("人次"),
                page,
                why=gettext("多发、重发、少发"),
                source=source,
            )
        )
        released = queries.batches(by, "aid.batch").filter(state="released").count()
        page = reverse("aid:batches") + "?state=released"
        found.append(
            Task(
                gettext("收银行回盘"),
                released,
                gettext("批"),
                page,
                why=gettext("已送银行"),
                source=source,
            )
        )
    if may(by, "aid.rules_approve") and may(by, "aid.rules_approve", rulebook.place()):
        open_ = queries.changes().filter(state="proposed").exclude(proposed_by=by).count()
        page = reverse("aid:changes") + "?state=proposed"
        found.append(
            Task(
                gettext("审批政策改动"),
                open_,
                gettext("项"),
                page,
                why=gettext("已在真实学生上试算"),
                source=source,
            )
        )
    if may(by, "aid.rank_confirm"):
        found += _rankings(by, on)
    if may(by, "aid.settle"):
        noted = queries.deliveries(by, "aid.settle").filter(state="recorded")
        found.append(
            Task(
                gettext("结算实物和减免"),
                noted.exclude(recorded_by=by).count(),
                gettext("笔"),
                reverse("aid:deliveries"),
                why=gettext("学校已登记发放"),
                source=source,
            )
        )
    for permission, state, what in (
        ("aid.approve", "proposed", gettext("审批发放批次")),
        ("aid.release", "approved", gettext("发放批次")),
    ):
        if may(by, permission):
            mine = queries.batches(by, permission).filter(state=state).exclude(proposed_by=by)
            page = f"{reverse('aid:batches')}?state={state}"
            found.append(
                Task(
                    what,
                    mine.count(),
                    gettext("批"),
                    page,
                    why=gettext("提出的人不能自己办"),
                    source=source,
                )
            )
    return found


def _rankings(by: User, on: dt.date) -> list[Task]:
    """Rankings of others to publish, objections that others wrote down, notices that are over."""
    others = queries.rankings(by, "aid.rank_confirm").exclude(ranked_by=by)
    held = queries.objections(by, "aid.rank_confirm").filter(outcome="")
    waiting = others.filter(state="published").exclude(candidates__objections__outcome="")
    over = waiting.exclude(pk__in=queries.notices_up(on).values("ranking"))
    page, source = reverse("aid:rankings"), gettext("资助")
    return [
        Task(what, count, gettext("项"), f"{page}?state={state}", why=why, source=source)
        for what, count, state, why in (
            (
                gettext("公示入选学生"),
                others.filter(state="ranked").count(),
                "ranked",
                gettext("排序的人不能自己公示"),
            ),
            (
                gettext("处理公示异议"),
                held.exclude(recorded_by=by).count(),
                "published",
                gettext("有异议的不能确认"),
            ),
            (
                gettext("公示期满，确认名额排序"),
                over.count(),
                "published",
                gettext("没有异议"),
            ),
        )
    ]
