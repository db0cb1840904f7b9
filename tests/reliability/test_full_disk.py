"""The disk is full, or gives an I/O error, at any write or sync call of an import.

Nothing is half done, the lists can still be read meanwhile, and once the disk is well again the import
goes on by itself: nobody presses anything.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from crashing import Import, copy_of, needs_strace, some

pytestmark = needs_strace

ACTS = {"hand_in": "hand_in", "read": "work", "take_in": "work"}
"""What is being done, and which process does it."""

WAYS = (("ENOSPC", "+"), ("EIO", ""), ("ENOSPC", ""), ("EIO", "+"))
FAILING = ("write", "pwrite64", "ftruncate", "fsync", "fdatasync", "mkdir")
"""A rename or unlink needs no room."""


@contextmanager
def served(data: Path) -> Iterator[None]:
    """Another process of the system is up, as always; its connection is open (`Installation.database`)."""
    other = sqlite3.connect(data / "bureau.sqlite3")
    other.execute("SELECT count(*) FROM django_migrations").fetchone()
    try:
        yield
    finally:
        other.close()


def violations(
    imported: Import,
    stage: str,
    count: int,
    ways: Sequence[tuple[str, str]],
    tried: list[int],
    mutant: str = "",
) -> Iterator[str]:
    """What was wrong after a call failed at each point, in one of the ways, in turn.

    A way is an error, and "" (once) or "+" (from then on).
    """
    victim, begin, given = imported.victim, imported.before[stage], imported.arguments(stage)
    act = ACTS[stage]
    points = [p for p in victim.points(begin, act, *given) if p[0] in FAILING]
    with copy_of(begin) as there:
        before = victim.do(there, "state")
        victim.do(there, act, *given)
        after = victim.do(there, "state")
        finished = victim.do(there, "finish", imported.path)
    for turn, (call, number) in enumerate(some(count, points)):
        error, lasting = ways[turn % len(ways)]
        at = f"{stage} {call} {number}{lasting} {error}"
        tried.append(number)
        with copy_of(begin) as there, served(there):
            inject = f"inject={call}:error={error}:when={number}{lasting}"
            outcome, _ = victim.traced(
                there, act, *given, inject=inject, then="page", mutant=mutant
            )
            if not isinstance(outcome.get("then"), int):
                yield f"{at}: nothing could be read: {outcome}"
            state = victim.do(there, "state")
            whole = {**state, "wrong": [], "said": sorted(set(state["said"]))} in (before, after)
            if not whole or state["wrong"]:
                yield f"{at}: half done: {state}"
            if act == "work":
                victim.do(there, "work")
                state = victim.do(there, "state")
                if state != after:
                    yield f"{at}: did not go on by itself: {state}"
            state = victim.do(there, "finish", imported.path)
            if state != finished:
                yield f"{at}: not finished: {state}"


@pytest.mark.parametrize(
    "count", [2, pytest.param(10**6, marks=pytest.mark.slow)], ids=["some points", "all points"]
)
def test_nothing_is_half_done_and_it_goes_on_by_itself(imported: Import, count: int) -> None:
    found: list[str] = []
    tried: list[int] = []
    for number, stage in enumerate(ACTS):
        found += violations(imported, stage, count, WAYS[number:] + WAYS[:number], tried)
    assert not found, "\n".join([f"{len(found)} of {len(tried)}", *found])
    assert len(tried) >= (200 if count > 2 else 6)


def test_a_job_that_gives_up_is_caught(imported: Import) -> None:
    """The mutant: an error of the disk ends the job as any other does."""
    assert any(violations(imported, "take_in", 3, [("ENOSPC", "")], [], "once_only"))


def test_without_an_open_connection_a_full_disk_stops_reading(
    imported: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: each process opens the database when it is asked something, and closes it again."""
    monkeypatch.setattr("test_full_disk.served", lambda _: nullcontext())
    monkeypatch.setattr("test_full_disk.FAILING", ("pwrite64",))
    found = violations(imported, "read", 2, [("ENOSPC", "+")], [])
    assert any("could be read" in wrong for wrong in found)
