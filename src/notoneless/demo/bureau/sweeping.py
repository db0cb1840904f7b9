"""Every child held against every guarantee, once all lists are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_tasks_db.models import DBTaskResult

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.sweeps import actions
from notoneless.bureau.sweeps.models import Sweep
from notoneless.i18n import gettext

if TYPE_CHECKING:
    from notoneless.demo.bureau.scene import Scene


def fill(scene: Scene) -> None:
    """Sweep now, and let go of the jobs that asked for what has been done here."""
    scene.say(gettext("逐人核对"))
    DBTaskResult.objects.ready().delete()
    actions.sweep(by=SYSTEM, cause=Sweep.Cause.LIST)
