"""The only writes: opinions, placements, visits; applications, papers, places."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless.bureau.accounts.models import Lineage, Organisation
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people import actions as people
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.queries import where
from notoneless.bureau.placements import faults
from notoneless.bureau.placements.models import (
    Admission,
    GivenPaper,
    Kind,
    Opinion,
    Placement,
    Visit,
)
from notoneless.bureau.placements.papers import asked
from notoneless.bureau.rules import queries as rules
from notoneless.faults import Refusal
from notoneless.i18n import N_

VERBS = {
    "opinion.given": N_("登记专家委员会意见"),
    "placement.begun": N_("登记特教安置"),
    "placement.ended": N_("结束特教安置"),
    "home_visit.written": N_("登记送教上门"),
    "admission.received": N_("受理随迁子女入学申请"),
    "admission.paper_given": N_("收到随迁子女入学材料"),
    "admission.placed": N_("安排随迁子女学校"),
    "admission.enrolled": N_("随迁子女已入学"),
    "admission.refused": N_("随迁子女未录取"),
    "admission.withdrawn": N_("随迁子女申请撤回"),
}
"""What this app's verbs mean in words."""

EXCUSE = {Opinion.Advice.DEFER: "deferred", Opinion.Advice.EXEMPT: "exempt"}
"""The lawful excuse that an advice is (domain facts 1.7)."""


@audit.action
def give_opinion(
    *,
    by: audit.Actor,
    child: Child,
    given_on: dt.date,
    advice: str,
    document: str,
    recommended: str = "",
    until: dt.date | None = None,
) -> Opinion:
    """Write down what the expert committee advised; deferral and exemption excuse until their last day."""
    require(by, "placement.change", where(child))
    choice = Opinion.Advice(advice)
    if choice in EXCUSE and until is None:
        raise Refusal([faults.NO_END.at(advice=choice.label)])
    if until is not None and until < given_on:
        raise Refusal([faults.ENDS_TOO_EARLY.at(first=given_on, last=until)])
    new = Opinion.objects.create(
        child_id=child.person_id or child.pk,
        given_on=given_on,
        advice=choice,
        recommended=recommended,
        document=document.strip(),
        until=until if choice in EXCUSE else None,
        entered_by_id=by.pk,
        entered_at=timezone.now(),
    )
    if choice in EXCUSE and until is not None:
        people.add_exemption(
            by=by,
            child=child,
            excuse=EXCUSE[choice],
            valid_from=given_on,
            until=until,
            document=document.strip(),
        )
    audit.record(by, "opinion.given", child, organisation=where(child), advice=str(choice.value))
    return new


@audit.action
def place(
    *,
    by: audit.Actor,
    child: Child,
    kind: str,
    school: Organisation,
    first: dt.date,
    plan: str = "",
) -> Placement:
    """Give a disabled child its place. `Refusal` while another one stands: end that first."""
    require(by, "placement.change", where(child))
    root = child.person_id or child.pk
    try:
        with transaction.atomic():
            new = Placement.objects.create(
                child_id=root,
                kind=Kind(kind),
                school=school,
                first=first,
                plan=plan.strip() or None,
                entered_by_id=by.pk,
                entered_at=timezone.now(),
            )
    except IntegrityError:
        standing = Placement.objects.get(child=root, last__isnull=True)
        raise Refusal([faults.PLACED_ALREADY.at(kind=standing.get_kind_display())]) from None
    audit.record(by, "placement.begun", child, organisation=where(child), kind=kind)
    return new


@audit.action
def end_placement(*, by: audit.Actor, placement: Placement, last: dt.date) -> None:
    """The placement held until a day; a second time changes nothing."""
    require(by, "placement.change", where(placement.child))
    if last < placement.first:
        raise Refusal([faults.ENDS_TOO_EARLY.at(first=placement.first, last=last)])
    if Placement.objects.filter(pk=placement.pk, last__isnull=True).update(
        last=last, ended_at=timezone.now()
    ):
        audit.record(
            by, "placement.ended", placement.child, organisation=where(placement.child), last=last
        )


@audit.action
def write_visit(
    *,
    by: audit.Actor,
    placement: Placement,
    day: dt.date,
    minutes: int,
    teachers: str,
    content: str,
    answer: str = "",
    key: uuid.UUID | None = None,
) -> Visit:
    """Write down a lesson at home. The same key again gives the visit that is there, unchanged."""
    require(by, "placement.visit", where(placement.child))
    if placement.kind != Kind.HOME:
        raise Refusal([faults.NOT_AT_HOME.at(kind=placement.get_kind_display())])
    if day > timezone.localdate():
        raise Refusal([faults.IN_THE_FUTURE.at(day=day)])
    if day < placement.first or (placement.last and day > placement.last):
        raise Refusal([faults.OUTSIDE_PLACEMENT.at(day=day)])
    key = key or uuid.uuid4()
    try:
        with transaction.atomic():
            new = Visit.objects.create(
                placement=placement,
                key=key,
                day=day,
                minutes=minutes,
                teachers=teachers.strip(),
                content=content.strip(),
                answer=answer.strip() or None,
                by_id=by.pk,
                at=timezone.now(),
            )
    except IntegrityError:
        return Visit.objects.get(key=key, placement=placement)
    audit.record(
        by, "home_visit.written", placement.child, organisation=where(placement.child), day=day
    )
    return new


