"""Long work on a list, after the answer was sent: reading it, taking it in.

A job is given keys; it asks for the right of who started it again. An error's text may hold a child's
data, so only its kind is kept. Where the machine is at fault, not the list (a full disk, the database
away), the job is tried again later, and nobody need press anything.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path

from django.db import OperationalError
from django.utils import timezone
from django_tasks import task

from notoneless import rosters
from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.intake import comparison, queries, storage, waits
from notoneless.bureau.intake.models import Upload
from notoneless.bureau.people import faults as people_faults
from notoneless.faults import Refusal

_SECONDS_BETWEEN = 0.5
"""Progress is noted this often."""

_MOST_TRIES = 20
"""Other lists of the county may come in while one is compared; each costs it one more try."""

_AGAIN = dt.timedelta(minutes=1)
"""So long after the machine failed a job is tried again."""

_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ENFILE, errno.EMFILE)

_A_WHILE = dt.timedelta(seconds=5)
"""Until a list looks again whether those that it waits for are in."""

Job = Callable[[User, Upload], None]


def _on_upload(job: Job) -> Callable[[int, int], None]:
    """Give a job its list and who started it; let nothing of an error out but its kind."""

    @wraps(job)
    def run(key: int, user: int) -> None:
        from notoneless.bureau.intake import actions

        upload, by = Upload.objects.get(pk=key), User.objects.get(pk=user)
        require(by, "list.take_in", upload.organisation)
        try:
            job(by, upload)
        except Exception as error:
            if os.environ.get("NOTONELESS_DEBUG"):
                raise
            if isinstance(error, OperationalError) or getattr(error, "errno", 0) in _MACHINE:
                later = {"read": read, "take_in": take_in}[job.__name__]
                later.using(run_after=timezone.now() + _AGAIN).enqueue(key, user)
                return
            actions.broke_off(by=SYSTEM, upload=upload, reason=type(error).__name__)

    return run


@task()
@_on_upload
def read(by: User, upload: Upload) -> None:
    """Read a list, keep its rows, and say what they would change."""
    from notoneless.bureau.intake import actions

    if upload.state != Upload.State.READING:
        return
    reading = understand(upload)
    changes = comparison.summary(by, upload, reading)
    actions.has_been_read(by=SYSTEM, upload=upload, reading=reading, changes=changes)


@task()
@_on_upload
def take_in(by: User, upload: Upload) -> None:
    """Compare a list with what is known now and record it, whole or not at all."""
    from notoneless.bureau.intake import actions

    reading = upload.understood()
    if reading is None or upload.state != Upload.State.COMMITTING:
        return
    if waits.before(upload):
        take_in.using(run_after=timezone.now() + _A_WHILE).enqueue(upload.pk, by.pk)
        return
    for _ in range(_MOST_TRIES):
        version = queries.version(upload)
        sheets = comparison.sheets_of(reading)
        try:
            first = comparison.compare(by, upload, *sheets[0])
            actions.commit(by=by, upload=upload, first=first, rest=sheets[1:], version=version)
        except actions.Stale:
            continue
        except Refusal as refusal:
            if any(fault.kind is people_faults.STALE for fault in refusal.faults):
                continue
            actions.not_taken_in(by=SYSTEM, upload=upload, refusal=refusal)
        return
    raise TimeoutError


@task()
@_on_upload
def compare_again(by: User, upload: Upload) -> None:
    """A register or a roll came in: a list whose people were nobody's may find their children there now."""
    from notoneless.bureau.intake import actions

    reading = upload.understood()
    if reading is None:
        return
    if upload.state == Upload.State.READ:
        changes = comparison.summary(by, upload, reading)
        actions.compared_again(by=SYSTEM, upload=upload, changes=changes)
        return
    for _ in range(_MOST_TRIES):
        version = queries.version(upload)
        sheets = comparison.sheets_of(reading)
        found = [
            comparison.compare(by, upload, number, sheet, left_over=True)
            for number, sheet in sheets
            if sheet.kind not in comparison.MAKES_CHILDREN
        ]
        try:
            actions.place(by=by, upload=upload, found=found, version=version)
        except actions.Stale:
            continue
        except Refusal as refusal:
            if not any(fault.kind is people_faults.STALE for fault in refusal.faults):
                raise
            continue
        return
    raise TimeoutError


def understand(upload: Upload, *, most: int | None = 1000) -> rosters.Reading:
    """Read the file of a list and keep the rows of each recognised sheet, sealed.

    In the answer the ``path`` of a sheet is the number of its rows in `storage`.
    """
    how = {"memory": queries.memory(upload.organisation), "most": most}
    content = storage.kept(upload.sha256)
    sheets, kept = [], 0
    with storage.understood(content, upload.name, **how, progress=_Noted(upload.pk)) as found:
        reading, rows = found
        for sheet in reading.sheets:
            if sheet.path is None:
                sheets.append(sheet)
                continue
            storage.keep_rows(upload.pk, kept, rows(sheet.path))
            sheets.append(replace(sheet, path=Path(str(kept))))
            kept += 1
    return replace(reading, sheets=tuple(sheets))


class _Noted:
    """Notes how far the reader is, now and then."""

    def __init__(self, upload: int) -> None:
        self._upload, self._last = upload, time.monotonic()

    def __call__(self, _name: str, lines: int, done: bool) -> None:
        if not done and time.monotonic() - self._last > _SECONDS_BETWEEN:
            self._last = time.monotonic()
            storage.note_progress(self._upload, lines)
