"""What follows roll-calls, after the answers were sent: cases for long absences, and who is back.

And what follows lists: the roll-calls among them become calls.
"""

from __future__ import annotations

import datetime as dt
import os

from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from notoneless.bureau.attendance import absences, actions, facts, listed
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions as cases
from notoneless.bureau.cases.models import Ground
from notoneless.bureau.cases.openings import Gone, Opened, Opening
from notoneless.i18n import gettext

PATIENCE = dt.timedelta(seconds=60)
"""Thousands of classes call within the same minutes; they share one look at who is missing for long."""

RECENT, LONG = dt.timedelta(hours=2), dt.timedelta(days=7)
"""How far back lists are looked at: after each, and once in a night, where something went wrong in between."""

LOT = 500
"""Classes that are called in one transaction: teachers of these wait so long and no longer."""

GUARANTEE, KIND, SOURCE = "in_class", "absent", "rollcall"
"""What cases call it (`rulebooks/compulsory-education.yaml`, `cases/codes.toml`)."""


def want_follow_up() -> None:
    """Have the absences followed up soon, unless that waits for its turn already."""
    waiting = DBTaskResult.objects.filter(task_path=follow_up.module_path, status="READY")
    if not waiting.exists():
        follow_up.using(run_after=timezone.now() + PATIENCE).enqueue()


@task()
def follow_up() -> None:
    """Open cases for those missing for too long, and note who is back."""
    try:
        follow(timezone.localdate())
    except Exception:  # its text may hold a child's data; the next night does the same again
        if os.environ.get("NOTONELESS_DEBUG"):
            raise


def want_lists() -> None:
    """Have the roll-calls among new lists looked at soon, unless that waits for its turn already."""
    waiting = DBTaskResult.objects.filter(task_path=take_lists.module_path, status="READY")
    if listed.days(timezone.now() - RECENT) and not waiting.exists():
        take_lists.using(run_after=timezone.now() + PATIENCE).enqueue()


@task()
def take_lists() -> None:
    """Make calls of the roll-calls that came in as lists."""
    try:
        call_listed(RECENT)
    except Exception:  # its text may hold a child's data; the night does the same again
        if os.environ.get("NOTONELESS_DEBUG"):
            raise


def call_listed(back: dt.timedelta) -> int:
    """The same for the lists of so long a time; how many calls are new. Again with the same changes nothing."""
    new = 0
    for day in listed.days(timezone.now() - back):
        words = listed.words(day) if day <= timezone.localdate() else []
        told = {(word.school_class, word.half) for word in words}
        actions.withdraw_listed(by=SYSTEM, day=day, incomplete=listed.touched(day) - told)
        for start in range(0, len(words), LOT):
            new += actions.call_listed(by=SYSTEM, day=day, words=words[start : start + LOT])
    return new


def follow(on: dt.date) -> Opened:
    """The same for a day, of all classes. Again with the same changes nothing.

    A case is opened at the step ``candidate`` of the county's rules; nothing is ever closed here.
    """
    back = _back(on)
    if back:
        cases.gap_gone(by=SYSTEM, gone=back)
    return cases.open_cases(
        by=SYSTEM,
        openings=[
            Opening(
                subject=run.child,
                kind=KIND,
                guarantee=GUARANTEE,
                source=SOURCE,
                on=run.last,
                reason=gettext("连续{days}个校日无故未到").format(days=run.days),
                school=run.school_class,
                since=run.first,
            )
            for run in absences.absent_runs(SYSTEM, on)
            if "candidate" in run.steps
        ],
    )


def _back(on: dt.date) -> list[Gone]:
    """Whom a roll-call missed once and the newest one saw."""
    missed = set(
        Ground.objects.filter(
            source=SOURCE, guarantee=GUARANTEE, gone_on__isnull=True, case__subject_kind="child"
        ).values_list("case__subject", flat=True)
    )
    return [
        Gone(subject=child, guarantee=GUARANTEE, source=SOURCE, on=on, kind=KIND)
        for child, word in facts.words(on, missed).items()
        if word == "present"
    ]
