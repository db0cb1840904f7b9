"""Pages: what holds at a place and why, one rule with its history, the calendar."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.rules import actions, queries
from notoneless.bureau.rules.declared import ground, rules
from notoneless.bureau.rules.forms import NewDays, NewValue
from notoneless.bureau.rules.models import Setting
from notoneless.bureau.rules.queries import Holding
from notoneless.bureau.tables import Column, Table
from notoneless.calendar import Span, Term, national, term_on
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext


@needs("rule.see")
def all_rules(request: Request) -> HttpResponse:
    """To the rules of the highest place this person works for."""
    first = queries.places(request.user).first()
    if (
        first is None
    ):  # a role at a class: the school's rules hold there, but it has none of its own
        raise Http404
    return redirect("rules:place", first.pk)


@needs("rule.see")
def place_rules(request: Request, place: int) -> HttpResponse:
    """Every rule as it holds here today: value, ground, where it was settled."""
    here = _place(request, place)
    columns = (
        Column(
            "text",
            N_("规则"),
            value=lambda held: str(held.rule.text),
            link=lambda held: reverse("rules:rule", args=(here.pk, held.rule.key)),
        ),
        Column("shown", N_("值"), number=True),
        Column("where", N_("在哪里定的"), value=_where),
        Column("since", N_("从哪天起"), value=_since),
        Column("source", N_("依据"), value=lambda held: ground(held.source)),
        Column("status", N_("核对"), value=_status),
    )
    table = Table(
        request,
        queries.holding(here, timezone.localdate()),
        columns,
        title=gettext("规则"),
        per_page=200,
    )
    return table.answer("rules/rules.html", _around(request, here))


@needs("rule.see")
def one_rule(request: Request, place: int, key: str) -> HttpResponse:
    """One rule at a place: what holds and why, the form to settle it, all that was ever settled."""
    here = _place(request, place)
    if key not in rules():
        raise Http404
    declared = rules()[key]
    may_change = may(request.user, "rule.change", here)
    form = NewValue(request.POST or None, rule=declared, expected=declared.expected)
    refusal = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.settle(
                by=request.user,
                organisation=here,
                key=key,
                value=said["value"] or None,
                valid_from=said["valid_from"],
                source=said["source"],
                status=said["status"],
            )
        except Refusal as refused:
            refusal = refused
        else:
            return redirect("rules:rule", here.pk, key)
    held = next(one for one in queries.holding(here, timezone.localdate()) if one.rule.key == key)
    columns = (
        Column("valid_from", N_("从哪天起"), sort="valid_from"),
        Column("value", N_("值"), value=_value, number=True),
        Column("organisation", N_("在哪里定的"), sort="organisation__name"),
        Column("source", N_("依据")),
        Column("status", N_("核对"), value=lambda one: one.get_status_display()),
        Column("settled_by", N_("谁定的"), value=lambda one: one.settled_by or gettext("系统")),
        Column("settled_at", N_("何时"), sort="settled_at"),
        Column("withdrawn_at", N_("被取代"), sort="withdrawn_at"),
    )
    table = Table(request, queries.history(here, key), columns, title=str(declared.text))
    return table.answer(
        "rules/rule.html",
        {
            **_around(request, here),
            "held": held,
            "where": _where(held),
            "source": ground(held.source),
            "default": held.rule.shown(held.rule.default),
            "default_source": ground(held.rule.source),
            "status": _status(held),
            "form": form if may_change else None,
            "refusal": refusal,
        },
    )


@needs("rule.see")
def calendar(request: Request, place: int) -> HttpResponse:
    """The school calendar of a place: terms, holidays, days made up for, and where each comes from."""
    here = _place(request, place)
    may_change = may(request.user, "rule.change", here)
    form = NewDays(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.settle_days(by=request.user, organisation=here, **form.cleaned_data)
        except Refusal as refused:
            refusal = refused
        else:
            return redirect("rules:calendar", here.pk)
    today = timezone.localdate()
    counted = queries.calendar(here)
    terms = [
        (span, counted.count(span.first, span.last), ground(span.source))
        for term in _terms(term_on(today))
        for span in (counted.term_days(term),)
    ]
    since = terms[0][0].first
    return render(
        request,
        "rules/calendar.html",
        {
            **_around(request, here),
            "terms": terms,
            "settled": queries.spans(here, since),
            "national": [(one, ground(one.source)) for one in _national(since, terms[-1][0].last)],
            "form": form if may_change else None,
            "refusal": refusal,
        },
    )


@require_POST
@needs("rule.change")
def withdraw_days(request: Request, key: int) -> HttpResponse:
    """Take back what was settled of some days."""
    span = get_object_or_404(queries.span(request.user, key))
    actions.withdraw_days(by=request.user, span=span)
    return redirect("rules:calendar", span.organisation_id)


def _place(request: Request, key: int) -> Organisation:
    return get_object_or_404(queries.places(request.user), pk=key)


def _around(request: Request, here: Organisation) -> dict[str, object]:
    return {"here": here, "places": queries.places(request.user)[:200]}


def _terms(now: Term) -> tuple[Term, Term, Term]:
    """The term of today, with the one before and the one after."""
    if now.season == "autumn":
        return Term(now.year, "spring"), now, Term(now.year + 1, "spring")
    return Term(now.year - 1, "autumn"), now, Term(now.year, "autumn")


def _national(first: dt.date, last: dt.date) -> list[Span]:
    found: dict[Span, None] = {}
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        span = national(dt.date.fromordinal(ordinal))
        if span:
            found[span] = None
    return list(found)


def _where(held: Holding) -> str:
    return str(held.setting.organisation) if held.setting else gettext("各地通用")


def _since(held: Holding) -> dt.date | None:
    return held.setting.valid_from if held.setting else None


def _status(held: Holding) -> str:
    return str(dict(Setting.Status.choices)[held.status])


def _value(one: Setting) -> str:
    declared = rules().get(one.key)
    read = declared.read(one.value) if declared else None
    if not one.value:
        return gettext("按上级")
    return declared.shown(read) if declared and read is not None else one.value
