"""What every view says about itself: which row of the policy opens it.

    @needs("child.see")
    def child(request: Request, key: int) -> HttpResponse: ...

A view without it fails the tests. Who is not logged in is sent to the login; who has the permission
nowhere reads one sentence (403); an object outside of one's reach answers like a missing one (404), which
is the matter of the app's queries: ``get_object_or_404(queries.children(by), pk=key)``. A file is given out
only if nothing of the right was taken away while it was being written.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from notoneless.bureau.accounts.admission import has_second_factor, stepped_up
from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.accounts.queries import grants, needs_second_factor

View = TypeVar("View", bound=Callable[..., HttpResponse])

PUBLIC = "public"


class Request(HttpRequest):
    """A request that got past `needs`: its user is one of ours."""

    user: User


def needs(permission: str) -> Callable[[View], View]:
    """Open the view to those who have the permission somewhere; see the module's text."""
    row = policy().permission(permission)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            user = request.user
            if not isinstance(user, User):
                return redirect_to_login(request.get_full_path())
            given = grants(user, permission)
            if not given and not (row.roles is None and user.is_active):
                raise PermissionDenied
            if permission != "own" and needs_second_factor(user) and not has_second_factor(user):
                return redirect("accounts:second_factor_wanted")
            if row.step_up and not stepped_up(request):
                return _prove_again(request)
            answer = view(request, *args, **kwargs)
            if answer.has_header("Content-Disposition") and not given <= grants(user, permission):
                raise PermissionDenied  # taken away while the file was being written
            return answer

        guarded.permission = permission  # type: ignore[attr-defined]  # read by menus and tests
        return guarded  # type: ignore[return-value]  # same signature as the view

    return decorate


def public(view: View) -> View:
    """Open the view to everyone, logged in or not: login, health, language."""

    @functools.wraps(view)
    def open_view(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return view(request, *args, **kwargs)

    open_view.permission = PUBLIC  # type: ignore[attr-defined]  # read by menus and tests
    return open_view  # type: ignore[return-value]  # same signature as the view


def _prove_again(request: HttpRequest) -> HttpResponse:
    """To the page that asks again, with the second factor where there is one, and back."""
    user = request.user
    page = "mfa_reauthenticate" if has_second_factor(user) else "account_reauthenticate"  # type: ignore[arg-type]  # checked by `needs`
    # A form that was sent comes back as an empty page, not as a repeated act: nothing is kept in
    # the session that a person typed.
    back = request.get_full_path()
    return redirect(f"{reverse(page)}?{urlencode({'next': back})}")
