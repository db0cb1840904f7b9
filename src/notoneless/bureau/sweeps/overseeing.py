"""Pages for who looks after the sweeps: how they went, one more, and cases that wait for a word."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.rules import queries as place_rules
from notoneless.bureau.sweeps import actions, queries
from notoneless.bureau.sweeps.models import Sweep
from notoneless.bureau.tables import Column, Table
from notoneless.i18n import N_, gettext


def _seconds(sweep: Sweep) -> int | None:
    return (sweep.finished_at - sweep.started_at).seconds if sweep.finished_at else None


SWEEPS = (
    Column("as_of", N_("核对哪天"), sort="as_of"),
    Column("cause", N_("为什么"), value=lambda sweep: sweep.get_cause_display()),
    Column("state", N_("结果"), value=lambda sweep: sweep.get_state_display()),
    Column("broken", N_("错误"), kind=lambda sweep: "gap" if sweep.broken else ""),
    Column("children", N_("人数"), number=True),
    Column("changed", N_("和上次不同"), number=True),
    Column("started_at", N_("开始"), sort="started_at"),
    Column("seconds", N_("用了几秒"), number=True, value=_seconds),
)


@needs("sweep.run")
def sweeps(request: Request) -> HttpResponse:
    """Every sweep, newest first, and how it went."""
    table = Table(request, queries.sweeps(request.user), SWEEPS, title=gettext("逐人核对"))
    context = {"failed": queries.failed(request.user), "asked": "asked" in request.GET}
    return table.answer("sweeps/sweeps.html", context)


@require_POST
@needs("sweep.run")
def again(request: Request) -> HttpResponse:
    """Have one more made."""
    actions.ask(by=request.user)
    return redirect(reverse("sweeps:sweeps") + "?asked=1")


@needs("case.open_many")
def held(request: Request, county: int) -> HttpResponse:
    """Cases of a county that a sweep held back; posting opens them all."""
    found = get_object_or_404(queries.held(request.user), county=county)
    if request.method == "POST":
        actions.open_held(by=request.user, held=found)
        return redirect("today")
    limit = place_rules.value("sweeps.most_new_cases", found.county, found.sweep.as_of)
    return render(request, "sweeps/held.html", {"held": found, "limit": limit})
