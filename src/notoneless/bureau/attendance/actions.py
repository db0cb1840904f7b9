"""The only writes: a roll-call, and those that lists bring."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.attendance import faults, jobs, queries
from notoneless.bureau.attendance.listed import Word
from notoneless.bureau.attendance.models import STATE_OF, Call, Half, Mark, Reason
from notoneless.bureau.attendance.roster import expected
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people.models import Source
from notoneless.bureau.rules import queries as rules
from notoneless.faults import Refusal
from notoneless.i18n import N_

VERBS = {
    "rollcall.called": N_("点名"),
    "rollcall.corrected": N_("更正点名"),
    "rollcall.listed": N_("按名单记点名"),
    "rollcall.withdrawn": N_("名单撤回，点名随之撤回"),
}
"""What this app's verbs mean in words."""

_LISTED = UUID("6f3a1f0e-6c1b-5d0e-9a57-3f1d2b6f4c10")
"""Under it the keys of calls that lists bring are made."""


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
    same = current is not None and _said(current) == marks and current.expected == len(keys)
    if current is not None and same and current.source_id is None:
        return current  # what only a list said is the teacher's word from now on
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


@audit.action
def call_listed(*, by: audit.Actor, day: dt.date, words: Collection[Word]) -> int:
    """Note what lists say of whole classes on a day; gives how many calls are new.

    What lists said before stays as a revision. What a person called counts, and the list stands beside it.
    The same words again change nothing.
    """
    require(by, "attendance.call")
    now = timezone.now()
    keys = {word.school_class for word in words}
    # Whoever calls one of these classes at this moment waits here, or we wait for him.
    classes = Organisation.objects.select_for_update(no_key=True).filter(pk__in=keys)
    list(classes.order_by("pk").values_list("pk"))
    known: dict[tuple[int, str], list[Call]] = defaultdict(list)
    calls = Call.objects.filter(school_class__in=keys, day=day).order_by("revision")
    for one in calls.select_related("source").prefetch_related("marks"):
        known[one.school_class_id, one.half].append(one)
    new: list[tuple[Call, Mapping[int, str]]] = []
    replaced: list[int] = []
    for word in words:
        before = known[word.school_class, word.half]
        counts = next((one for one in before if one.replaced_at is None), None)
        said = [one for one in before if one.source is not None and one.source.undone_at is None]
        if counts is not None and said and _said(said[-1]) == word.marks:
            continue
        beside = counts is not None and counts.source_id is None
        if counts is not None and not beside:
            replaced.append(counts.pk)
        revision = max((one.revision for one in before), default=0) + 1
        mark = f"{word.source} {word.school_class} {day} {word.half} {revision}"
        call = Call(
            key=uuid5(_LISTED, mark),
            school_class_id=word.school_class,
            day=day,
            half=word.half,
            revision=revision,
            expected=word.expected,
            source_id=word.source,
            noted_at=timezone.make_aware(dt.datetime.combine(day, dt.time.min)),
            at=now,
            replaced_at=now if beside else None,
        )
        new.append((call, word.marks))
    Call.objects.filter(pk__in=replaced).update(replaced_at=now)
    Call.objects.bulk_create([call for call, _ in new], batch_size=500)
    Mark.objects.bulk_create(
        (
            Mark(call=call, child_id=child, state=STATE_OF[reason], reason=reason)
            for call, marks in new
            for child, reason in marks.items()
        ),
        batch_size=500,
    )
    of_list = Counter(call.source_id or 0 for call, _ in new)
    for source in Source.objects.filter(pk__in=of_list):
        audit.record(
            by,
            "rollcall.listed",
            source,
            organisation=source.organisation_id,
            day=day,
            classes=of_list[source.pk],
        )
    if new:
        transaction.on_commit(jobs.want_follow_up)
    return len(new)


@audit.action
def withdraw_listed(
    *, by: audit.Actor, day: dt.date, incomplete: Collection[tuple[int, str]] = ()
) -> int:
    """Let calls of a day count no longer that only an undone list told of; gives how many.

    ``incomplete`` are classes and halves of which lists that still stand no longer tell everybody.
    """
    require(by, "attendance.call")
    listed = Call.objects.filter(day=day, source__isnull=False, replaced_at__isnull=True)
    halves = {half: [key for key, of in incomplete if of == half] for half in Half.values}
    lost = Q(source__undone_at__isnull=False)
    for half, keys in halves.items():
        lost |= Q(half=half, school_class__in=keys)
    count = listed.filter(lost).update(replaced_at=timezone.now())
    if count:
        audit.record(by, "rollcall.withdrawn", day=day, classes=count)
        transaction.on_commit(jobs.want_follow_up)
    return count


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
