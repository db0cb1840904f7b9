"""Pages: a case opened by hand, lawful excuses, the word of the public."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import may, reach
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import actions, queries
from notoneless.bureau.cases.faults import PLACELESS
from notoneless.bureau.cases.forms import NewCase, NewExcuse, NewPublicWord, PublicAnswer
from notoneless.bureau.cases.models import Case, Excuse
from notoneless.bureau.cases.openings import Opening
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.timeline import word
from notoneless.bureau.tables import Column, Table
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext


@needs("case.open")
def open_case(request: Request, key: int) -> HttpResponse:
    """Open a case of a child by hand; where one is in work, it leads there."""
    child = get_object_or_404(people.children(request.user, "case.open"), pk=key)
    form, back = NewCase(request.POST or None), reverse("people:child", args=(key,))

    def act() -> HttpResponse:
        told = form.cleaned_data
        opened = actions.open_cases(
            by=request.user,
            openings=[Opening(subject=child.pk, guarantee=told["source"], **told)],
        )
        if opened.placeless:
            raise Refusal([PLACELESS.at()])
        case = Case.objects.filter(child=child, kind=told["kind"]).order_by("-pk")[0]
        return redirect("cases:case", case.pk)

    return answer_form(
        request,
        form,
        act,
        title=gettext("立案"),
        lead=child.name,
        button=gettext("立案"),
        back=back,
    )


@needs("excuse.apply")
def apply(request: Request, key: int) -> HttpResponse:
    """Apply for a lawful excuse; another person approves."""
    child = get_object_or_404(people.children(request.user, "excuse.apply"), pk=key)
    form = NewExcuse(request.POST or None, request.FILES or None)

    def act() -> HttpResponse:
        actions.apply_for_excuse(by=request.user, child=child, **form.cleaned_data)
        return redirect("people:child", key)

    return answer_form(
        request, form, act, title=gettext("申请依法除外"),
        lead=gettext("{name}。由另一位有权限的人批准，到期前提醒").format(name=child.name),
        button=gettext("申请"), back=reverse("people:child", args=(key,)),
    )  # fmt: skip


EXCUSES = (
    Column(
        "child", N_("儿童"), value=lambda one: one.child.name,
        link=lambda one: reverse("cases:excuse", args=(one.pk,)),
    ),
    Column("excuse", N_("情形"), value=lambda one: word("excuse", one.excuse), sort="excuse"),
    Column("valid_from", N_("从哪天起"), sort="valid_from"),
    Column("until", N_("到哪天止"), sort="until"),
    Column("document", N_("批准文号")),
    Column("state", N_("结果"), value=lambda one: one.get_state_display(), sort="state"),
    Column("applied_by", N_("申请人"), value=lambda one: one.applied_by),
    Column("decided_by", N_("批准人"), value=lambda one: one.decided_by or ""),
)  # fmt: skip


@needs("case.see")
def excuses(request: Request) -> HttpResponse:
    """Applications for lawful excuses; ``?state=applied`` those that wait."""
    rows = queries.excuses(request.user)
    if (state := request.GET.get("state", "")) in Excuse.State.values:
        rows = rows.filter(state=state)
    return Table(request, rows, EXCUSES, title=gettext("依法除外")).answer("cases/list.html")


@needs("case.see")
def excuse(request: Request, key: int) -> HttpResponse:
    """One application: what it says; approve it or not, by another person than applied."""
    one = get_object_or_404(queries.excuses(request.user), pk=key)
    here = people.where(one.child)
    decides = may(request.user, "excuse.approve", here) and one.applied_by_id != request.user.pk
    refusal = None
    if request.method == "POST" and decides:
        try:
            actions.decide_excuse(
                by=request.user, excuse=one, approve=request.POST.get("answer") == "approve"
            )
            return redirect("cases:excuses")
        except Refusal as refused:
            refusal = refused
    audit.read(request.user, "case.read", one)
    context = {
        "excuse": one,
        "kind": word("excuse", one.excuse),
        "word": one.word.reveal() if one.word else "",
        "decides": decides and one.state == Excuse.State.APPLIED,
        "refusal": refusal,
    }
    return render(request, "cases/excuse.html", context)


PUBLIC = (
    Column(
        "number", N_("编号"), sort="number",
        link=lambda one: reverse("cases:public_word", args=(one.pk,)),
    ),
    Column("told_on", N_("哪一天说的"), sort="told_on"),
    Column("county", N_("县"), value=lambda one: one.county),
    Column("by", N_("谁记的"), value=lambda one: one.by),
    Column("answered_on", N_("答复日期"), sort="answered_on"),
    Column("case", N_("立的案"), value=lambda one: one.case or ""),
)  # fmt: skip


@needs("case.open")
def public_words(request: Request) -> HttpResponse:
    """What the public said."""
    table = Table(request, queries.public_words(request.user), PUBLIC, title=gettext("群众反映"))
    return table.answer("cases/list.html", {"add": reverse("cases:new_public_word")})


@needs("case.open")
def new_public_word(request: Request) -> HttpResponse:
    """Write down what somebody said; they get its number."""
    counties = Organisation.objects.filter(pk__in=reach(request.user, "case.open"), kind="county")
    form = NewPublicWord(request.POST or None, counties=counties)

    def act() -> HttpResponse:
        written = actions.write_public_word(by=request.user, **form.cleaned_data)
        return redirect("cases:public_word", written.pk)

    return answer_form(
        request, form, act, title=gettext("记群众反映"), button=gettext("记下"),
        back=reverse("cases:public_words"),
    )  # fmt: skip


@needs("case.open")
def public_word(request: Request, key: int) -> HttpResponse:
    """What was said, and what came of it."""
    one = get_object_or_404(queries.public_words(request.user), pk=key)
    form = PublicAnswer(request.POST or None, cases=queries.cases(request.user))
    back = reverse("cases:public_words")

    def act() -> HttpResponse:
        actions.answer_public_word(
            by=request.user,
            word=one,
            answer=form.cleaned_data["answer"],
            case=form.cleaned_data["number"],
        )
        return redirect(back)

    return answer_form(
        request, form, act, title=gettext("群众反映 {number}").format(number=one.number),
        lead=one.text.reveal(), button=gettext("答复"), back=back,
    )  # fmt: skip
