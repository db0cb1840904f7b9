"""What follows a roll-call, after the answer was sent."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from notoneless.bureau.audit.actions import SYSTEM


@task()
def follow_up(school_class: int) -> None:
    """Open cases for absences of a class that have lasted too long; note who is back."""
    from notoneless.bureau.attendance import absences

    absences.follow_up(by=SYSTEM, on=timezone.localdate(), classes=[school_class])
