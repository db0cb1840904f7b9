"""Roll-calls that came in as lists: calls of whole classes, once, beside what a teacher said, and undone again."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone
from handed_in import work
from invented_bureau import logged_in
from invented_children import taken_in
from invented_class import MONDAY, NAMES, noon, pupils

from notoneless.bureau.attendance import absences, actions, facts, jobs, listed, queries, sheet
from notoneless.bureau.attendance.models import Call, Mark
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.bureau.cases.models import Case
from notoneless.bureau.intake import actions as intake
from notoneless.bureau.people import actions as people
from notoneless.bureau.people.models import Child, Source

WEEK = [dt.date(2026, 11, day) for day in (16, 17, 18, 19, 20)]


@pytest.fixture(autouse=True)
def it_is_monday_noon(monkeypatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: noon(MONDAY, 12))


def listing(
    bureau, marks: dict[str, str], day: dt.date = MONDAY, half: str = "", **more: object
) -> Source:
    """Take in a roll-call as a list: by name what it says, being there where it says nothing else."""
    children = dict(Child.objects.values_list("name", "pk"))
    rows = [
        {"row": n, "child": children[name], "name": name, "school": "甲县一小", "call_date": day,
         "attendance": marks.get(name, "present"), "half": half or None}
        for n, name in enumerate(more.pop("who", NAMES), 3)
    ]  # fmt: skip
    return taken_in(bureau, rows, "rollcall", day, **more)


def take_lists() -> int:
    return jobs.call_listed(jobs.RECENT)


def standing(bureau, day: dt.date = MONDAY, half: str = "am") -> Call | None:
    return queries.standing(bureau["class"], day, half)


def said(call: Call | None) -> dict[str, str]:
    assert call is not None
    return {mark.child.name: mark.reason or mark.state for mark in call.marks.all()}


def test_a_list_of_the_whole_class_is_a_call_of_it(bureau) -> None:
    pupils(bureau)
    source = listing(
        bureau, {"曹思源": "absent", "陈可欣": "leave", "程浩宇": "suspended"}, half="pm"
    )
    assert take_lists() == 1
    call = standing(bureau, half="pm")
    assert said(call) == {"曹思源": "absent", "陈可欣": "leave", "程浩宇": "suspended"}
    assert (call.expected, call.source, call.by, call.day) == (8, source, None, MONDAY)
    assert standing(bureau) is None, "the morning was not on the list"
    event = Event.objects.get(verb="rollcall.listed")
    assert "曹思源" not in event.details
    assert '"classes":1' in event.details.replace(" ", "")


def test_both_halves_of_one_list(bureau) -> None:
    pupils(bureau)
    children = dict(Child.objects.values_list("name", "pk"))
    rows = [
        {"row": n, "child": children[name], "name": name, "school": "甲县一小", "call_date": MONDAY,
         "attendance": "absent" if name == NAMES[0] else "present", "half": "pm",
         "attendance_am": "present"}
        for n, name in enumerate(NAMES, 3)
    ]  # fmt: skip
    taken_in(bureau, rows, "rollcall", MONDAY)
    assert take_lists() == 2
    assert (said(standing(bureau)), said(standing(bureau, half="pm"))) == (
        {},
        {NAMES[0]: "absent"},
    )


@pytest.mark.both_databases
def test_twice_is_once(bureau) -> None:
    pupils(bureau)
    listing(bureau, {"曹思源": "absent"})
    assert [take_lists(), take_lists(), jobs.call_listed(jobs.LONG)] == [1, 0, 0]
    assert (Call.objects.count(), Mark.objects.count()) == (1, 1)
    assert Event.objects.filter(verb="rollcall.listed").count() == 1


def test_the_mutant_that_does_not_look_what_stands_is_caught(bureau) -> None:
    """It writes each word down every time: the same list done twice is two calls."""
    pupils(bureau)
    listing(bureau, {"曹思源": "absent"})
    for _ in range(2):
        for word in listed.words(MONDAY):
            Call.objects.filter(replaced_at__isnull=True).update(replaced_at=timezone.now())
            count = Call.objects.count()
            new = Call.objects.create(
                key=f"00000000-0000-0000-0000-00000000000{count}", school_class_id=word.school_class,
                day=MONDAY, half=word.half, revision=count + 1, expected=word.expected,
                source_id=word.source, noted_at=timezone.now(), at=timezone.now(),
            )  # fmt: skip
            assert new.pk
    assert Call.objects.count() == 2  # what `test_twice_is_once` forbids


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_taken_at_once_by_four_workers_it_is_one_call(real_bureau) -> None:
    pupils(real_bureau)
    listing(real_bureau, {"曹思源": "absent"})

    def run(_number: int) -> None:
        try:
            take_lists()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert (Call.objects.count(), Mark.objects.count()) == (1, 1)


def test_a_class_of_which_one_pupil_is_not_on_the_list_was_not_called(bureau) -> None:
    pupils(bureau)
    listing(bureau, {}, who=NAMES[1:])
    assert take_lists() == 0
    assert standing(bureau) is None


def test_a_day_without_school_and_a_day_to_come_are_not_called(bureau) -> None:
    pupils(bureau)
    listing(bureau, {}, dt.date(2026, 11, 22))
    listing(bureau, {}, dt.date(2026, 11, 24))
    assert take_lists() == 0


def test_what_a_teacher_called_is_not_overwritten_and_the_page_says_they_differ(bureau) -> None:
    children = pupils(bureau)
    by = bureau["class_teacher"]
    called = actions.call(
        by=by, school_class=bureau["class"], day=MONDAY, half="am", absent={children[0].pk: "sick"}
    )
    listing(bureau, {children[1].name: "absent", children[0].name: "leave"})
    assert take_lists() == 1
    assert take_lists() == 0
    assert standing(bureau) == called
    assert queries.revisions(bureau["class"], MONDAY, "am").count() == 2
    (differs,) = queries.differing([bureau["class"].pk], MONDAY, "am")
    assert (differs.child, differs.listed, differs.called) == (children[1], "无故未到", "到")
    path = f"/attendance/classes/{bureau['class'].pk}?day={MONDAY}&half=am"
    page = logged_in(by).get(path).content.decode()
    assert "名单说的不同" in page
    assert children[1].name in page


def test_the_teacher_who_confirms_a_list_makes_it_his_word(bureau) -> None:
    children = pupils(bureau)
    source = listing(bureau, {children[1].name: "absent"})
    take_lists()
    mine = actions.call(
        by=bureau["class_teacher"],
        school_class=bureau["class"],
        day=MONDAY,
        half="am",
        absent={children[1].pk: ""},
    )
    people.undo_list(by=SYSTEM, source=source, reason="交错了")
    take_lists()
    assert standing(bureau) == mine
    assert mine.source is None


def test_undo_takes_the_calls_back_and_the_earlier_list_counts_again(bureau) -> None:
    pupils(bureau)
    first = listing(bureau, {"曹思源": "absent"})
    take_lists()
    second = listing(bureau, {"陈可欣": "absent"}, file="second.csv")
    take_lists()
    assert said(standing(bureau)) == {"陈可欣": "absent"}
    people.undo_list(by=SYSTEM, source=second, reason="交错了")
    take_lists()
    assert said(standing(bureau)) == {"曹思源": "absent"}
    people.undo_list(by=SYSTEM, source=first, reason="交错了")
    assert (take_lists(), take_lists()) == (0, 0)
    assert standing(bureau) is None
    assert [one.replaced_at is None for one in queries.revisions(bureau["class"], MONDAY, "am")] == [
        False, False, False,
    ]  # fmt: skip


def test_what_follows_absence_follows_from_a_list(bureau) -> None:
    """A week of lists: the run, the day's share, the case, and the word that the rules are told."""
    pupils(bureau)
    for day in WEEK:
        for half in ("am", "pm"):
            listing(bureau, {"曹思源": "absent"}, day, half, file=f"{day}{half}.csv")
    assert take_lists() == 10
    child = Child.objects.get(name="曹思源")
    (run,) = absences.absent_runs(SYSTEM, MONDAY)
    assert (run.child, run.days, run.first, run.step) == (child.pk, 5, WEEK[0], "suspected")
    jobs.follow(MONDAY)
    assert Case.objects.get(subject=child.pk).kind == "absent"
    assert facts.words(MONDAY, [child.pk]) == {child.pk: "absent"}
    month = sheet.sheet(bureau["class"], MONDAY, MONDAY)
    assert next(line for line in month.lines if line.child == child).days == ("5", "0", "0", "5")


