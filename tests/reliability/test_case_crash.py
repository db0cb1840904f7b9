"""Killed at any write or sync call of a case's opening, a visit with its photo, a closing: all or nothing.

Whoever does the same again, as the night, a phone and a person do, has it exactly once.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from crashing import Point, Victim, copy_of, needs_strace, some

pytestmark = needs_strace

ACTS = ("open_case", "visit", "close_case")


@dataclass
class Followed:
    """A case before each of its acts, as folders to copy."""

    victim: Victim
    before: dict[str, Path]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    folder = tmp_path_factory.mktemp("case")
    victim, before = Victim(folder / "data"), {}
    try:
        victim.do(victim.data, "begin_case")
        for act in ACTS:
            before[act] = shutil.copytree(victim.data, folder / f"before-{act}")
            victim.do(victim.data, act)
            if act == "visit":
                victim.do(victim.data, "bring_back")
        yield Followed(victim, before)
    finally:
        victim.stop()


def violations(
    followed: Followed, act: str, points: Sequence[Point], mutant: str = ""
) -> Iterator[str]:
    """What was wrong after a kill at each of the points."""
    victim, begin = followed.victim, followed.before[act]

    def told(there: Path) -> dict[str, Any]:
        state: dict[str, Any] = victim.do(there, "case_state")
        return state

    with copy_of(begin) as there:
        before = told(there)
        victim.do(there, act)
        after = told(there)
    assert not before["wrong"]
    assert before["cases"] != after["cases"]
    for point in points:
        with copy_of(begin) as there:
            if not victim.killed(there, act, at=point, mutant=mutant):
                yield f"{act} {point}: was not killed"
            state = told(there)
            if state["wrong"]:
                yield f"{act} {point}: {state['wrong']}"
            elif state not in (before, after):
                yield f"{act} {point}: half done: {state}"
            for _ in range(2):  # the second time nothing may happen any more
                victim.do(there, act)
                state = told(there)
                if state != after:
                    yield f"{act} {point}: not finished: {state}"


@pytest.mark.parametrize(
    "count", [3, pytest.param(10**6, marks=pytest.mark.slow)], ids=["some points", "all points"]
)
def test_a_case_killed_at_any_point_is_whole_and_goes_on(followed: Followed, count: int) -> None:
    found, tried = [], 0
    for act in ACTS:
        points = followed.victim.points(followed.before[act], act)
        assert {call for call, _ in points} & {"fdatasync", "fsync"}
        chosen = some(count, points)
        found += violations(followed, act, chosen)
        tried += len(chosen)
    assert not found, "\n".join(found)
    assert tried >= min(60, 3 * count)


@pytest.mark.parametrize(
    ("mutant", "act"),
    [("no_transaction", "close_case"), ("no_transaction", "open_case"), ("photo_later", "visit")],
)
def test_a_naive_version_is_caught(followed: Followed, mutant: str, act: str) -> None:
    """Each statement for itself, or the row before its photo: killed at some points, something is half done."""
    with copy_of(followed.before[act]) as there:
        _, counts = followed.victim.traced(there, act, mutant=mutant)
    calls = ("pwrite64", "fsync") if mutant == "no_transaction" else ("write", "fsync", "rename")
    points = some(8, [(call, n) for call in calls for n in range(1, counts[call] + 1)])
    assert any(violations(followed, act, points[::-1], mutant))
