"""Pages: the board of guarantees, the children behind a number, the three comparisons."""

from __future__ import annotations

from functools import partial

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from notoneless import kernel
from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import above, may, reach
from notoneless.bureau.sweeps import (
    asked,
    board_export,
    board_reading,
    comparing,
    four_checks,
    sentences,
)
from notoneless.bureau.sweeps import behind as rows_behind
from notoneless.bureau.sweeps.asked import Asked
from notoneless.bureau.sweeps.board import Count
from notoneless.bureau.sweeps.filters import offering
from notoneless.bureau.sweeps.models import Verdict
from notoneless.bureau.sweeps.queries import MARKS, held
from notoneless.bureau.tables import Table
from notoneless.i18n import gettext
from notoneless.kernel.rulebook import Way

ALL = "all"
"""In an address: every guarantee that this person may know of."""

FEW = 5_000
"""So many rows are counted and sorted in no time; of more the sums tell the number."""


@needs("child.see")
def board(request: Request) -> HttpResponse:
    """Guarantees × the parts of a place: coverage, gaps, change since last month."""
    told = asked.of(request)
    if told is None:
        return render(request, "sweeps/no_sweep.html")
    kinds = board_reading.PARTS.get(told.place.kind, ())
    kind = request.GET.get("by", "")
    if kind not in kinds:
        kind = kinds[0] if kinds else ""
    laid = board_reading.read(told.place, kind, told.promises, told.sweep, told.before)
    if request.GET.get("export") == "xlsx":
        return board_export.workbook(request, told, laid)
    return render(
        request,
        "sweeps/board.html",
        {
            "asked": told,
            "base": reverse("sweeps:board"),
            "board": laid,
            "sentence": sentences.board(told, laid),
            "kind": kind,
            "kinds": [(one, str(Organisation.Kind(one).label)) for one in kinds],
            "days": board_reading.days(),
            "line": _line(told),
            "others": [one for one in board_reading.roots(request.user) if one != told.place],
        },
    )


def _line(told: Asked) -> list[Organisation]:
    """The places above, as far up as this person's reach goes."""
    here = reach(told.by, "child.see")
    return list(above(told.place).filter(pk__in=here).exclude(pk=told.place.pk))


@needs("child.see")
def behind(request: Request, guarantee: str, verdict: str) -> HttpResponse:
    """The children behind a number of the board; exports as filtered."""
    told = asked.of(request)
    if told is None or verdict not in rows_behind.VERDICTS:
        raise Http404
    wanted = [one for one in told.guarantees if guarantee in (one.id, ALL)]
    if not wanted:
        raise Http404
    verdicts = rows_behind.VERDICTS[verdict]
    ids = [one.id for one in wanted]
    size = _size(told, ids, verdicts)
    names = [str(wanted[0].text) if len(wanted) == 1 else gettext("全部保障")]
    among = request.GET.get("among", "")
    if among:
        other = next((one for one in told.guarantees if one.id == among), None)
        if other is None:
            raise Http404
        names.append(gettext("其中“{guarantee}”的对象").format(guarantee=other.text))
    rows = rows_behind.standings(told.sweep, ids, verdicts, newest=told.newest, among=among)
    rows = rows_behind.at(rows, told.place)
    late = partial(rows_behind.tell_since, rows)
    cases = verdict == Verdict.GAP and told.newest and may(request.user, "case.see", told.place)
    if cases:
        rows = rows_behind.with_case(rows)
    rows = rows.select_related("child", "home__parent", "pattern")
    by_since = request.GET.get("sort", "").lstrip("-") == "since"
    if by_since:
        rows = rows_behind.with_since(rows)
    rows = rows.order_by(*(rows_behind.ORDER if size <= FEW else ("pk", "guarantee")))
    what = rows_behind.text(verdict)
    title = gettext("，").join([told.place.name, *names, what])
    unit = gettext("人") if len(wanted) == 1 else gettext("件，一个儿童每项保障计一件")
    table = Table(
        request,
        rows,
        rows_behind.columns(told.sweep, wanted, mixed=len(verdicts) > 1),
        title=title,
        filters=offering(
            parts=_parts(told.place),
            verdicts=[(one, str(Verdict(one).label)) for one in verdicts],
            ways=_ways(wanted[0], verdict) if len(wanted) == 1 else [],
            cases=cases,
        ),
        size=None if among else size,
        late=None if by_since else late,
        heading=(
            title,
            gettext("截至{day}，单位：{unit}").format(day=told.sweep.as_of, unit=unit),
        ),
    )
    return table.answer(
        "sweeps/behind.html",
        {
            "asked": told,
            "guarantee": wanted[0] if len(wanted) == 1 else None,
            "names": names,
            "what": what,
            "mark": MARKS.get(verdict, ""),
        },
    )


def _size(told: Asked, guarantees: list[str], verdicts: tuple[str, ...]) -> int:
    """How many rows stand behind it, by the sums."""
    counts = board_reading.counts(told.sweep, [told.place.pk])
    return sum(
        getattr(counts.get((told.place.pk, one), Count()), verdict)
        for one in guarantees
        for verdict in verdicts
    )


def _parts(place: Organisation) -> QuerySet[Organisation]:
    """The places by which a list can be filtered."""
    kinds = board_reading.PARTS.get(place.kind, ())
    return Organisation.objects.filter(
        parent=place, kind__in=kinds, valid_to__isnull=True
    ).order_by("-kind", "code", "name")


def _ways(guarantee: kernel.Guarantee, verdict: str) -> list[tuple[str, str]]:
    """The ways in which it is kept or excused, in the words of the rulebook."""
    ways: list[Way] = []
    if verdict in ("kept", rows_behind.OWED):
        ways += guarantee.kept
    if verdict in ("excused", rows_behind.OWED):
        ways += guarantee.excused
    return list({way.id: (way.id, str(way.text)) for way in ways}.values())


@needs("child.see")
def comparisons(request: Request) -> HttpResponse:
    """Register × roll, roll × class, not in class × poor: in sentences, and by parts of the place."""
    told = asked.of(request)
    if told is None:
        return render(request, "sweeps/no_sweep.html")
    kinds = board_reading.PARTS.get(told.place.kind, ())
    kind = request.GET.get("by", "")
    if kind not in kinds:
        kind = kinds[0] if kinds else ""
    part = comparing.page(told, timezone.localdate())
    title = gettext("{place}四查三比对").format(place=told.place.name)
    table = Table(
        request,
        comparing.lines(told, kind),
        comparing.columns(told, kind),
        title=title,
        heading=(title, gettext("截至{day}，单位：人").format(day=told.sweep.as_of)),
        per_page=200,
    )
    return table.answer(
        "sweeps/comparisons.html",
        {
            "part": part,
            "checks": four_checks.checks(told, part["lists"]),
            "held": held(request.user).filter(county=told.place).first(),
            "kind": kind,
            "kinds": [(one, str(Organisation.Kind(one).label)) for one in kinds],
        },
    )
