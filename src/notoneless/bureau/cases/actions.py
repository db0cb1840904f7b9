"""The only writes on cases. `open_cases` and `gap_gone` are what other apps call::

    from notoneless.bureau.cases import actions as cases
    from notoneless.bureau.cases.openings import Gone, Opening

    cases.open_cases(by=SYSTEM, openings=[Opening(subject=child.pk, kind="absent",
                     guarantee="in_class", source="rollcall", on=day, reason="第3个校日")])
    cases.gap_gone(by=SYSTEM, gone=[Gone(subject=child.pk, guarantee="in_class",
                   source="rollcall", on=day)])

Both may be called again with the same and change nothing.
"""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from notoneless.bureau.accounts import queries as accounts
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import faults, files, grounds, joining, moves, timelines
from notoneless.bureau.cases import openings as gaps
from notoneless.bureau.cases.assigning import assign, follow_places
from notoneless.bureau.cases.codes import LAST_STEP, own_eyes, words
from notoneless.bureau.cases.deadlines import Deadlines
from notoneless.bureau.cases.models import (
    OPEN,
    Case,
    DepartmentTask,
    Entry,
    Excuse,
    File,
    Ground,
    PublicWord,
)
from notoneless.bureau.cases.moves import Told
from notoneless.bureau.cases.openings import Gone, Opened, Opening
from notoneless.bureau.cases.places import require
from notoneless.bureau.cases.transitions import Way, states, ways
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.actions import add_exemption
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.people.contents import without_numbers
from notoneless.bureau.people.models import Child
from notoneless.faults import Fault, Refusal
from notoneless.i18n import N_

VERBS = {
    "cases.opened": N_("立案"),
    "cases.gap_gone": N_("缺口不再出现"),
    "case.moved": N_("个案办到下一步"),
    "case.contact": N_("记联系或家访"),
    "case.noted": N_("记个案情况"),
    "case.decided": N_("判定同一天的两条记录"),
    "case.platform_number": N_("填国家平台编号"),
    "case.task_asked": N_("给部门派任务"),
    "case.task_answered": N_("记部门回复"),
    "cases.climbed": N_("逾期个案上升一级"),
    "cases.handed_over": N_("个案换责任人"),
    "case.joined": N_("两个个案并为一个"),
    "case.parted": N_("并案分开"),
    "excuse.applied": N_("申请依法除外"),
    "excuse.decided": N_("审批依法除外"),
    "public_word.written": N_("记群众反映"),
    "public_word.answered": N_("答复群众反映"),
}
"""What the verbs of the log mean, in words."""


@audit.action
def open_cases(*, by: User | audit.Actor, openings: Sequence[Opening]) -> Opened:
    """Make sure that each gap has its one active case.

    A gap of an active case is added to it as a ground. A case that was thought settled (returned, watched)
    is taken up again when somebody looked and saw the gap, or when the gap had been gone and is back. A gap
    that was answered by closing, and is still seen unchanged in the same lists, opens nothing until the
    answer is old. Set-based: tens of thousands at once.
    """
    placed = gaps.placed(openings)
    county_of_place = gaps.counties(
        place for one, _ in placed for place in (one.school, one.home) if place
    )
    county_of: dict[gaps.About, int] = {}
    known: list[tuple[Opening, int]] = []
    placeless: list[Opening] = []
    for one, named in placed:
        county = county_of_place.get(one.school or 0) or county_of_place.get(one.home or 0)
        if county is None:
            placeless.append(one)
            continue
        county_of.setdefault(one.about, county)
        known.append((one, named))
    _require_all(by, [(one.school, one.home, county_of[one.about]) for one, _ in known])
    if not known:
        return Opened(placeless=tuple(placeless))
    year = max(one.on.year for one, _ in known)
    numberings = gaps.hold(county_of.values(), year)
    active = gaps.active_cases(county_of)
    answered = _answered(known, active)
    new: dict[gaps.About, tuple[Opening, int]] = {}
    for one, named in known:
        if one.about not in active and one not in answered:
            new.setdefault(one.about, (one, named))
    before = set(active)
    if new:
        active |= gaps.write(new, county_of, numberings)
    mine = {active[about].pk for about in new if about not in before}
    seen = grounds.see([(active[one.about], one) for one, _ in known if one.about in active])
    on = max(one.on for one, _ in known)
    by_case = {active[one.about].pk: one for one, _ in reversed(known) if one.about in active}
    grounds.note("opened", ((key, by_case[key].source) for key in sorted(mine)), on)
    added = tuple(sorted(seen.added - mine))
    grounds.note("gap_seen", ((key, by_case[key].source) for key in added), on)
    reopened = _take_up([case for case in active.values() if case.pk in seen.afresh], seen.afresh)
    if mine:
        assign(on, mine)
    if mine or added or reopened:
        audit.record(by, "cases.opened", opened=len(mine), added=len(added), reopened=len(reopened))
    return Opened(tuple(sorted(mine)), added, reopened, len(answered), tuple(placeless))


