"""Pages: children in reach, search, a child's page, and the acts on it."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people import actions, queries, searches
from notoneless.bureau.people.filters import ChildFilter
from notoneless.bureau.people.forms import (
    AsKnown,
    Correction,
    MergeWith,
    NewExemption,
    Purpose,
    Reason,
)
from notoneless.bureau.people.models import Child, Merge
from notoneless.bureau.people.panels import panels
from notoneless.bureau.people.standing import When
from notoneless.bureau.people.timeline import NEED, grade_text, lines, seat_text, word
from notoneless.bureau.tables import Column, Table
from notoneless.i18n import N_, gettext

FOUND_AT_MOST = 100


def page_of(child: Child) -> str:
    """The address of a child's page."""
    return reverse("people:child", args=(child.pk,))


COLUMNS = (
    Column("name", N_("姓名"), sort="name", whole=True, link=page_of),
    Column("sex", N_("性别"), value=lambda child: word("sex", child.sex)),
    Column("birth_date", N_("出生日期"), sort="birth_date", whole=True),
    Column("home", N_("住处"), value=lambda child: child.home),
    Column("school_name", N_("学校"), sort="school_name"),
    Column("grade", N_("年级"), sort="grade", value=lambda child: grade_text(child.grade)),
    Column("class_name", N_("班级")),
    Column("in_register", N_("在户籍名单")),
    Column("on_roll", N_("在学籍名册")),
)


@needs("child.see")
def children(request: Request) -> HttpResponse:
    """The children in reach, filtered and sorted; the list exports as shown."""
    rows = queries.children(request.user).select_related("home")
    table = Table(request, rows, COLUMNS, title=gettext("儿童"), filters=ChildFilter)
    return table.answer("people/children.html")


@needs("child.see")
def find(request: Request) -> HttpResponse:
    """Search. What is typed is posted, and the answer has an address of its own with a number in it.

    So no name and no ID number stands in an address, and the page can be reloaded or gone back to. The
    words of a session's last searches are kept sealed in it.
    """
    if request.method == "POST":
        words = request.POST.get("q", "").strip()
        number = searches.keep(request.session, words) if words else 0
        return redirect(reverse("people:find") + (f"?search={number}" if number else ""))
    words = searches.kept(request.session, request.GET.get("search", ""))
    found = list(queries.search(request.user, words).select_related("home")[: FOUND_AT_MOST + 1])
    if len(found) == 1:
        return redirect("people:child", found[0].pk)
    return render(
        request,
        "people/find.html",
        {
            "words": words if not any(letter.isdigit() for letter in words) else "",
            "asked": bool(words),
            "forgotten": "search" in request.GET and not words,
            "found": found[:FOUND_AT_MOST],
            "more": len(found) > FOUND_AT_MOST,
        },
    )


@needs("child.see")
def child(request: Request, key: int) -> HttpResponse:
    """A child's page; opening it is recorded."""
    return _page(request, key)


