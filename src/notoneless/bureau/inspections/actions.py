"""The only writes: campaigns, counts, signatures; spot checks, their draw, results and corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases.actions import open_cases
from notoneless.bureau.cases.openings import Opening
from notoneless.bureau.inspections import faults, queries, sampling
from notoneless.bureau.inspections.models import (
    Campaign,
    ClassCount,
    Finding,
    NotHere,
    Signature,
    SpotCheck,
    Unit,
)
from notoneless.bureau.language import term_name
from notoneless.bureau.rules import queries as rules
from notoneless.calendar import Term
from notoneless.faults import Refusal
from notoneless.i18n import N_

VERBS = {
    "campaign.opened": N_("开始开学核查"),
    "campaign.class_counted": N_("清点一个班"),
    "campaign.school_signed": N_("签认全校清点"),
    "spot_check.planned": N_("计划随机抽查"),
    "spot_check.drawn": N_("开启抽查的样本"),
    "spot_check.result_entered": N_("登记抽查结果"),
    "spot_check.corrected": N_("登记整改"),
    "spot_check.closed": N_("结束抽查"),
}
"""What this app's verbs mean in words."""

SOURCE = "check"
IN_CLASS = "in_class"
ABSENT = "absent"
"""The guarantee and the kind of case of a pupil who is on the roll and not in class."""


@audit.action
def open_campaign(
    *, by: audit.Actor, county: Organisation, term: Term, begins: dt.date, ends: dt.date
) -> Campaign:
    """Begin the check of every school and class of a county in a term."""
    require(by, "inspection.run", county)
    if ends < begins:
        raise Refusal([faults.REVERSED.at(first=begins, last=ends)])
    try:
        with transaction.atomic():
            new = Campaign.objects.create(
                county=county,
                term=str(term),
                begins=begins,
                ends=ends,
                opened_by_id=by.pk,
                opened_at=timezone.now(),
            )
    except IntegrityError:
        raise Refusal(
            [faults.OPENED_ALREADY.at(county=county.name, term=term_name(term))]
        ) from None
    audit.record(by, "campaign.opened", new, organisation=county, term=str(term))
    return new


@audit.action
def count_class(
    *,
    by: audit.Actor,
    campaign: Campaign,
    school_class: Organisation,
    not_here: Mapping[int, str],
    extra: int = 0,
    note: str = "",
    on: dt.date | None = None,
) -> ClassCount:
    """Say who of a class is not there; everyone else of its list is. A zero is an answer too.

    ``not_here`` gives the kind by the child's key, ``extra`` how many in the room are on no list. A second
    count takes the place of the first, which stays in the history. `Refusal` outside of the campaign's
    days, after the school's signature, or for children who are not in this class.
    """
    require(by, "inspection.count", school_class)
    day = on or timezone.localdate()
    if not campaign.begins <= day <= campaign.ends:
        raise Refusal([faults.NOT_RUNNING.at(begins=campaign.begins, ends=campaign.ends)])
    # Counts of one class wait here for each other, and for the school's signature.
    school = Organisation.objects.select_for_update().get(pk=school_class.parent_id or 0)
    if Signature.objects.filter(campaign=campaign, school=school).exists():
        raise Refusal([faults.SIGNED_ALREADY.at(school=school.name)])
    there = set(queries.roster(school_class).values_list("pk", flat=True))
    strangers = set(not_here) - there
    if strangers:
        raise Refusal([faults.NOT_IN_CLASS.at(count=len(strangers))])
    now = timezone.now()
    ClassCount.objects.filter(
        campaign=campaign, school_class=school_class, replaced_at__isnull=True
    ).update(replaced_at=now)
    new = ClassCount.objects.create(
        campaign=campaign,
        school_class=school_class,
        expected=len(there),
        present=len(there) - len(not_here),
        extra=extra,
        note=note.strip() or None,
        counted_by_id=by.pk,
        counted_at=now,
    )
    NotHere.objects.bulk_create(
        NotHere(count=new, child_id=child, kind=kind) for child, kind in sorted(not_here.items())
    )
    audit.record(
        by,
        "campaign.class_counted",
        new,
        organisation=school_class,
        expected=new.expected,
        present=new.present,
        extra=extra,
    )
    return new


