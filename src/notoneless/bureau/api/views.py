"""Pages: what programs can ask, and the tokens."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.accounts.queries import may, reach
from notoneless.bureau.accounts.views import answer_form
from notoneless.bureau.api import actions, queries
from notoneless.bureau.api.admission import MOST_PER_MINUTE
from notoneless.bureau.api.described import operations
from notoneless.bureau.api.forms import NewToken
from notoneless.bureau.api.models import Token
from notoneless.bureau.api.operations import schema
from notoneless.bureau.tables import Column, Table
from notoneless.i18n import N_, gettext


def state(token: Token) -> str:
    """Whether it can be used, in a word."""
    if token.revoked_at is not None:
        return gettext("已收回")
    return gettext("在用") if queries.usable(token) else gettext("已过期")


COLUMNS = (
    Column("purpose", N_("给什么程序用"), sort="purpose"),
    Column("role", N_("角色"), value=lambda one: policy().roles[one.role].text),
    Column("organisation", N_("机构"), sort="organisation__name"),
    Column("made_by", N_("谁发的")),
    Column("expires_on", N_("最后一天"), sort="expires_on"),
    Column("last_used_at", N_("最近用过"), sort="last_used_at"),
    Column("state", N_("情形"), value=state, link=lambda one: reverse("api:token", args=[one.pk])),
)


@needs("own")
def api(request: Request) -> HttpResponse:
    """What programs can ask, from the description that they read too."""
    return render(
        request,
        "api/api.html",
        {
            "operations": operations(schema()),
            "most": MOST_PER_MINUTE,
            "may_tokens": may(request.user, "token.see"),
        },
    )


@needs("own")
def description(request: Request) -> JsonResponse:  # noqa: ARG001 - the same for everyone
    """The OpenAPI description."""
    return JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})


@needs("token.see")
def tokens(request: Request) -> HttpResponse:
    """The tokens of one's organisations."""
    table = Table(request, queries.tokens(request.user), COLUMNS, title=gettext("接口令牌"))
    return table.answer("api/tokens.html", {"may_make": may(request.user, "token.change")})


@needs("token.see")
def token(request: Request, key: int) -> HttpResponse:
    """One token."""
    found = get_object_or_404(queries.tokens(request.user), pk=key)
    role = policy().roles[found.role].text
    return render(request, "api/token.html", {"token": found, "state": state(found), "role": role})


@needs("token.change")
def make(request: Request) -> HttpResponse:
    """Make a token; its text is shown on the answer and never again."""
    here = Organisation.objects.filter(
        pk__in=reach(request.user, "token.change"), valid_to__isnull=True
    ).exclude(kind="class")
    form = NewToken(request.POST or None, organisations=here.order_by("kind", "name"))

    def act() -> HttpResponse:
        said: dict[str, Any] = form.cleaned_data
        new, secret = actions.make_token(by=request.user, **said)
        return render(request, "api/made.html", {"token": new, "secret": secret})

    return answer_form(
        request,
        form,
        act,
        title=gettext("发一个接口令牌"),
        lead=gettext("程序凭它交名单、取结论，权限和角色一样"),
        button=gettext("发令牌"),
        back=reverse("api:tokens"),
    )


@require_POST
@needs("token.change")
def revoke(request: Request, key: int) -> HttpResponse:
    """End a token at once."""
    found = get_object_or_404(queries.tokens(request.user), pk=key)
    actions.revoke_token(by=request.user, token=found)
    return redirect("api:tokens")
