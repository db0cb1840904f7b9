"""Long work of its own accord: the sweep after lists, and each night.

Errors are noted by their kind (`actions.failed`, `nightly.run`): their text may hold a child's data.
"""

from __future__ import annotations

import datetime as dt
import os

from django.conf import settings
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.sweeps import actions, faults, nightly
from notoneless.bureau.sweeps.models import Night, Sweep
from notoneless.faults import Refusal

PATIENCE = dt.timedelta(seconds=20)
"""Lists that come in a row within this time share one sweep."""

AGAIN = dt.timedelta(minutes=1)
"""When another sweep runs, this one tries again after so long."""


def want_sweep(after: dt.timedelta = PATIENCE) -> None:
    """Have a sweep made after a short time, unless one waits for its turn already."""
    _once(sweep_after_lists, timezone.now() + after)


@task()
def sweep_after_lists() -> None:
    """Hold everybody against every guarantee again; while another sweep runs, a little later."""
    try:
        actions.sweep(by=SYSTEM, cause=Sweep.Cause.LIST)
    except Refusal as refusal:
        if any(fault.kind is faults.RUNNING for fault in refusal.faults):
            want_sweep(AGAIN)
    except Exception:
        if os.environ.get("NOTONELESS_DEBUG"):
            raise


def plan_night() -> None:
    """See that the next night is planned. One that was missed is made up for at once."""
    hour = settings.INSTALLATION.night
    if hour is None:
        return
    now = timezone.localtime()
    start = now.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    if start <= now and Night.objects.filter(on=now.date()).exists():
        start += dt.timedelta(days=1)
    _once(night, start)


@task()
def night() -> None:
    """The work of the night, if nobody did it today; then the next night is planned."""
    today = timezone.localdate()
    if not Night.objects.filter(on=today).exists():
        nightly.run(today)
    plan_night()


def _once(job: object, at: dt.datetime) -> None:
    """Put a job into the queue, unless it stands there already."""
    waiting = DBTaskResult.objects.filter(task_path=job.module_path, status="READY")  # type: ignore[attr-defined]  # a task
    if not waiting.exists():
        job.using(run_after=at).enqueue()  # type: ignore[attr-defined]  # a task
