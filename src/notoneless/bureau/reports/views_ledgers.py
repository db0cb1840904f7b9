"""Pages: the three ledgers on screen and as workbooks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.people.standing import When
from notoneless.bureau.reports import ledgers
from notoneless.bureau.reports.forms import WhichLedger
from notoneless.bureau.tables import ROWS_PER_PAGE, Table
from notoneless.i18n import gettext


@needs(ledgers.PERMISSION)
def start(request: Request) -> HttpResponse:  # noqa: ARG001 - every view takes one
    """The ledger that is worked on every day."""
    return redirect("reports:ledger", "suspected")


@needs(ledgers.PERMISSION)
def ledger(request: Request, ledger: str) -> HttpResponse:
    """One ledger of a place as of a day, as known at the end of another; ``?export=xlsx`` the workbook."""
    one, places = ledgers.LEDGERS.get(ledger), ledgers.places(request.user)
    form = WhichLedger(request.GET or None, places=places)
    asked = form.cleaned_data if form.is_valid() else {}
    place = asked.get("place") or places.first()
    if one is None or place is None or "place" in form.errors:
        raise Http404
    when = When(asked.get("on") or timezone.localdate(), asked.get("known_on"))
    need = ledgers.sees_need(request.user, place)
    page = request.GET.get("page", "")
    shown = page.isdigit() and request.GET.get("export") != "xlsx"
    numbers = itertools.count(1 + (int(page) - 1) * ROWS_PER_PAGE if shown else 1)

    def late(lot: Sequence[Any]) -> None:
        one.fill(lot, when, need)
        for row in lot:
            row.ledger["number"] = next(numbers)

    heading = ledgers.heading(one, place, when, request.user)
    table = Table(
        request,
        one.rows(place, when),
        ledgers.columns(one),
        title=heading[0],
        heading=heading,
        late=late,
    )
    return table.answer(
        "reports/ledger.html",
        {
            "ledger": one,
            "ledgers": ledgers.LEDGERS.values(),
            "place": place,
            "when": when,
            "above": heading[1:],
            "form": WhichLedger(
                initial={"place": place, "on": when.on, "known_on": when.known_on}, places=places
            ),
            "wrong": form.errors,
            "empty": gettext(one.empty),
        },
    )
