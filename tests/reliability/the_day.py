"""A whole day of the bureau in one process: everything that happens to a list, and what goes wrong.

At each moment at which something of a person passes through, the disk is looked through.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from invented_lists import number
from scanning import numbers_in

NUMBER = number("20150101", 1)
"""What a programmer's error may say: a valid number of a place that does not exist."""


def spend(officer: Any, lists: list[Path]) -> dict[str, dict[str, int]]:
    """The day; moments at which a number could be read, with the files it stood in."""
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from notoneless.bureau.aid import jobs as aid
    from notoneless.bureau.intake import actions, queries, storage
    from notoneless.bureau.intake.models import Doubt, Upload
    from notoneless.bureau.people.models import Child
    from notoneless.bureau.sweeps import nightly
    from notoneless.bureau.web import backup, worker

    data = Path(settings.MEDIA_ROOT).parent
    backups = data.with_name(f"{data.name}-backups")
    found: dict[str, dict[str, int]] = {}
    moments: list[str] = []

    def look(moment: str) -> None:
        moments.append(moment)
        if seen := numbers_in(data, backups):
            found.setdefault(moment, {}).update(
                {Path(path).relative_to(data.parent).as_posix(): n for path, n in seen.items()}
            )

    def watched(module: Any, name: str, moment: str) -> Any:
        real = getattr(module, name)

        def call(*args: Any, **how: Any) -> Any:
            look(moment)
            return real(*args, **how)

        return patch.object(module, name, call)

    def work() -> None:
        call_command(
            "db_worker",
            batch=True,
            interval=0,
            startup_delay=False,
            worker_id=worker.name(),
            verbosity=1,
        )

    def wrong(*_: object, **__: object) -> None:
        raise ValueError(f"王小明 {NUMBER}")

    call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=["*.py"])
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0  # as for large files
    browser = _browser(officer)
    county = officer.assignments.get().organisation
    with (
        watched(actions, "hand_in", "a file has come in"),
        watched(storage, "keep_rows", "a list is being read"),
        watched(actions, "commit", "a list is being taken in"),
    ):
        for path in lists:
            with path.open("rb") as file:
                sent = {"organisation": county.pk, "lists": file}
                assert browser.post("/lists/new", sent).status_code == 302
            work()
            upload = Upload.objects.latest("pk")
            assert browser.get(f"/lists/{upload.pk}").status_code == 200
            assert browser.get(f"/lists/{upload.pk}/remarks").status_code == 200
            assert browser.post(f"/lists/{upload.pk}/take-in").status_code == 302
            work()
            upload.refresh_from_db()
            assert upload.state == "committed", upload.broken
    doubt = Doubt.objects.filter(answer="").latest("pk")
    assert browser.get(f"/matches/{doubt.pk}").status_code == 200
    browser.post(f"/matches/{doubt.pk}/answer", {"answer": "same"})
    assert not Doubt.objects.filter(pk=doubt.pk, answer="").exists()
    child = Child.objects.earliest("pk")
    assert browser.get(f"/children/{child.pk}").status_code == 200
    for page in ("/children", "/lists", "/"):
        assert browser.get(page, {"export": "xlsx"}).status_code == 200
    look("decided and exported")
    assert browser.post(f"/lists/{upload.pk}/undo").status_code == 302
    look("undone")
    with patch.object(queries, "uploads", wrong):
        answer = browser.get("/lists")
    assert answer.status_code == 500
    assert NUMBER not in answer.content.decode()
    with patch.object(aid.actions, "propose_term", wrong):
        aid.propose.enqueue(officer.pk)
        work()
    look("a page and a job have failed")
    nightly.run(timezone.localdate())
    look("the night is over")
    backup.back_up(backups)
    look("backed up")
    assert len(set(moments)) == 8, moments
    return found


def _browser(user: Any) -> Any:
    """Logged in, everything proved."""
    from django.test import Client
    from invented_bureau import logged_in

    with patch("invented_bureau.Client", lambda: Client(False, False, SERVER_NAME="localhost")):
        return logged_in(user)
