"""Pages: all figures, and one with the records that it counts."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.figures import actions
from notoneless.bureau.figures.forms import AsOf
from notoneless.bureau.figures.kinds import figures, records, value
from notoneless.i18n import N_, gettext

RECORDS_PER_PAGE = 100

BREAKDOWNS = {
    "county": N_("按县（市、区）"),
    "stage": N_("按学段"),
    "school": N_("按学校"),
    "state": N_("按情形"),
    "policy": N_("按政策"),
    "family": N_("按家庭类别"),
    "term": N_("按学期"),
    "level": N_("按认定档次"),
    "kind": N_("按种类"),
    "source": N_("按来源"),
    "way": N_("按去向"),
    "funding": N_("按经费"),
    "origin": N_("按户籍地"),
}
"""What the breakdowns of all apps (`Figure.by`) are called."""


@needs("figure.see")
def all_figures(request: Request) -> HttpResponse:
    """Every figure with its value today, of what this person answers for."""
    today = timezone.localdate()
    counted = [
        value(one, on=today, by=request.user)
        for one in figures().values()
        if may(request.user, one.permission)
    ]
    return render(request, "figures/figures.html", {"values": counted, "today": today})


@needs("figure.see")
def figure(request: Request, key: str) -> HttpResponse:
    """One figure: definition, value, breakdowns, and the records, in reach only."""
    one = figures().get(key)
    if one is None or not may(request.user, one.permission):
        raise Http404
    form = AsOf(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    on, known_on = asked.get("on") or timezone.localdate(), asked.get("known_on")
    counted = value(one, on=on, known_on=known_on, by=request.user)
    pages = max(1, -(-counted.count // RECORDS_PER_PAGE))
    page = min(max(1, asked.get("page") or 1), pages)
    keys = records(
        one,
        on=on,
        known_on=known_on,
        by=request.user,
        first=(page - 1) * RECORDS_PER_PAGE,
        most=RECORDS_PER_PAGE,
    )
    actions.opened(by=request.user, figure=one.id, on=on, records=len(keys))
    names = one.shown(keys)
    rows = [
        (names.get(key, str(key)), reverse(one.page, args=(key,)) if one.page else "")
        for key in keys
    ]
    return render(
        request,
        "figures/figure.html",
        {
            "value": counted,
            "form": form,
            "rows": rows,
            "page": page,
            "pages": pages,
            "breakdowns": [
                (
                    gettext(BREAKDOWNS[column]),
                    [(text, one.written(number)) for text, number in parts],
                )
                for column, parts in counted.parts.items()
            ],
        },
    )
