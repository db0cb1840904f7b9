"""The house's own pages: the first page, health, language, and what is said when something is wrong."""

from __future__ import annotations

import datetime as dt
import itertools

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from notoneless.bureau import offers
from notoneless.bureau.accounts.access import Request, needs, public
from notoneless.bureau.audit.actions import note_verified
from notoneless.bureau.audit.actions import read_log as audit_read
from notoneless.bureau.audit.queries import done_by, head, newest, verify, words
from notoneless.bureau.tables import Column, Table
from notoneless.calendar import term_on
from notoneless.i18n import N_, gettext

GROUPS = (N_("已过期"), N_("今天"), N_("本周"), N_("以后"), N_("没有期限"))


@needs("own")
def today(request: Request) -> HttpResponse:
    """What must I do today: the tasks of all apps by deadline; nothing to do says what was done."""
    now = timezone.localtime()
    tasks = [
        task
        for module in offers.found("today")
        for task in module.tasks(request.user, now.date())
        if task.count
    ]
    tasks.sort(key=lambda task: (task.due is None, task.due or now, -task.count))
    groups = [
        (gettext(GROUPS[number]), list(members))
        for number, members in itertools.groupby(tasks, key=lambda task: _group(task, now))
    ]
    return render(
        request,
        "web/today.html",
        {
            "now": now,
            "term": term_on(now.date()),
            "groups": groups,
            "count": len(tasks),
            "late": sum(_group(task, now) == 0 for task in tasks),
            "due_today": sum(_group(task, now) == 1 for task in tasks),
            "done": done_by(request.user, since=now - dt.timedelta(days=1)),
            "parts": [
                part
                for module in offers.found("first_page")
                for part in module.parts(request.user, now.date())
            ],
        },
    )


def _group(task: offers.Task, now: dt.datetime) -> int:
    if task.due is None:
        return 4
    if task.due < now:
        return 0
    days = (timezone.localtime(task.due).date() - now.date()).days
    return 1 if not days else 2 if now.weekday() + days < 7 else 3


EVENTS = (
    Column("seq", N_("序号"), number=True, value=lambda event: str(event.seq)),
    Column("at", N_("时间"), whole=True),
    Column("actor_name", N_("谁"), whole=True),
    Column("verb", N_("做了什么"), whole=True, value=lambda event: words(event.verb)),
    Column("code", N_("动作代码"), whole=True, value=lambda event: event.verb),
    Column("subject_kind", N_("对象类别")),
    Column("subject", N_("对象编号")),
    Column("purpose", N_("用途")),
    Column(
        "details", N_("细节"), value=lambda event: "" if event.details == "{}" else event.details
    ),
)


@needs("audit.read")
def audit_log(request: Request) -> HttpResponse:
    """The audit log, newest first; ``?verify=1`` walks the chain. Reading it is recorded too."""
    rows = newest()
    if wanted := request.GET.get("q", "").strip():
        rows = rows.filter(actor_name=wanted) | rows.filter(verb__startswith=wanted)
    audit_read(request.user)
    table = Table(request, rows, EVENTS, title=gettext("审计日志"))
    verdict = verify() if request.GET.get("verify") else None
    if verdict:
        note_verified(request.user, whole=verdict.whole, right=verdict.right)
    return table.answer("web/audit.html", {"verdict": verdict, "head": head()})


@public
def health(_request: HttpRequest) -> HttpResponse:
    """For a proxy or a monitor: 200 when the database answers, 503 when not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever it is, the answer is "not well"
        return JsonResponse({"status": "unwell", "database": "away"}, status=503)
    return JsonResponse({"status": "ok"})


@public
def choose_language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the language in a cookie and go back to the page (``next``)."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    back = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = redirect(back)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
        httponly=True,
    )
    return response


# --- when something is wrong: one sentence, and where to go -----------------------------------------


def _say(request: HttpRequest, status: int, sentence: str, next_step: str) -> HttpResponse:
    context = {"sentence": gettext(sentence), "next_step": gettext(next_step), "status": status}
    return render(request, "errors/sentence.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's form
    """400."""
    return _say(request, 400, N_("这个请求看不懂"), N_("回上一页，再试一次"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's form
    """403: a right that this person has nowhere."""
    return _say(
        request,
        403,
        N_("你的角色没有这一项权限"),
        N_("需要的话，请安全管理员授权；在别处办，就回首页"),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's form
    """404: not there, or not yours; both answer alike."""
    return _say(request, 404, N_("没有这个页面，或者它不归你管"), N_("检查地址，或者从首页找"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's form
    """A form without its token: mostly one that was open too long."""
    return _say(request, 403, N_("这张表开得太久，没有提交"), N_("回上一页刷新，再提交一次"))


def broken(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's form
    """500: nothing is known to work any more, so the page uses no database and no frame."""
    context = {
        "sentence": gettext(N_("系统内部出错，刚才的操作没有生效")),
        "next_step": gettext(N_("再试一次；还不行，就告诉系统管理员出错的时间")),
    }
    return render(None, "errors/broken.html", context, status=500)  # no request: no frame
