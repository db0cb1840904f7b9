"""One lawful step further."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless.bureau.accounts.models import User
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import faults, moves
from notoneless.bureau.cases.actions.writing import write_line
from notoneless.bureau.cases.assigning import assign
from notoneless.bureau.cases.deadlines import Deadlines
from notoneless.bureau.cases.models import (
    OPEN,
    Case,
)
from notoneless.bureau.cases.moves import Told
from notoneless.bureau.cases.places import require
from notoneless.bureau.cases.transitions import Way, states, ways
from notoneless.faults import Fault, Refusal


@audit.action
def move(*, by: User | audit.Actor, case: Case, way: str, seen: str, told: Told) -> Case:
    """Take a case one lawful way further; ``seen`` is the state that the person had before the eyes.

    The state changes only if it still is that one (compare-and-set). `Refusal` when the table has no such
    way from there, when evidence is missing (all that is missing at once), or when somebody was quicker.
    """
    step = ways().get(way)
    case = Case.objects.get(pk=case.pk)
    if step is None or seen not in step.before or not step.fits(case.kind):
        raise Refusal([_no_such_way(seen, way)])
    require(by, step.permission, case)
    if case.joined_to is not None:
        raise Refusal([faults.JOINED.at(number=case.joined_to.number)])
    if case.state != seen:
        raise Refusal([faults.MOVED_MEANWHILE.at()])
    if told.on > timezone.localdate() or told.on < case.state_since:
        raise Refusal([faults.WRONG_DAY.at(seen=str(told.on), since=case.state_since)])
    if lacking := moves.missing(case, step, told, by):
        raise Refusal([faults.EVIDENCE_MISSING.at(missing="、".join(lacking))])
    said = moves.said(case, step, told)
    county = _county_after(case, step)
    final = states()[step.to].final
    days = Deadlines(county, told.on)
    changes: dict[str, object] = {
        "state": step.to,
        "state_since": told.on,
        "deadline": days.of_state(step.to),
        "step": 1,
        "moved_by": by.pk,
        "county": county,
        "destination": told.destination if step.id == "hand_over" else None,
        "closed_on": told.on if final else None,
        "answer_until": told.on + dt.timedelta(days=days.number("cases.answer_days"))
        if final
        else None,
    }
    if told.reason:
        changes["reason_code"] = told.reason
    if told.placement:
        changes["placement"] = told.placement
    if final:
        changes |= {"next_step": None, "next_on": None}
    try:
        with transaction.atomic():
            done = Case.objects.filter(pk=case.pk, state=seen, joined_to=None).update(**changes)
    except IntegrityError:  # re-opened beside a newer one
        raise Refusal([faults.ACTIVE_ALREADY.at(number=_active_number(case))]) from None
    if not done:
        raise Refusal([faults.MOVED_MEANWHILE.at()])
    write_line(case, by, "moved", told.on, way=step.id, state=step.to, code=told.code, text=said)
    if county != case.county_id or step.id == "reopen":
        assign(told.on, [case.pk])
    audit.record(by, "case.moved", case, organisation=county, way=step.id, state=step.to)
    return Case.objects.get(pk=case.pk)


def _no_such_way(state: str, way: str) -> Fault:
    return faults.NO_SUCH_WAY.at(
        state=str(states()[state].text) if state in states() else state,
        way=str(ways()[way].text) if way in ways() else way,
    )


def _county_after(case: Case, way: Way) -> int:
    """The county that keeps the case after a step: another one only when that accepted it."""
    if way.id == "accept" and case.destination_id:
        return case.destination_id
    return case.county_id


def _active_number(case: Case) -> str:
    found = Case.objects.filter(
        OPEN, subject_kind=case.subject_kind, subject=case.subject, kind=case.kind
    ).first()
    return found.number if found else ""
