"""Getting an installation ready, and serving it."""

from __future__ import annotations

import os
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from notoneless.bureau.faults import (
    DATABASE_AWAY,
    NO_SYSTEM,
    NOT_INSTALLED,
    NOT_PRIVATE,
    OLD_TABLES,
    OTHER_KEYS,
    PORT_TAKEN,
)
from notoneless.faults import Refusal

SETTINGS = "notoneless.bureau.web.settings"
NEEDED = ("django", "allauth", "granian", "cryptography")
LOOPBACK = ("127.0.0.1", "::1", "localhost")

WORKERS, THREADS = 2, 2
"""Two processes with two threads each: measured best on two cores; granian's default is five times
slower at the 95th percentile."""


def settle(data: Path) -> None:
    """Point this process at an installation, create what is missing and bring the tables up to date.

    `Refusal` when parts are not installed, keys are lost, or the database cannot be reached.
    """
    begin(data)
    from django.core.management import call_command
    from django.db import Error

    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
    except Error as away:
        raise Refusal([DATABASE_AWAY.at(kind=type(away).__name__)]) from None
    _same_keys()


def missing() -> list[str]:
    """Parts of the web system that are not installed; without the extra ``bureau`` all of them."""
    return [name for name in NEEDED if not find_spec(name)]


def begin(data: Path) -> None:
    """Set Django up for the installation in this folder, without touching its tables."""
    if lacking := missing():
        raise Refusal([NOT_INSTALLED.at(missing=", ".join(lacking))])
    os.environ["NOTONELESS_DATA"] = str(data.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    import django

    from notoneless.bureau.web import scratch
    from notoneless.bureau.web.installation import Installation

    Installation.from_environment().prepare()
    scratch.claim(data.absolute())
    django.setup()


def open_up(data: Path) -> None:
    """Set Django up for an installation that is there already, and change nothing of it.

    `Refusal` when there is none in this folder, its tables are an older program's, the database cannot be
    reached, or the keys are another's.
    """
    os.environ["NOTONELESS_DATA"] = str(data.absolute())
    from notoneless.bureau.web.installation import Installation
    from notoneless.vault.keys import key_file

    installation = Installation.from_environment()
    if not key_file().exists() and not installation.database_file.exists():
        raise Refusal([NO_SYSTEM.at(path=data, seen=key_file().name)])
    if not installation.database_url and not installation.database_file.exists():
        raise Refusal([NO_SYSTEM.at(path=data, seen=installation.database_file.name)])
    begin(data)
    from django.db import Error, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        if not executor.loader.applied_migrations:
            raise Refusal([NO_SYSTEM.at(path=data, seen="django_migrations")])
        if left := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise Refusal([OLD_TABLES.at(path=data, count=len(left))])
    except Error as away:
        raise Refusal([DATABASE_AWAY.at(kind=type(away).__name__)]) from None
    _same_keys()


def _same_keys() -> None:
    """The first event of the log must be right under these keys, else they are another database's."""
    from notoneless import vault
    from notoneless.bureau.audit import chain
    from notoneless.bureau.audit.models import Event
    from notoneless.vault.keys import key_file

    first = Event.objects.order_by("seq").first()
    if first is not None and chain.mac(vault.ring(), "", first) != first.mac:
        raise Refusal([OTHER_KEYS.at(path=key_file())])


def check_address(host: str, port: int) -> None:
    """`Refusal` when the port is taken, or when others could reach the system without https.

    granian itself would share a taken port without a word.
    """
    from notoneless.bureau.web.installation import Installation

    if host not in LOOPBACK and not Installation.from_environment().secure:
        raise Refusal([NOT_PRIVATE.at(host=host)])
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise Refusal([PORT_TAKEN.at(host=host, port=port, other=port + 1)]) from None


def serve(host: str, port: int) -> None:
    """Serve the installation that `settle` has set, with a worker for long jobs, until stopped."""
    from django.core.management import call_command
    from granian.constants import Interfaces
    from granian.server import Server

    from notoneless.bureau.web.installation import Installation
    from notoneless.bureau.web.worker import Kept

    call_command(
        "collectstatic", verbosity=0, interactive=False, ignore_patterns=["*.py", "__pycache__"]
    )
    from notoneless.bureau.sweeps.jobs import plan_night

    plan_night()
    installation = Installation.from_environment()
    worker = Kept()
    worker.start()
    try:
        options: dict[str, Any] = {
            "address": host,
            "port": port,
            "interface": Interfaces.WSGI,
            "workers": WORKERS,
            "blocking_threads": THREADS,
            "websockets": False,
            "log_enabled": False,
            "static_path_route": ["/static"],
            "static_path_mount": [installation.data / "static"],
        }
        Server("notoneless.bureau.web.wsgi:application", **options).serve()
    finally:
        worker.stop()
