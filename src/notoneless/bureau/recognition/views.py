"""Pages of applications: the list, one taken in, one with its evidence and steps, objections."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import may, reach
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people.queries import children
from notoneless.bureau.recognition import actions, queries
from notoneless.bureau.recognition.forms import (
    NewApplication,
    NewObjection,
    Proposal,
    SettledObjection,
)
from notoneless.bureau.recognition.levels import NONE, commitment, word
from notoneless.bureau.recognition.models import Application
from notoneless.bureau.recognition.steps import UNDER_WAY
from notoneless.bureau.tables import Column, Table
from notoneless.calendar import school_year_on
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext

KINDS = {"recognised": "kept", "withdrawn": "excused", "objected": "gap", "refused": "excused"}


def _name(one: Application) -> str:
    return str(one.child.person or one.child)


def _class(one: Application) -> str:
    return one.seat.name if one.seat.kind == Organisation.Kind.CLASS else ""


def _state(one: Application) -> str:
    return str(Application.State(one.state).label)


APPLICATIONS = (
    Column(
        "name",
        N_("姓名"),
        value=_name,
        sort="child__person__name",
        link=lambda one: reverse("recognition:application", args=(one.pk,)),
    ),
    Column("school", N_("学校"), value=lambda one: one.school.name, sort="school__name"),
    Column("seat", N_("班级"), value=_class),
    Column("school_year", N_("学年"), value=lambda one: str(one.school_year), sort="school_year"),
    Column("asked", N_("申请的档次"), value=lambda one: word(one.asked)),
    Column("level", N_("评议的档次"), value=lambda one: word(one.level or "")),
    Column(
        "state",
        N_("状态"),
        value=_state,
        sort="state",
        kind=lambda one: KINDS.get(one.state, "unknown"),
    ),
    Column("received_at", N_("受理"), sort="received_at", whole=True),
)


@needs("recognition.see")
def applications(request: Request) -> HttpResponse:
    """The applications of all years in reach; ``?state=`` and ``?change=1`` ask for some."""
    by, wanted = request.user, request.GET.get("state", "")
    everyone = queries.applications(by)
    rows = everyone.filter(state=wanted) if wanted in Application.State.values else everyone
    if request.GET.get("change"):
        waits = queries.to_check(by, "recognised", timezone.localdate())
        rows = rows.filter(pk__in=waits.values("application"))
    table = Table(request, rows, APPLICATIONS, title=gettext("困难认定申请"))
    told = {
        "states": [(s.value, s.label, everyone.filter(state=s).count()) for s in Application.State],
        "wanted": wanted,
        "may_receive": may(by, "recognition.receive"),
    }
    return table.answer("recognition/applications.html", told)


RECEIVED = (
    Column("name", N_("姓名"), value=_name),
    Column("seat", N_("班级"), value=_class),
    Column("state", N_("状态"), value=_state),
    Column("received_at", N_("受理"), whole=True),
)


@needs("recognition.receive")
@never_cache
def receive(request: Request) -> HttpResponse:
    """Take an application in; the answer shows the guardian's code, this once."""
    by, refusal = request.user, None
    here = children(by, "recognition.receive").filter(
        on_roll=True, school__in=reach(by, "recognition.receive")
    )
    place = Organisation.objects.filter(
        pk__in=reach(by, "recognition.receive"), kind__in=("school", "class")
    ).first()
    year = school_year_on(timezone.localdate())
    mine = queries.applications(by, "recognition.receive").filter(school_year=year)
    form = NewApplication(request.POST or None, children=here.order_by("name", "pk"), place=place)
    if request.method == "POST" and form.is_valid():
        try:
            new, code = actions.receive(by=by, **form.cleaned_data)
            told = {"one": new, "name": _name(new), "code": code}
            return render(request, "recognition/received.html", told)
        except Refusal as why:
            refusal = why
    table = Table(request, mine, RECEIVED, title=gettext("本学年受理的申请"))
    told = {"form": form, "refusal": refusal, "commitment": commitment()}
    return table.answer("recognition/receive.html", told)


def _application(request: Request, key: int, permission: str) -> Application:
    return get_object_or_404(queries.applications(request.user, permission), pk=key)


@needs("recognition.see")
def application(request: Request, key: int) -> HttpResponse:
    """One application: what was said, which lists name the child, every decision, the next step."""
    one = _application(request, key, "recognition.see")
    audit.read(request.user, "recognition.read", one, purpose=gettext("困难认定"))
    return _shown(request, one)


