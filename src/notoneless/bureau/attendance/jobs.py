"""What follows roll-calls, after the answers were sent: cases for long absences, and who is back."""

from __future__ import annotations

import datetime as dt
import os

from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from notoneless.bureau.attendance import absences, facts
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions as cases
from notoneless.bureau.cases.models import Ground
from notoneless.bureau.cases.openings import Gone, Opened, Opening
from notoneless.i18n import gettext

PATIENCE = dt.timedelta(seconds=60)
"""Thousands of classes call within the same minutes; they share one look at who is missing for long."""

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
