"""Sweeps: every guarantee held against every child from the database, kept with its history."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from invented_bureau import logged_in
from invented_children import OCTOBER, SEPTEMBER, row, taken_in
from test_bureau_intake_once import at_once

from notoneless import kernel
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people import actions as people
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.standing import When
from notoneless.bureau.sweeps import (
    actions,
    after_lists,
    child_panels,
    jobs,
    nightly,
    queries,
    rules,
    today,
)
from notoneless.bureau.sweeps.models import VERDICTS, Held, Standing, Sweep, Tally
from notoneless.faults import Refusal

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


def tallies(**where: object) -> dict[tuple[str, str], tuple[int, ...]]:
    """By organisation and guarantee the six counts of the newest sweep."""
    rows = Tally.objects.filter(sweep=Sweep.objects.latest("pk"), **where)
    return {
        (one.organisation.name, one.guarantee): tuple(getattr(one, name) for name in VERDICTS)
        for one in rows.select_related("organisation")
    }


def test_the_sums_add_up_to_the_children_at_every_level(bureau) -> None:
    rows = [
        row(1),
        row(2, "刘石"),
        row(3, "王河"),
        row(4, "别县的", township="没有的镇", village=""),
    ]
    taken_in(bureau, rows)
    known = Child.objects.in_bulk(field_name="id")
    first, second, third, _ = sorted(known)
    taken_in(bureau, [row(1, child=first), row(2, child=second, roll_state="withdrawn"),
                      row(9, "外来", township="", village="")], "roll")  # fmt: skip
    taken_in(bureau, [{"row": 5, "child": third, "name": "王河"}], "poverty_relieved")
    actions.sweep(by=SYSTEM, on=TODAY)
    found = tallies()
    guarantees = {guarantee for _, guarantee in found}
    for place, children in {
        "虚构市": 5,
        "甲县": 5,
        "甲一镇": 3,
        "甲一村": 3,
        "甲县一小": 3,
        "一年级1班": 3,
    }.items():
        assert {sum(found[place, one]) for one in guarantees} == {children}, place
    # kept, excused, gap, unknown, unsure, outside
    assert found["甲县", "school_place"] == (2, 0, 3, 0, 0, 0)
    assert found["甲县", "in_class"] == (0, 0, 0, 2, 0, 3)
    assert found["甲县", "registered_poor_place"][:4] == (0, 0, 1, 0)
    assert (
        found["甲县", "special_placement"][4] == 5
    )  # no list of the disabled: nobody knows for whom


def test_where_a_guarantee_is_counted(bureau) -> None:
    """Lives in one county, is on the roll of the other: each is asked for what it owes."""
    taken_in(bureau, [row(1)])
    child = Child.objects.get()
    there = {"organisation": bureau["other county"], "file": "乙.xlsx"}
    taken_in(bureau, [row(1, child=child.pk, school="乙县一小")], "roll", **there)
    actions.sweep(by=SYSTEM, on=TODAY)
    found = tallies()
    assert sum(found["甲县", "school_place"]) == 1
    assert sum(found["乙县", "in_class"]) == 1
    assert ("乙县", "school_place") not in found
    assert ("甲县", "in_class") not in found
    assert sum(found["乙县一小", "school_place"]) == 1  # its pupil all the same


def test_a_sweep_that_finds_nothing_new_writes_no_standing(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")])
    first = actions.sweep(by=SYSTEM, on=TODAY)
    before = list(Standing.objects.values())
    second = actions.sweep(by=SYSTEM, on=TODAY + dt.timedelta(days=1))
    assert (first.changed, second.changed) == (2, 0)
    assert first.rules == second.rules
    assert list(Standing.objects.values()) == before


def test_what_changed_is_kept_with_its_time(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")])
    pupil, other = Child.objects.order_by("pk")
    first = actions.sweep(by=SYSTEM, on=TODAY)
    assert verdicts(pupil)["school_place"] == "unknown"
    taken_in(bureau, [row(1, child=pupil.pk), row(2, child=other.pk)], "roll")
    second = actions.sweep(by=SYSTEM, on=TODAY)
    assert second.changed == 2
    assert verdicts(pupil)["school_place"] == "kept"
    then = Standing.objects.get(child=pupil, since=first)
    assert then.until == second
    assert then.pattern.outcomes.get(guarantee="school_place").verdict == "unknown"
    assert "学籍" in rules.explain(then.pattern, first)["school_place"].text


def test_undoing_a_list_brings_the_old_verdict_back(bureau) -> None:
    taken_in(bureau, [row(1)])
    child = Child.objects.get()
    actions.sweep(by=SYSTEM, on=TODAY)
    before = Standing.objects.get(child=child, until=None).pattern
    source = taken_in(bureau, [row(1, child=child.pk)], "roll")
    actions.sweep(by=SYSTEM, on=TODAY)
    assert verdicts(child)["school_place"] == "kept"
    people.undo_list(by=SYSTEM, source=source, reason="交错了")
    actions.sweep(by=SYSTEM, on=TODAY)
    assert Standing.objects.get(child=child, until=None).pattern == before
    assert Standing.objects.filter(child=child).count() == 3


def test_who_is_on_no_list_any_more_stands_nowhere(bureau) -> None:
    source = taken_in(bureau, [row(1)])
    actions.sweep(by=SYSTEM, on=TODAY)
    people.undo_list(by=SYSTEM, source=source, reason="交错了")
    assert actions.sweep(by=SYSTEM, on=TODAY).children == 0
    assert not Standing.objects.filter(until=None).exists()


def test_old_rules_explain_old_verdicts(bureau, monkeypatch) -> None:
    """The rulebook changes; what was decided by the old one is explained by the old one."""
    taken_in(bureau, [row(1)])
    child = Child.objects.get()
    first = actions.sweep(by=SYSTEM, on=TODAY)
    text = kernel.shipped("compulsory-education").read_text("utf-8")
    new = text.replace("户籍在本地，或者学籍在本地", "户籍或学籍在这里")
    monkeypatch.setattr(
        rules, "current", lambda on: rules.compiled({"compulsory-education": new}, on)
    )
    second = actions.sweep(by=SYSTEM, on=TODAY)
    assert second.changed == 1
    assert first.rules != second.rules
    old, now = Standing.objects.filter(child=child).order_by("since")
    assert (
        rules.of(first).guarantees[0].universe[1].condition.text.zh == "户籍在本地，或者学籍在本地"
    )
    assert rules.of(second).guarantees[0].universe[1].condition.text.zh == "户籍或学籍在这里"
    assert rules.explain(old.pattern, first)
    assert rules.explain(now.pattern, second)
    assert rules.explain(old.pattern, second) == {}


def test_a_crash_between_working_out_and_writing_leaves_nothing_and_is_taken_over(
    bureau, monkeypatch
) -> None:
    taken_in(bureau, [row(1)])

    def crash(**_: object) -> None:
        raise KeyboardInterrupt  # as a process that is ended

    with monkeypatch.context() as patch:
        patch.setattr(actions, "write", crash)
        patch.setattr(actions, "failed", lambda **_: None)  # it did not come to that
        with pytest.raises(KeyboardInterrupt):
            actions.sweep(by=SYSTEM, on=TODAY)
    assert not Standing.objects.exists()
    assert not Tally.objects.exists()
    dead = Sweep.objects.get(state="running")
    with pytest.raises(Refusal) as refused:
        actions.sweep(by=SYSTEM, on=TODAY)
    assert refused.value.faults[0].code == "B501"
    Sweep.objects.filter(pk=dead.pk).update(started_at=timezone.now() - actions.LONGEST * 2)
    assert actions.sweep(by=SYSTEM, on=TODAY).state == "done"
    dead.refresh_from_db()
    assert (dead.state, dead.broken) == ("failed", "Abandoned")


def test_one_that_was_overtaken_writes_nothing(bureau) -> None:
    from notoneless.bureau.sweeps import deciding

    taken_in(bureau, [row(1)])
    slow = actions.begin(by=SYSTEM, on=TODAY, cause="asked")
    found = deciding.decide(rules.current(TODAY), on=TODAY)
    Sweep.objects.filter(pk=slow.pk).update(started_at=timezone.now() - actions.LONGEST * 2)
    quick = actions.sweep(by=SYSTEM, on=TODAY)
    with pytest.raises(Refusal) as refused:
        actions.write(by=SYSTEM, sweep=slow, found=found)
    assert refused.value.faults[0].code == "B502"
    assert {one.since for one in Standing.objects.all()} == {quick}


def test_no_sweep_of_a_day_before_the_last(bureau) -> None:
    actions.sweep(by=SYSTEM, on=TODAY)
    with pytest.raises(Refusal) as refused:
        actions.sweep(by=SYSTEM, on=TODAY - dt.timedelta(days=1))
    assert refused.value.faults[0].code == "B503"


def test_two_at_once(real_bureau) -> None:
    taken_in(real_bureau, [row(number) for number in range(1, 20)])
    answers = at_once(*[lambda: actions.sweep(by=SYSTEM, on=TODAY)] * 4)
    done = [answer for answer in answers if isinstance(answer, Sweep)]
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(done) >= 1
    assert len(done) + len(refused) == 4, answers
    assert Standing.objects.filter(until=None).count() == 19
    assert sum(one.changed for one in done) == 19


def test_sums_of_the_past_are_thinned(bureau) -> None:
    taken_in(bureau, [row(1)])
    child = Child.objects.get()
    taken_in(bureau, [row(1, child=child.pk)], "roll")
    days = [dt.date(2026, 9, 10), dt.date(2026, 9, 30), dt.date(2026, 10, 1), dt.date(2026, 10, 2)]
    done = [actions.sweep(by=SYSTEM, on=day) for day in days]
    kept = set(Tally.objects.values_list("sweep", flat=True))
    assert kept == {done[1].pk, done[3].pk}
    kinds = Tally.objects.filter(sweep=done[1]).values_list("organisation__kind", flat=True)
    assert "class" not in kinds
    assert Tally.objects.filter(sweep=done[3], organisation__kind="class").exists()


# --- gaps become cases --------------------------------------------------------------------------------


def test_gaps_become_cases_and_are_noted_as_gone(bureau) -> None:
    from notoneless.bureau.cases.models import Case, Ground

    taken_in(bureau, [row(1), row(2, "刘石")])
    pupil, other = Child.objects.order_by("pk")
    taken_in(bureau, [row(1, child=pupil.pk)], "roll")
    actions.sweep(by=SYSTEM, on=TODAY)
    case = Case.objects.get()
    assert (case.child, case.kind, case.source) == (other, "no_place", "sweep")
    actions.sweep(by=SYSTEM, on=TODAY)
    assert Case.objects.get() == case
    taken_in(bureau, [row(1, child=pupil.pk), row(2, child=other.pk)], "roll", OCTOBER)
    gone = actions.sweep(by=SYSTEM, on=TODAY)
    assert Ground.objects.get(case=case).gone_on == gone.as_of
    case.refresh_from_db()
    assert case.closed_on is None  # a person closes it


def test_not_knowing_is_no_end_of_a_gap(bureau) -> None:
    from notoneless.bureau.cases.models import Ground

    taken_in(bureau, [row(1)])
    source = taken_in(bureau, [row(2, "别人")], "roll")
    actions.sweep(by=SYSTEM, on=TODAY)
    people.undo_list(by=SYSTEM, source=source, reason="交错了")
    actions.sweep(by=SYSTEM, on=TODAY)
    assert verdicts(Child.objects.get(name="陈小禾"))["school_place"] == "unknown"
    assert Ground.objects.get().gone_on is None


def test_a_case_does_not_tell_of_need(bureau) -> None:
    from notoneless.bureau.cases.models import Ground

    taken_in(bureau, [row(1)])
    child = Child.objects.get()
    taken_in(bureau, [row(2, "别人")], "roll")
    taken_in(bureau, [{"row": 5, "child": child.pk, "name": "陈小禾"}], "poverty_relieved")
    actions.sweep(by=SYSTEM, on=TODAY)
    assert verdicts(child)["registered_poor_place"] == "gap"
    assert list(Ground.objects.values_list("guarantee", flat=True)) == ["school_place"]


def test_very_many_new_cases_wait_for_a_person(bureau) -> None:
    from notoneless.bureau.cases.models import Case
    from notoneless.bureau.rules import actions as settling

    settling.settle(by=SYSTEM, organisation=bureau["county"], key="sweeps.most_new_cases", value=2,
                    valid_from=SEPTEMBER, source="虚构的文件")  # fmt: skip
    taken_in(bureau, [row(number, f"孩子{number}") for number in range(1, 4)])
    taken_in(bureau, [row(9, "别人")], "roll")
    actions.sweep(by=SYSTEM, on=TODAY)
    assert not Case.objects.exists()
    leader, stranger = bureau["county_leader"], bureau["county_leader_乙"]
    [task] = [one for one in today.tasks(leader, TODAY) if one.count]
    assert (task.count, task.unit) == (3, "案")
    assert logged_in(stranger).get(task.url).status_code == 404
    assert logged_in(bureau["township_cadre"]).get(task.url).status_code == 403
    page = logged_in(leader).get(task.url)
    assert "3个缺口" in page.content.decode()
    assert logged_in(leader, proved=False).post(task.url).status_code == 302  # proves it first
    assert not Case.objects.exists()
    logged_in(leader).post(task.url)
    assert Case.objects.count() == 3
    assert not [one for one in today.tasks(leader, TODAY) if one.count]
    actions.sweep(by=SYSTEM, on=TODAY)
    assert Case.objects.count() == 3


def test_one_gap_more_is_opened_by_itself_where_a_thousand_wait_elsewhere(bureau) -> None:
    from notoneless.bureau.cases.models import Case
    from notoneless.bureau.rules import actions as settling

    settling.settle(by=SYSTEM, organisation=bureau["other county"], key="sweeps.most_new_cases", value=0,
                    valid_from=SEPTEMBER, source="虚构的文件")  # fmt: skip
    there = {"organisation": bureau["other county"], "file": "乙.xlsx"}
    taken_in(bureau, [row(1)])
    taken_in(bureau, [row(2, "刘石", township="乙一镇", village="乙一村")], **there)
    for places in ({}, there):
        taken_in(bureau, [row(9, "别人")], "roll", **places)
    actions.sweep(by=SYSTEM, on=TODAY)
    assert [case.child.name for case in Case.objects.all()] == ["陈小禾"]
    assert Held.objects.get().county == bureau["other county"]


# --- on a child's page --------------------------------------------------------------------------------


def a_poor_child(bureau) -> Child:
    taken_in(bureau, [row(1)])
    child = Child.objects.get()
    taken_in(bureau, [row(1, child=child.pk)], "roll")
    taken_in(bureau, [{"row": 5, "child": child.pk, "name": "陈小禾"}], "poverty_relieved")
    actions.sweep(by=SYSTEM, on=TODAY)
    return child


def test_the_page_says_why_and_from_which_list(bureau) -> None:
    child = a_poor_child(bureau)
    [panel] = child_panels.child_panels(bureau["owner"], child, When(TODAY))
    told = {one.guarantee.id: one for one in panel.context["holding"]}
    assert set(told) == {"school_place", "in_class", "registered_poor_place"}
    place = told["school_place"]
    assert (place.verdict, place.since) == ("kept", TODAY)
    assert "在籍" in place.reason
    sources = {source for ground in place.grounds for source in ground.sources}
    assert any("户籍适龄儿童名单 2026-09-01，第4行" in source for source in sources)
    assert any("学籍名册" in source for source in sources)
    page = logged_in(bureau["owner"]).get(f"/children/{child.pk}?on={TODAY}").content.decode()
    assert "脱贫户、监测户子女就学" in page
    assert "户籍适龄儿童名单 2026-09-01，第4行" in page


def test_need_is_not_shown_to_whom_it_is_no_matter(bureau) -> None:
    child = a_poor_child(bureau)
    page = (
        logged_in(bureau["class_teacher"]).get(f"/children/{child.pk}?on={TODAY}").content.decode()
    )
    assert "适龄儿童有学上" in page
    assert "脱贫" not in page
    assert "残疾" not in page
    told = queries.verdicts(bureau["class_teacher"], child, When(TODAY))
    assert {one.guarantee.id for one in told} == {"school_place", "in_class", "migrant_place"}


def test_the_page_tells_what_was_known_before(bureau, time_goes_on) -> None:
    taken_in(bureau, [row(1)])
    child = Child.objects.get()
    first = timezone.localdate()
    actions.sweep(by=SYSTEM, on=first)
    time_goes_on(days=2)
    second = timezone.localdate()
    taken_in(bureau, [row(1, child=child.pk)], "roll", day=first)
    actions.sweep(by=SYSTEM, on=second)

    def place(when: When) -> queries.Told:
        told = queries.verdicts(bureau["owner"], child, when)
        return next(one for one in told if one.guarantee.id == "school_place")

    assert [one.verdict for one in place(When(second)).history] == ["kept", "unknown"]
    assert place(When(second)).verdict == "kept"
    assert place(When(first, first)).verdict == "unknown"
    assert queries.verdicts(bureau["owner"], child, When(first - dt.timedelta(days=1))) == []


# --- figures ------------------------------------------------------------------------------------------


def test_coverage_as_figures(bureau) -> None:
    from notoneless.bureau.figures.kinds import figures, records, value

    taken_in(bureau, [row(1), row(2, "刘石")])
    pupil, other = Child.objects.order_by("pk")
    taken_in(bureau, [row(1, child=pupil.pk)], "roll")
    actions.sweep(by=SYSTEM, on=TODAY)
    every = figures()
    counts = {name: value(every[f"sweeps.school_place.{name}"], on=TODAY).count
              for name in ("universe", "kept", "excused", "gap", "unknown")}  # fmt: skip
    assert counts == {"universe": 2, "kept": 1, "excused": 0, "gap": 1, "unknown": 0}
    kept = value(every["sweeps.school_place.kept"], on=TODAY)
    assert kept.parts == {"county": [("甲县", 1)], "way": [("在籍", 1)]}
    assert kept.figure.label == "适龄儿童有学上：已保障"
    gap = every["sweeps.school_place.gap"]
    seen = {"on": TODAY, "known_on": None, "first": 0, "most": 9}
    assert records(gap, by=bureau["owner"], **seen) == [other.pk]
    assert records(gap, by=bureau["stranger"], **seen) == []
    before = value(gap, on=TODAY - dt.timedelta(days=1))
    assert (before.known, before.written) == (False, "未知"), (
        "no sweep yet: zero gaps would be a lie"
    )
    assert value(gap, on=TODAY).written == "1"
    poor = every["sweeps.registered_poor_place.universe"]
    assert poor.permission == "child.need"


# --- by itself, in the background -------------------------------------------------------------------


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


def test_a_case_of_a_sweep_begins_when_the_list_said_so(bureau) -> None:
    from notoneless.bureau.cases.models import Ground

    taken_in(bureau, [row(1)])
    pupil = Child.objects.get()
    taken_in(bureau, [row(1, child=pupil.pk)], "roll")
    taken_in(bureau, [row(1, child=pupil.pk, attendance="absent")], "rollcall", OCTOBER)
    actions.sweep(by=SYSTEM, on=TODAY)
    ground = Ground.objects.get(case__kind="absent")
    assert (ground.since, ground.seen_on) == (OCTOBER, TODAY)
