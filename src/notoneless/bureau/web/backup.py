"""A backup taken while people work, read back before it is believed; and what a restore needs.

TO/2026-11-23-181500/bureau.sqlite3   the database as of one moment (PostgreSQL: bureau.dump)
TO/2026-11-23-181500/files/           the files handed in, sealed as they are
TO/2026-11-23-181500/backup.json      when, where the audit chain ended, the SHA-256 of every file

The keys are not in it: who finds a backup and no keys reads no ID number. They are copied on their own,
after installation and each rotation, and kept apart.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import subprocess
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import connection

from notoneless.bureau.audit import queries as audit
from notoneless.bureau.faults import BACKUP_BAD, BACKUP_THERE, NO_PG_DUMP
from notoneless.bureau.web.installation import DATABASE
from notoneless.faults import Refusal

DUMP = "bureau.dump"
SAID = "backup.json"


def back_up(to: Path) -> Path:
    """Write a backup into a new folder under ``to``; that folder.

    `Refusal` when it cannot be read back as it should, or the tool of PostgreSQL is missing. What was
    written until then stays under the name ``...-unfinished``, and is never taken for a backup.
    """
    begun = dt.datetime.now(dt.UTC)
    place = to / f"{begun.astimezone():%Y-%m-%d-%H%M%S}"
    if place.exists():
        raise Refusal([BACKUP_THERE.at(path=place)])
    work = place.with_name(place.name + "-unfinished")
    work.mkdir(mode=0o700, parents=True)
    head = _sqlite(work / DATABASE) if connection.vendor == "sqlite" else _postgresql(work / DUMP)
    # The files after it: each stands before the row that speaks of it, and never changes.
    _files(work / "files")
    for path in [work, *work.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    content = {
        "at": begun.isoformat(timespec="seconds"),
        "head": head,
        "files": {
            str(path.relative_to(work)): _digest(path)
            for path in sorted(work.rglob("*"))
            if path.is_file()
        },
    }
    _write(work / SAID, json.dumps(content, ensure_ascii=False, indent=1))
    check(work)
    work.rename(place)
    return place


def check(place: Path) -> dict[str, object]:
    """Read a backup: every file as it was written, the database whole. `Refusal` when not."""
    content: dict[str, object] = json.loads((place / SAID).read_text("utf-8"))
    files = content["files"]
    assert isinstance(files, dict)
    for name, code in files.items():
        path = place / name
        if not path.exists() or _digest(path) != code:
            raise Refusal([BACKUP_BAD.at(path=path)])
    database = place / DATABASE
    if database.exists():
        source = sqlite3.connect(f"file:{database}?immutable=1", uri=True)
        try:
            said = source.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.DatabaseError:
            said = []
        finally:
            source.close()
        if said != [("ok",)]:
            raise Refusal([BACKUP_BAD.at(path=database)])
    return content


def _sqlite(to: Path) -> str:
    """By SQLite's own online backup: the moment of its last page, whoever writes meanwhile."""
    connection.ensure_connection()
    target = sqlite3.connect(to)
    try:
        connection.connection.backup(target, pages=-1)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        head = target.execute("SELECT seq, mac FROM audit_head").fetchone()
    finally:
        target.close()
    _flush(to)
    return f"{head[0]}:{head[1]}"


def _postgresql(to: Path) -> str:
    """By `pg_dump`, which sees one moment; the address goes in the environment, not on the command line."""
    tool = shutil.which("pg_dump", path=os.environ.get("NOTONELESS_PG_BIN")) or shutil.which(
        "pg_dump"
    )
    if tool is None:
        raise Refusal([NO_PG_DUMP.at()])
    entry = settings.DATABASES["default"]
    names = {"NAME": "PGDATABASE", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    names |= {"HOST": "PGHOST", "PORT": "PGPORT"}
    given = {name: str(entry[key]) for key, name in names.items() if entry.get(key)}
    head = audit.head()
    done = subprocess.run(  # noqa: S603 - our own arguments
        [tool, "--format=custom", "--no-owner", "--file", str(to)],
        env={**os.environ, **given},
        capture_output=True,
        check=False,
    )
    if done.returncode or not to.exists():
        raise Refusal([BACKUP_BAD.at(path=to)])
    _flush(to)
    return head


def _files(to: Path) -> None:
    """Those that stand, not what is just being written (hidden)."""
    root = Path(settings.MEDIA_ROOT)
    to.mkdir()
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if path.is_file() and not name.name.startswith("."):
            there = to / name
            there.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(path, there)
            except FileNotFoundError:  # the rows of a list that was given up just now
                continue


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    _flush(path)


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        code = sha256()
        while block := file.read(1 << 20):
            code.update(block)
    return code.hexdigest()
