"""Awards that stop in the middle of a term and go on again, as the school roll and the lists say.

Stops: 退学, transfer out of the city, death; 休学 suspends. All of these are conditions of the rules; here it is
noted from when to when nothing is paid, and why. What was paid before stays paid.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, F, Q

from notoneless.bureau.aid import holding, proposing
from notoneless.bureau.aid.models import Award, Stop
from notoneless.bureau.people import bulk
from notoneless.bureau.people.models import Enrolment


def follow(proposed: proposing.Proposed) -> tuple[int, int]:
    """Note which awards on their way stop on the day of a proposal, and which go on; how many of each."""
    on = proposed.sweep.as_of
    candidates = {
        award: (child, policy)
        for award, child, policy in proposed.rows(
            "SELECT s.award, s.child, s.policy FROM standing s "
            "WHERE s.state IN ('batched', 'approved') AND NOT EXISTS "
            "(SELECT 1 FROM owed o WHERE o.child = s.child AND o.policy = s.policy)"
        )
    }
    words = holding.why_not(proposed, set(candidates.values()))
    stopped = [key for key in unfinished(candidates) if candidates[key] in words]
    known = set()
    for lot in bulk.chunks(stopped):
        known |= set(
            Stop.objects.filter(award__in=lot, until__isnull=True).values_list("award", flat=True)
        )
    since = _since([candidates[key][0] for key in stopped if key not in known], on)
    new = [
        Stop(
            award_id=key,
            since=since.get(candidates[key][0], on),
            reason=words[candidates[key]][:300],
        )
        for key in stopped
        if key not in known
    ]
    Stop.objects.bulk_create(new, batch_size=500)
    owed_again = {
        award
        for (award,) in proposed.rows(
            "SELECT s.award FROM standing s JOIN owed o USING (child, policy)"
        )
    }
    open_ = Stop.objects.filter(award__term=str(proposed.term), until__isnull=True)
    resumed = [key for key, award in open_.values_list("pk", "award") if award in owed_again]
    for lot in bulk.chunks(resumed):
        Stop.objects.filter(pk__in=lot).update(until=on)
    return len(new), len(resumed)


def unfinished(awards: dict[int, tuple[int, str]]) -> list[int]:
    """Of these awards those of which something is still to be paid."""
    found: list[int] = []
    for lot in bulk.chunks(sorted(awards)):
        rows = Award.objects.filter(pk__in=lot).annotate(
            sent=Count("payments", filter=Q(payments__state__in=("sent", "confirmed")))
        )
        found += rows.filter(sent__lt=F("instalments")).values_list("pk", flat=True)
    return found


def _since(children: list[int], on: dt.date) -> dict[int, dt.date]:
    """From when the roll has said that a child is not studying."""
    found: dict[int, dt.date] = {}
    rows = Enrolment.objects.exclude(roll_state__in=("", "enrolled"))
    for lot in bulk.chunks(children):
        told = rows.filter(
            child__person__in=lot, valid_from__lte=on, retracted_at__isnull=True
        ).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
        for child, day in told.order_by("valid_from").values_list("child__person", "valid_from"):
            found[child or 0] = day
    return found
