"""The rulebook changes: proposed, tried on the real students, passed by another person."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless import kernel
from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import faults, rulebook, trial
from notoneless.bureau.aid.models import Change, Effect, Ruling
from notoneless.bureau.aid.two_people import require_another
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people import bulk
from notoneless.faults import Refusal
from notoneless.i18n import gettext
from notoneless.kernel.rulebook import digest

COLUMNS = (
    "change_id",
    "child_id",
    "county_id",
    "school_id",
    "policy",
    "fen_before",
    "fen_after",
    "why",
)


@audit.action
def propose_change(*, by: User | audit.Actor, text: str, what: str, source: str) -> Change:
    """Propose another text of the rulebook; it is in force for nobody yet, and has to be tried.

    ``what`` says in words what changes, ``source`` on which document. `Refusal` with the faults of the text,
    when nothing changes, or a policy would be called otherwise.
    """
    require(by, "aid.rules", rulebook.place())
    last = rulebook.last_change()
    before = rulebook.text()
    book = rulebook.read(text)
    if text == before:
        raise Refusal([faults.NOTHING_CHANGED.at()])
    _same_names(rulebook.read(before), book)
    new = Change.objects.create(
        after=last,
        before=_kept(before),
        ruling=_kept(text),
        what=what.strip()[:200],
        source=source.strip()[:200],
        proposed_by_id=by.pk,
    )
    audit.record(by, "aid.change_proposed", new, rules=book.hash)
    return new


def _kept(text: str) -> Ruling:
    key = digest(text.encode())
    return Ruling.objects.get_or_create(hash=key, defaults={"text": text})[0]


def _same_names(present: kernel.Rulebook, changed: kernel.Rulebook) -> None:
    """The same rulebook, and every policy known by the name that its payments bear."""
    if (present.id, present.subject) != (changed.id, changed.subject):
        raise Refusal([faults.OTHER_BOOK.at(seen=changed.id)])
    names = {one.id: one.text.zh for one in present.policies}
    wrong = [
        faults.RENAMED.at(name=names[one.id])
        for one in changed.policies
        if names.get(one.id, one.text.zh) != one.text.zh
    ]
    if wrong:
        raise Refusal(wrong)


@audit.long_action
def try_change(*, by: User | audit.Actor, change: Change, on: dt.date | None = None) -> Change:
    """Hold every student against the present rules and the proposed ones; keep who gains and who loses.

    Until it has been approved it can be tried again, on the lists of that day.
    """
    require(by, "aid.rules", rulebook.place())
    day = on or timezone.localdate()
    return keep_trial(
        by=by, change=change, tried=trial.hold(change.before.text, change.ruling.text, day)
    )


@audit.action
def keep_trial(*, by: User | audit.Actor, change: Change, tried: trial.Trial) -> Change:
    """Write down what a trial found, in place of the one before."""
    require(by, "aid.rules", rulebook.place())
    moved = Change.objects.filter(pk=change.pk, state__in=("trying", "proposed")).update(
        state="proposed",
        tried_on=tried.on,
        children=tried.children,
        undecided=tried.undecided,
    )
    change.refresh_from_db()
    if not moved:
        raise _not_now(change, gettext("试算"))
    Effect.objects.filter(change=change).delete()
    bulk.insert(Effect, COLUMNS, ((change.pk, *effect) for effect in tried.effects))
    audit.record(by, "aid.change_tried", change, effects=len(tried.effects), on=tried.on)
    return change


@audit.action
def approve_change(*, by: User | audit.Actor, change: Change) -> Change:
    """Put a change in force from today; another person than who proposed it.

    `Refusal` while it was not tried, and when another change has come into force since it was proposed.
    """
    here = rulebook.place()
    require(by, "aid.rules_approve", here)
    require_another(by, "aid.rules_approve", here, change.proposed_by_id)
    last = rulebook.last_change()
    if last is not None and last.pk != change.after_id and change.state == "proposed":
        raise Refusal([faults.OVERTAKEN.at(number=last.pk)])
    try:
        with transaction.atomic():
            _settle(by, change, "approved", gettext("批准"), in_force_from=timezone.localdate())
    except IntegrityError:
        # Another change of the same rules was approved at this very moment.
        last = rulebook.last_change()
        raise Refusal([faults.OVERTAKEN.at(number=last.pk if last else "")]) from None
    audit.record(
        by,
        "aid.change_approved",
        change,
        rules=change.ruling_id,
        in_force_from=change.in_force_from,
    )
    return change


@audit.action
def refuse_change(*, by: User | audit.Actor, change: Change, note: str) -> Change:
    """Do not adopt a change, and say why; another person than who proposed it."""
    here = rulebook.place()
    require(by, "aid.rules_approve", here)
    require_another(by, "aid.rules_approve", here, change.proposed_by_id)
    _settle(by, change, "refused", gettext("退回"), note=note)
    audit.record(by, "aid.change_refused", change)
    return change


@audit.action
def withdraw_change(*, by: User | audit.Actor, change: Change) -> Change:
    """Take back what one proposed oneself."""
    require(by, "aid.rules", rulebook.place())
    if by.pk != change.proposed_by_id:
        raise _not_now(change, gettext("由别人收回"))
    _settle(by, change, "withdrawn", gettext("收回"))
    audit.record(by, "aid.change_withdrawn", change)
    return change


def _settle(
    by: User | audit.Actor,
    change: Change,
    state: str,
    act: str,
    *,
    note: str = "",
    in_force_from: dt.date | None = None,
) -> None:
    """Compare and set: of several who settle it, one does."""
    from_states = ("proposed",) if state == "approved" else ("trying", "proposed")
    moved = Change.objects.filter(pk=change.pk, state__in=from_states).update(
        state=state,
        settled_by=by.pk,
        settled_at=timezone.now(),
        settled_note=note.strip()[:200],
        in_force_from=in_force_from,
    )
    change.refresh_from_db()
    if not moved:
        raise _not_now(change, act)


def _not_now(change: Change, act: str) -> Refusal:
    return Refusal([faults.NOT_TRIED.at(state=change.get_state_display(), act=act)])
