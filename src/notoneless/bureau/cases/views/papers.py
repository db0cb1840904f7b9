"""Pages: what departments are asked, documents, photos and scans."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import actions, files, looking, queries
from notoneless.bureau.cases.codes import word
from notoneless.bureau.cases.forms import NewTask, TaskAnswer
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
        link=lambda one: reverse("cases:case", args=(one.case_id,)),
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
