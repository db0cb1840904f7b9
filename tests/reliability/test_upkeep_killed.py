"""Killed while the tables are brought up to date, or while keys rotate: a second run gets there."""

from __future__ import annotations

from pathlib import Path

import pytest
from crashing import Import, copy_of, needs_strace, some

pytestmark = needs_strace


@pytest.mark.parametrize(
    "count", [1, pytest.param(40, marks=pytest.mark.slow)], ids=["one point", "many points"]
)
def test_migrations_killed_anywhere_converge(imported: Import, tmp_path: Path, count: int) -> None:
    """From nothing: each migration is a transaction, so a kill leaves whole ones, and the rest follows."""
    victim, empty = imported.victim, tmp_path / "empty"
    (empty / "files").mkdir(parents=True)
    (empty / "keys.json").write_bytes((victim.data / "keys.json").read_bytes())
    wanted = victim.do(victim.data, "schema")
    points = [point for point in victim.points(empty, "migrate") if point[0] == "pwrite64"]
    assert len(points) > 200
    halfway = points[: len(points) * 2 // 3] if count == 1 else points
    for point in some(count, halfway):
        with copy_of(empty) as there:
            assert victim.killed(there, "migrate", at=point)
            victim.do(there, "migrate")
            assert victim.do(there, "schema") == wanted, point


@pytest.mark.parametrize(
    "count", [2, pytest.param(10**6, marks=pytest.mark.slow)], ids=["some points", "all points"]
)
def test_keys_that_rotate_killed_anywhere_everything_opens(imported: Import, count: int) -> None:
    victim = imported.victim
    with copy_of(imported.before["take_in"]) as taken:
        victim.do(taken, "take_in")
        before = victim.do(taken, "sealed")
        assert before["values"]
        points = victim.points(taken, "rotate")
        for point in some(count, points):
            with copy_of(taken) as there:
                assert victim.killed(there, "rotate", at=point), point
                killed = victim.do(there, "sealed")
                assert killed["values"] == before["values"], point
                assert not killed["wrong"], point
                again = killed["key"] > before["key"]
                victim.do(there, "rotate", again)
                after = victim.do(there, "sealed")
                assert after["values"] == before["values"], point
                assert (after["old"], after["key"]) == (0, before["key"] + 1), point
                assert not after["wrong"], point
