"""Pages: campaigns and how far each school is, the count of a class; spot checks, results, corrections."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import may, reach
from notoneless.bureau.inspections import actions, queries
from notoneless.bureau.inspections.actions import Found
from notoneless.bureau.inspections.forms import (
    Correction,
    CountOfClass,
    NewCampaign,
    NewSpotCheck,
    Result,
)
from notoneless.bureau.inspections.models import Campaign, Finding, Unit
from notoneless.bureau.inspections.queries import SchoolState
from notoneless.bureau.language import term_name
from notoneless.bureau.tables import Column, Table
from notoneless.calendar import Term, term_on
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext

COUNTIES = ("county",)
PLACES = ("county", "city")


def _term(text: str) -> Term:
    year, season = text.split("-")
    return Term(int(year), season)  # type: ignore[arg-type]  # written by `str` of a Term


@needs("inspection.see")
def campaigns(request: Request) -> HttpResponse:
    """The campaigns, and the form to begin one."""
    by, refusal = request.user, None
    counties = Organisation.objects.filter(
        pk__in=reach(by, "inspection.run"), kind__in=COUNTIES, valid_to__isnull=True
    ).order_by("name")
    form = NewCampaign(request.POST or None, counties=counties) if counties.exists() else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            said = form.cleaned_data
            try:
                new = actions.open_campaign(
                    by=by,
                    county=said["county"],
                    term=term_on(said["begins"]),
                    begins=said["begins"],
                    ends=said["ends"],
                )
                return redirect("inspections:campaign", new.pk)
            except Refusal as why:
                refusal = why
    columns = (
        Column(
            "term",
            N_("学期"),
            value=lambda one: term_name(_term(one.term)),
            link=lambda one: reverse("inspections:campaign", args=(one.pk,)),
        ),
        Column("county", N_("县（市、区）"), value=lambda one: one.county.name),
        Column("begins", N_("第一天")),
        Column("ends", N_("最后一天")),
    )
    table = Table(request, queries.campaigns(by), columns, title=gettext("开学核查"))
    return table.answer("inspections/campaigns.html", {"form": form, "refusal": refusal})


SCHOOLS = (
    ("classes", N_("班"), lambda state: len(state.classes)),
    ("counted", N_("已清点"), lambda state: len(state.counts)),
    ("expected", N_("应到"), lambda state: state.expected),
    ("present", N_("实到"), lambda state: state.present),
    ("not_here", N_("未到"), lambda state: state.not_here),
    ("extra", N_("名单以外"), lambda state: state.extra),
)


@needs("inspection.see")
def campaign(request: Request, key: int) -> HttpResponse:
    """How far each school is: counted, signed, still owed."""
    one = _campaign(request, key)
    here = Organisation.objects.filter(pk__in=reach(request.user, "inspection.see"))
    # Who works in a class sees its school's row, with that class alone behind it.
    schools = here.filter(kind="school") | Organisation.objects.filter(
        children__in=here.filter(kind="class")
    )
    states = queries.school_states(one, schools.distinct())
    columns = (
        Column(
            "school",
            N_("学校"),
            value=lambda state: state.school.name,
            link=lambda state: reverse("inspections:school", args=(one.pk, state.school.pk)),
        ),
        *(Column(name, text, value=value, number=True) for name, text, value in SCHOOLS),
        Column("state", N_("签认"), value=_signed, kind=_signed_kind),
    )
    table = Table(request, states, columns, title=gettext("开学核查"), per_page=500)
    return table.answer(
        "inspections/campaign.html",
        {
            "campaign": one,
            "term": term_name(_term(one.term)),
            "signed": sum(state.signature is not None for state in states),
            "schools": len(states),
            "not_counted": sum(len(state.waiting) for state in states),
            "expected": sum(state.expected for state in states),
            "present": sum(state.present for state in states),
            "not_here": sum(state.not_here for state in states),
        },
    )


def _signed(state: SchoolState) -> str:
    if state.signature is not None:
        return gettext("{day}已签认").format(
            day=timezone.localtime(state.signature.signed_at).date()
        )
    if state.waiting:
        return gettext("还差{count}个班").format(count=len(state.waiting))
    return gettext("待签认")


def _signed_kind(state: SchoolState) -> str:
    return "kept" if state.signature is not None else "unknown"


@needs("inspection.see")
def missing(request: Request, key: int) -> HttpResponse:
    """Who was not there, and why."""
    one = _campaign(request, key)
    columns = (
        Column(
            "name",
            N_("姓名"),
            value=lambda row: row.child.name,
            link=lambda row: reverse("people:child", args=(row.child_id,)),
        ),
        Column("school", N_("学校"), value=lambda row: row.count.school_class.parent.name),
        Column("class", N_("班级"), value=lambda row: row.count.school_class.name),
        Column(
            "kind",
            N_("原因"),
            sort="kind",
            value=lambda row: row.get_kind_display(),
            kind=lambda row: "gap" if row.kind == "suspected" else "excused",
        ),
    )
    table = Table(request, queries.missing(request.user, one), columns, title=gettext("未到名单"))
    return table.answer(
        "inspections/missing.html", {"campaign": one, "term": term_name(_term(one.term))}
    )


@needs("inspection.see")
def school(request: Request, key: int, school: int) -> HttpResponse:
    """The classes of a school, and the signature."""
    one, by, refusal = _campaign(request, key), request.user, None
    here = reach(by, "inspection.see")
    place = get_object_or_404(
        Organisation.objects.filter(kind="school", up__above=one.county).distinct(), pk=school
    )
    seen = set(
        Organisation.objects.filter(pk__in=here, parent=place, kind="class").values_list(
            "pk", flat=True
        )
    )
    if not seen and not Organisation.objects.filter(pk__in=here).filter(pk=place.pk).exists():
        raise Http404
    may_sign = may(by, "inspection.sign", place)
    if request.method == "POST":
        try:
            actions.sign_school(by=by, campaign=one, school=place)
            return redirect("inspections:school", one.pk, place.pk)
        except Refusal as why:
            refusal = why
    state = queries.school_state(one, place)
    counts = {count.school_class_id: count for count in state.counts}
    rows = [(unit, counts.get(number)) for number, unit in state.classes.items() if number in seen]
    return render(
        request,
        "inspections/school.html",
        {
            "campaign": one,
            "term": term_name(_term(one.term)),
            "school": place,
            "state": state,
            "rows": rows,
            "may_sign": may_sign and state.signature is None,
            "refusal": refusal,
        },
    )


@needs("inspection.count")
def class_count(request: Request, key: int, school_class: int) -> HttpResponse:
    """Count a class: everyone is there but those who are given a reason."""
    one, by, refusal = _campaign(request, key), request.user, None
    place = get_object_or_404(
        queries.counting_places(by, "inspection.count", "class").filter(up__above=one.county),
        pk=school_class,
    )
    children = list(queries.roster(place))
    count = queries.standing_count(one, place)
    initial = (
        {f"child{row.child_id}": row.kind for row in count.missing.all()} | {"extra": count.extra}
        if count
        else {}
    )
    form = CountOfClass(request.POST or None, children=children, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.count_class(
                by=by,
                campaign=one,
                school_class=place,
                not_here=form.not_here(),
                extra=form.cleaned_data["extra"],
                note=form.cleaned_data["note"],
            )
            return redirect("inspections:school", one.pk, place.parent_id)
        except Refusal as why:
            refusal = why
    return render(
        request,
        "inspections/class.html",
        {
            "campaign": one,
            "term": term_name(_term(one.term)),
            "place": place,
            "form": form,
            "count": count,
            "refusal": refusal,
        },
    )


@needs("inspection.see")
def spot_checks(request: Request) -> HttpResponse:
    """The spot checks, and the form to plan one."""
    by, refusal = request.user, None
    places = Organisation.objects.filter(
        pk__in=reach(by, "inspection.run"), kind__in=PLACES, valid_to__isnull=True
    ).order_by("name")
    form = NewSpotCheck(request.POST or None, places=places) if places.exists() else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            try:
                new = actions.plan_spot_check(by=by, **form.cleaned_data)
                return redirect("inspections:spot_check", new.pk)
            except Refusal as why:
                refusal = why
    columns = (
        Column(
            "day",
            N_("哪天"),
            sort="day",
            link=lambda one: reverse("inspections:spot_check", args=(one.pk,)),
        ),
        Column("organisation", N_("在哪里"), value=lambda one: one.organisation.name),
        Column("size", N_("抽几个班"), number=True),
        Column("state", N_("状态"), value=_spot_state),
    )
    table = Table(request, queries.spot_checks(by), columns, title=gettext("随机抽查"))
    return table.answer("inspections/spot_checks.html", {"form": form, "refusal": refusal})


def _spot_state(one: object) -> str:
    if getattr(one, "closed_at", None):
        return gettext("已结束")
    return gettext("已开启") if getattr(one, "drawn_at", None) else gettext("已计划，未开启")


@needs("inspection.see")
def spot_check(request: Request, key: int) -> HttpResponse:
    """One check: the commitment, the classes drawn, results, the estimate; open it on its day, end it."""
    by, refusal = request.user, None
    one = get_object_or_404(queries.spot_checks(by), pk=key)
    runs = may(by, "inspection.run", one.organisation_id)
    if request.method == "POST":
        try:
            if one.drawn_at is None:
                actions.draw_sample(by=by, spot_check=one)
            else:
                actions.close_spot_check(by=by, spot_check=one)
            return redirect("inspections:spot_check", one.pk)
        except Refusal as why:
            refusal = why
    units = list(queries.units(by, one))
    return render(
        request,
        "inspections/spot_check.html",
        {
            "one": one,
            "units": units,
            "waiting": sum(unit.entered_at is None for unit in units),
            "runs": runs,
            "today": timezone.localdate(),
            "estimate": queries.estimated(one) if one.drawn_at else None,
            "found": sum(unit.unexplained or 0 for unit in units),
            "classes": one.frame.count("\n"),
            "refusal": refusal,
        },
    )


@needs("inspection.see")
def frame(request: Request, key: int) -> HttpResponse:
    """The frame as it was hashed, with the seed in the first line once it is opened."""
    one = get_object_or_404(queries.spot_checks(request.user), pk=key)
    seed = one.seed.reveal() + "\n" if one.drawn_at else ""
    return HttpResponse(seed + one.frame, content_type="text/plain; charset=utf-8")


@needs("inspection.see")
def unit(request: Request, key: int) -> HttpResponse:
    """One class drawn: the sheet to take along, the form for what was seen, what was found."""
    by, refusal = request.user, None
    one = get_object_or_404(
        Unit.objects.filter(check_made__organisation__in=reach(by, "inspection.see"))
        .select_related("school_class__parent", "check_made")
        .prefetch_related("findings__child"),
        pk=key,
    )
    children = queries.roster(one.school_class)
    enters = may(by, "inspection.run", one.check_made.organisation_id) and one.entered_at is None
    form = Result(request.POST or None, children=children) if enters else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            said = form.cleaned_data
            found = [
                Found(Finding.Kind.NOT_HERE, gettext("抽查时没有到，也没有说明"), child.pk)
                for child in said["not_there"]
            ]
            if said["other_kind"]:
                found.append(Found(said["other_kind"], said["other"]))
            try:
                actions.enter_result(
                    by=by,
                    unit=one,
                    counted=said["counted"],
                    unexplained=said["unexplained"],
                    visitors=said["visitors"],
                    findings=found,
                )
                return redirect("inspections:spot_check", one.check_made_id)
            except Refusal as why:
                refusal = why
    return render(
        request,
        "inspections/unit.html",
        {"unit": one, "children": children, "form": form, "refusal": refusal},
    )


@needs("inspection.count")
def findings(request: Request) -> HttpResponse:
    """What checks found here and is not put right."""
    columns = (
        Column(
            "due", N_("整改期限"), link=lambda one: reverse("inspections:finding", args=(one.pk,))
        ),
        Column("school", N_("学校"), value=lambda one: one.unit.school_class.parent.name),
        Column("class", N_("班级"), value=lambda one: one.unit.school_class.name),
        Column("kind", N_("问题"), value=lambda one: one.get_kind_display()),
        Column("child", N_("孩子"), value=lambda one: one.child.name if one.child else ""),
    )
    table = Table(request, queries.findings(request.user), columns, title=gettext("待整改"))
    return table.answer("inspections/findings.html")


@needs("inspection.count")
def finding(request: Request, key: int) -> HttpResponse:
    """Say how one was put right."""
    one = get_object_or_404(queries.findings(request.user), pk=key)
    form = Correction(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.correct(by=request.user, finding=one, words=form.cleaned_data["words"])
        return redirect("inspections:findings")
    return render(request, "inspections/finding.html", {"finding": one, "form": form})


def _campaign(request: Request, key: int) -> Campaign:
    return get_object_or_404(queries.campaigns(request.user), pk=key)
