"""Pages: what the national platform sent down and what became of it; the list handed in to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import may, reach
from notoneless.bureau.cases import actions, looking, platform, platform_list
from notoneless.bureau.cases.forms import HandIn
from notoneless.bureau.tables import Column, Table, workbook
from notoneless.i18n import N_, gettext


def _answer(row: Any) -> str:
    """The case, the answer, or that it waits."""
    if row.case is not None:
        return platform.said_of(row.case)
    return row.answer.text if row.answer else gettext("正在立案")


def _kind(row: Any) -> str:
    if row.case is not None:
        return looking.meaning(row.case)
    return "kept" if row.answer else "unknown"


def _evidence(row: Any) -> str:
    if row.answer is not None:
        return str(row.answer.evidence)
    return gettext("户籍名单和学籍名册上都没有这个人") if row.stranger else ""


COLUMNS = (
    Column("platform_number", N_("国家平台编号"), value=lambda row: row.document),
    Column(
        "child", N_("姓名"), value=lambda row: row.child.person.name, whole=True,
        link=lambda row: reverse("people:child", args=(row.child.person_id,)),
    ),
    Column("born", N_("出生日期"), value=lambda row: row.child.person.birth_date, whole=True),
    Column("school", N_("学校"), value=lambda row: row.child.person.school_name),
    Column("list", N_("下发名单"), value=lambda row: row.valid_from, sort="valid_from", whole=True),
    Column("row", N_("第几行"), number=True),
    Column(
        "answer", N_("核查结果"), value=_answer, kind=_kind,
        link=lambda row: reverse("cases:case", args=(row.case.pk,)) if row.case else "",
    ),
    Column("evidence", N_("依据"), value=_evidence),
)  # fmt: skip


@needs("case.see")
def rows(request: Request) -> HttpResponse:
    """Every row that the platform sent, each with its case or its answer."""
    table = Table(
        request,
        platform.listed(request.user),
        COLUMNS,
        title=gettext("国家平台下发名单核查"),
        late=platform.tell,
    )
    hands_in = may(request.user, "case.hand_in")
    return table.answer("cases/platform.html", {"hands_in": hands_in})


@needs("case.hand_in")
def hand_in(request: Request) -> HttpResponse:
    """The county's list for the platform, to who says for what."""
    here = Organisation.objects.filter(
        pk__in=reach(request.user, "case.hand_in"), kind="county", valid_to__isnull=True
    ).order_by("name")
    form = HandIn(request.POST or None, counties=here, initial={"county": here.first()})
    if request.method == "POST" and form.is_valid():
        county = form.cleaned_data["county"]
        told = actions.give_platform_list(by=request.user, **form.cleaned_data)
        columns = platform_list.columns()
        return workbook(
            request,
            title=f"{county.name}疑似辍学报国家平台名单",
            columns=[(text, False) for text in columns.values()],
            rows=([row[name] for name in columns] for row in told),
        )
    context = {
        "form": form,
        "title": gettext("导出报国家平台的名单"),
        "lead": gettext("在办个案每案一行，证件号不遮；列名没有见到平台的正式模板，用前请核对"),
        "button": gettext("导出 xlsx"),
        "back": reverse("cases:platform"),
    }
    return render(request, "form.html", context)
