"""The county's lists, handed in and taken in as a bureau does: who there is first, then who is where."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from notoneless.bureau.intake import actions
from notoneless.bureau.intake.models import Upload
from notoneless.i18n import gettext

if TYPE_CHECKING:
    from notoneless.bureau.accounts.models import Organisation, User
    from notoneless.demo.bureau.scene import Scene

ORDER = ("户籍适龄儿童", "学生基础信息表", "在校生信息", "学籍名册", "点名册")
"""The register, the rolls, the roll-call; then all others by name."""

PAYMENTS = "发放名册"
"""Lists of payments go to the programme of aid, not to intake."""

LEFT = "延缓入学及休学审批"
"""This list is left for the reader of the tutorial to hand in."""


def fill(scene: Scene) -> None:
    """Hand in every list, look at what it would change, take it in."""
    files = sorted(
        (path for path in scene.lists.iterdir() if PAYMENTS not in path.name), key=_turn
    )
    for number, path in enumerate(files, start=1):
        if LEFT in path.name:
            continue
        scene.say(
            gettext("名单入库 {number}/{total}：{name}").format(
                number=number, total=len(files), name=path.name
            )
        )
        by, place = _whose(scene, path)
        take_in(by, place, path)


def take_in(by: User, place: Organisation, path: Path) -> Upload:
    """A list as a person takes it in: hand in, have it read, say yes."""
    upload, _ = actions.hand_in(
        by=by, organisation=place, name=path.name, content=path.read_bytes()
    )
    work()
    upload.refresh_from_db()
    actions.ask_to_take_in(by=by, upload=upload)
    work()
    upload.refresh_from_db()
    if upload.state != Upload.State.COMMITTED:
        raise RuntimeError(f"{path.name}: {upload.state} {upload.broken} {upload.changes}")
    return upload


def work() -> None:
    """Do the jobs that wait, as the worker beside the server does."""
    from django_tasks_db.management.commands.db_worker import Worker

    for name in ("django_tasks", "django_tasks_db"):
        logging.getLogger(name).setLevel(logging.WARNING)
    Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="demo",
        excluded_queue_names=[],
    ).run()


def _turn(path: Path) -> tuple[int, str]:
    places = [place for place, words in enumerate(ORDER) if words in path.name]
    return (places[0] if places else len(ORDER), path.name)


def _whose(scene: Scene, path: Path) -> tuple[User, Organisation]:
    """A school's own roll or roll-call is handed in by its roll keeper, all else by the county officer."""
    officer = scene.user("county_officer")
    assert officer is not None
    if any(words in path.name for words in ("学生基础信息表", "在校生信息", "点名册")):
        for person in scene.people:
            if person.role == "roll_keeper" and f"-{person.place.name}" in path.stem:
                alone = f"{person.place.name}等" not in path.stem
                if alone:
                    return person.user, person.place
    return officer, scene.here
