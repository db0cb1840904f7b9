"""Gaps that were answered for good: their cases close, many at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from notoneless.bureau.accounts.models import User
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import grounds
from notoneless.bureau.cases.actions.opening import gap_gone
from notoneless.bureau.cases.models import OPEN, Case, Ground
from notoneless.bureau.cases.openings import Gone, roots
from notoneless.bureau.cases.transitions import ways
from notoneless.bureau.people.bulk import chunks


@audit.action
def settle(*, by: User | audit.Actor, gone: Sequence[Gone]) -> tuple[int, ...]:
    """Note that gaps are gone, and close the cases of which none is left; gives the keys of these.

    For kinds of case that are answered by a payment or a paper which the caller has seen (the way
    ``settle``); a case of another kind stays open, as `gap_gone` leaves it.
    """
    gap_gone(by=by, gone=gone)
    way, whole = ways()["settle"], roots(gone)
    wanted: dict[tuple[str, int], Gone] = {}
    for one in gone:
        child = whole.get(one.subject)
        wanted[one.subject_kind, child.pk if child else one.subject] = one
    closed: list[int] = []
    for lot in chunks(sorted({subject for _, subject in wanted})):
        left = Ground.objects.filter(gone_on__isnull=True).values("case")
        found = Case.objects.filter(
            OPEN, subject__in=lot, kind__in=way.kinds, state__in=way.before
        ).exclude(pk__in=left)
        by_day: dict[dt.date, list[int]] = defaultdict(list)
        for key, kind, subject, since in found.values_list(
            "pk", "subject_kind", "subject", "state_since"
        ):
            if (kind, subject) in wanted:
                by_day[max(wanted[kind, subject].on, since)].append(key)
        for on, keys in by_day.items():
            Case.objects.filter(pk__in=keys).update(
                state=way.to, state_since=on, deadline=None, step=1, moved_by=None, closed_on=on
            )
            grounds.note("moved", ((key, way.id) for key in keys), on, state=way.to)
            closed += keys
    if closed:
        audit.record(by, "cases.settled", cases=len(closed))
    return tuple(closed)
