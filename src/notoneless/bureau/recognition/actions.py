"""The only writes: a year begun and ended, applications and their steps, notices, objections."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless.bureau import publication
from notoneless.bureau.accounts.actions import LETTERS
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import may_check, require
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people.models import Child
from notoneless.bureau.recognition import faults, queries
from notoneless.bureau.recognition.levels import NONE, commitment, used, word
from notoneless.bureau.recognition.models import (
    Application,
    Decision,
    Notice,
    Objection,
    Round,
)
from notoneless.bureau.recognition.steps import LIVE, STEPS, UNDER_WAY
from notoneless.calendar import school_year_on
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext

VERBS = {
    "recognition.begun": N_("开始本学年困难认定"),
    "recognition.completed": N_("结束本学年困难认定"),
    "recognition.received": N_("受理困难认定申请"),
    "recognition.reviewed": N_("评议困难认定申请"),
    "recognition.sent_back": N_("退回困难认定评议"),
    "recognition.refused": N_("困难认定未通过"),
    "recognition.withdrawn": N_("困难认定申请撤回"),
    "recognition.adjusted": N_("提出调整困难档次"),
    "recognition.change_confirmed": N_("确认调整困难档次"),
    "recognition.change_dropped": N_("没有采用困难档次的调整"),
    "recognition.code_reissued": N_("重发困难认定查询码"),
    "recognition.joined": N_("同一个孩子的两份申请并为一份"),
    "recognition.apart": N_("分开的孩子的申请恢复办理"),
    "recognition.read": N_("查看困难认定申请"),
    "notice.opened": N_("公示困难认定结果"),
    "notice.concluded": N_("公示期满认定"),
    "notice.removed": N_("撤下公示"),
    "objection.recorded": N_("登记公示异议"),
    "objection.settled": N_("处理公示异议"),
}
"""What this app's verbs mean in words."""

WHO = {"receiver": N_("受理的人"), "reviewer": N_("评议的人"), "recorder": N_("登记异议的人")}


@audit.action
def begin_round(
    *, by: audit.Actor, school: Organisation, apply_until: dt.date, on: dt.date | None = None
) -> Round:
    """Announce a school year's recognition: from now on applications are taken in."""
    require(by, "recognition.review", school)
    year = school_year_on(on or timezone.localdate())
    try:
        with transaction.atomic():
            new = Round.objects.create(
                school=school,
                school_year=year,
                apply_until=apply_until,
                opened_by_id=by.pk,
                opened_at=timezone.now(),
            )
    except IntegrityError:
        raise Refusal([faults.BEGUN_ALREADY.at(school=school.name)]) from None
    audit.record(by, "recognition.begun", new, organisation=school, year=year)
    return new


@audit.action
def receive(
    *,
    by: audit.Actor,
    child: Child,
    asked: str,
    channel: str,
    accepted: bool,
    reason: str,
    guardian: str,
    contact: str,
    on: dt.date | None = None,
) -> tuple[Application, str]:
    """Take in an application; the code with which the guardian sees its state, told this once.

    `Refusal` when there is no promise, when the child has an application, or is on a list that stands for
    one. The last is said only to who may know of it: a class teacher must not learn it here.
    """
    root = Child.objects.get(merged=child.pk)
    seat = root.school
    if seat is None:
        raise Refusal([faults.NOT_AT_SCHOOL.at()])
    require(by, "recognition.receive", seat)
    school = queries.school_of(seat)
    day = on or timezone.localdate()
    year = school_year_on(day)
    if not Round.objects.filter(school=school, school_year=year).exists():
        raise Refusal([faults.NO_ROUND.at(school=school.name)])
    if not accepted:
        raise Refusal([faults.NO_COMMITMENT.at()])
    _check_level(asked, seat, day)
    if not reason.strip():
        raise Refusal([faults.NO_REASON.at()])
    if lists := queries.evidence(by, root):
        raise Refusal([faults.ON_A_LIST.at(lists=gettext("、").join(one.label for one in lists))])
    code = _new_code()
    try:
        with transaction.atomic():
            new = Application.objects.create(
                child=root,
                school=school,
                seat=seat,
                school_year=year,
                asked=asked,
                channel=Application.Channel(channel),
                commitment=str(commitment()),
                reason=reason.strip(),
                guardian=guardian.strip(),
                contact=contact.strip(),
                fingerprint=queries.fingerprint(code),
                received_by_id=by.pk,
                received_at=timezone.now(),
            )
    except IntegrityError:
        raise Refusal([faults.APPLIED_ALREADY.at()]) from None
    audit.record(by, "recognition.received", new, organisation=seat, channel=channel)
    return new, code


