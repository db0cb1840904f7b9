"""The worker for long jobs dies: another one follows, and takes up what it left."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from django.utils import timezone
from handed_in import children
from invented_bureau import Bureau
from small_county import census

from notoneless.bureau.intake import actions
from notoneless.bureau.web import worker


def wait_until(held) -> None:
    deadline = time.monotonic() + 20
    while not held():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_dead_worker_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    popen = subprocess.Popen

    def asleep(_command: list[str]) -> subprocess.Popen[bytes]:
        started.append(popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        return started[-1]

    monkeypatch.setattr(worker.subprocess, "Popen", asleep)
    monkeypatch.setattr(worker, "SECONDS_BEFORE_ANOTHER", 0.02)
    kept = worker.Kept()
    kept.start()
    try:
        wait_until(lambda: len(started) == 1)
        started[0].kill()
        wait_until(lambda: len(started) == 2)
    finally:
        kept.stop()
    assert [process.poll() is not None for process in started] == [True, True]


def test_what_a_dead_worker_left_is_queued_again_and_no_others(bureau: Bureau, tmp_path) -> None:
    from django_tasks_db.models import DBTaskResult

    for number in (3, 4):
        path = census(tmp_path, children(number), f"户籍适龄儿童名单2026.{number}.1.csv")
        actions.hand_in(
            by=bureau["owner"],
            organisation=bureau["county"],
            name=path.name,
            content=path.read_bytes(),
        )
    ours, others = DBTaskResult.objects.order_by("enqueued_at")
    ours.claim(worker.name())
    others.claim("another machine's")
    assert not DBTaskResult.objects.ready().exists()
    assert worker.take_up(worker.name()) == 1
    assert list(DBTaskResult.objects.ready()) == [ours]
    assert DBTaskResult.objects.get(pk=others.pk).started_at < timezone.now()
