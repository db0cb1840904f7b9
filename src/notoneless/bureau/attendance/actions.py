"""The only write: a roll-call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.attendance import faults, jobs, queries
from notoneless.bureau.attendance.models import STATE_OF, Call, Half, Mark, Reason
from notoneless.bureau.attendance.roster import expected
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.rules import queries as rules
from notoneless.faults import Refusal
from notoneless.i18n import N_

VERBS = {"rollcall.called": N_("点名"), "rollcall.corrected": N_("更正点名")}
"""What this app's verbs mean in words."""


@audit.action
def call(
    *,
    by: audit.Actor,
    school_class: Organisation,
    day: dt.date,
    half: str,
    absent: Mapping[int, str],
    came: Collection[int] = (),
    key: UUID | None = None,
    noted_at: dt.datetime | None = None,
) -> Call:
    """Call a class for a half-day: ``absent`` are children (keys) with a `Reason` or "", all others came.

    Who was not there at the call before stays absent unless he is in ``came`` or ``absent`` says
    otherwise: one tap for "all the rest" cannot hide a missing child. The same content again changes
    nothing and gives the call that stands. What was noted earlier than what stands (a phone that was
    without a signal) is kept as a revision, and what stands counts. `Refusal` on a day without school, in
    the future, long past, or with a child who is not of the class.
    """
    require(by, "attendance.call", school_class)
    now = timezone.now()
    noted_at = min(noted_at or now, now)
    _check_day(school_class, day)
    if half not in Half.values or not set(absent.values()) <= {"", *Reason.values}:
        raise Refusal([faults.NOT_UNDERSTOOD.at()])
    # Whoever calls the same class at the same moment waits here for the other.
    Organisation.objects.select_for_update(no_key=True).get(pk=school_class.pk)
    keys = expected(school_class, day)
    if not keys:
        raise Refusal([faults.EMPTY_CLASS.at(name=school_class.name)])
    held = queries.held(school_class, day, half)
    marks = {
        child: held[child]
        for child in held.keys() & keys
        if child not in came and child not in absent
    }
    marks |= absent
    if strangers := set(marks) - keys:
        raise Refusal([faults.NOT_IN_CLASS.at(count=len(strangers))])
    calls = {
        one.revision: one
        for one in Call.objects.filter(
            school_class=school_class, day=day, half=half
        ).prefetch_related("marks")
    }
    repeated = [one for one in calls.values() if one.key == key and _said(one) == marks]
    current = next((one for one in calls.values() if one.replaced_at is None), None)
    if repeated:
        return repeated[0]
    if current is not None and _said(current) == marks and current.expected == len(keys):
        return current
    outdated = current is not None and noted_at < current.noted_at
    if current is not None and not outdated:
        Call.objects.filter(pk=current.pk).update(replaced_at=now)
    new = Call.objects.create(
        # A page that was kept and sent again with other marks is a correction, not a repeat.
        key=uuid4() if key is None or Call.objects.filter(key=key).exists() else key,
        school_class=school_class,
        day=day,
        half=half,
        revision=max(calls, default=0) + 1,
        expected=len(keys),
        by_id=by.pk,
        noted_at=noted_at,
        at=now,
        replaced_at=now if outdated else None,
    )
    Mark.objects.bulk_create(
        Mark(call=new, child_id=child, state=STATE_OF[reason], reason=reason)
        for child, reason in marks.items()
    )
    audit.record(
        by,
        "rollcall.corrected" if calls else "rollcall.called",
        new,
        organisation=school_class,
        day=day,
        half=half,
        expected=new.expected,
        marked=len(marks),
    )
    if held or current is not None:  # somebody may be missing for long, or be back
        transaction.on_commit(jobs.want_follow_up)
    return new


def _said(one: Call) -> dict[int, str]:
    return {mark.child_id: mark.reason for mark in one.marks.all()}


def _check_day(school_class: Organisation, day: dt.date) -> None:
    today = timezone.localdate()
    if day > today:
        raise Refusal([faults.NOT_YET.at(day=day)])
    days = int(rules.value("attendance.correct_days", school_class, today))
    if (today - day).days > days:
        raise Refusal([faults.TOO_LATE.at(day=day, days=days)])
    if not rules.calendar(school_class).is_school_day(day):
        raise Refusal([faults.NO_SCHOOL.at(day=day)])
