"""Pages of pairs in doubt: two rows side by side, three answers, by keyboard."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from notoneless import rosters
from notoneless.bureau.accounts.access import Request, needs
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.intake import actions, comparison, differences, queries
from notoneless.bureau.intake.models import Doubt
from notoneless.i18n import N_, gettext
from notoneless.identity.review import STEPS_IN_WORDS

NEXT_SHOWN = 20

WHY = {
    "number": N_("身份证号相同，别的对不上"),
    "repair": N_("一边的身份证号疑有笔误，改一位就相同"),
    "score": N_("一边没有可用的身份证号，只能看别的"),
    "namesake": N_("同名、同日出生的不止一人"),
    "two_numbers": N_("两个号码都有效而不同，别的都相同"),
    "exact": N_("号码和姓名相同"),
}
"""Why a pair is in doubt, by the step that met it."""


@needs("match.decide")
def matches(request: Request) -> HttpResponse:
    """The next pair that waits; none waiting says what was done."""
    waiting = queries.waiting(request.user)
    after = request.GET.get("after")
    following = waiting.filter(pk__gt=after).first() if after and after.isdigit() else None
    found = following or waiting.first()
    if found is None:
        return render(request, "intake/no_match.html", _done(request))
    return redirect("intake:match", found.pk)


@needs("match.decide")
def match(request: Request, key: int) -> HttpResponse:
    """Two rows side by side."""
    found = get_object_or_404(queries.doubts(request.user), pk=key)
    left, right = (json.loads(side.reveal()) for side in (found.left, found.right))
    audit.read(request.user, "match.read", found, purpose=gettext("判定是不是同一个孩子"))
    reading = found.upload.understood()
    sheet = dict(comparison.sheets_of(reading)).get(found.sheet) if reading else None
    agreed, _, against = found.evidence.partition("；")
    waiting = queries.waiting(request.user)
    return render(
        request,
        "intake/match.html",
        {
            "doubt": found,
            "lines": differences.lines(left, right),
            "name": right.get("name", ""),
            "kind": str(rosters.kinds()[sheet.kind].label) if sheet else "",
            "list_date": sheet.list_date if sheet else None,
            "row": found.row >> 6,
            "why": gettext(WHY.get(found.step, "")),
            "step": gettext(STEPS_IN_WORDS.get(found.step, "")),
            "agreed": [gettext(part) for part in agreed.split("，") if part],
            "against": [gettext(part) for part in against.split("，") if part],
            # Two namesakes each look certain by themselves, two numbers forbid it: no share is shown.
            "percent": 0
            if found.step in ("namesake", "two_numbers")
            else min(99, round(found.probability * 100)),
            "tells": sheet is not None and sheet.kind in comparison.MAKES_CHILDREN,
            "open": found.answer == Doubt.Answer.OPEN
            or (found.second_wanted and found.decided_by_id != request.user.pk),
            "next": [
                (
                    one,
                    json.loads(one.left.reveal()),
                    json.loads(one.right.reveal()),
                    gettext(STEPS_IN_WORDS.get(one.step, "")),
                )
                for one in waiting.filter(pk__gte=found.pk)[:NEXT_SHOWN]
            ],
            "left_over": waiting.count(),
            **_done(request),
        },
    )


def _done(request: Request) -> dict[str, object]:
    """What this person decided today."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    own = queries.doubts(request.user).filter(decided_by=request.user, decided_at__gte=today)
    counts = {
        answer: own.filter(answer=answer).count() for answer in ("same", "different", "unknown")
    }
    return {
        "done": counts,
        "done_total": sum(counts.values()),
        "last": own.order_by("-decided_at").first(),
    }


@require_POST
@needs("match.decide")
def answer(request: Request, key: int) -> HttpResponse:
    """Same, different, don't know; on to the next."""
    found = get_object_or_404(queries.doubts(request.user), pk=key)
    said = request.POST.get("answer")
    if said in ("same", "different", "unknown"):
        actions.decide(by=request.user, doubt=found, answer=said)
    return redirect(f"/matches?after={key}")


@require_POST
@needs("match.decide")
def ask_second(request: Request, key: int) -> HttpResponse:
    """Have a colleague look at it."""
    found = get_object_or_404(queries.doubts(request.user), pk=key)
    actions.ask_second(by=request.user, doubt=found)
    return redirect("intake:match", key)
