"""Pages: what departments are asked, documents, photos and scans."""

from __future__ import annotations

from urllib.parse import quote

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import actions, drafting, files, filling, looking, places, queries
from notoneless.bureau.cases.codes import word
from notoneless.bureau.cases.forms import Issue, NewDocument, NewTask, Service, TaskAnswer
from notoneless.bureau.cases.models import DepartmentTask, Document
from notoneless.bureau.tables import Column, Table
from notoneless.i18n import N_, gettext


@needs("case.move")
def ask(request: Request, key: int) -> HttpResponse:
    """Ask another department for something."""
    one = get_object_or_404(queries.cases(request.user, "case.move"), pk=key)
    form, back = NewTask(request.POST or None), reverse("cases:case", args=(key,))

    def act() -> HttpResponse:
        actions.ask_department(by=request.user, case=one, **form.cleaned_data)
        return redirect(back)

    return answer_form(
        request, form, act, title=gettext("给部门派任务"), lead=looking.lead(one),
        button=gettext("派出"), back=back,
    )  # fmt: skip


TASKS = (
    Column(
        "number", N_("任务"), value=str, sort="pk",
        link=lambda one: reverse("cases:answer", args=(one.pk,)),
    ),
    Column(
        "case", N_("案号"), value=lambda one: one.case.number, sort="case__number",
        link=lambda one: reverse("cases:case", args=(one.case_id,)),
    ),
    Column("department", N_("部门"), value=lambda one: word("departments", one.department)),
    Column("what", N_("请他们做什么"), value=lambda one: one.what.reveal()),
    Column("due", N_("期限"), sort="due"),
    Column("state", N_("结果"), value=lambda one: one.get_state_display(), sort="state"),
    Column("answered_on", N_("答复日期"), sort="answered_on"),
)  # fmt: skip


@needs("case.see")
def tasks(request: Request) -> HttpResponse:
    """What departments were asked; ``?late=1`` only what is due and not answered."""
    rows = queries.tasks(request.user).order_by("due", "pk")
    if request.GET.get("late"):
        rows = rows.filter(state="asked", due__lte=timezone.localdate())
    return Table(request, rows, TASKS, title=gettext("部门任务")).answer("cases/list.html")


@needs("case.move")
def answer(request: Request, key: int) -> HttpResponse:
    """Write down what the department said."""
    task: DepartmentTask = get_object_or_404(queries.tasks(request.user, "case.move"), pk=key)
    form, back = TaskAnswer(request.POST or None), reverse("cases:case", args=(task.case_id,))

    def act() -> HttpResponse:
        actions.answer_task(by=request.user, task=task, **form.cleaned_data)
        return redirect(back)

    return answer_form(
        request, form, act, title=gettext("记部门答复"),
        lead=f"{task} {word('departments', task.department)}：{task.what.reveal()}",
        button=gettext("记下"), back=back,
    )  # fmt: skip


DOCUMENTS = (
    Column(
        "kind", N_("文书"), value=lambda one: word("documents", one.kind), sort="kind",
        link=lambda one: reverse("cases:document", args=(one.pk,)),
    ),
    Column("number", N_("文号"), sort="number"),
    Column("case", N_("案号"), value=lambda one: one.case.number, sort="case__number"),
    Column("issuer", N_("签发机关"), value=lambda one: one.issuer),
    Column("state", N_("状态"), value=lambda one: one.get_state_display(), sort="state"),
    Column("issued_on", N_("签发日期"), sort="issued_on"),
    Column("served_on", N_("送达日期"), sort="served_on"),
)  # fmt: skip


@needs("case.see")
def documents(request: Request) -> HttpResponse:
    """The documents of cases in reach; ``?state=issued`` those that wait to be served."""
    rows = queries.documents(request.user).order_by("-drafted_at", "-pk")
    if (state := request.GET.get("state", "")) in Document.State.values:
        rows = rows.filter(state=state)
    return Table(request, rows, DOCUMENTS, title=gettext("文书")).answer("cases/list.html")


@needs("case.move")
def draft(request: Request, key: int) -> HttpResponse:
    """Draft a document of a case."""
    one = get_object_or_404(queries.cases(request.user, "case.move"), pk=key)
    form = NewDocument(request.POST or None, issuers=queries.issuers(one))

    def act() -> HttpResponse:
        new = actions.draft_document(by=request.user, case=one, **form.cleaned_data)
        return redirect("cases:document", new.pk)

    return answer_form(
        request, form, act, title=gettext("起草文书"), lead=looking.lead(one),
        button=gettext("起草"), back=reverse("cases:case", args=(key,)),
    )  # fmt: skip


