"""The only writes: settle a value, settle days of the calendar, withdraw them."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.rules import faults
from notoneless.bureau.rules.declared import Value, rule
from notoneless.bureau.rules.models import CalendarSpan, Setting
from notoneless.faults import Refusal
from notoneless.i18n import N_

VERBS = {
    "rule.settled": N_("设定规则"),
    "rule.cleared": N_("规则改回按上级"),
    "calendar.settled": N_("设定校历"),
    "calendar.withdrawn": N_("撤回校历的一条"),
}
"""What this app's verbs mean in words."""

SHORTEST_TERM, LONGEST_TERM = 30, 200
"""Days; what is outside is a holiday typed as a term, or a wrong year."""


@audit.action
def settle(
    *,
    by: audit.Actor,
    organisation: Organisation,
    key: str,
    value: Value | str | None,
    valid_from: dt.date,
    source: str,
    status: str = "unverified",
) -> Setting:
    """Settle a rule for a place and all below it, from a day on.

    ``value`` may be a text as typed; None gives the place back what holds above it. What was settled from
    the same day is withdrawn and stays in the history. `Refusal` when it is no value of this rule or has
    no source.
    """
    require(by, "rule.change", organisation)
    declared = rule(key)
    typed = (
        "" if value is None else declared.written(value) if not isinstance(value, str) else value
    )
    read = declared.read(typed)
    if value is not None and read is None:
        raise Refusal(
            [faults.NOT_A_VALUE.at(seen=typed[:40], rule=declared.text, expected=declared.expected)]
        )
    source = _sourced(source)
    now = timezone.now()
    # Who settles the same at the same moment waits here for the other.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    Setting.objects.filter(
        organisation=organisation, key=key, valid_from=valid_from, withdrawn_at__isnull=True
    ).update(withdrawn_at=now, withdrawn_by=by.pk)
    new = Setting.objects.create(
        organisation=organisation,
        key=key,
        value="" if read is None else declared.written(read),
        valid_from=valid_from,
        source=source,
        status=status,
        settled_by_id=by.pk,
        settled_at=now,
    )
    verb = "rule.cleared" if read is None else "rule.settled"
    audit.record(
        by, verb, new, organisation=organisation, rule=key, value=new.value, valid_from=valid_from
    )
    return new


@audit.action
def settle_days(
    *,
    by: audit.Actor,
    organisation: Organisation,
    kind: str,
    first: dt.date,
    last: dt.date,
    name: str,
    source: str,
    status: str = "unverified",
) -> CalendarSpan:
    """Settle days of a place's calendar: a ``term``, a ``holiday``, or days with ``school``.

    What was settled later about a day counts; a lower place's word counts more than an upper one's.
    """
    require(by, "rule.change", organisation)
    if last < first:
        raise Refusal([faults.REVERSED.at(first=first, last=last)])
    days = (last - first).days + 1
    if kind == "term" and not SHORTEST_TERM <= days <= LONGEST_TERM:
        raise Refusal([faults.TERM_LENGTH.at(days=days)])
    source = _sourced(source)
    try:
        with transaction.atomic():
            new = CalendarSpan.objects.create(
                organisation=organisation,
                kind=kind,
                first=first,
                last=last,
                name=name.strip(),
                source=source,
                status=status,
                settled_by_id=by.pk,
                settled_at=timezone.now(),
            )
    except IntegrityError:
        raise Refusal([faults.SETTLED_ALREADY.at()]) from None
    audit.record(
        by, "calendar.settled", new, organisation=organisation, kind=kind, first=first, last=last
    )
    return new


@audit.action
def withdraw_days(*, by: audit.Actor, span: CalendarSpan) -> None:
    """Take back what was settled of some days; a second time changes nothing."""
    require(by, "rule.change", span.organisation_id)
    withdrawn = CalendarSpan.objects.filter(pk=span.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now(), withdrawn_by=by.pk
    )
    if withdrawn:
        audit.record(by, "calendar.withdrawn", span, organisation=span.organisation_id)


def _sourced(source: str) -> str:
    if not source.strip():
        raise Refusal([faults.NO_SOURCE.at()])
    return source.strip()