def _new_code() -> str:
    letters = [secrets.choice(LETTERS) for _ in range(16)]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, 16, 4))


@audit.action
def reissue_code(*, by: audit.Actor, application: Application) -> str:
    """A new code for a guardian who lost his; the old one says nothing from now on."""
    require(by, "recognition.review", application.seat_id)
    code = _new_code()
    Application.objects.filter(pk=application.pk).update(fingerprint=queries.fingerprint(code))
    audit.record(by, "recognition.code_reissued", application, organisation=application.seat_id)
    return code


@audit.action
def follow_merges(*, by: audit.Actor, children: Collection[int]) -> None:
    """Children (keys of roots) were found to be one, or two again: one application each goes on.

    Of several the furthest stays, of equal ones the earliest; those that were recognised stay as they are, the
    newest level counts. What was joined goes on from its beginning where its child is another one again.
    """
    apart = Application.objects.filter(child__person__in=children, state="joined")
    for one in apart.order_by("received_at", "pk"):
        if not queries.of_person(one.child.person_id or 0, one.school_year).exists():
            Application.objects.filter(pk=one.pk).update(
                state=Application.State.RECEIVED, notice=None
            )
            audit.record(by, "recognition.apart", one, organisation=one.seat_id)
    live = Application.objects.filter(child__person__in=children, state__in=LIVE)
    for person, year in set(live.values_list("child__person", "school_year")):
        for one in queries.of_person(person or 0, year)[1:]:
            if one.state in UNDER_WAY:
                _drop_open(by, one)
                Application.objects.filter(pk=one.pk).update(state=Application.State.JOINED)
                audit.record(by, "recognition.joined", one, organisation=one.seat_id)


@audit.action
def review(
    *, by: audit.Actor, application: Application, level: str, reason: str, members: str = ""
) -> Decision:
    """The school's group proposes a level (or ``none``) with its reason; not who took it in."""
    _check_level(level, application.seat, timezone.localdate(), none=True)
    if not reason.strip():
        raise Refusal([faults.NO_REASON.at()])
    _move(by, application, "review")
    new = _propose(by, application, level, reason, members)
    audit.record(by, "recognition.reviewed", application, organisation=application.seat_id)
    return new


@audit.action
def send_back(*, by: audit.Actor, application: Application) -> None:
    """The head does not follow the group: it reviews again, and the proposal stays as one not adopted."""
    _move(by, application, "send_back")
    _drop_open(by, application)
    audit.record(by, "recognition.sent_back", application, organisation=application.seat_id)


@audit.action
def refuse(*, by: audit.Actor, application: Application) -> None:
    """Not recognised, as the group proposed. `Refusal` where it proposed a level: send it back instead."""
    proposed = application.decisions.filter(outcome="", level=NONE)
    if not proposed.exists():
        raise Refusal([faults.NOT_NOW.at(state=application.get_state_display())])
    _move(by, application, "refuse")
    _confirm(by, application)
    audit.record(by, "recognition.refused", application, organisation=application.seat_id)


@audit.action
def withdraw(*, by: audit.Actor, application: Application) -> None:
    """The family does not ask any more; a name on a notice is gone from it at once."""
    _move(by, application, "withdraw")
    _drop_open(by, application)
    audit.record(by, "recognition.withdrawn", application, organisation=application.seat_id)