def _shown(
    request: Request, one: Application, refusal: Refusal | None = None, **bad: forms.Form
) -> HttpResponse:
    by = request.user
    open_one = one.decisions.filter(outcome="").first()
    checks = may(by, "recognition.publish", one.seat) and open_one is not None
    checks = checks and open_one is not None and open_one.proposed_by_id != by.pk
    reviews = may(by, "recognition.review", one.seat)
    told: dict[str, Any] = {
        "one": one,
        "child": one.child.person or one.child,
        "refusal": refusal,
        "reviewing": False,
        "asked": word(one.asked),
        "next": gettext(queries.NEXT[one.state]),
        "listed": queries.evidence(by, one.child),
        "decisions": [
            (row, word(row.level))
            for row in one.decisions.select_related("proposed_by", "settled_by").order_by("pk")
        ],
        "objections": one.objections.select_related("recorded_by", "settled_by").order_by("pk"),
    }
    if reviews and one.state == "received" and one.received_by_id != by.pk:
        told["reviewing"] = True
        told["proposing"] = bad.get("proposing") or Proposal(
            place=one.seat, initial={"level": one.asked}
        )
    if reviews and one.state == "recognised" and open_one is None:
        told["proposing"] = bad.get("proposing") or Proposal(place=one.seat)
    told["own"] = one.state == "received" and one.received_by_id == by.pk
    told["refusing"] = checks and one.state == "reviewed" and open_one and open_one.level == NONE
    told["sending_back"] = checks and one.state == "reviewed"
    told["changing"] = checks and one.state == "recognised"
    told["reissuing"] = reviews
    told["withdrawing"] = reviews and one.state in UNDER_WAY
    if one.state in ("published", "objected"):
        if may(by, "recognition.object", one.seat):
            told["objecting"] = bad.get("objecting") or NewObjection()
        if may(by, "recognition.settle", one.seat):
            told["settling"] = bad.get("settling") or SettledObjection()
    return render(request, "recognition/application.html", told)


@needs("recognition.review")
@require_POST
def review(request: Request, key: int) -> HttpResponse:
    """The group's proposal, the proposal of another level, or the family's withdrawal."""
    by, one = request.user, _application(request, key, "recognition.review")
    try:
        if request.POST.get("act") == "withdraw":
            actions.withdraw(by=by, application=one)
            return redirect("recognition:application", one.pk)
        form = Proposal(request.POST, place=one.seat)
        if not form.is_valid():
            return _shown(request, one, proposing=form)
        act = actions.adjust if one.state == "recognised" else actions.review
        act(by=by, application=one, **form.cleaned_data)
    except Refusal as why:
        return _shown(request, one, why)
    return redirect("recognition:application", one.pk)


@needs("recognition.review")
@require_POST
@never_cache
def reissue(request: Request, key: int) -> HttpResponse:
    """A new code for a guardian who lost his; it is shown this once."""
    one = _application(request, key, "recognition.review")
    code = actions.reissue_code(by=request.user, application=one)
    told = {"one": one, "name": _name(one), "code": code, "again": True}
    return render(request, "recognition/received.html", told)


@needs("recognition.publish")
@require_POST
def settle(request: Request, key: int) -> HttpResponse:
    """What the head makes of a proposal: refuse as proposed, send back, adopt a change or not."""
    by, one = request.user, _application(request, key, "recognition.publish")
    try:
        match request.POST.get("act"):
            case "refuse":
                actions.refuse(by=by, application=one)
            case "send_back":
                actions.send_back(by=by, application=one)
            case "adopt":
                actions.settle_change(by=by, application=one, adopted=True)
            case "drop":
                actions.settle_change(by=by, application=one, adopted=False)
    except Refusal as why:
        return _shown(request, one, why)
    return redirect("recognition:application", one.pk)


@needs("recognition.object")
@require_POST
def object_to(request: Request, key: int) -> HttpResponse:
    """Somebody objects."""
    one = _application(request, key, "recognition.object")
    form = NewObjection(request.POST)
    if not form.is_valid():
        return _shown(request, one, objecting=form)
    try:
        actions.object_to(by=request.user, application=one, text=form.cleaned_data["text"])
    except Refusal as why:
        return _shown(request, one, why)
    return redirect("recognition:application", one.pk)


@needs("recognition.settle")
@require_POST
def objection(request: Request, key: int) -> HttpResponse:
    """What came of an objection."""
    found = get_object_or_404(queries.objections(request.user, "recognition.settle"), pk=key)
    one = _application(request, found.application_id, "recognition.settle")
    form = SettledObjection(request.POST)
    if not form.is_valid():
        return _shown(request, one, settling=form)
    try:
        actions.settle(by=request.user, objection=found, **form.cleaned_data)
    except Refusal as why:
        return _shown(request, one, why)
    return redirect("recognition:application", one.pk)
