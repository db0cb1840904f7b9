"""Pages: disabled children and where they learn, lessons at home, admissions of migrant children."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import may, reach
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.queries import children as people_children
from notoneless.bureau.people.queries import where
from notoneless.bureau.placements import actions, queries
from notoneless.bureau.placements.forms import (
    Brought,
    EndOfPlacement,
    NewAdmission,
    NewOpinion,
    NewPlacement,
    NewVisit,
    Place,
    Refused,
)
from notoneless.bureau.placements.models import Admission, Kind, Placement
from notoneless.bureau.placements.papers import asked
from notoneless.bureau.sweeps.models import Verdict
from notoneless.bureau.tables import Column, Table
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext


def _school(child: Child) -> str:
    if child.school is None:
        return child.school_name
    above = child.school.parent if child.school.kind == Organisation.Kind.CLASS else None
    return (above or child.school).name


CHILDREN = (
    Column(
        "name",
        N_("姓名"),
        sort="name",
        link=lambda one: reverse("placements:child", args=(one.pk,)),
    ),
    Column("birth_date", N_("出生日期"), sort="birth_date"),
    Column("home", N_("住处"), value=lambda one: one.home.name if one.home else ""),
    Column("school", N_("学校"), value=_school),
    Column(
        "verdict",
        N_("入学安置"),
        value=lambda one: Verdict(one.verdict).label if one.verdict else "",
        kind=lambda one: (
            one.verdict if one.verdict in ("kept", "excused", "gap", "unknown") else ""
        ),
    ),
    Column(
        "placed", N_("现在的安置"), value=lambda one: Kind(one.placed).label if one.placed else ""
    ),
    Column("opinion", N_("有评估意见")),
)


@needs("placement.see")
def children(request: Request) -> HttpResponse:
    """The disabled children of age, each with verdict and place: the federation's list, reconciled."""
    wanted = request.GET.get("verdict", "")
    rows = queries.disabled(request.user, wanted if wanted in Verdict.values else "")
    table = Table(request, rows, CHILDREN, title=gettext("残疾儿童入学安置"))
    counts = {
        kind: queries.disabled(request.user, kind).count()
        for kind in ("kept", "excused", "gap", "unknown")
    }
    return table.answer("placements/children.html", {"counts": counts, "wanted": wanted})


def _schools_near(child: Child) -> QuerySet[Organisation]:
    """The open schools of the county that answers for a child."""
    county = Organisation.objects.filter(down__below=where(child), kind="county")
    return Organisation.objects.filter(
        kind="school", valid_to__isnull=True, up__above__in=county
    ).order_by("name")


@needs("placement.see")
def child(request: Request, key: int) -> HttpResponse:
    """One child: opinions, placements, lessons; forms for who may change them."""
    by, refusal = request.user, None
    one = get_object_or_404(queries.child(by, key), pk=key)
    changes = may(by, "placement.change", where(one))
    posted = request.POST.get("form", "") if request.method == "POST" else ""
    if posted and not changes:
        raise Http404
    opinion = NewOpinion(request.POST if posted == "opinion" else None)
    placing = NewPlacement(
        request.POST if posted == "placement" else None, schools=_schools_near(one)
    )
    try:
        if posted == "opinion" and opinion.is_valid():
            actions.give_opinion(by=by, child=one, **opinion.cleaned_data)
            return redirect("placements:child", one.pk)
        if posted == "placement" and placing.is_valid():
            actions.place(by=by, child=one, **placing.cleaned_data)
            return redirect("placements:child", one.pk)
    except Refusal as why:
        refusal = why
    if request.method == "GET":
        audit.read(by, "child.need_read", one, purpose=gettext("特教安置"))
    placements = list(queries.placements_of(one))
    standing = next((row for row in placements if row.last is None), None)
    return render(
        request,
        "placements/child.html",
        {
            "child": one,
            "panel": {"opinions": queries.opinions_of(one), "placements": placements},
            "standing": standing,
            "visits": queries.visits_of(one)[:20],
            "opinion": opinion if changes else None,
            "placing": placing if changes and standing is None else None,
            "ending": EndOfPlacement() if changes and standing is not None else None,
            "posted": posted,
            "refusal": refusal,
        },
    )


