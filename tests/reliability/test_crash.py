"""Killed at any write or sync call of an import: all or nothing, nothing broken, and done again it is done.

In each act (a file handed in, read, taken in) the process gets SIGKILL just before the n-th call of each
kind. Then the database must be whole, the audit chain right, every file readable, and what is there either
all of the act or none of it; and when people and the worker go on, the list is in exactly once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from crashing import PEOPLE, Import, Point, copy_of, needs_strace, some

pytestmark = needs_strace

ACTS = ("hand_in", "read", "take_in")


def without_progress(state: dict[str, Any]) -> dict[str, Any]:
    """What must be all or nothing."""
    return {name: state[name] for name in ("rows", "uploads", "said")}


def violations(
    imported: Import, act: str, points: Sequence[Point], mutant: str = ""
) -> Iterator[str]:
    """What was wrong after a kill at each of the points."""
    victim, begin, given = imported.victim, imported.before[act], imported.arguments(act)
    with copy_of(begin) as there:
        before = without_progress(victim.do(there, "state"))
        victim.do(there, act, *given)
        after = without_progress(victim.do(there, "state"))
        finished = without_progress(victim.do(there, "finish", imported.path))
    assert before != after
    assert finished["rows"]["people.Child"] == PEOPLE
    for point in points:
        with copy_of(begin) as there:
            if not victim.killed(there, act, *given, at=point, mutant=mutant):
                yield f"{act} {point}: was not killed"
            state = victim.do(there, "state")
            if state["wrong"]:
                yield f"{act} {point}: {state['wrong']}"
            if without_progress(state) not in (before, after):
                yield f"{act} {point}: half done: {state['rows']} {state['uploads']}"
            for _ in range(2):  # the second time nothing may happen any more
                state = victim.do(there, "finish", imported.path)
                told = {**without_progress(state), "said": set(state["said"])}
                wanted = {**finished, "said": set(finished["said"])}
                if told != wanted or state["wrong"]:
                    yield f"{act} {point}: not finished: {state}"


@pytest.mark.parametrize(
    "count", [3, pytest.param(10**6, marks=pytest.mark.slow)], ids=["some points", "all points"]
)
def test_an_import_killed_at_any_point_is_whole_and_goes_on(imported: Import, count: int) -> None:
    found, tried = [], 0
    for act in ACTS:
        points = imported.victim.points(imported.before[act], act, *imported.arguments(act))
        assert {call for call, _ in points} & {"fdatasync", "fsync"}
        chosen = some(count, points)
        found += violations(imported, act, chosen)
        tried += len(chosen)
    assert not found, "\n".join(found)
    assert tried >= min(200, 3 * count)


@pytest.mark.parametrize(
    ("mutant", "act", "call"),
    [
        ("no_transaction", "take_in", "pwrite64"),
        ("marker_first", "take_in", "pwrite64"),
        ("said_elsewhere", "take_in", "pwrite64"),
        ("file_in_place", "hand_in", "write"),
    ],
)
def test_a_naive_version_is_caught(imported: Import, mutant: str, act: str, call: str) -> None:
    """Killed at some points, each of the four naive versions leaves something half done."""
    victim, given = imported.victim, imported.arguments(act)
    with copy_of(imported.before[act]) as there:
        _, counts = victim.traced(there, act, *given, mutant=mutant)
    points = some(6, [(call, n) for n in range(1, counts[call] + 1)])
    assert any(violations(imported, act, points[::-1], mutant))
