"""Pages: the roll-call on the phone, the classes of today, the month, the absences."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from uuid import uuid4

from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.attendance import absences, actions, phone, queries, sheet, warning
from notoneless.bureau.attendance.forms import Sent, WhichDay, WhichMonth
from notoneless.bureau.attendance.models import Half
from notoneless.bureau.people.models import Child
from notoneless.bureau.rules import queries as rules
from notoneless.bureau.tables import Column, Table
from notoneless.calendar import term_on
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext

HOW_IT_DID = dt.timedelta(days=28)
"""What it said four weeks into the term is held against what happened since."""

FROM_THE_OUTBOX = "X-Outbox"
"""A script sends it, which wants an answer in data: what was kept on the phone has arrived, or why not."""


@needs("attendance.see")
def start(request: Request) -> HttpResponse:
    """To one's own class, or to the list of classes or schools one answers for."""
    seen = queries.classes(request.user)[:2]
    if len(seen) == 1 and may(request.user, "attendance.call", seen[0]):
        return redirect("attendance:class", seen[0].pk)
    schools = queries.schools(request.user)[:2]
    if len(schools) == 1:
        return redirect("attendance:school", schools[0].pk)
    return redirect("attendance:day")


@needs("attendance.call")
def roll_call(request: Request, key: int) -> HttpResponse:
    """Call a class: who was missing before first, all the others with one tap."""
    one = get_object_or_404(queries.classes(request.user, "attendance.call"), pk=key)
    refusal = None
    _, day, half = WhichDay.asked(request.GET)
    if request.method == "POST":
        try:
            sent = Sent.read(request.POST)
            called = actions.call(
                by=request.user,
                school_class=one,
                day=sent.day,
                half=sent.half,
                absent=sent.absent,
                came=sent.came,
                key=sent.key,
                noted_at=sent.noted_at,
            )
        except Refusal as refused:
            if FROM_THE_OUTBOX in request.headers:
                return JsonResponse({"faults": _faults(refused)}, status=409)
            refusal = refused
        else:
            url = f"{reverse('attendance:class', args=(key,))}?day={called.day}&half={called.half}"
            if FROM_THE_OUTBOX in request.headers:
                return JsonResponse({"revision": called.revision, "url": url})
            return redirect(url)
    page = phone.page(one, day, half)
    return render(
        request,
        "attendance/roll_call.html",
        {
            "page": page,
            "key": uuid4(),
            "refusal": refusal,
            "correcting": page.call is None or "correct" in request.GET or refusal is not None,
        },
        status=409 if refusal else 200,
    )


def _faults(refused: Refusal) -> list[dict[str, str]]:
    return [
        {"code": fault.code, "message": fault.message, "next": fault.next_step}
        for fault in refused.faults
    ]


@needs("attendance.call")
def worker(_request: Request) -> HttpResponse:
    """The service worker: it may serve only addresses below its own, so it stands here."""
    file = finders.find("attendance/worker.js")
    if not isinstance(file, str):
        raise Http404
    return HttpResponse(Path(file).read_bytes(), content_type="text/javascript")


@needs("attendance.see")
def day(request: Request) -> HttpResponse:
    """The schools of a county on a half-day: expected, there, missing by kind, not called."""
    form, on, half = WhichDay.asked(request.GET)
    rows = queries.school_days(request.user, on, half)
    table = Table(request, rows, _SCHOOLS, title=gettext("各校到课"), per_page=500)
    return table.answer(
        "attendance/day.html",
        {"form": form, "day": on, "half": Half(half).label, "sum": queries.added_up(rows)},
    )


@needs("attendance.see")
def school(request: Request, key: int) -> HttpResponse:
    """The classes of a school on a half-day."""
    one = get_object_or_404(queries.schools(request.user), pk=key)
    form, on, half = WhichDay.asked(request.GET)
    rows = queries.class_days(request.user, on, half, one)
    table = Table(request, rows, _CLASSES, title=gettext("各班到课"), per_page=200)
    return table.answer(
        "attendance/school.html",
        {
            "school": one,
            "form": form,
            "day": on,
            "half": Half(half).label,
            "differing": queries.differing([row.key for row in rows], on, half),
            "waiting": [row for row in rows if row.called_at is None and row.expected],
            "by": queries.called_by(one, on),
            "calls": may(request.user, "attendance.call", one),
        },
    )


