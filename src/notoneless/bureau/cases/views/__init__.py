"""Pages: the list of cases, one case and the steps on it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import actions, looking, places, queries
from notoneless.bureau.cases.codes import choices, word
from notoneless.bureau.cases.filters import CaseFilter
from notoneless.bureau.cases.forms import Move, NewContact, NewNote, PlatformNumber
from notoneless.bureau.cases.models import Case
from notoneless.bureau.cases.presence import presence
from notoneless.bureau.cases.transitions import ways
from notoneless.bureau.people.forms import Purpose
from notoneless.bureau.tables import Column, Table
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext


def page_of(one: Case) -> str:
    """The address of a case's page."""
    return reverse("cases:case", args=(one.pk,))


COLUMNS = (
    Column("number", N_("案号"), sort="number", whole=True, link=page_of),
    Column("child", N_("儿童"), sort="child__name", whole=True, link=page_of, value=looking.name),
    Column("state", N_("状态"), sort="state", value=looking.state, kind=looking.meaning),
    Column("left", N_("还剩"), whole=True, value=looking.left),
    Column("deadline", N_("期限"), sort="deadline", whole=True),
    Column("school", N_("学校、班级"), value=looking.school),
    Column("home", N_("住处"), whole=True, value=lambda one: one.home),
    Column("kind", N_("缺口"), sort="kind", value=lambda one: word("kinds", one.kind)),
    Column("step", N_("办到哪一级"), sort="step", value=looking.step),
    Column("next_on", N_("约定的日子"), sort="next_on"),
    Column("platform_number", N_("国家平台编号"), sort="platform_number"),
)


@needs("case.see")
def cases(request: Request) -> HttpResponse:
    """The cases in reach, those due first; the list exports as shown."""
    rows = queries.listed(request.user)
    table = Table(request, rows, COLUMNS, title=gettext("个案"), filters=CaseFilter)
    return table.answer("cases/cases.html")


def _case(request: Request, key: int, permission: str = "case.see") -> Case:
    rows = queries.cases(request.user, permission)
    return get_object_or_404(
        rows.select_related(
            "child", "school__parent", "home", "county", "destination", "joined_to"
        ),
        pk=key,
    )


@needs("case.see")
def case(request: Request, key: int) -> HttpResponse:
    """One case; opening it is recorded."""
    one = _case(request, key)
    audit.read(request.user, "case.read", one)
    return render(request, "cases/case.html", looking.page(request.user, one))


@needs("case.see")
def case_file(request: Request, key: int) -> HttpResponse:
    """The case file of ten parts (一人一案, domain facts 1.11), to print and sign."""
    one = _case(request, key)
    audit.read(request.user, "case.read", one)
    context = looking.page(request.user, one) | looking.ten_parts(request.user, one)
    return render(request, "cases/file.html", context)


@needs("case.write")
def contact(request: Request, key: int) -> HttpResponse:
    """Write down a contact or visit."""
    one = _case(request, key, "case.write")
    form = NewContact(request.POST or None, request.FILES or None)
    if FROM_THE_OUTBOX in request.headers:
        return _from_the_outbox(request, one, form)

    def act() -> HttpResponse:
        actions.write_contact(by=request.user, case=one, **form.cleaned_data)
        return redirect(page_of(one))

    return answer_form(
        request, form, act, title=gettext("记一次联系或家访"), lead=looking.lead(one),
        button=gettext("记下"), back=page_of(one),
    )  # fmt: skip


FROM_THE_OUTBOX = "X-Outbox"
"""The header of what the phone kept and sends now."""


def _from_the_outbox(request: Request, one: Case, form: NewContact) -> HttpResponse:
    """Answer the phone: taken in (also when it was before), or all that is wrong."""
    if not form.is_valid():
        faults = [
            {"message": f"{form.fields[name].label}：{error}" if name in form.fields else error,
             "next": gettext("改好再发")}
            for name, errors in form.errors.items() for error in errors
        ]  # fmt: skip
        return JsonResponse({"faults": faults}, status=409)
    try:
        actions.write_contact(by=request.user, case=one, **form.cleaned_data)
    except Refusal as refused:
        faults = [{"message": each.message, "next": each.next_step} for each in refused.faults]
        return JsonResponse({"faults": faults}, status=409)
    return JsonResponse({"url": page_of(one)})