@needs("placement.change")
@require_POST
def end(request: Request, key: int) -> HttpResponse:
    """A placement held until a day."""
    standing = get_object_or_404(
        Placement.objects.filter(
            child__in=people_children(request.user, "placement.change").values("pk")
        ),
        pk=key,
    )
    form = EndOfPlacement(request.POST)
    if form.is_valid():
        try:
            actions.end_placement(
                by=request.user, placement=standing, last=form.cleaned_data["last"]
            )
        except Refusal as why:
            return render(
                request, "placements/refused.html", {"refusal": why, "child": standing.child}
            )
    return redirect("placements:child", standing.child_id)


@needs("placement.visit")
def taught(request: Request) -> HttpResponse:
    """Who is taught at home, with this month's lessons against the plan."""
    rows = queries.taught_at_home(request.user, timezone.localdate())
    columns = (
        Column(
            "name",
            N_("姓名"),
            value=lambda one: one.placement.child.name,
            link=lambda one: reverse("placements:visit", args=(one.placement.pk,)),
        ),
        Column("school", N_("负责的学校"), value=lambda one: one.placement.school.name),
        Column("done", N_("本月已送教"), number=True),
        Column("wanted", N_("本月应送教"), number=True),
        Column(
            "lacking",
            N_("还差"),
            number=True,
            kind=lambda one: "gap" if one.lacking else "kept",
        ),
        Column("last", N_("上一次")),
    )
    table = Table(request, rows, columns, title=gettext("送教上门"))
    return table.answer("placements/taught.html", {"lacking": sum(one.lacking for one in rows)})


