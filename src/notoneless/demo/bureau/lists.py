"""The county's lists, handed in and taken in as a bureau does: who there is first, then who is where."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

from notoneless.bureau.intake import actions, jobs
from notoneless.bureau.intake.models import Upload
from notoneless.i18n import gettext

if TYPE_CHECKING:
    from notoneless.bureau.accounts.models import Organisation, User
    from notoneless.demo.bureau.scene import Scene

ORDER = ("户籍适龄儿童", "学生基础信息表", "在校生信息", "学籍名册", "点名册")
"""The register, the rolls, the roll-call; then all others by name."""

BY_SCHOOL = ORDER[1:3] + ORDER[4:]
"""A school that hands one of these in alone does it itself."""

PAYMENTS = "发放名册"
"""Lists of payments belong to the programme of aid, not to intake."""

LEFT = "延缓入学及休学审批"
"""This list is left for the reader of the tutorial to take in."""


def fill(scene: Scene) -> None:
    """Hand in every list at once, look at what each would change, take them in one after the other."""
    scene.clock.turn(scene.listed)
    files = sorted((path for path in scene.lists.iterdir() if _wanted(path)), key=_turn)
    scene.say(gettext("交名单：{count}份").format(count=len(files)))
    with reading() as read:
        waiting = [(path, read(*_whose(scene, path), path)) for path in files]
        for number, (path, upload) in enumerate(waiting, start=1):
            scene.say(
                gettext("名单入库 {number}/{total}：{name}").format(
                    number=number, total=len(files), name=path.name
                )
            )
            take_in(upload.result())


Read = Callable[["User", "Organisation", Path], "Future[Upload]"]


@contextmanager
def reading() -> Iterator[Read]:
    """Hands lists in and reads them, as many at a time as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:

        def read(by: User, place: Organisation, path: Path) -> Future[Upload]:
            upload, _ = actions.hand_in(
                by=by, organisation=place, name=path.name, content=path.read_bytes()
            )
            return pool.submit(_read, upload)

        yield read


def _read(upload: Upload) -> Upload:
    # The job itself, here and now: the worker that serves the queue runs beside a server only.
    try:
        jobs.read.call(upload.pk, upload.received_by_id)
        upload.refresh_from_db()
    finally:
        connection.close()
    return upload


def take_in(upload: Upload) -> None:
    """Say yes to a list that was read, as who handed it in."""
    actions.ask_to_take_in(by=upload.received_by, upload=upload)
    jobs.take_in.call(upload.pk, upload.received_by_id)
    upload.refresh_from_db()
    if upload.state != Upload.State.COMMITTED:
        raise RuntimeError(f"{upload.name}: {upload.state} {upload.broken} {upload.changes}")


def _wanted(path: Path) -> bool:
    return PAYMENTS not in path.name and LEFT not in path.name


def _turn(path: Path) -> tuple[int, str]:
    places = [place for place, words in enumerate(ORDER) if words in path.name]
    return (places[0] if places else len(ORDER), path.name)


def _whose(scene: Scene, path: Path) -> tuple[User, Organisation]:
    """Who hands a list in, and for whom: a school's own its roll keeper, all else the county officer."""
    if any(words in path.name for words in BY_SCHOOL):
        for person in scene.people:
            name = person.place.name
            if (
                person.role.id == "roll_keeper"
                and name in path.stem
                and f"{name}等" not in path.stem
            ):
                return person.user, person.place
    return scene.user("county_officer"), scene.here