@needs("attendance.see")
def month(request: Request, key: int) -> HttpResponse:
    """A class's month on one sheet of A4, to be signed."""
    one = get_object_or_404(queries.classes(request.user), pk=key)
    today = timezone.localdate()
    shown = sheet.sheet(one, WhichMonth.asked(request.GET), today)
    columns = (
        Column("name", N_("姓名"), value=lambda line: line.child.name),
        *(
            Column(str(day), f"{day.day}", value=partial(sheet.sign, n=n))
            for n, day in enumerate(shown.days)
        ),
        Column("due", N_("应到"), value=lambda line: float(line.due), number=True),
        Column("attended", N_("实到"), value=lambda line: float(line.attended), number=True),
        Column("leave", N_("请假"), value=lambda line: float(line.leave), number=True),
        Column("absent", N_("无故未到"), value=lambda line: float(line.absent), number=True),
    )
    table = Table(
        request,
        shown.lines,
        columns,
        title=f"{one.parent}{one.name} {shown.first:%Y-%m}",
    )
    if request.GET.get("export") == "xlsx":
        return table.workbook()
    return render(
        request,
        "attendance/month.html",
        {
            "class": one,
            "sheet": shown,
            "legend": gettext(sheet.LEGEND),
            "earlier": shown.first - dt.timedelta(days=1),
            "later": sheet.month_of(shown.first)[1] + dt.timedelta(days=1),
            "today": today,
        },
    )


@needs("attendance.see")
def absent(request: Request) -> HttpResponse:
    """Everybody missing without leave, the longest first, with what the county's rules ask for."""
    today = timezone.localdate()
    runs = absences.absent_runs(request.user, today)
    names = Child.objects.in_bulk([run.child for run in runs])
    places = Organisation.objects.select_related("parent").in_bulk(
        [run.school_class for run in runs]
    )
    columns = (
        Column(
            "name",
            N_("姓名"),
            value=lambda run: names[run.child].name,
            link=lambda run: reverse("people:child", args=(run.child,)),
            sort="name",
        ),
        Column(
            "school",
            N_("学校"),
            value=lambda run: str(places[run.school_class].parent),
            sort="school",
        ),
        Column("class", N_("班级"), value=lambda run: str(places[run.school_class]), sort="class"),
        Column("first", N_("从哪天起"), sort="first"),
        Column("days", N_("连续校日"), sort="days", number=True),
        Column("step_label", N_("按规则到了"), kind=lambda run: "gap" if run.step else ""),
    )
    table = Table(request, runs, columns, title=gettext("无故未到"))
    return table.answer(
        "attendance/absent.html",
        {"today": today, "may_warn": may(request.user, "attendance.warn")},
    )


@needs("attendance.warn")
def warnings(request: Request) -> HttpResponse:
    """Whom to ask about first, in words; how right it was this term; what others published."""
    today = timezone.localdate()
    found = warning.warnings(request.user, today)
    names = Child.objects.in_bulk([one.child for one in found])
    places = Organisation.objects.select_related("parent").in_bulk(
        [one.school_class for one in found]
    )
    columns = (
        Column(
            "name",
            N_("姓名"),
            value=lambda one: names[one.child].name,
            link=lambda one: reverse("people:child", args=(one.child,)),
            sort="name",
        ),
        Column(
            "school",
            N_("学校"),
            value=lambda one: str(places[one.school_class].parent),
            sort="school",
        ),
        Column("class", N_("班级"), value=lambda one: str(places[one.school_class]), sort="class"),
        Column("points", N_("分"), sort="points", number=True),
        Column("words", N_("为什么")),
    )
    table = Table(request, found, columns, title=gettext("早期预警"))
    begun = (
        rules.calendar(places[found[0].school_class]).term_days(term_on(today)) if found else None
    )
    wide = may(request.user, "rule.change")  # the whole county's work, not one class's
    return table.answer(
        "attendance/warnings.html",
        {
            "today": today,
            "table_of_signs": warning.table(),
            "measured": warning.measure(request.user, begun.first + HOW_IT_DID, today)
            if begun and wide
            else None,
        },
    )


_SCHOOLS = (
    Column(
        "name",
        N_("学校"),
        sort="name",
        link=lambda row: reverse("attendance:school", args=(row.key,)),
    ),
    Column("classes", N_("班"), sort="classes", number=True),
    Column(
        "not_called",
        N_("未点"),
        sort="not_called",
        number=True,
        kind=lambda row: "unknown" if row.not_called else "",
    ),
    Column("expected", N_("应到"), sort="expected", number=True),
    Column("expected_called", N_("已点班应到"), sort="expected_called", number=True),
    Column("here", N_("实到"), sort="here", number=True),
    Column("leave", N_("请假"), sort="leave", number=True),
    Column(
        "absent",
        N_("无故未到"),
        sort="absent",
        number=True,
        kind=lambda row: "gap" if row.absent else "",
    ),
    Column("internship", N_("实习"), sort="internship", number=True),
)

_CLASSES = (
    Column(
        "name",
        N_("班级"),
        sort="name",
        link=lambda row: reverse("attendance:month", args=(row.key,)),
    ),
    Column("called_at", N_("点名时间"), sort="called_at"),
    Column("expected", N_("应到"), sort="expected", number=True),
    Column("here", N_("实到"), sort="here", number=True),
    Column("leave", N_("请假"), sort="leave", number=True),
    Column(
        "absent",
        N_("无故未到"),
        sort="absent",
        number=True,
        kind=lambda row: "gap" if row.absent else "",
    ),
    Column("late", N_("迟到"), sort="late", number=True),
    Column("internship", N_("实习"), sort="internship", number=True),
)