@needs("placement.visit")
def visit(request: Request, key: int) -> HttpResponse:
    """Write down a lesson at a child's home."""
    by, refusal = request.user, None
    placement = get_object_or_404(
        Placement.objects.filter(
            kind=Kind.HOME, child__in=people_children(by, "placement.visit").values("pk")
        ).select_related("child", "school"),
        pk=key,
    )
    form = NewVisit(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.write_visit(by=by, placement=placement, **form.cleaned_data)
            return redirect("placements:taught")
        except Refusal as why:
            refusal = why
    visits = queries.visits_of(placement.child)[:12]
    return render(
        request,
        "placements/visit.html",
        {"placement": placement, "form": form, "visits": visits, "refusal": refusal},
    )


ADMISSIONS = (
    Column(
        "name",
        N_("孩子"),
        sort="name",
        link=lambda one: reverse("placements:admission", args=(one.pk,)),
    ),
    Column("county", N_("县（市、区）"), value=lambda one: one.county.name),
    Column("stage", N_("学段"), value=lambda one: one.get_stage_display()),
    Column("grade", N_("年级"), sort="grade", number=True),
    Column("origin", N_("从哪里来"), value=lambda one: one.get_origin_display()),
    Column(
        "state",
        N_("状态"),
        sort="state",
        value=lambda one: one.get_state_display(),
        kind=lambda one: {
            "enrolled": "kept",
            "placed": "kept",
            "refused": "gap",
            "withdrawn": "excused",
        }.get(one.state, "unknown"),
    ),
    Column("brought", N_("已交材料"), number=True),
    Column("due", N_("期限"), sort="due"),
    Column("applied_on", N_("申请日期"), sort="applied_on"),
)


@needs("admission.see")
def admissions(request: Request) -> HttpResponse:
    """The applications of migrant workers' children."""
    rows = queries.admissions(request.user)
    wanted = request.GET.get("state", "")
    if wanted in Admission.State.values:
        rows = rows.filter(state=wanted)
    table = Table(request, rows, ADMISSIONS, title=gettext("随迁子女入学"))
    everyone = queries.admissions(request.user)
    return table.answer(
        "placements/admissions.html",
        {
            "states": [
                (state.value, state.label, everyone.filter(state=state).count())
                for state in Admission.State
            ],
            "wanted": wanted,
            "may_receive": may(request.user, "admission.change"),
        },
    )


def _counties(request: Request) -> QuerySet[Organisation]:
    return Organisation.objects.filter(
        pk__in=reach(request.user, "admission.change"), kind="county", valid_to__isnull=True
    ).order_by("name")


@needs("admission.change")
def new_admission(request: Request) -> HttpResponse:
    """Take in an application."""
    form = NewAdmission(request.POST or None, counties=_counties(request))
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        papers = tuple(said.pop("brought"))
        new = actions.receive(by=request.user, papers=papers, **said)
        return redirect("placements:admission", new.pk)
    return render(request, "placements/new_admission.html", {"form": form})


def _admission(request: Request, key: int, permission: str = "admission.see") -> Admission:
    return get_object_or_404(
        queries.admissions(request.user).filter(county__in=reach(request.user, permission)), pk=key
    )


@needs("admission.see")
def admission(request: Request, key: int) -> HttpResponse:
    """One application: what was brought, what is missing, the next step."""
    return _shown(request, _admission(request, key))


def _shown(
    request: Request,
    one: Admission,
    refusal: Refusal | None = None,
    **forms_: forms.Form,
) -> HttpResponse:
    changes = may(request.user, "admission.change", one.county)
    given = dict(one.papers.values_list("code", "given_on"))
    wanted = [(paper, given.get(paper.code)) for paper in asked(transfer=one.transfer)]
    missing = [(paper.code, str(paper.text)) for paper, day in wanted if day is None]
    schools = Organisation.objects.filter(
        kind="school", valid_to__isnull=True, up__above=one.county
    ).order_by("name")
    told: dict[str, Any] = {"one": one, "papers": wanted, "refusal": refusal}
    states = Admission.State
    if changes:
        if one.state == states.INCOMPLETE and missing:
            told["bringing"] = forms_.get("bringing") or Brought(missing=missing)
        if one.state == states.COMPLETE:
            told["offering"] = forms_.get("offering") or Place(schools=schools)
        if one.state in (states.INCOMPLETE, states.COMPLETE):
            told["refusing"] = forms_.get("refusing") or Refused()
        told["enrolling"] = one.state == states.PLACED
        told["withdrawing"] = one.state in (states.INCOMPLETE, states.COMPLETE, states.PLACED)
    if request.method == "POST" and "bringing" in told and "bringing" not in forms_:
        told["bringing"] = Brought(request.POST, missing=missing)
    return render(request, "placements/admission.html", told)


@needs("admission.change")
@require_POST
def offer(request: Request, key: int) -> HttpResponse:
    """Papers that came, or the school offered, whichever the state asks for."""
    one = _admission(request, key, "admission.change")
    try:
        if one.state == Admission.State.INCOMPLETE:
            papers = tuple(request.POST.getlist("brought"))
            actions.bring(by=request.user, admission=one, papers=papers)
            return redirect("placements:admission", one.pk)
        schools = Organisation.objects.filter(
            kind="school", valid_to__isnull=True, up__above=one.county
        )
        form = Place(request.POST, schools=schools)
        if not form.is_valid():
            return _shown(request, one, offering=form)
        actions.offer_place(by=request.user, admission=one, **form.cleaned_data)
    except Refusal as why:
        return _shown(request, one, why)
    return redirect("placements:admission", one.pk)


@needs("admission.change")
@require_POST
def refuse(request: Request, key: int) -> HttpResponse:
    """No place, and why."""
    one = _admission(request, key, "admission.change")
    form = Refused(request.POST)
    if not form.is_valid():
        return _shown(request, one, refusing=form)
    try:
        actions.refuse(by=request.user, admission=one, reason=form.cleaned_data["reason"])
    except Refusal as why:
        return _shown(request, one, why)
    return redirect("placements:admission", one.pk)


@needs("admission.change")
@require_POST
def withdraw(request: Request, key: int) -> HttpResponse:
    """The guardian does not ask any more."""
    one = _admission(request, key, "admission.change")
    try:
        actions.withdraw(by=request.user, admission=one)
    except Refusal as why:
        return _shown(request, one, why)
    return redirect("placements:admission", one.pk)


@needs("admission.change")
@require_POST
def enrol(request: Request, key: int) -> HttpResponse:
    """The child is on the roll of the school that was offered."""
    one = _admission(request, key, "admission.change")
    found = Child.objects.filter(
        name=one.name, birth_date=one.birth_date, on_roll=True, school__up__above=one.school
    ).first()
    try:
        actions.enrol(by=request.user, admission=one, child=found)
    except Refusal as why:
        return _shown(request, one, why)
    return redirect("placements:admission", one.pk)
