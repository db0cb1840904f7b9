"""Pages of a school's year: begun, published, recognised, complete; and who is recognised by list."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.recognition import actions, queries
from notoneless.bureau.recognition.forms import NewRound
from notoneless.bureau.recognition.levels import NONE
from notoneless.bureau.recognition.models import Application, Notice, Round
from notoneless.bureau.tables import Column, Table
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext

ROUNDS = (
    Column(
        "school",
        N_("学校"),
        value=lambda one: one.school.name,
        sort="school__name",
        link=lambda one: reverse("recognition:round", args=(one.pk,)),
    ),
    Column("school_year", N_("学年"), value=lambda one: str(one.school_year), sort="school_year"),
    Column("apply_until", N_("申请到"), sort="apply_until"),
    Column(
        "completed_at",
        N_("办完"),
        value=lambda one: one.completed_at or gettext("还没有"),
        sort="completed_at",
        kind=lambda one: "kept" if one.completed_at else "unknown",
    ),
)


@needs("recognition.see")
def rounds(request: Request) -> HttpResponse:
    """The schools' years."""
    table = Table(request, queries.rounds(request.user), ROUNDS, title=gettext("各校困难认定"))
    told = {"may_begin": may(request.user, "recognition.review")}
    return table.answer("recognition/rounds.html", told)


@needs("recognition.review")
def begin(request: Request) -> HttpResponse:
    """Announce this school year's recognition."""
    by, refusal = request.user, None
    form = NewRound(request.POST or None, schools=queries.schools(by, "recognition.review"))
    if request.method == "POST" and form.is_valid():
        try:
            new = actions.begin_round(by=by, **form.cleaned_data)
            return redirect("recognition:round", new.pk)
        except Refusal as why:
            refusal = why
    return render(request, "recognition/begin.html", {"form": form, "refusal": refusal})


def _round(request: Request, key: int) -> Round:
    return get_object_or_404(queries.rounds(request.user), pk=key)


@needs("recognition.see")
def one_round(request: Request, key: int) -> HttpResponse:
    """A school's year: how many stand where, what can be published, its notices."""
    return _shown(request, _round(request, key))


def _shown(request: Request, one: Round, refusal: Refusal | None = None) -> HttpResponse:
    by, counts = request.user, queries.counts(one)
    publishes = may(by, "recognition.publish", one.school)
    ready = (
        queries.to_check(by, "reviewed", timezone.localdate())
        .filter(application__in=queries.of_round(one))
        .exclude(level=NONE)
    )
    told = {
        "one": one,
        "refusal": refusal,
        "counts": [(s.label, s.value, counts.get(s, 0)) for s in Application.State],
        "ready": ready.select_related("application__child__person", "application__seat")
        if publishes
        else [],
        "publishes": publishes,
        "completes": publishes and not one.completed_at,
        "notices": queries.notices(by).filter(round=one),
        "listed": queries.listed_children(by, one.school).count(),
        "today": timezone.localdate(),
    }
    return render(request, "recognition/round.html", told)


def _lists(child: object) -> str:
    told = (f"{one.label}（{one.source}）" for one in child.listed)  # type: ignore[attr-defined]
    return gettext("；").join(told)


LISTED = (
    Column(
        "name",
        N_("姓名"),
        sort="name",
        link=lambda one: reverse("people:child", args=(one.pk,)),
    ),
    Column("grade", N_("年级"), sort="grade", number=True),
    Column("class_name", N_("班级")),
    Column("listed", N_("在哪些名单上，依据哪份名单"), value=_lists),
    Column("state", N_("认定"), value=lambda _one: gettext("按名单认定"), kind=lambda _one: "kept"),
)


@needs("recognition.see")
def listed(request: Request, key: int) -> HttpResponse:
    """The pupils who need not apply, each with the lists that say so."""
    one = _round(request, key)
    table = Table(
        request,
        queries.listed_children(request.user, one.school),
        LISTED,
        title=gettext("按名单认定的学生"),
        late=queries.tell_lists,
    )
    return table.answer("recognition/listed.html", {"one": one})


@needs("recognition.publish")
@require_POST
def publish(request: Request, key: int) -> HttpResponse:
    """Put up a notice."""
    one = _round(request, key)
    try:
        new = actions.publish(by=request.user, round_=one)
    except Refusal as why:
        return _shown(request, one, why)
    return redirect("recognition:notice", new.pk)


@needs("recognition.publish")
@require_POST
def complete(request: Request, key: int) -> HttpResponse:
    """The school has finished."""
    one = _round(request, key)
    try:
        actions.complete_round(by=request.user, round_=one)
    except Refusal as why:
        return _shown(request, one, why)
    return redirect("recognition:round", one.pk)


def _up(one: Notice) -> str:
    return gettext("已撤下") if one.last < timezone.localdate() else gettext("公示中")


NOTICES = (
    Column(
        "first",
        N_("公示"),
        sort="first",
        whole=True,
        link=lambda one: reverse("recognition:notice", args=(one.pk,)),
    ),
    Column("last", N_("到"), sort="last", whole=True),
    Column("school", N_("学校"), value=lambda one: one.round.school.name),
    Column("names", N_("人数"), number=True),
    Column("up", N_("状态"), value=_up),
)


@needs("recognition.see")
def notices(request: Request) -> HttpResponse:
    """The notices of the schools in reach."""
    table = Table(request, queries.notices(request.user), NOTICES, title=gettext("公示"))
    return table.answer("recognition/notices.html")


def _notice(request: Request, key: int) -> Notice:
    return get_object_or_404(queries.notices(request.user), pk=key)


@needs("recognition.see")
def notice(request: Request, key: int) -> HttpResponse:
    """The sheet to print and hang up, with its address; after the last day the next step."""
    return _sheet(request, _notice(request, key))


def _sheet(request: Request, one: Notice, refusal: Refusal | None = None) -> HttpResponse:
    today = timezone.localdate()
    over = today > one.last
    told = {
        "notice": one,
        "names": [] if over else queries.names(one),
        "over": over,
        "refusal": refusal,
        "address": ""
        if over or not one.code
        else request.build_absolute_uri(reverse("recognition:open_notice", args=(one.code,))),
        "waiting": one.applications.filter(state="published").count(),
        "held": one.applications.filter(state="objected").count(),
        "concludes": over and may(request.user, "recognition.publish", one.round.school),
    }
    return render(request, "recognition/notice.html", told)


@needs("recognition.publish")
@require_POST
def conclude(request: Request, key: int) -> HttpResponse:
    """Recognise everyone without an open objection."""
    one = _notice(request, key)
    try:
        actions.conclude(by=request.user, notice=one)
    except Refusal as why:
        return _sheet(request, one, why)
    return redirect("recognition:notice", one.pk)
