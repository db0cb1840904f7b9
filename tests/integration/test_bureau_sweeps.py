"""Sweeps: every guarantee held against every child from the database, kept with its history."""

from __future__ import annotations

import datetime as dt

import pytest
from invented_children import OCTOBER, SEPTEMBER, row, taken_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people.models import Child
from notoneless.bureau.sweeps import actions
from notoneless.bureau.sweeps.models import Outcome, Standing, Sweep, Tally

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

TODAY = dt.date(2026, 10, 31)


def verdicts(child: Child) -> dict[str, str]:
    """How a child stands now, by guarantee."""
    standing = Standing.objects.get(child=child, until=None)
    return dict(standing.pattern.outcomes.values_list("guarantee", "verdict"))


def test_a_child_on_the_register_and_on_no_roll_is_a_gap(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")])
    pupil, other = Child.objects.order_by("pk")
    taken_in(bureau, [row(1, child=pupil.pk)], "roll")
    done = actions.sweep(by=SYSTEM, on=TODAY)
    assert (done.state, done.children, done.changed) == ("done", 2, 2)
    assert verdicts(pupil)["school_place"] == "kept"
    assert verdicts(other)["school_place"] == "gap"
    assert verdicts(other)["in_class"] == "outside"
