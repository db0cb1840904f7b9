"""Pages of policies with fewer places than candidates: marks, order, public notice, objections, confirmation."""

from __future__ import annotations

import re
from collections.abc import Callable

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts.access import Request, needs, public
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.aid import actions, jobs, queries, ranking
from notoneless.bureau.aid.forms import NewObjection, NewRanking, SettledObjection
from notoneless.bureau.aid.models import ChosenNotice, Ranked, Ranking
from notoneless.bureau.ledger.terms import policy_label
from notoneless.bureau.publication import unlisted
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


def _out(row: Ranked) -> str:
    if row.struck:
        return gettext("异议成立，不再候选")
    return gettext("未入选") if row.rank else ""


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
            value=lambda row: order.label(row.tier) if row.tier else _out(row),
            sort="tier",
            kind=lambda row: "kept" if row.tier else "",
        ),
        Column("why", N_("理由")),
    )


@needs("aid.see")
def one_ranking(request: Request, key: int) -> HttpResponse:
    """A ranking: candidates, what counts, the order, the reason of each."""
    return _page(request, get_object_or_404(queries.rankings(request.user), pk=key))


def _page(
    request: Request, one: Ranking, refusal: Refusal | None = None, **bad: forms.Form
) -> HttpResponse:
    by, order, today = request.user, ranking.orders()[one.policy], timezone.localdate()
    rows = Ranked.objects.filter(ranking=one).select_related("child").order_by("rank", "pk")
    open_, makers = one.state in ("open", "ranked"), by.pk == one.ranked_by_id
    may_rank = may(by, "aid.rank", one.place)
    checks = not makers and may(by, actions.PUBLISH, one.place)
    notice = one.notices.order_by("pk").last() if one.state in ("published", "confirmed") else None
    objections = list(queries.objections(by).filter(ranked__ranking=one))
    held = any(not each.outcome for each in objections)
    settles, wrong = may(by, actions.PUBLISH, one.place), bad.get("settling")
    for each in objections:
        if settles and not each.outcome and each.recorded_by_id != by.pk:
            own = SettledObjection(objection=each)
            each.form = wrong if wrong and wrong.auto_id == own.auto_id else own  # type: ignore[attr-defined]
    published = one.state == "published"
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
            "may_rank": may_rank and open_,
            "may_drop": may_rank and (open_ or published),
            "may_publish": checks and one.state == "ranked",
            "may_confirm": checks and published and notice and notice.last < today and not held,
            "makers": makers,
            "notice": notice,
            "address": _address(request, notice) if notice and notice.address_holds else "",
            "objections": objections,
            "objecting": (bad.get("objecting") or NewObjection(ranking=one))
            if published and may_rank
            else None,
            "scores": rows.filter(struck=False).order_by("pk")[:MOST_SCORES]
            if may_rank and open_ and any(each.by == "score" for each in order.criteria)
            else (),
        },
    )


def _address(request: Request, notice: ChosenNotice) -> str:
    return request.build_absolute_uri(reverse("aid:chosen", args=(notice.code,)))


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
def publish(request: Request, key: int) -> HttpResponse:
    """Put up a notice of who is chosen."""
    one = get_object_or_404(queries.rankings(request.user, "aid.rank_confirm"), pk=key)
    try:
        actions.publish_ranking(by=request.user, ranking_=one)
    except Refusal as refusal:
        return _page(request, one, refusal)
    return redirect("aid:ranking", one.pk)


@require_POST
@needs("aid.rank")
def object_to(request: Request, key: int) -> HttpResponse:
    """Somebody objects to one of the chosen."""
    one = get_object_or_404(queries.rankings(request.user, "aid.rank"), pk=key)
    form = NewObjection(request.POST, ranking=one)
    if not form.is_valid():
        return _page(request, one, objecting=form)
    try:
        actions.object_to_chosen(by=request.user, **form.cleaned_data)
    except Refusal as refusal:
        return _page(request, one, refusal)
    return redirect("aid:ranking", one.pk)


@require_POST
@needs("aid.rank_confirm")
def settle(request: Request, key: int) -> HttpResponse:
    """What came of an objection."""
    found = get_object_or_404(queries.objections(request.user, "aid.rank_confirm"), pk=key)
    one = get_object_or_404(queries.rankings(request.user), pk=found.ranked.ranking_id)
    form = SettledObjection(request.POST, objection=found)
    if not form.is_valid():
        return _page(request, one, settling=form)
    try:
        actions.settle_chosen(by=request.user, objection=found, **form.cleaned_data)
    except Refusal as refusal:
        return _page(request, one, refusal)
    return redirect("aid:ranking", one.pk)


@public
@never_cache
def chosen(request: HttpRequest, code: str) -> HttpResponse:
    """For everyone, while the notice is up: name, school, grade, class of who is chosen. Nothing else."""
    found = queries.open_notice(code)
    if found is None:
        raise Http404
    one = found.ranking
    told = {
        "notice": found,
        "one": one,
        "policy": policy_label(one.policy),
        "names": queries.names_chosen(one),
        "schools": one.place.kind != "school",
    }
    return unlisted(render(request, "aid/open_chosen.html", told))


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