def _require_all(
    by: User | audit.Actor, places: Sequence[tuple[int | None, int | None, int]]
) -> None:
    """Who opens must be responsible for the school, the home or the county of each."""
    if by is audit.SYSTEM or not places:
        return
    accounts.require(by, "case.open")
    assert isinstance(by, User)
    here = set(accounts.reach(by, "case.open"))
    if not all(here.intersection(filter(None, one)) for one in places):
        raise PermissionDenied


def _answered(known: Sequence[tuple[Opening, int]], active: dict[gaps.About, Case]) -> set[Opening]:
    """The gaps that an answer still covers: same guarantee, same source, never gone meanwhile."""
    open_ = [one for one, _ in known if one.about not in active]
    if not open_:
        return set()
    closed = gaps.closed_cases((one.about for one in open_), min(one.on for one in open_))
    told = grounds.of(closed.values())
    found = set()
    for one in open_:
        case = closed.get(one.about)
        if case is None or case.answer_until is None or one.on > case.answer_until:
            continue
        ground = told.get((case.pk, one.guarantee, one.source))
        if ground is not None and ground.gone_on is None and one.source not in own_eyes():
            found.add(one)
    return found


def _take_up(cases: Sequence[Case], when: dict[int, dt.date]) -> tuple[int, ...]:
    """Back to persuasion by the way ``relapse`` where it leads out of the case's state."""
    way, done, deadlines = ways()["relapse"], [], {}
    for case in cases:
        if case.state not in way.before:
            continue
        on = when[case.pk]
        asked = (case.county_id, on)
        if asked not in deadlines:
            deadlines[asked] = Deadlines(*asked).of_state(way.to)
        moved = Case.objects.filter(pk=case.pk, state=case.state, joined_to=None).update(
            state=way.to, state_since=on, deadline=deadlines[asked], step=1, moved_by=None
        )
        if moved:
            done.append(case.pk)
    on = max(when.values(), default=dt.date.min)
    if done:
        grounds.note("moved", ((key, way.id) for key in done), on, state=way.to)
    return tuple(sorted(done))


@audit.action
def gap_gone(*, by: User | audit.Actor, gone: Sequence[Gone]) -> int:
    """Note that gaps are not seen any more; how many of active cases were noted now.

    It closes nothing: closing needs evidence and a person.
    """
    whole = gaps.roots(gone)
    wanted = {}
    for one in gone:
        child = whole.get(one.subject)
        subject = child.pk if child else one.subject
        wanted[one.subject_kind, subject, one.guarantee, one.source] = one
    noted: list[tuple[int, str]] = []
    days: list[dt.date] = []
    for subject_kind in {key[0] for key in wanted}:
        for keys in chunks({key[1] for key in wanted if key[0] == subject_kind}):
            found = Ground.objects.filter(
                case__subject_kind=subject_kind, case__subject__in=keys, gone_on__isnull=True
            ).select_related("case")
            lot: dict[dt.date, list[int]] = {}
            for ground in found:
                key = (subject_kind, ground.case.subject, ground.guarantee, ground.source)
                asked = wanted.get(key)
                if asked is None or (asked.kind and asked.kind != ground.case.kind):
                    continue
                if by is not audit.SYSTEM:
                    require(by, "case.open", ground.case)
                lot.setdefault(asked.on, []).append(ground.pk)
                if ground.case.is_active:
                    noted.append((ground.case_id, ground.source))
                    days.append(asked.on)
            for on, ground_keys in lot.items():
                Ground.objects.filter(pk__in=ground_keys).update(gone_on=on)
    if noted:
        grounds.note("gap_gone", noted, max(days))
        audit.record(by, "cases.gap_gone", cases=len(noted))
    return len(noted)


# --- a step on the way ---------------------------------------------------------------------------------


@audit.action
def move(*, by: User | audit.Actor, case: Case, way: str, seen: str, told: Told) -> Case:
    """Take a case one lawful way further; ``seen`` is the state that the person had before the eyes.

    The state changes only if it still is that one (compare-and-set). `Refusal` when the table has no such
    way from there, when evidence is missing (all that is missing at once), or when somebody was quicker.
    """
    step = ways().get(way)
    case = Case.objects.get(pk=case.pk)
    if step is None or seen not in step.before:
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
    _write(case, by, "moved", told.on, way=step.id, state=step.to, code=told.code, text=told.word)
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


