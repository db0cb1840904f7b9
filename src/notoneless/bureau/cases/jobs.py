"""Long work on cases: the rows of the national platform's lists."""

from __future__ import annotations

import datetime as dt
import os

from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions, platform
from notoneless.bureau.cases.models import Case
from notoneless.bureau.cases.openings import Opened


def want_platform() -> None:
    """Have them looked at soon, unless that waits for its turn already; nothing where there are none."""
    waiting = DBTaskResult.objects.filter(task_path=follow_platform.module_path, status="READY")
    if platform.listed().exists() and not waiting.exists():
        follow_platform.enqueue()


@task()
def follow_platform() -> None:
    """Open what is not answered; give cases in work the platform's numbers."""
    try:
        follow(timezone.localdate())
    except Exception:  # its text may hold a child's data; the night does the same again
        if os.environ.get("NOTONELESS_DEBUG"):
            raise


def follow(on: dt.date) -> Opened:
    """The same for a day. Again with the same changes nothing."""
    work = platform.new(on)
    if work.answers:
        actions.answer_platform(by=SYSTEM, answers=work.answers)
    opened = actions.open_cases(by=SYSTEM, openings=work.openings) if work.openings else Opened()
    for key, number in platform.numbers().items():
        actions.set_platform_number(by=SYSTEM, case=Case.objects.get(pk=key), number=number)
    return opened
