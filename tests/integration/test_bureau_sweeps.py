"""Sweeps: every guarantee held against every child from the database, kept with its history."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from invented_children import row, taken_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people.models import Child
from notoneless.bureau.sweeps import actions, after_lists, jobs, nightly, today
from notoneless.bureau.sweeps.models import Standing, Sweep

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


def test_lists_in_a_row_share_one_sweep(bureau, django_capture_on_commit_callbacks) -> None:
    from django_tasks_db.models import DBTaskResult

    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            after_lists.lists_changed(bureau["county"], TODAY)
    waiting = DBTaskResult.objects.filter(
        task_path="notoneless.bureau.sweeps.jobs.sweep_after_lists"
    )
    assert waiting.count() == 1
    jobs.sweep_after_lists.call()
    assert Sweep.objects.get().state == "done"


def test_while_another_runs_it_comes_back_later(bureau) -> None:
    from django_tasks_db.models import DBTaskResult

    running = actions.begin(by=SYSTEM, on=TODAY, cause="asked")
    jobs.sweep_after_lists.call()
    assert Sweep.objects.get() == running
    assert DBTaskResult.objects.count() == 1


def test_the_night(bureau, settings, tmp_path) -> None:
    from dataclasses import replace

    settings.INSTALLATION = replace(settings.INSTALLATION, data=tmp_path)
    taken_in(bureau, [row(1)])
    today = timezone.localdate()
    assert nightly.run(today).broken == ""
    assert Sweep.objects.get().cause == "night"
    nightly.run(today)
    heads = (tmp_path / nightly.HEADS).read_text().splitlines()
    assert len(heads) == 2
    from notoneless.bureau.audit.queries import verify

    assert verify(line.split()[-1] for line in heads).whole


def test_a_part_of_the_night_that_fails_stops_no_other(
    bureau, settings, tmp_path, monkeypatch
) -> None:
    from dataclasses import replace

    settings.INSTALLATION = replace(settings.INSTALLATION, data=tmp_path)

    def fails(**_: object) -> None:
        raise ValueError("陈小禾 of 甲一村")

    monkeypatch.setattr(actions, "sweep", fails)
    night = nightly.run(timezone.localdate())
    assert night.broken == "sweep: ValueError"
    assert (tmp_path / nightly.HEADS).exists()
    told = today.tasks(bureau["owner"], timezone.localdate())
    assert [task.count for task in told if "ValueError" in task.why] == [1]


def test_a_night_is_planned_once_and_made_up_for(bureau, settings) -> None:
    from dataclasses import replace

    from django_tasks_db.models import DBTaskResult

    settings.INSTALLATION = replace(settings.INSTALLATION, night=dt.time(0))
    jobs.plan_night()
    jobs.plan_night()
    planned = DBTaskResult.objects.get()
    assert planned.run_after <= timezone.now()  # nobody did today's
    planned.delete()
    actions.begin_night(by=SYSTEM, on=timezone.localdate())
    jobs.plan_night()
    assert DBTaskResult.objects.get().run_after > timezone.now()
    DBTaskResult.objects.all().delete()
    settings.INSTALLATION = replace(settings.INSTALLATION, night=None)
    jobs.plan_night()
    assert not DBTaskResult.objects.exists()
