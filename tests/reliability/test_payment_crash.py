"""Killed at any write or sync call of a payment's way: all or nothing, and the book says what the payments say.

A batch proposed, approved, released, answered by the bank, a payment recovered. Whoever presses the button
again has it exactly once.
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

ACTS = ("propose_batch", "approve_batch", "release_batch", "take_answers", "recover_payment")


@dataclass
class Paid:
    """A payment before each of its acts, as folders to copy."""

    victim: Victim
    before: dict[str, Path]


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paid]:
    folder = tmp_path_factory.mktemp("payment")
    victim, before = Victim(folder / "data"), {}
    try:
        victim.do(victim.data, "begin_payment")
        for act in ACTS:
            before[act] = shutil.copytree(victim.data, folder / f"before-{act}")
            victim.do(victim.data, act)
        yield Paid(victim, before)
    finally:
        victim.stop()


def violations(paid: Paid, act: str, points: Sequence[Point], mutant: str = "") -> Iterator[str]:
    """What was wrong after a kill at each of the points."""
    victim, begin = paid.victim, paid.before[act]

    def told(there: Path) -> dict[str, Any]:
        state: dict[str, Any] = victim.do(there, "payment_state")
        return state

    with copy_of(begin) as there:
        before = told(there)
        victim.do(there, act)
        after = told(there)
    assert not before["wrong"]
    assert not after["wrong"]
    assert before != after
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
    "count", [2, pytest.param(10**6, marks=pytest.mark.slow)], ids=["some points", "all points"]
)
def test_a_payment_killed_at_any_point_is_whole_and_goes_on(paid: Paid, count: int) -> None:
    found, tried = [], 0
    for act in ACTS:
        points = paid.victim.points(paid.before[act], act)
        assert {call for call, _ in points} & {"fdatasync", "fsync"}
        chosen = some(count, points)
        found += violations(paid, act, chosen)
        tried += len(chosen)
    assert not found, "\n".join(found)
    assert tried >= min(60, len(ACTS) * count)


@pytest.mark.parametrize("act", ["approve_batch", "take_answers"])
def test_a_naive_version_is_caught(paid: Paid, act: str) -> None:
    """Each statement for itself: killed at some points, the book and the payments disagree."""
    with copy_of(paid.before[act]) as there:
        _, counts = paid.victim.traced(there, act, mutant="no_transaction")
    points = some(8, [("pwrite64", n) for n in range(1, counts["pwrite64"] + 1)])
    assert any(violations(paid, act, points[::-1], "no_transaction"))
