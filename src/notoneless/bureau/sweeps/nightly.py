"""What is done each night: cards, the sweep, what the apps offer (``night.py``), clearing up, the log's end.

Each part stands for itself: one that fails is noted by the kind of its error, and the others are done.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from notoneless.bureau import offers
from notoneless.bureau.audit import queries as audit
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people import cards
from notoneless.bureau.people.models import Child
from notoneless.bureau.sweeps import actions
from notoneless.bureau.sweeps.models import Night, Sweep

HEADS = "audit-heads.txt"
"""In the data folder: the end of the audit log each night, one a line, to be carried elsewhere."""

LOT = 20_000
"""Cards refreshed in one transaction."""

logger = logging.getLogger(__name__)


def run(on: dt.date) -> Night:
    """Do the work of a night, and say how it went."""
    night = actions.begin_night(by=SYSTEM, on=on)
    broken = []
    for name, part in _parts(on):
        try:
            part()
        except Exception as error:
            if os.environ.get("NOTONELESS_DEBUG"):
                raise
            broken.append(f"{name}: {type(error).__name__}")
            logger.error("night: %s failed: %s", name, type(error).__name__)
    actions.end_night(by=SYSTEM, night=night, broken=broken)
    return night


def _parts(on: dt.date) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "cards", refresh_cards
    yield "sweep", partial(actions.sweep, by=SYSTEM, on=on, cause=Sweep.Cause.NIGHT)
    for module in offers.found("night"):
        yield module.__name__.split(".")[-2], partial(module.night, on)
    yield "sessions", partial(call_command, "clearsessions")
    yield "queue", partial(call_command, "prune_db_task_results", verbosity=0)
    yield "head", keep_head


def refresh_cards() -> None:
    """Derive the cards of all children anew: a new day can begin or end a fact. In lots, so nobody waits."""
    keys = list(Child.objects.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(keys), LOT):
        with transaction.atomic():
            cards.refresh(keys[first : first + LOT])


def keep_head() -> str:
    """Write the end of the audit log below those of earlier nights, and give it back."""
    head = audit.head()
    with Path(settings.INSTALLATION.data, HEADS).open("a", encoding="utf-8") as file:
        file.write(f"{timezone.localtime():%Y-%m-%d %H:%M} {head}\n")
    return head