def test_suspended_on_the_list_stays_suspended_for_the_rules(bureau) -> None:
    pupils(bureau)
    listing(bureau, {"曹思源": "suspended", "陈可欣": "leave"})
    take_lists()
    keys = dict(Child.objects.values_list("name", "pk"))
    told = facts.words(MONDAY, keys.values())
    assert (told[keys["曹思源"]], told[keys["陈可欣"]]) == ("suspended", "leave")


def test_from_the_file_to_the_call(bureau, tmp_path) -> None:
    """As a school hands it in: a tick for who is there, an empty cell, the afternoon in the title."""
    pupils(bureau)
    lines = ["甲县一小在校学生点名册（2026年11月23日下午）,,,", "学校,年级,班级,姓名,到课"]
    for name in NAMES:
        mark = {"曹思源": "", "陈可欣": "病假"}.get(name, "√")
        lines.append(f"甲县一小,一年级,1班,{name},{mark}")
    upload, _ = intake.hand_in(
        by=bureau["owner"],
        organisation=bureau["county"],
        name="3-在校点名册2026.11.23下午.csv",
        content="\n".join(lines).encode(),
    )
    work()
    upload.refresh_from_db()
    intake.ask_to_take_in(by=bureau["owner"], upload=upload)
    work()
    upload.refresh_from_db()
    assert upload.state == "committed", upload.changes
    take_lists()
    assert said(standing(bureau, half="pm")) == {"曹思源": "absent", "陈可欣": "leave"}
    intake.undo(by=bureau["owner"], upload=upload)
    take_lists()
    assert standing(bureau, half="pm") is None


def test_a_form_that_nobody_filled_in_is_not_a_class_all_present(bureau) -> None:
    pupils(bureau)
    lines = ["学校,年级,班级,姓名,到课", *(f"甲县一小,一年级,1班,{name}," for name in NAMES)]
    upload, _ = intake.hand_in(
        by=bureau["owner"],
        organisation=bureau["county"],
        name="3-在校点名册2026.11.23.csv",
        content="\n".join(lines).encode(),
    )
    work()
    upload.refresh_from_db()
    assert [one["code"] for one in upload.changes["faults"]] == ["B410"]
