"""Lawful excuses, and the word of the public."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless.bureau.accounts import queries as accounts
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import faults, files
from notoneless.bureau.cases.actions.writing import attach
from notoneless.bureau.cases.models import (
    OPEN,
    Case,
    Excuse,
    PublicWord,
)
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.actions import add_exemption
from notoneless.bureau.people.models import Child
from notoneless.faults import Refusal


@audit.action
def apply_for_excuse(
    *,
    by: User,
    child: Child,
    excuse: str,
    valid_from: dt.date,
    until: dt.date,
    document: str,
    word: str = "",
    scan: tuple[str, bytes] | None = None,
) -> Excuse:
    """Apply for a lawful excuse (domain facts 1.7); another person approves. `Refusal` beside an open one."""
    child = Child.objects.get(merged=child.pk)
    at = people.where(child)
    accounts.require(by, "excuse.apply", at)
    kind = files.kind_of(scan[1]) if scan else ""
    active = Case.objects.filter(OPEN, child=child).order_by("pk").first()
    try:
        with transaction.atomic():
            new = Excuse.objects.create(
                child=child,
                case=active,
                excuse=excuse,
                valid_from=valid_from,
                until=until,
                document=document,
                word=word or None,
                applied_by=by,
                applied_at=timezone.now(),
            )
    except IntegrityError:
        raise Refusal([faults.APPLIED_ALREADY.at()]) from None
    if scan:
        attach(by, active, scan[0], kind, scan[1], excuse=new)
    audit.record(by, "excuse.applied", child, organisation=at, excuse=new.pk)
    return new


@audit.action
def decide_excuse(*, by: User, excuse: Excuse, approve: bool) -> Excuse:
    """Approve an excuse, or do not; never by who applied. Approved, it is a fact of the child's."""
    at = people.where(excuse.child)
    accounts.require(by, "excuse.approve", at)
    if by.pk == excuse.applied_by_id:
        raise Refusal([faults.NOT_BY_THE_SAME.at()])
    excuse = Excuse.objects.select_for_update().get(pk=excuse.pk)
    if excuse.state != Excuse.State.APPLIED:
        raise Refusal([faults.DECIDED_ALREADY.at()])
    if approve:
        excuse.fact = add_exemption(
            by=audit.SYSTEM,
            child=excuse.child,
            excuse=excuse.excuse,
            valid_from=excuse.valid_from,
            until=excuse.until,
            document=excuse.document,
        )
    excuse.state = Excuse.State.APPROVED if approve else Excuse.State.REFUSED
    excuse.decided_by, excuse.decided_at = by, timezone.now()
    excuse.save(update_fields=("state", "decided_by", "decided_at", "fact"))
    audit.record(by, "excuse.decided", excuse.child, organisation=at, approved=approve)
    return excuse


@audit.action
def write_public_word(*, by: User, county: Organisation, told_on: dt.date, text: str) -> PublicWord:
    """Write down what a member of the public said; they get the number to ask about it later."""
    accounts.require(by, "case.open", county)
    word = PublicWord.objects.create(
        number="Q" + "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(7)),
        county=county,
        told_on=told_on,
        text=text,
        by=by,
        written_at=timezone.now(),
    )
    audit.record(by, "public_word.written", word, organisation=county)
    return word


@audit.action
def answer_public_word(
    *, by: User, word: PublicWord, answer: str, case: Case | None = None
) -> None:
    """What came of it: a case, or a sentence why there is none."""
    accounts.require(by, "case.open", word.county)
    sealed = PublicWord(answer=answer).answer
    done = PublicWord.objects.filter(pk=word.pk, answered_on=None).update(
        answer=sealed, case=case, answered_on=timezone.localdate()
    )
    if not done:
        raise Refusal([faults.DECIDED_ALREADY.at()])
    audit.record(by, "public_word.answered", word, organisation=word.county_id)
