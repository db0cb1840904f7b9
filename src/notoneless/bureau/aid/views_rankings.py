"""Pages of policies with fewer places than candidates: candidates, marks, order, confirmation."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.aid import actions, jobs, queries, ranking
from notoneless.bureau.aid.forms import NewRanking
from notoneless.bureau.aid.models import Ranked, Ranking
from notoneless.bureau.ledger.terms import policy_label
from notoneless.bureau.tables import Column, Table
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext

MOST_SCORES = 500
"""Candidates whose marks stand in one form."""


def page_of(one: Ranking) -> str:
    """The address of a ranking."""
    return reverse("aid:ranking", args=(one.pk,))


RANKINGS = (
    Column("policy", N_("政策"), value=lambda one: policy_label(one.policy), link=page_of),
    Column("school_year", N_("学年"), value=lambda one: str(one.school_year), sort="school_year"),
    Column("place", N_("学校或县"), sort="place__name"),
    Column("count", N_("候选（人）"), number=True),
    Column("chosen", N_("入选（人）"), number=True),
    Column("state", N_("状态"), value=lambda one: one.get_state_display(), sort="state"),
    Column("ranked_by", N_("排序"), value=lambda one: one.ranked_by or ""),
    Column("confirmed_by", N_("确认"), value=lambda one: one.confirmed_by or ""),
)


@needs("aid.see")
def rankings(request: Request) -> HttpResponse:
    """The rankings of the places in reach, newest first."""
    rows = queries.rankings(request.user)
    if (state := request.GET.get("state", "")) in Ranking.State.values:
        rows = rows.filter(state=state)
    table = Table(request, rows, RANKINGS, title=gettext("名额"))
    return table.answer("aid/rankings.html", {"may_rank": may(request.user, "aid.rank")})


@needs("aid.rank")
def new(request: Request) -> HttpResponse:
    """List the candidates of a policy at a place."""
    form = NewRanking(request.POST or None, places=queries.ranked_at(request.user))

    def act() -> HttpResponse:
        made = actions.list_candidates(by=request.user, **form.cleaned_data)
        return redirect("aid:ranking", made.pk)

    return answer_form(
        request,
        form,
        act,
        title=gettext("列出候选学生"),
        button=gettext("列出"),
        lead=gettext("符合这项政策其余条件的学生都在候选之列，不用申请"),
        back=reverse("aid:rankings"),
    )


def _counted(criterion: ranking.Criterion) -> Callable[[Ranked], str]:
    """What of a candidate counts by a criterion, in words."""
    return lambda row: criterion.shown(row.facts.get(criterion.name), row.score)


def _columns(one: Ranking) -> tuple[Column, ...]:
    order = ranking.orders()[one.policy]
    criteria = [each for each in order.criteria if each.by != "lot"]
    return (
        Column("rank", N_("名次"), sort="rank", number=True),
        Column(
            "child",
            N_("姓名"),
            value=lambda row: row.child.name,
            link=lambda row: reverse("people:child", args=(row.child.person_id,)),
        ),
        *(Column(each.name, str(each.text), value=_counted(each)) for each in criteria),
        Column(
            "tier",
            N_("结果"),
            value=lambda row: (
                order.label(row.tier) if row.tier else gettext("未入选") if row.rank else ""
            ),
            sort="tier",
            kind=lambda row: "kept" if row.tier else "",
        ),
        Column("why", N_("理由")),
    )


@needs("aid.see")
def one_ranking(request: Request, key: int) -> HttpResponse:
    """A ranking: candidates, what counts, the order, the reason of each."""
    return _page(request, get_object_or_404(queries.rankings(request.user), pk=key))


def _page(request: Request, one: Ranking, refusal: Refusal | None = None) -> HttpResponse:
    by, order = request.user, ranking.orders()[one.policy]
    rows = Ranked.objects.filter(ranking=one).select_related("child").order_by("rank", "pk")
    open_, makers = one.state in ("open", "ranked"), by.pk == one.ranked_by_id
    may_rank = open_ and may(by, "aid.rank", one.place)
    table = Table(request, rows, _columns(one), title=policy_label(one.policy))
    return table.answer(
        "aid/ranking.html",
        {
            "one": one,
            "refusal": refusal,
            "policy": policy_label(one.policy),
            "criteria": order.criteria,
            "order": order,
            "quota": sum(quota for _, quota in one.quotas),
            "may_rank": may_rank,
            "may_confirm": one.state == "ranked"
            and not makers
            and may(by, "aid.rank_confirm", one.place),
            "makers": makers,
            "scores": rows.order_by("pk")[:MOST_SCORES]
            if may_rank and any(each.by == "score" for each in order.criteria)
            else (),
        },
    )


_MARK = re.compile(r"(\d{1,4})(?:\.(\d{1,2}))?")


@require_POST
@needs("aid.rank")
def order(request: Request, key: int) -> HttpResponse:
    """Keep the marks and rank."""
    one = get_object_or_404(queries.rankings(request.user, "aid.rank"), pk=key)
    scores: dict[int, int | None] = {}
    for name, typed in request.POST.items():
        mark = _MARK.fullmatch(str(typed).strip())
        if re.fullmatch(r"mark-\d{1,12}", name):
            scores[int(name[5:])] = (
                int(mark[1]) * 100 + int((mark[2] or "").ljust(2, "0")) if mark else None
            )
    try:
        if scores:
            actions.give_scores(by=request.user, ranking_=one, scores=scores)
        actions.put_in_order(by=request.user, ranking_=one)
    except Refusal as refusal:
        return _page(request, one, refusal)
    return redirect("aid:ranking", one.pk)


@require_POST
@needs("aid.rank_confirm")
def confirm(request: Request, key: int) -> HttpResponse:
    """Let it count, and work out anew what is owed."""
    one = get_object_or_404(queries.rankings(request.user, "aid.rank_confirm"), pk=key)
    try:
        actions.confirm_ranking(by=request.user, ranking_=one)
    except Refusal as refusal:
        return _page(request, one, refusal)
    jobs.follow_rules.enqueue()
    return redirect("aid:ranking", one.pk)


@require_POST
@needs("aid.rank")
def drop(request: Request, key: int) -> HttpResponse:
    """Give it up, to begin anew."""
    one = get_object_or_404(queries.rankings(request.user, "aid.rank"), pk=key)
    try:
        actions.drop_ranking(by=request.user, ranking_=one)
    except Refusal as refusal:
        return _page(request, one, refusal)
    return redirect("aid:rankings")
