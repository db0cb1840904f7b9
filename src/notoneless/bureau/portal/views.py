"""Pages for everyone: what is my child owed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from notoneless.bureau.accounts.access import public
from notoneless.bureau.portal.answers import answer
from notoneless.bureau.portal.forms import Questions


@public
@never_cache
def owed(request: HttpRequest) -> HttpResponse:
    """Six questions, and what the rules say to the answers. Nothing is kept, nothing stands in an address."""
    today = timezone.localdate()
    form = Questions(request.POST if request.method == "POST" else None)
    told = answer(form.answers(), today) if form.is_bound and form.is_valid() else []
    groups = {
        state: [one for one in told if one.state == state]
        for state in ("owed", "depends", "not_owed")
    }
    return render(
        request, "portal/owed.html", {"form": form, "told": told, "today": today, **groups}
    )