@needs("case.see")
def document(request: Request, key: int) -> HttpResponse:
    """One document: its text, its files, how far it has come; opening it is recorded."""
    one = get_object_or_404(queries.documents(request.user), pk=key)
    audit.read(request.user, "document.read", one)
    context = {
        "document": one,
        "case": one.case,
        "parts": drafting.filled(one.kind, filling.of(one)),
        "served_to": word("whom", one.served_to),
        "may_issue": one.state == "draft" and may(request.user, "document.issue", one.issuer_id),
        "may_serve": one.state == "issued" and places.may(request.user, "case.write", one.case),
        "may_withdraw": one.state in ("draft", "issued")
        and places.may(request.user, "case.move", one.case),
        "has_pdf": one.state != "draft" or not drafting.own(one.kind, "docx"),
        "kept": [file for file in one.files.order_by("pk") if one.state != "draft"],
    }
    return render(request, "cases/document.html", context)


@needs("case.see")
def download(request: Request, key: int, suffix: str) -> HttpResponse:
    """The file of a document: of a draft as it would be now, else as it was issued."""
    one = get_object_or_404(queries.documents(request.user), pk=key)
    audit.read(request.user, "document.read", one)
    if one.state == "draft":
        content = dict(filling.files_of(one)).get(suffix)
    else:
        kept = one.files.filter(name=f"{one.kind}.{suffix}").first()
        content = files.kept(kept.digest) if kept else None
    if content is None:
        raise Http404
    answer = HttpResponse(content, content_type=files.kind_of(content))
    name = quote(f"{one.title}-{one.number or one.case.number}.{suffix}")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    answer["Cache-Control"] = "no-store"
    return answer


@needs("document.issue")
def issue(request: Request, key: int) -> HttpResponse:
    """The office issues it under a number."""
    one = get_object_or_404(queries.documents(request.user), pk=key)
    if not may(request.user, "document.issue", one.issuer_id):
        raise Http404
    form, back = Issue(request.POST or None), reverse("cases:document", args=(key,))

    def act() -> HttpResponse:
        actions.issue_document(by=request.user, document=one, **form.cleaned_data)
        return redirect(back)

    return answer_form(
        request, form, act, title=gettext("签发《{title}》").format(title=one.title),
        lead=gettext("由{issuer}签发。签发以后内容不再变").format(issuer=one.issuer),
        button=gettext("签发"), back=back,
    )  # fmt: skip


@needs("case.write")
def serve(request: Request, key: int) -> HttpResponse:
    """Write down how it was served."""
    one = get_object_or_404(queries.documents(request.user, "case.write"), pk=key)
    form = Service(request.POST or None, request.FILES or None)
    back = reverse("cases:document", args=(key,))

    def act() -> HttpResponse:
        actions.serve_document(by=request.user, document=one, **form.cleaned_data)
        return redirect(back)

    return answer_form(
        request, form, act, title=gettext("记送达"), lead=f"{one.title} {one.number}",
        button=gettext("记下"), back=back,
    )  # fmt: skip


@needs("case.move")
def withdraw(request: Request, key: int) -> HttpResponse:
    """It does not count."""
    one = get_object_or_404(queries.documents(request.user, "case.move"), pk=key)
    form, back = forms.Form(request.POST or None), reverse("cases:document", args=(key,))

    def act() -> HttpResponse:
        actions.withdraw_document(by=request.user, document=one)
        return redirect(back)

    return answer_form(
        request, form, act, title=gettext("作废文书"),
        lead=gettext("{title} {number}。作废的仍留在案里").format(title=one.title, number=one.number),
        button=gettext("作废"), back=back,
    )  # fmt: skip


@needs("case.see")
def attached(request: Request, key: int) -> HttpResponse:
    """A photo or scan; opening it is recorded."""
    file = get_object_or_404(queries.files(request.user), pk=key)
    audit.read(request.user, "case.attached_read", file)
    answer = HttpResponse(files.kept(file.digest), content_type=file.type)
    shown = "inline" if file.type.startswith("image/") else "attachment"
    name = f"{file.pk}.{files.SUFFIXES.get(file.type, 'bin')}"
    answer["Content-Disposition"] = f'{shown}; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
