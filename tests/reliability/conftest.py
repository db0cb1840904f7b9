"""Installations that are made once and copied for each crash."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from crashing import PEOPLE, Import, Victim
from handed_in import children
from small_county import census


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Import]:
    """A list of six children before it was handed in, before it was read, before it was taken in."""
    folder = tmp_path_factory.mktemp("crash")
    path = census(folder / "lists", children(PEOPLE))
    victim = Victim(folder / "data")
    before = {}

    def keep(act: str) -> None:
        before[act] = shutil.copytree(victim.data, folder / f"before-{act}")

    try:
        victim.do(victim.data, "begin")
        keep("hand_in")
        victim.do(victim.data, "hand_in", path)
        keep("read")
        victim.do(victim.data, "work")
        victim.do(victim.data, "ask")
        keep("take_in")
        yield Import(victim, path, before)
    finally:
        victim.stop()