@audit.action
def publish(*, by: audit.Actor, round_: Round, on: dt.date | None = None) -> Notice:
    """Put up a notice with everyone reviewed for a level, except those whom this person reviewed.

    It is up from today until the end of the n-th school day after (rule ``recognition.public_days``).
    """
    step = STEPS["publish"]
    require(by, step.permission, round_.school_id)
    day = on or timezone.localdate()
    ready = Decision.objects.filter(
        outcome="", application__in=queries.of_round(round_).filter(state="reviewed")
    ).exclude(level=NONE)
    makers = dict(ready.values_list("application", "proposed_by"))
    lawful = {
        one
        for one in set(makers.values())
        if may_check(by, step.permission, round_.school_id, (one,))
    }
    chosen = [key for key, maker in makers.items() if maker in lawful]
    if not chosen:
        raise Refusal([faults.NOBODY_TO_PUBLISH.at()])
    notice = Notice.objects.create(
        round=round_,
        **publication.opened(by.pk, round_.school_id, "recognition.public_days", day),
    )
    moved = Application.objects.filter(pk__in=chosen, state__in=step.before).update(
        state=step.after, notice=notice
    )
    if not moved:
        raise Refusal([faults.NOBODY_TO_PUBLISH.at()])
    audit.record(by, "notice.opened", notice, organisation=round_.school_id, names=moved)
    return notice


@audit.action
def conclude(*, by: audit.Actor, notice: Notice, on: dt.date | None = None) -> int:
    """Recognise everyone of a notice whose time is over, except where an objection is open; how many."""
    step, school = STEPS["recognise"], notice.round.school_id
    require(by, step.permission, school)
    day = on or timezone.localdate()
    if day <= notice.last:
        raise Refusal([faults.NOT_OVER.at(last=notice.last)])
    waiting = Application.objects.select_for_update().filter(
        notice=notice, state__in=step.before, decisions__outcome=""
    )
    makers = dict(waiting.values_list("pk", "decisions__proposed_by"))
    lawful = {one for one in set(makers.values()) if may_check(by, step.permission, school, (one,))}
    chosen = [key for key, maker in makers.items() if maker in lawful]
    if makers and not chosen:
        raise Refusal([faults.SAME_PERSON.at(who=gettext(WHO["reviewer"]))])
    moved = Application.objects.filter(pk__in=chosen, state__in=step.before).update(
        state=step.after
    )
    Decision.objects.filter(
        application__in=chosen, application__state=step.after, outcome=""
    ).update(
        outcome=Decision.Outcome.CONFIRMED,
        valid_from=day,
        settled_by=by.pk,
        settled_at=timezone.now(),
    )
    audit.record(by, "notice.concluded", notice, organisation=school, names=moved)
    return moved


@audit.action
def take_down(*, by: audit.Actor, on: dt.date) -> int:
    """Remove the address of every notice whose last day is past; how many. The night's work."""
    over = Notice.objects.filter(code__isnull=False, last__lt=on)
    require(by, "recognition.publish")
    found = list(over.select_related("round"))
    for one in found:
        Notice.objects.filter(pk=one.pk).update(**publication.taken_down())
        audit.record(by, "notice.removed", one, organisation=one.round.school_id)
    return len(found)


@audit.action
def object_to(*, by: audit.Actor, application: Application, text: str) -> Objection:
    """Write down an objection to a name on a notice; it holds the recognition of that child."""
    if not text.strip():
        raise Refusal([faults.NO_REASON.at()])
    _move(by, application, "object")
    new = Objection.objects.create(
        application=application,
        text=text.strip(),
        recorded_by_id=by.pk,
        recorded_at=timezone.now(),
    )
    audit.record(by, "objection.recorded", application, organisation=application.seat_id)
    return new


@audit.action
def settle(*, by: audit.Actor, objection: Objection, outcome: str, finding: str) -> None:
    """What came of an objection. With the last one dismissed the child goes on; one upheld refuses."""
    if not finding.strip():
        raise Refusal([faults.NO_REASON.at()])
    result = Objection.Outcome(outcome)
    application = objection.application
    step = STEPS[result.value]
    _require(by, application, result.value, recorder=objection.recorded_by_id)
    # The application's row is the lock: whoever settles another objection of it waits here.
    Application.objects.select_for_update().get(pk=application.pk)
    done = Objection.objects.filter(pk=objection.pk, outcome="").update(
        outcome=result, settled_by=by.pk, settled_at=timezone.now()
    )
    application.refresh_from_db()
    if not done:
        raise Refusal([faults.NOT_NOW.at(state=application.get_state_display())])
    objection.refresh_from_db()
    objection.finding = finding.strip()
    objection.save(update_fields=("finding",))
    open_ones = application.objections.filter(outcome="").exists()
    if result == Objection.Outcome.UPHELD or not open_ones:
        moved = Application.objects.filter(pk=application.pk, state__in=step.before).update(
            state=step.after
        )
        if moved and result == Objection.Outcome.UPHELD:
            _drop_open(by, application)
            _propose(by, application, NONE, finding, "")
            _confirm(by, application)
        application.refresh_from_db()
    audit.record(
        by, "objection.settled", application, organisation=application.seat_id, outcome=outcome
    )


