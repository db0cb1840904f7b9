"""Installations that are made once and copied for each crash."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from crashing import PEOPLE, Import, Victim
from filling import Filled, fill
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


@pytest.fixture(scope="module")
def filled_once(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Filled]:
    """Both counties filled, once for a file of tests; see `filled`."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield fill(tmp_path_factory.mktemp("filled"))
        transaction.set_rollback(True)


@pytest.fixture
def filled(filled_once: Filled, db: None) -> Filled:
    """Both counties filled; what a test does to them is rolled back."""
    return filled_once
