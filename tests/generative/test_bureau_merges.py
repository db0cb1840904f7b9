"""Merging and un-merging children in any order: each takes back exactly what it did."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_children import row, taken_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people import actions, cards
from notoneless.bureau.people.facts import facts
from notoneless.bureau.people.models import Child, Merge
from notoneless.faults import Refusal

pytestmark = pytest.mark.django_db
COUNT = 5


def state() -> list[dict[str, object]]:
    """Every child's card, and whose each key is."""
    return list(Child.objects.order_by("pk").values())


def told() -> list[dict[str, object]]:
    """What the rules are told."""
    return facts(on=timezone.localdate()).to_pylist()


@pytest.fixture
def five(bureau) -> list[Child]:
    taken_in(bureau, [row(n, f"孩子{n}", id_number=None) for n in range(COUNT)][:3])
    taken_in(bureau, [row(n, f"学生{n}", id_number=None) for n in range(COUNT)][3:], "roll")
    return list(Child.objects.order_by("pk"))


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    pairs=st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=5),
    order=st.permutations(range(5)),
)
def test_unmerging_in_any_order_gives_back_what_was(five, pairs, order) -> None:
    before, told_before = state(), told()
    done: list[tuple[Merge, list[dict[str, object]]]] = []
    for child, into in pairs:
        was = state()
        try:
            made = actions.merge(by=SYSTEM, child=five[child], into=five[into], reason="同一人")
        except Refusal:  # one already
            continue
        done.append((made, was))
    for merge, was in reversed(done):
        actions.unmerge(by=SYSTEM, merge=merge, reason="不是一人")
        assert state() == was
    again = []
    for child, into in pairs:
        with suppress(Refusal):
            again.append(
                actions.merge(by=SYSTEM, child=five[child], into=five[into], reason="同一人")
            )
    for number in [number for number in order if number < len(again)]:
        actions.unmerge(by=SYSTEM, merge=again[number], reason="不是一人")
        was = state()
        cards.refresh()
        assert state() == was, "a card was not derived anew"
    assert state() == before
    assert told() == told_before
    assert not Merge.objects.filter(retracted_at__isnull=True).exists()


def test_a_naive_merge_is_caught(five, monkeypatch) -> None:
    """The mutant: un-merging that forgets who came along with the child."""
    one, two, three = five[:3]
    actions.merge(by=SYSTEM, child=one, into=two, reason="同一人")
    was = state()
    second = actions.merge(by=SYSTEM, child=two, into=three, reason="同一人")
    actions.unmerge(by=SYSTEM, merge=second, reason="不是一人")
    assert state() == was
    Child.objects.filter(pk=one.pk).update(person=one.pk)
    assert state() != was