@audit.action
def adjust(
    *, by: audit.Actor, application: Application, level: str, reason: str, members: str = ""
) -> Decision:
    """Propose another level for a recognised child from now on; what held before stays as it was."""
    _check_level(level, application.seat, timezone.localdate(), none=True)
    if not reason.strip():
        raise Refusal([faults.NO_REASON.at()])
    _move(by, application, "adjust")
    try:
        with transaction.atomic():
            new = _propose(by, application, level, reason, members)
    except IntegrityError:
        raise Refusal([faults.CHANGE_WAITS.at()]) from None
    audit.record(by, "recognition.adjusted", application, organisation=application.seat_id)
    return new


@audit.action
def settle_change(*, by: audit.Actor, application: Application, adopted: bool) -> None:
    """Confirm, or do not adopt, the level that another person proposed."""
    _move(by, application, "confirm")
    if not (_confirm(by, application) if adopted else _drop_open(by, application)):
        raise Refusal([faults.NOT_NOW.at(state=application.get_state_display())])
    verb = "recognition.change_confirmed" if adopted else "recognition.change_dropped"
    audit.record(by, verb, application, organisation=application.seat_id)


@audit.action
def complete_round(*, by: audit.Actor, round_: Round) -> None:
    """The school has finished its year: from now on who was not recognised is known not to be."""
    require(by, "recognition.publish", round_.school_id)
    left = queries.of_round(round_).filter(state__in=UNDER_WAY).count()
    if left:
        raise Refusal([faults.STILL_OPEN.at(count=left)])
    if Round.objects.filter(pk=round_.pk, completed_at__isnull=True).update(
        completed_by=by.pk, completed_at=timezone.now()
    ):
        audit.record(by, "recognition.completed", round_, organisation=round_.school_id)


def _check_level(level: str, place: Organisation, on: dt.date, *, none: bool = False) -> None:
    if level not in used(place, on) and not (none and level == NONE):
        raise Refusal([faults.LEVEL_NOT_USED.at(level=word(level))])


def _require(
    by: audit.Actor, application: Application, name: str, recorder: int | None = None
) -> None:
    """The step's right, and that this is another person than those whose work it checks."""
    step = STEPS[name]
    require(by, step.permission, application.seat_id)
    for who in step.unlike:
        if who == "receiver":
            maker = application.received_by_id
        elif who == "recorder":
            maker = recorder
        else:
            proposed = application.decisions.filter(outcome="").first()
            maker = proposed.proposed_by_id if proposed else None
        if not may_check(by, step.permission, application.seat_id, (maker,)):
            raise Refusal([faults.SAME_PERSON.at(who=gettext(WHO[who]))])


def _move(by: audit.Actor, application: Application, name: str) -> None:
    """Take a step of the table: compare and set, so who comes second is refused."""
    step = STEPS[name]
    _require(by, application, name)
    moved = Application.objects.filter(pk=application.pk, state__in=step.before).update(
        state=step.after
    )
    application.refresh_from_db()
    if not moved:
        raise Refusal([faults.NOT_NOW.at(state=application.get_state_display())])


def _propose(
    by: audit.Actor, application: Application, level: str, reason: str, members: str
) -> Decision:
    return Decision.objects.create(
        application=application,
        level=level,
        reason=reason.strip(),
        members=members.strip() or None,
        proposed_by_id=by.pk,
        proposed_at=timezone.now(),
    )


def _confirm(by: audit.Actor, application: Application) -> int:
    return application.decisions.filter(outcome="").update(
        outcome=Decision.Outcome.CONFIRMED,
        valid_from=timezone.localdate(),
        settled_by=by.pk,
        settled_at=timezone.now(),
    )


def _drop_open(by: audit.Actor, application: Application) -> int:
    return application.decisions.filter(outcome="").update(
        outcome=Decision.Outcome.DROPPED, settled_by=by.pk, settled_at=timezone.now()
    )
