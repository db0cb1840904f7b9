"""What people write on a case: contacts and visits, remarks, numbers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless.bureau.accounts.models import User
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import faults, files, timelines
from notoneless.bureau.cases.codes import words
from notoneless.bureau.cases.models import (
    Case,
    Entry,
    File,
)
from notoneless.bureau.cases.places import require
from notoneless.bureau.people.contents import without_numbers
from notoneless.faults import Refusal


@audit.action
def write_contact(
    *,
    by: User | audit.Actor,
    case: Case,
    key: uuid.UUID,
    at: dt.datetime,
    way: str,
    whom: str,
    text: str,
    result: str,
    who: str = "",
    next_step: str = "",
    next_on: dt.date | None = None,
    corrects: Entry | None = None,
    photos: Sequence[tuple[str, bytes]] = (),
) -> Entry:
    """A contact or visit; ``key`` is made where it was written, so that sending it again changes nothing.

    When another person wrote one for the same day, both are kept and a person decides (`decide`). ``who``
    are those who went, if not the writer alone; ``photos`` are names and contents. A late one changes the
    next step only if nothing later is on record.
    """
    require(by, "case.write", case)
    if known := Entry.objects.filter(key=key).first():
        if known.case_id != case.pk or known.by_id != by.pk:
            raise Refusal([faults.KEY_TAKEN.at()])
        return known
    for section, code in (("ways", way), ("whom", whom), ("results", result)):
        if code not in words(section):
            raise Refusal([faults.UNKNOWN_CODE.at(seen=code[:20])])
    if at > timezone.now() + dt.timedelta(minutes=10):  # phones' clocks are not exact
        raise Refusal([faults.IN_THE_FUTURE.at(seen=f"{timezone.localtime(at):%Y-%m-%d %H:%M}")])
    kinds = [files.kind_of(content) for _, content in photos]
    case = Case.objects.select_for_update().get(pk=case.pk)
    newer = case.entries.filter(kind="contact", at__gt=at).exists()
    try:
        with transaction.atomic():
            entry = write_line(
                case,
                by,
                "contact",
                at,
                key=key,
                line=timelines.line_of(case, by),
                who=without_numbers(who)[:120],
                whom=whom,
                way=way,
                result=result,
                text=text,
                next_step=next_step or None,
                next_on=next_on,
                beside=timelines.beside(case, by, at),
                about=corrects,
            )
    except IntegrityError:  # the phone sent it twice at the same moment
        return Entry.objects.get(key=key)
    for (name, content), kind in zip(photos, kinds, strict=True):
        attach(by, case, name, kind, content, entry=entry)
    if (next_step or next_on) and not newer:
        Case.objects.filter(pk=case.pk).update(
            next_step=Case(next_step=next_step or None).next_step, next_on=next_on
        )
    audit.record(by, "case.contact", case, organisation=case.county_id, entry=entry.pk)
    return entry


@audit.action
def write_note(*, by: User | audit.Actor, case: Case, text: str) -> Entry:
    """A remark, a cause, a measure: a line of the timeline that is no contact."""
    require(by, "case.write", case)
    entry = write_line(
        case, by, "note", timezone.now(), text=text, line=timelines.line_of(case, by)
    )
    audit.record(by, "case.noted", case, organisation=case.county_id)
    return entry


@audit.action
def decide(*, by: User | audit.Actor, entry: Entry, stands: str) -> Entry:
    """Of two contacts of one day by two people: ``both`` stand, or only ``this`` or the ``other`` one."""
    case = entry.case
    require(by, "case.move", case)
    if stands not in ("both", "this", "other") or entry.beside_id is None:
        raise Refusal([faults.UNKNOWN_CODE.at(seen=stands[:20])])
    try:
        with transaction.atomic():
            decided = write_line(case, by, "decided", timezone.now(), about=entry, result=stands)
    except IntegrityError:
        raise Refusal([faults.DECIDED_ALREADY.at()]) from None
    audit.record(by, "case.decided", case, organisation=case.county_id, entry=entry.pk)
    return decided


def write_line(
    case: Case, by: User | audit.Actor, kind: str, at: dt.datetime | dt.date, **more: Any
) -> Entry:
    """One line of the timeline. A day without an hour is told as of now, or at its noon."""
    now = timezone.now()
    if not isinstance(at, dt.datetime):
        noon = dt.datetime.combine(at, dt.time(12), timezone.get_default_timezone())
        at = now if at == timezone.localdate(now) else noon
    return Entry.objects.create(
        case=case,
        kind=kind,
        at=at,
        written_at=now,
        by_id=by.pk,
        **{**more, "text": more.get("text") or None},
    )


def attach(
    by: User | audit.Actor,
    case: Case | None,
    name: str,
    kind: str,
    content: bytes,
    **owner: Any,
) -> File:
    """Keep a photo or scan. Its name is what the phone called it, without numbers."""
    return File.objects.create(
        case=case,
        name=without_numbers(name)[-100:],
        type=kind,
        size=len(content),
        digest=files.keep(content),
        at=timezone.now(),
        by_id=by.pk,
        **owner,
    )


@audit.action
def set_platform_number(*, by: User | audit.Actor, case: Case, number: str) -> None:
    """Put the national platform's number beside ours. `Refusal` when another active case has it."""
    require(by, "case.move", case)
    try:
        with transaction.atomic():
            Case.objects.filter(pk=case.pk).update(platform_number=number.strip()[:40])
    except IntegrityError:
        raise Refusal([faults.PLATFORM_NUMBER_TAKEN.at()]) from None
    audit.record(by, "case.platform_number", case, organisation=case.county_id)