@needs("case.write")
def note(request: Request, key: int) -> HttpResponse:
    """Write down a cause or a measure."""
    one = _case(request, key, "case.write")
    form = NewNote(request.POST or None)

    def act() -> HttpResponse:
        actions.write_note(by=request.user, case=one, text=form.cleaned_data["text"])
        return redirect(page_of(one))

    return answer_form(
        request, form, act, title=gettext("记情况"), lead=looking.lead(one),
        button=gettext("记下"), back=page_of(one),
    )  # fmt: skip


@needs("case.see")
def move(request: Request, key: int, way: str) -> HttpResponse:
    """One lawful step further; what it asks for is the form."""
    one = _case(request, key)
    step = ways().get(way)
    if step is None or not places.may(request.user, step.permission, one):
        raise Http404
    seen = presence(one, step, timezone.localdate())
    form = Move(request.POST or None, way=step, seen=seen, initial={"seen": one.state})

    def act() -> HttpResponse:
        actions.move(
            by=request.user, case=one, way=way, seen=form.cleaned_data["seen"], told=form.told
        )
        return redirect(page_of(one))

    return answer_form(
        request, form, act, title=str(step.text), lead=looking.lead(one),
        button=gettext("办"), back=page_of(one),
    )  # fmt: skip


@needs("case.move")
def platform_number(request: Request, key: int) -> HttpResponse:
    """Put the national platform's number beside ours."""
    one = _case(request, key, "case.move")
    form = PlatformNumber(request.POST or None, initial={"number": one.platform_number})

    def act() -> HttpResponse:
        actions.set_platform_number(by=request.user, case=one, **form.cleaned_data)
        return redirect(page_of(one))

    return answer_form(
        request, form, act, title=gettext("填国家平台编号"), lead=looking.lead(one),
        button=gettext("填上"), back=page_of(one),
    )  # fmt: skip


DOUBTS = (
    Column(
        "case", N_("案号"), value=lambda one: one.case.number,
        link=lambda one: reverse("cases:decide", args=(one.pk,)),
    ),
    Column("at", N_("时间"), sort="at"),
    Column("by", N_("谁写的"), value=lambda one: one.by),
    Column("other", N_("同一天还有谁"), value=lambda one: one.beside.by),
)  # fmt: skip


@needs("case.move")
def doubts(request: Request) -> HttpResponse:
    """Contacts of one day by two people, of which somebody must say what stands."""
    rows = queries.doubts(request.user).select_related("by", "beside__by")
    table = Table(request, rows, DOUBTS, title=gettext("同一天的两条记录"))
    return table.answer("cases/list.html")


@needs("case.move")
def decide(request: Request, key: int) -> HttpResponse:
    """Two contacts of one day side by side; three equal answers."""
    entry = get_object_or_404(queries.doubts(request.user), pk=key)
    if request.method == "POST":
        actions.decide(by=request.user, entry=entry, stands=request.POST.get("stands", ""))
        return redirect(page_of(entry.case))
    audit.read(request.user, "case.read", entry.case)
    lines = [looking.line(one) for one in (entry.beside, entry) if one]
    return render(request, "cases/doubt.html", {"case": entry.case, "entry": entry, "lines": lines})


@needs("case.write")
def visits(request: Request) -> HttpResponse:
    """The doors to knock on: my cases with the day agreed on, what was said last, a form at each.

    Addresses and phones are shown to who says why, and go along to where there is no signal.
    """
    on: dt.date = timezone.localdate()
    found, form = looking.doors(request.user, on), Purpose(request.POST or None)
    shown = request.method == "POST" and form.is_valid()
    if shown:
        found = looking.revealed(request.user, found, form.cleaned_data["purpose"])
    context = {
        "doors": found,
        "form": form,
        "today": on,
        "now": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "revealed": shown,
        "may_reveal": may(request.user, "child.reveal"),
        "whom": choices("whom"),
        "results": choices("results"),
    }
    return render(request, "cases/visits.html", context)


@needs("case.write")
def worker(_request: Request) -> HttpResponse:
    """The service worker of that page: it may serve only addresses below its own, so it stands here."""
    file = finders.find("cases/worker.js")
    if not isinstance(file, str):
        raise Http404
    return HttpResponse(Path(file).read_bytes(), content_type="text/javascript")
