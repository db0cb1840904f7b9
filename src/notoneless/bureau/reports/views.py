"""Pages: the four reports, who has filed, one report with its revisions, the rates."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.accounts.queries import organisations as seen_organisations
from notoneless.bureau.figures.kinds import figures
from notoneless.bureau.language import space
from notoneless.bureau.reports import actions, queries
from notoneless.bureau.reports.forms import Report
from notoneless.bureau.reports.kinds import Kind, kinds
from notoneless.bureau.reports.ledgers import LEDGERS
from notoneless.bureau.reports.ledgers import PERMISSION as LEDGERS_RIGHT
from notoneless.bureau.reports.queries import Owed
from notoneless.bureau.tables import Column, Table
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext


@needs("report.see")
def all_reports(request: Request) -> HttpResponse:
    """Each kind with its last periods: filed and missing; the rates of the places in reach."""
    today, told = timezone.localdate(), []
    for kind in kinds().values():
        period = queries.current_period(kind, today)
        rows = []
        for _ in range(3):
            owing = queries.collected(
                kind, period, queries.places(request.user, kind, "report.see")
            )
            if owing:
                filed = sum(one.filing is not None for one in owing)
                rows.append((period, kind.label(period), filed, len(owing) - filed))
            period = kind.before(period)
        if rows:
            told.append((kind, rows))
    places = seen_organisations(request.user, ("county", "city", "province"))
    return render(
        request,
        "reports/reports.html",
        {
            "told": told,
            "places": [one for one in places if may(request.user, "report.see", one)],
            "ledgers": LEDGERS.values() if may(request.user, LEDGERS_RIGHT) else (),
        },
    )


def _kind(kind: str, period: str) -> Kind:
    found = kinds().get(kind)
    if found is None:
        raise Http404
    try:
        found.first(period)
    except ValueError:
        raise Http404 from None
    return found


def _state(one: Owed) -> str:
    if one.filing is None:
        return gettext("未报，已过期") if one.late else gettext("未报")
    day = timezone.localtime(one.filing.filed_at).date()
    said = gettext("{day}已报").format(day=day)
    if one.filing.revision > 1:
        said += gettext("，更正{count}次").format(count=one.filing.revision - 1)
    return said


def _count(figure: str, one: Owed) -> int | None:
    return one.count(figure)


@needs("report.see")
def all_filed(request: Request, kind: str, period: str) -> HttpResponse:
    """Who has filed what, and who is missing; the sum of what was filed."""
    found = _kind(kind, period)
    rows = queries.collected(found, period, queries.places(request.user, found, "report.see"))
    known = [name for name in found.figures if name in figures()]
    columns = (
        Column(
            "organisation",
            N_("单位"),
            value=lambda one: one.organisation.name,
            link=lambda one: reverse(
                "reports:report", args=(found.id, period, one.organisation.pk)
            ),
        ),
        Column(
            "state",
            N_("报送"),
            value=_state,
            kind=lambda one: "kept" if one.filing else "gap" if one.late else "unknown",
        ),
        *(
            Column(name, figures()[name].text, value=partial(_count, name), number=True)
            for name in known
        ),
    )
    title = f"{found.label(period)}{space()}{found.text}"
    table = Table(request, rows, columns, title=title, per_page=500)
    sums = [(figures()[name].label, sum(one.count(name) or 0 for one in rows)) for name in known]
    return table.answer(
        "reports/collected.html",
        {
            "title": title,
            "filed": sum(one.filing is not None for one in rows),
            "missing": [one for one in rows if one.filing is None],
            "sums": sums,
        },
    )


@needs("report.see")
def one_report(request: Request, kind: str, period: str, place: int) -> HttpResponse:
    """One report: what was filed beside what the records say now; file it, or correct it with a reason."""
    found, by, refusal = _kind(kind, period), request.user, None
    here = get_object_or_404(queries.places(by, found, "report.see"), pk=place)
    files = may(by, "report.file", here)
    last = queries.filed(found, here, period)
    form = Report(request.POST or None, initial={"seen": last.revision if last else 0})
    if request.method == "POST":
        if not files:
            raise Http404
        if form.is_valid():
            try:
                actions.file_report(
                    by=by, kind=found, organisation=here, period=period, **form.cleaned_data
                )
                return redirect("reports:report", found.id, period, here.pk)
            except Refusal as why:
                refusal = why
    as_of = min(timezone.localdate(), found.last(period))
    begun = found.first(period) <= timezone.localdate()
    now = queries.values(found, here, as_of) if begun else {}
    then = last.values if last else {}
    lines = [
        (
            figures()[name],
            then.get(name, {}).get("count"),
            now.get(name, {}).get("count"),
            bool(last) and then.get(name, {}).get("digest") != now.get(name, {}).get("digest"),
        )
        for name in found.figures
        if name in figures()
    ]
    return render(
        request,
        "reports/report.html",
        {
            "kind": found,
            "period": period,
            "label": found.label(period),
            "place": here,
            "due": queries.due_on(found, here, period),
            "as_of": last.as_of if last else as_of,
            "last": last,
            "revisions": queries.filings(found, here, period),
            "lines": lines,
            "changed": any(different for *_, different in lines),
            "form": form if files and begun else None,
            "refusal": refusal,
        },
    )


@needs("report.see")
def place_rates(request: Request, place: int) -> HttpResponse:
    """The rates of a place with formula, numerator and denominator, as counted last night."""
    told = queries.rates(request.user, place)
    if told is None:
        raise Http404
    organisation, day, counted = told
    return render(
        request,
        "reports/rates.html",
        {
            "place": organisation,
            "day": day,
            "counted": [
                (one, figures().get(one.rate.part), figures().get(one.rate.whole))
                for one in counted
            ],
        },
    )
