"""The worker for long jobs: kept alive beside the server, and what a dead one left is done all the same.

A worker can die at any moment: killed, out of memory, its disk full, its database away. Its job is then
marked as running for ever, and nobody would do it. Jobs are made to be done again (a list that is in
already changes nothing), so the next worker of this installation takes them up.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import threading
from hashlib import sha256

from django.conf import settings

from notoneless.bureau.web import scratch

SECONDS_BEFORE_ANOTHER = 2.0
"""A worker that ended is followed by the next one after this time."""


def name() -> str:
    """The worker of this installation on this machine; at most one is alive."""
    place = f"{platform.node()} {settings.INSTALLATION.data}"
    return sha256(place.encode()).hexdigest()[:32]


def take_up(worker: str) -> int:
    """Queue again what the dead worker of this name was doing; how many jobs."""
    from django_tasks_db.models import DBTaskResult

    left = [job.pk for job in DBTaskResult.objects.running() if worker in job.worker_ids[-1:]]
    return DBTaskResult.objects.running().filter(pk__in=left).update(status="READY")


class Kept:
    """A worker process that is started again whenever it ends, until `stop`."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._keeper.start()

    def stop(self) -> None:
        """Let the worker end what it does, ten seconds long."""
        self._stopped.set()
        if self._process is not None:
            self._process.terminate()
        self._keeper.join(timeout=10)
        if self._keeper.is_alive() and self._process is not None:
            self._process.kill()

    def _keep(self) -> None:
        command = [sys.executable, "-m", __name__]
        while not self._stopped.is_set():
            self._process = subprocess.Popen(command)  # noqa: S603 - our own
            if self._stopped.is_set():  # stopped while it was being started
                self._process.terminate()
            self._process.wait()
            self._stopped.wait(SECONDS_BEFORE_ANOTHER)


def main() -> None:
    """Take up what is left, then work until told to stop."""
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    scratch.claim(settings.INSTALLATION.data)
    take_up(name())
    connection.close()
    call_command("db_worker", interval=1, worker_id=name())


if __name__ == "__main__":
    main()
