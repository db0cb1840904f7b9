"""System checks of our own: what must hold before a single row is written."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.database)
def sqlite_is_safe(**_options: Any) -> list[checks.CheckMessage]:
    """SQLite runs with IMMEDIATE transactions, a write-ahead log and full synchronisation, or not at all.

    With the default DEFERRED most concurrent writers die with "database is locked"; with less than FULL
    an acknowledged payment can be lost with the power.
    """
    entry = settings.DATABASES["default"]
    if "sqlite3" not in entry["ENGINE"]:
        return []
    options = entry.get("OPTIONS", {})
    pragmas = options.get("init_command", "").replace(" ", "").lower()
    wanted = (
        options.get("transaction_mode") == "IMMEDIATE"
        and options.get("timeout", 0) >= 10
        and "journal_mode=wal" in pragmas
        and "synchronous=full" in pragmas
    )
    if wanted:
        return []
    return [
        checks.Error(
            "SQLite must run with transaction_mode=IMMEDIATE, a timeout, WAL and synchronous=FULL",
            hint="leave DATABASES as web/installation.py makes it",
            id="notoneless.E001",
        )
    ]