@audit.action
def sign_school(*, by: audit.Actor, campaign: Campaign, school: Organisation) -> Signature:
    """Sign the counts of all classes of a school; each suspected child gets its case.

    `Refusal` while a class with children is not counted, and for a second signature.
    """
    require(by, "inspection.sign", school)
    school = Organisation.objects.select_for_update().get(pk=school.pk)
    state = queries.school_state(campaign, school)
    if state.signature is not None:
        raise Refusal([faults.SIGNED_ALREADY.at(school=school.name)])
    if state.waiting:
        raise Refusal(
            [
                faults.CLASSES_LACKING.at(
                    count=len(state.waiting),
                    names="、".join(one.name for one in state.waiting[:5]),
                )
            ]
        )
    suspected = NotHere.objects.filter(
        count__campaign=campaign,
        count__school_class__parent=school,
        count__replaced_at__isnull=True,
        kind=NotHere.Kind.SUSPECTED,
    ).select_related("count")
    new = Signature.objects.create(
        campaign=campaign,
        school=school,
        expected=sum(count.expected for count in state.counts),
        present=sum(count.present for count in state.counts),
        suspected=len(suspected),
        signed_by_id=by.pk,
        signed_at=timezone.now(),
    )
    day = timezone.localdate()
    open_cases(
        by=by,
        openings=[
            Opening(
                subject=one.child_id,
                kind=ABSENT,
                guarantee=IN_CLASS,
                source=SOURCE,
                on=day,
                school=one.count.school_class_id,
            )
            for one in suspected
        ],
    )
    audit.record(
        by,
        "campaign.school_signed",
        new,
        organisation=school,
        expected=new.expected,
        present=new.present,
        suspected=new.suspected,
    )
    return new


@audit.action
def plan_spot_check(
    *, by: audit.Actor, organisation: Organisation, day: dt.date, size: int
) -> SpotCheck:
    """Plan a random check of ``size`` classes of a county or city on a day.

    The frame is frozen, the seed drawn and sealed; what anyone may know until the day is the commitment.
    """
    require(by, "inspection.run", organisation)
    if day < timezone.localdate():
        raise Refusal([faults.IN_THE_PAST.at(day=day)])
    units = queries.frame(organisation)
    if not units:
        raise Refusal([faults.NO_CLASSES.at(where=organisation.name)])
    frame, seed = sampling.frame_text(units), sampling.new_seed()
    new = SpotCheck.objects.create(
        organisation=organisation,
        day=day,
        size=size,
        frame=frame,
        seed=seed,
        commitment=sampling.commitment(seed, frame),
        planned_by_id=by.pk,
        planned_at=timezone.now(),
    )
    audit.record(
        by,
        "spot_check.planned",
        new,
        organisation=organisation,
        day=day,
        size=size,
        commitment=new.commitment,
    )
    return new


