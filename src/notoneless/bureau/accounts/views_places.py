"""Pages: places and schools from a list, looked at before they are put up."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts import actions, faults, place_list, queries
from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.forms import PlaceFile
from notoneless.faults import Refusal
from notoneless.i18n import N_

NEW_SHOWN = 20

COLUMNS = (
    (N_("类别"), N_("省、市、县、乡镇、村、学校之一"), True),
    (N_("名称"), N_("全称"), True),
    (N_("上级"), N_("名称或代码；写了区划代码可以不写上级，学校写了所在乡镇也可以不写"), False),
    (N_("代码"), N_("区划代码（县6位、乡镇9位、村12位）或学校标识码，用文本格式"), False),
    (N_("学段"), N_("学校写：学前、小学、初中、普通高中、中等职业，几个用顿号分开"), False),
    (N_("所在乡镇"), N_("学校写：乡镇或村的名称或代码"), False),
)

EXAMPLE = """类别,名称,上级,代码,学段,所在乡镇
乡镇,示例镇,,510699001,,
村,示例村,,510699001001,,
村,样本村,示例镇,,,
学校,示例镇中心小学,,,小学,示例镇
学校,样本村教学点,示例镇中心小学,,小学,样本村
"""
"""Rows of a place that does not exist (510699 was never given to any)."""


def read_sent(content: bytes, name: str) -> list[place_list.Line]:
    """The rows of a file that was sent; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "places"
        path.write_bytes(content)
        return place_list.read(path, name)


@needs("organisation.change")
def places(request: Request) -> HttpResponse:
    """Choose a list; what it would put up, or everything that is wrong with it."""
    form = PlaceFile(request.POST or None, request.FILES or None)
    refusal, plan, lines = None, None, []
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            lines = read_sent(sent.read(), sent.name)
            mine = queries.changeable(request.user).filter(valid_to__isnull=True)
            plan = place_list.compare(lines, mine.exclude(kind="class"))
            if plan.faults:
                raise Refusal(plan.faults)
        except Refusal as refused:
            refusal = refused
    return render(
        request,
        "accounts/places.html",
        {
            "form": form,
            "refusal": refusal,
            "plan": plan,
            "rows": len(lines),
            "shown": plan.new[:NEW_SHOWN] if plan else [],
            "lines": place_list.to_json(lines) if plan and not refusal else "",
            "columns": COLUMNS,
        },
    )


@require_POST
@needs("organisation.change")
def take_in(request: Request) -> HttpResponse:
    """Put up what was looked at; it is compared again, since others may have worked meanwhile."""
    try:
        lines = place_list.from_json(request.POST.get("lines", ""))
        done = actions.take_in_places(by=request.user, lines=lines)
    except (ValueError, Refusal) as refused:
        refusal = refused if isinstance(refused, Refusal) else Refusal([faults.NO_PLACES.at()])
        context = {"form": PlaceFile(), "refusal": refusal, "columns": COLUMNS}
        return render(request, "accounts/places.html", context)
    context = {"done": done, "form": None, "columns": COLUMNS}
    return render(request, "accounts/places.html", context)


@needs("organisation.change")
def example(request: Request) -> HttpResponse:  # noqa: ARG001 - the same for everyone
    """A list to begin from, as spreadsheets open it."""
    answer = HttpResponse(EXAMPLE.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="places.csv"'
    return answer