@audit.action
def receive(
    *,
    by: audit.Actor,
    county: Organisation,
    name: str,
    birth_date: dt.date,
    guardian: str,
    phone: str,
    origin: str,
    stage: str,
    grade: int,
    transfer: bool = False,
    papers: tuple[str, ...] = (),
    on: dt.date | None = None,
) -> Admission:
    """Take in an application with the papers brought; the guardian is told at once what is missing."""
    require(by, "admission.change", county)
    day = on or timezone.localdate()
    new = Admission.objects.create(
        county=county,
        name=name.strip(),
        birth_date=birth_date,
        guardian=guardian.strip(),
        phone=phone.strip(),
        origin=origin,
        stage=stage,
        grade=grade,
        transfer=transfer,
        applied_on=day,
        due=_due(county, "placements.paper_days", day),
        received_by_id=by.pk,
        received_at=timezone.now(),
    )
    audit.record(by, "admission.received", new, organisation=county)
    if papers:
        bring(by=by, admission=new, papers=papers, on=day)
    return new


@audit.action
def bring(
    *, by: audit.Actor, admission: Admission, papers: tuple[str, ...], on: dt.date | None = None
) -> Admission:
    """Papers were brought; with the last one the application is complete and the time for a place runs."""
    require(by, "admission.change", admission.county_id)
    day = on or timezone.localdate()
    wanted = {paper.code for paper in asked(transfer=admission.transfer)}
    GivenPaper.objects.bulk_create(
        [
            GivenPaper(admission=admission, code=code, given_on=day)
            for code in papers
            if code in wanted
        ],
        ignore_conflicts=True,
    )
    audit.record(
        by, "admission.paper_given", admission, organisation=admission.county_id, papers=len(papers)
    )
    if wanted <= set(admission.papers.values_list("code", flat=True)):
        Admission.objects.filter(pk=admission.pk, state=Admission.State.INCOMPLETE).update(
            state=Admission.State.COMPLETE,
            due=_due(admission.county, "placements.place_days", day),
        )
    admission.refresh_from_db()
    return admission


@audit.action
def offer_place(
    *, by: audit.Actor, admission: Admission, school: Organisation, funding: str
) -> Admission:
    """A school for a complete application."""
    require(by, "admission.change", admission.county_id)
    inside = Lineage.objects.filter(above=admission.county_id, below=school).exists()
    if not inside or school.kind != Organisation.Kind.SCHOOL:
        raise Refusal([faults.NOT_FOR_SCHOOL.at(school=school.name, county=admission.county.name)])
    _move(
        by,
        admission,
        (Admission.State.COMPLETE,),
        Admission.State.PLACED,
        school=school,
        funding=Admission.Funding(funding),
        due=None,
    )
    return admission


@audit.action
def enrol(*, by: audit.Actor, admission: Admission, child: Child | None) -> Admission:
    """The child sits in class and is on a roll: the admission is fulfilled."""
    require(by, "admission.change", admission.county_id)
    if child is None or not child.on_roll:
        raise Refusal([faults.CHILD_UNKNOWN.at()])
    _move(
        by,
        admission,
        (Admission.State.PLACED,),
        Admission.State.ENROLLED,
        child_id=child.person_id or child.pk,
        settled_on=timezone.localdate(),
    )
    return admission


@audit.action
def refuse(*, by: audit.Actor, admission: Admission, reason: str) -> Admission:
    """No place here, with the reason in words."""
    require(by, "admission.change", admission.county_id)
    if not reason.strip():
        raise Refusal([faults.NO_REASON.at()])
    _move(
        by,
        admission,
        (Admission.State.INCOMPLETE, Admission.State.COMPLETE),
        Admission.State.REFUSED,
        reason=reason.strip(),
        due=None,
        settled_on=timezone.localdate(),
    )
    return admission


@audit.action
def withdraw(*, by: audit.Actor, admission: Admission) -> Admission:
    """The guardian does not ask any more."""
    require(by, "admission.change", admission.county_id)
    _move(
        by,
        admission,
        (Admission.State.INCOMPLETE, Admission.State.COMPLETE, Admission.State.PLACED),
        Admission.State.WITHDRAWN,
        due=None,
        settled_on=timezone.localdate(),
    )
    return admission


def _move(
    by: audit.Actor,
    admission: Admission,
    from_states: tuple[str, ...],
    to: Admission.State,
    **values: object,
) -> None:
    """Compare and set: who comes second is refused."""
    sealed = values.pop("reason", None)
    moved = Admission.objects.filter(pk=admission.pk, state__in=from_states).update(
        state=to, **values
    )
    admission.refresh_from_db()
    if not moved:
        raise Refusal([faults.NOT_NOW.at(state=admission.get_state_display())])
    if sealed is not None:
        admission.reason = sealed
        admission.save(update_fields=("reason",))
    audit.record(by, f"admission.{to.value}", admission, organisation=admission.county_id)


def _due(county: Organisation, key: str, day: dt.date) -> dt.date:
    return rules.calendar(county).add(day, int(rules.value(key, county, day)))
