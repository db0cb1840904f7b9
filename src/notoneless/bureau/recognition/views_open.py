"""Pages for everyone: a public notice at its random address, the state of an application by its code."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from notoneless.bureau.accounts.access import public
from notoneless.bureau.accounts.admission import let_in, try_door
from notoneless.bureau.publication import unlisted
from notoneless.bureau.recognition import queries
from notoneless.bureau.recognition.forms import Code
from notoneless.i18n import gettext

DOOR = "application_code_tried"


@public
@never_cache
def notice(request: HttpRequest, code: str) -> HttpResponse:
    """Name, grade, class; the school in the heading. Nothing else, and only until the last day ends."""
    found = queries.open_notice(code)
    if found is None:
        raise Http404
    told = {"notice": found, "names": queries.names(found)}
    return unlisted(render(request, "recognition/open_notice.html", told))


@public
@never_cache
def application(request: HttpRequest) -> HttpResponse:
    """A code is posted, never in an address; the answer tells the state, and of the child one character."""
    form = Code(request.POST if request.method == "POST" else None)
    state, wrong, status = None, "", 200
    if form.is_bound and form.is_valid():
        tried = try_door(request, DOOR)
        if tried is None:
            wrong, status = gettext("试的次数太多，请过15分钟再试"), 429
        elif state := queries.state_of(form.cleaned_data["code"]):
            let_in(tried)
            form = Code()  # the code does not stay on the screen
        else:
            wrong = gettext("没有这个查询码。核对一下纸条，或到学校请资助专干查")
    told = {"form": form, "state": state, "wrong": wrong}
    return unlisted(render(request, "recognition/open_application.html", told, status=status))