@audit.action
def draw_sample(*, by: audit.Actor, spot_check: SpotCheck, on: dt.date | None = None) -> list[Unit]:
    """Open the seed on the day of the check: the classes drawn."""
    require(by, "inspection.run", spot_check.organisation_id)
    if (on or timezone.localdate()) < spot_check.day:
        raise Refusal([faults.TOO_EARLY.at(day=spot_check.day)])
    opened = SpotCheck.objects.filter(pk=spot_check.pk, drawn_at__isnull=True).update(
        drawn_at=timezone.now(), drawn_by=by.pk
    )
    if not opened:
        raise Refusal([faults.DRAWN_ALREADY.at()])
    drawn = sampling.draw(spot_check.seed.reveal(), spot_check.frame, spot_check.size)
    units = Unit.objects.bulk_create(
        Unit(
            check_made=spot_check,
            school_class_id=unit.key,
            stratum=unit.stratum,
            expected=unit.expected,
        )
        for unit in drawn
    )
    audit.record(
        by,
        "spot_check.drawn",
        spot_check,
        organisation=spot_check.organisation_id,
        units=len(units),
    )
    return units


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of a visit; ``child`` is its key where it is about one of the class."""

    kind: str
    text: str
    child: int | None = None


@audit.action
def enter_result(
    *,
    by: audit.Actor,
    unit: Unit,
    counted: int,
    unexplained: int,
    visitors: str,
    findings: Sequence[Found] = (),
    on: dt.date | None = None,
) -> Unit:
    """Write down what the visitors saw in a class; a child not there and not explained gets its case."""
    require(by, "inspection.run", unit.check_made.organisation_id)
    if unexplained > unit.expected - min(counted, unit.expected):
        raise Refusal(
            [faults.TOO_MANY.at(expected=unit.expected, counted=counted, unexplained=unexplained)]
        )
    day = on or timezone.localdate()
    school = unit.school_class.parent_id or unit.school_class_id
    written = Unit.objects.filter(
        pk=unit.pk, entered_at__isnull=True, check_made__closed_at__isnull=True
    ).update(
        counted=counted,
        unexplained=unexplained,
        visitors=visitors.strip(),
        entered_by=by.pk,
        entered_at=timezone.now(),
    )
    if not written:
        raise Refusal([faults.CLOSED_ALREADY.at()])
    unit.refresh_from_db()
    days = int(rules.value("inspections.correct_days", school, day))
    due = rules.calendar(school).add(day, days)
    there = set(
        queries.roster(unit.school_class)
        .filter(pk__in=[one.child for one in findings if one.child])
        .values_list("pk", flat=True)
    )
    for one in findings:
        if one.child is not None and one.child not in there:
            raise Refusal([faults.NOT_IN_CLASS.at(count=1)])
        Finding.objects.create(
            unit=unit, kind=one.kind, child_id=one.child, text=one.text.strip(), due=due
        )
    open_cases(
        by=by,
        openings=[
            Opening(
                subject=one.child,
                kind=ABSENT,
                guarantee=IN_CLASS,
                source=SOURCE,
                on=day,
                school=unit.school_class_id,
            )
            for one in findings
            if one.child is not None and one.kind == Finding.Kind.NOT_HERE
        ],
    )
    audit.record(
        by,
        "spot_check.result_entered",
        unit,
        organisation=unit.school_class_id,
        counted=counted,
        unexplained=unexplained,
        findings=len(findings),
    )
    return unit


@audit.action
def correct(*, by: audit.Actor, finding: Finding, words: str, on: dt.date | None = None) -> None:
    """Say how a finding was put right; a second time changes nothing."""
    require(by, "inspection.count", finding.unit.school_class_id)
    finding.correction = words.strip()
    finding.corrected_on = on or timezone.localdate()
    finding.corrected_by_id = by.pk
    if Finding.objects.filter(pk=finding.pk, corrected_on__isnull=True).exists():
        finding.save(update_fields=("correction", "corrected_on", "corrected_by"))
        audit.record(by, "spot_check.corrected", finding, organisation=finding.unit.school_class_id)


@audit.action
def close_spot_check(*, by: audit.Actor, spot_check: SpotCheck) -> None:
    """End a check whose drawn classes are all entered; corrections go on."""
    require(by, "inspection.run", spot_check.organisation_id)
    lacking = spot_check.units.filter(entered_at__isnull=True).count()
    if lacking or spot_check.drawn_at is None:
        raise Refusal([faults.UNITS_LACKING.at(count=lacking)])
    closed = SpotCheck.objects.filter(pk=spot_check.pk, closed_at__isnull=True).update(
        closed_at=timezone.now()
    )
    if not closed:
        raise Refusal([faults.CLOSED_ALREADY.at()])
    audit.record(by, "spot_check.closed", spot_check, organisation=spot_check.organisation_id)