def _page(request: Request, key: int, revealed: dict[str, str] | None = None) -> HttpResponse:
    form = AsKnown(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    when = When(asked.get("on") or timezone.localdate(), asked.get("known_on"))
    one = queries.child(request.user, key)
    if one is None:
        return _moved(request, key)
    audit.read(request.user, "child.read", one)
    user, here = request.user, queries.where(one)
    identity, seat = queries.standing_identity(one, when), queries.seat(one, when)
    sees_need = may(user, "child.need", here)
    offered = panels(user, one, when)
    return render(
        request,
        "people/child.html",
        {
            "child": one,
            "identity": identity,
            "age": _age(identity.birth_date, when.on) if identity else None,
            "sex": word("sex", identity.sex) if identity else "",
            "seat": seat_text(seat.school_name, seat.grade, seat.class_name) if seat else "",
            "lines": lines(one, when, need=sees_need, retracted="all" in request.GET),
            "home": queries.home(one, when),
            "guardians": queries.guardians(one, when),
            "siblings": queries.siblings(user, one),
            "merges": queries.merges(one),
            "form": form,
            "when": when,
            "everything": "all" in request.GET,
            "panels": [panel for panel in offered if not panel.side],
            "side_panels": [panel for panel in offered if panel.side],
            "may_reveal": may(user, "child.reveal", here),
            "may_change": may(user, "child.change", here),
            "may_merge": may(user, "child.merge", here),
            "revealed": revealed,
        },
    )


def _age(born: dt.date | None, on: dt.date) -> int | None:
    if born is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _moved(request: Request, key: int) -> HttpResponse:
    """A key that was merged leads to the child that it is a part of, if that is in reach."""
    merged = get_object_or_404(Child, pk=key)
    whole = get_object_or_404(queries.children(request.user), pk=merged.person_id)
    return redirect("people:child", whole.pk)


@needs("child.need")
def need(request: Request, key: int) -> HttpResponse:
    """Only the circumstances of need, for who works on them; the reading is recorded."""
    one = get_object_or_404(queries.children(request.user, "child.need"), pk=key)
    audit.read(request.user, "child.need_read", one)
    known = [
        line for line in lines(one, When.now(), need=True) if getattr(line.fact, "kind", "") in NEED
    ]
    return render(request, "people/need.html", {"child": one, "lines": known})


@needs("child.reveal")
def reveal(request: Request, key: int) -> HttpResponse:
    """Show the numbers for once, to who says why; purpose and reader go to the log."""
    one = get_object_or_404(queries.children(request.user, "child.reveal"), pk=key)
    form = Purpose(request.POST or None)

    def act() -> HttpResponse:
        numbers = actions.reveal(by=request.user, child=one, purpose=form.cleaned_data["purpose"])
        return _page(request, key, numbers)

    return answer_form(
        request,
        form,
        act,
        title=gettext("查看完整号码"),
        lead=one.name,
        button=gettext("查看"),
        back=page_of(one),
    )


@needs("child.change")
def add_exemption(request: Request, key: int) -> HttpResponse:
    """Register a lawful excuse."""
    one = get_object_or_404(queries.children(request.user, "child.change"), pk=key)
    form = NewExemption(request.POST or None)

    def act() -> HttpResponse:
        actions.add_exemption(by=request.user, child=one, **form.cleaned_data)
        return redirect(page_of(one))

    return answer_form(
        request,
        form,
        act,
        title=gettext("登记依法除外"),
        lead=one.name,
        button=gettext("登记"),
        back=page_of(one),
    )


@needs("child.change")
def correct(request: Request, key: int) -> HttpResponse:
    """Correct who the child is."""
    one = get_object_or_404(queries.children(request.user, "child.change"), pk=key)
    form = Correction(
        request.POST or None,
        initial={"name": one.name, "sex": one.sex, "birth_date": one.birth_date},
    )

    def act() -> HttpResponse:
        values = {**form.cleaned_data}
        reason = values.pop("reason")
        changed = {name: value for name, value in values.items() if value}
        actions.correct_identity(by=request.user, child=one, reason=reason, **changed)
        return redirect(page_of(one))

    return answer_form(
        request,
        form,
        act,
        title=gettext("更正身份信息"),
        lead=gettext("名单原来的说法留在经过里，不会被覆盖"),
        button=gettext("更正"),
        back=page_of(one),
    )


@needs("child.merge")
def merge(request: Request, key: int) -> HttpResponse:
    """Say that this child and another are one."""
    one = get_object_or_404(queries.children(request.user, "child.merge"), pk=key)
    form = MergeWith(request.POST or None)

    def act() -> HttpResponse:
        other = get_object_or_404(
            queries.children(request.user, "child.merge"), pk=form.cleaned_data["other"]
        )
        actions.merge(by=request.user, child=other, into=one, reason=form.cleaned_data["reason"])
        return redirect(page_of(one))

    return answer_form(
        request,
        form,
        act,
        title=gettext("把另一份档案并入这一份"),
        lead=gettext("{name}，编号{key}").format(name=one.name, key=one.pk),
        button=gettext("合并"),
        back=page_of(one),
    )


@needs("child.merge")
def unmerge(request: Request, key: int) -> HttpResponse:
    """Take a merge back."""
    here = queries.children(request.user, "child.merge")
    done = get_object_or_404(Merge.objects.filter(child__person__in=here), pk=key)
    form = Reason(request.POST or None)
    whole = Child.objects.get(merged=done.child_id)

    def act() -> HttpResponse:
        actions.unmerge(by=request.user, merge=done, reason=form.cleaned_data["reason"])
        return redirect(page_of(whole))

    return answer_form(
        request,
        form,
        act,
        title=gettext("撤回合并"),
        lead=gettext("两份档案恢复成合并以前的样子"),
        button=gettext("撤回合并"),
        back=page_of(whole),
    )