# --- the timeline --------------------------------------------------------------------------------------


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
            entry = _write(
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
        _attach(by, case, name, kind, content, entry=entry)
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
    entry = _write(case, by, "note", timezone.now(), text=text, line=timelines.line_of(case, by))
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
            decided = _write(case, by, "decided", timezone.now(), about=entry, result=stands)
    except IntegrityError:
        raise Refusal([faults.DECIDED_ALREADY.at()]) from None
    audit.record(by, "case.decided", case, organisation=case.county_id, entry=entry.pk)
    return decided


def _write(
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


def _attach(
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


# --- other departments ---------------------------------------------------------------------------------


@audit.action
def ask_department(
    *, by: User | audit.Actor, case: Case, department: str, what: str, due: dt.date | None = None
) -> DepartmentTask:
    """Ask another department for something, until a day (else the rule's number of school days)."""
    require(by, "case.move", case)
    if department not in words("departments"):
        raise Refusal([faults.UNKNOWN_CODE.at(seen=department[:20])])
    on = timezone.localdate()
    task = DepartmentTask.objects.create(
        case=case,
        department=department,
        what=what,
        due=due or Deadlines(case.county_id, on).after("cases.task_days"),
        asked_by_id=by.pk,
        asked_at=timezone.now(),
    )
    audit.record(by, "case.task_asked", case, organisation=case.county_id, task=task.pk)
    return task


@audit.action
def answer_task(
    *, by: User | audit.Actor, task: DepartmentTask, state: str, on: dt.date, answer: str, who: str
) -> None:
    """What the department answered, or that it refused and why; ``withdrawn`` when it is not needed."""
    require(by, "case.move", task.case)
    if state not in ("answered", "refused", "withdrawn"):
        raise Refusal([faults.UNKNOWN_CODE.at(seen=state[:20])])
    sealed = DepartmentTask(answer=answer or None).answer
    done = DepartmentTask.objects.filter(pk=task.pk, state="asked").update(
        state=state, answer=sealed, answered_on=on, answered_by=without_numbers(who)[:60]
    )
    if not done:
        raise Refusal([faults.DECIDED_ALREADY.at()])
    audit.record(
        by, "case.task_answered", task.case, organisation=task.case.county_id, task=task.pk
    )


# --- of its own accord ---------------------------------------------------------------------------------


@audit.action
def climb(*, by: audit.Actor, on: dt.date) -> int:
    """Late cases go one step up both lines, with a new deadline there; how many. Nothing on a day off.

    At the top they stay, late: the county sees them every day.
    """
    late = Case.objects.filter(OPEN, deadline__lt=on, step__lt=LAST_STEP)
    climbed = 0
    for county in late.order_by("county").values_list("county", flat=True).distinct():
        days = Deadlines(county, on)
        if not days.calendar.is_school_day(on):
            continue
        keys = list(late.filter(county=county).values_list("pk", "deadline"))
        for lot in chunks(key for key, _ in keys):
            Case.objects.filter(pk__in=lot, deadline__lt=on).update(
                step=F("step") + 1, deadline=days.after("cases.climb_days")
            )
        grounds.note("climbed", ((key, str(due)) for key, due in keys), on)
        climbed += len(keys)
    if climbed:
        audit.record(by, "cases.climbed", cases=climbed)
    return climbed


@audit.action
def hand_over(*, by: audit.Actor, on: dt.date) -> int:
    """Follow children who moved and people who left or came; how many cases changed hands."""
    follow_places()
    changed = assign(on)
    grounds.note("handed_over", ((key, "") for key in changed), on)
    if changed:
        audit.record(by, "cases.handed_over", cases=len(changed))
    return len(changed)


@audit.action
def follow_merges(*, by: User | audit.Actor, children: Collection[int]) -> None:
    """After merging or un-merging: one active case per child and kind, and nothing lost.

    The younger case is joined to the elder and keeps its timeline and state; when the children are parted
    again it goes on by itself. ``children`` are the keys of the roots now.
    """
    for kind, case, into in joining.rejoin(children):
        _write(case, by, kind, timezone.now(), code=into)
        audit.record(by, f"case.{kind}", case, organisation=case.county_id)


# --- lawful excuses ------------------------------------------------------------------------------------


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
        _attach(by, active, scan[0], kind, scan[1], excuse=new)
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


# --- the word of the public ------------------------------------------------------------------------------


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
