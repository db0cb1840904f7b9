"""Pages of one's own account, and the way in by invitation."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from notoneless.bureau.accounts import actions, queries
from notoneless.bureau.accounts.access import Request, needs, public
from notoneless.bureau.accounts.admission import has_second_factor
from notoneless.bureau.accounts.forms import NewPassword
from notoneless.bureau.accounts.policy import policy
from notoneless.faults import Refusal


@needs("own")
def own(request: Request) -> HttpResponse:
    """Who I am here: my roles, until when, what they allow; password, second factor, logout."""
    held = queries.assignments_in_force(request.user).select_related("organisation")
    allowed = queries.permissions(request.user)
    return render(
        request,
        "accounts/own.html",
        {
            "held": [(one, policy().roles[one.role]) for one in held],
            "allowed": [row for name, row in policy().permissions.items() if name in allowed],
            "second_factor": has_second_factor(request.user),
        },
    )


@needs("own")
def second_factor_wanted(request: Request) -> HttpResponse:
    """Why a person with this role cannot go on without a second factor, and how to set it up."""
    return render(request, "accounts/second_factor_wanted.html")


@public
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Set the password with the link of an invitation."""
    form = NewPassword(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.accept_invitation(token=token, password=form.cleaned_data["password"])
        except ValidationError as weak:
            form.add_error("password", weak)
        except Refusal as dead:
            refusal = dead
        else:
            return redirect("account_login")
    response = render(request, "accounts/accept.html", {"form": form, "refusal": refusal})
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is the secret
    return response
