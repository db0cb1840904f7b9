"""Roll-calls: what is stored, what is never lost, what absence leads to, how days are counted."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from invented_children import row, taken_in
from invented_class import MONDAY, NAMES, SEPTEMBER, noon, pupils

from notoneless.bureau.attendance import absences, actions, facts, jobs, night, queries, sheet
from notoneless.bureau.attendance.models import Call, Mark
from notoneless.bureau.attendance.roster import expected, expected_seats, roster
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.bureau.cases.models import Case, Ground
from notoneless.bureau.figures import kinds as figures
from notoneless.bureau.people.models import Child
from notoneless.bureau.rules import actions as rules
from notoneless.calendar import SchoolCalendar
from notoneless.faults import Refusal

WEEK = [dt.date(2026, 11, day) for day in (16, 17, 18, 19, 20)]


@pytest.fixture(autouse=True)
def it_is_monday_noon(monkeypatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: noon(MONDAY, 12))


def call(bureau, absent=(), day=MONDAY, half="am", **more) -> Call:
    """Call the class 一年级1班."""
    marks = absent if isinstance(absent, dict) else {child.pk: "" for child in absent}
    place = more.pop("place", "class")
    return actions.call(
        by=more.pop("by", SYSTEM),
        school_class=bureau[place],
        day=day,
        half=half,
        absent=marks,
        **more,
    )


def refused(bureau, *args, **more) -> list[str]:
    with pytest.raises(Refusal) as refusal:
        call(bureau, *args, **more)
    return [fault.code for fault in refusal.value.faults]


# --- what is stored --------------------------------------------------------------------------------


def test_all_present_is_one_row(bureau) -> None:
    pupils(bureau)
    one = call(bureau, by=bureau["class_teacher"])
    assert (one.expected, one.revision, one.marks.count()) == (8, 1, 0)
    assert (Call.objects.count(), Mark.objects.count()) == (1, 0)
    event = Event.objects.get(verb="rollcall.called")
    assert event.organisation == bureau["class"].pk
    assert "白雨辰" not in event.details


def test_the_same_again_changes_nothing(bureau) -> None:
    children = pupils(bureau)
    key = uuid4()
    one = call(bureau, children[:1], key=key)
    assert call(bureau, children[:1], key=key) == one
    assert call(bureau, children[:1], key=uuid4()) == one
    assert Call.objects.count() == 1
    assert Event.objects.filter(verb__startswith="rollcall.").count() == 1


def naive_call(bureau, absent) -> None:
    """The mutant: one row per class and half-day, written over."""
    one, _ = Call.objects.update_or_create(
        school_class=bureau["class"],
        day=MONDAY,
        half="am",
        defaults={
            "key": uuid4(),
            "revision": 1,
            "expected": 8,
            "noted_at": timezone.now(),
            "at": timezone.now(),
        },
    )
    one.marks.all().delete()
    Mark.objects.bulk_create(Mark(call=one, child=child, state="absent") for child in absent)


def what_was_said(bureau) -> list[set[int]]:
    """Every revision's absent, the first first."""
    rows = queries.revisions(bureau["class"], MONDAY, "am").order_by("revision")
    return [{mark.child_id for mark in one.marks.all()} for one in rows]


def test_a_correction_is_a_new_revision_and_nothing_is_lost(bureau) -> None:
    children = pupils(bureau)
    first = call(bureau, children[:2])
    second = call(bureau, children[:1])
    first.refresh_from_db()
    assert (first.replaced_at is None, second.replaced_at is None) == (False, True)
    assert (first.revision, second.revision) == (1, 2)
    assert what_was_said(bureau) == [{c.pk for c in children[:2]}, {children[0].pk}]
    assert queries.standing(bureau["class"], MONDAY, "am") == second
    assert Event.objects.filter(verb="rollcall.corrected").count() == 1


def test_the_mutant_that_writes_over_is_caught(bureau) -> None:
    children = pupils(bureau)
    naive_call(bureau, children[:2])
    naive_call(bureau, children[:1])
    assert what_was_said(bureau) != [{c.pk for c in children[:2]}, {children[0].pk}]


def test_a_page_sent_twice_with_other_marks_is_a_correction(bureau) -> None:
    children = pupils(bureau)
    key = uuid4()
    call(bureau, children[:1], key=key)
    second = call(bureau, children[:2], key=key)
    assert (second.revision, second.key == key) == (2, False)
    assert call(bureau, children[:1], key=key).revision == 1
    assert queries.standing(bureau["class"], MONDAY, "am") == second


def test_what_a_phone_kept_does_not_undo_what_was_corrected_meanwhile(bureau) -> None:
    children = pupils(bureau)
    corrected = call(bureau, children[:1], noted_at=noon(MONDAY, 10))
    late = call(bureau, children[:3], noted_at=noon(MONDAY, 8), key=uuid4())
    assert late.replaced_at is not None
    assert late.marks.count() == 3
    assert queries.standing(bureau["class"], MONDAY, "am") == corrected


def test_a_phone_whose_clock_is_ahead_does_not_count_for_ever(bureau) -> None:
    children = pupils(bureau)
    ahead = call(bureau, children[:1], noted_at=noon(MONDAY + dt.timedelta(9)))
    assert ahead.noted_at == timezone.now()
    assert call(bureau, children[:2]).replaced_at is None


# --- nobody vanishes -------------------------------------------------------------------------------


def test_who_was_missing_stays_missing_until_he_is_said_to_be_here(bureau) -> None:
    children = pupils(bureau)
    lost = children[0]
    call(bureau, {lost.pk: "unreached"}, day=WEEK[4])
    monday = call(bureau)
    assert list(monday.marks.values_list("child", "state", "reason")) == [
        (lost.pk, "absent", "unreached")
    ]
    afternoon = call(bureau, half="pm")
    assert afternoon.marks.count() == 1
    back = call(bureau, half="pm", came={lost.pk})
    assert back.marks.count() == 0
    assert back.revision == 2


def test_who_was_late_is_not_held(bureau) -> None:
    children = pupils(bureau)
    call(bureau, {children[0].pk: "late"}, day=WEEK[4])
    assert call(bureau).marks.count() == 0


def test_refusals_name_the_next_step(bureau) -> None:
    children = pupils(bureau)
    assert refused(bureau, day=dt.date(2026, 11, 22)) == ["A101"]  # a Sunday
    assert refused(bureau, day=dt.date(2026, 10, 2)) == ["A103"]
    assert refused(bureau, day=dt.date(2026, 11, 24)) == ["A102"]
    assert refused(bureau, {children[0].pk + 10_000: ""}) == ["A104"]
    assert refused(bureau, {children[0].pk: "toothache"}) == ["A105"]
    assert refused(bureau, half="night") == ["A105"]
    assert refused(bureau, place="sibling class") == ["A106"]
    assert not Call.objects.exists()


def test_only_those_who_answer_for_the_class_call_it(bureau) -> None:
    pupils(bureau)
    for name in ("class_teacher", "roll_keeper", "school_head"):
        call(bureau, by=bureau[name])
    for name in ("class_teacher_乙", "county_officer", "township_cadre", "auditor"):
        with pytest.raises(PermissionDenied):
            call(bureau, by=bureau[name])


# --- who is expected -------------------------------------------------------------------------------


def test_who_is_lawfully_elsewhere_is_shown_and_not_expected(bureau) -> None:
    children = pupils(bureau)
    home, away, excused, ended = children[:4]
    for line, value in (("special", "home"), ("elsewhere", "province")):
        child = home if line == "special" else away
        fact = {"special": "placement", "elsewhere": "elsewhere"}[line]
        taken_in(bureau, [{"row": 4, "child": child.pk, "name": child.name, fact: value}], line)
    taken_in(
        bureau,
        [
            {"row": 4, "child": excused.pk, "name": excused.name, "excuse": "suspended"}
            | {"excuse_until": dt.date(2026, 12, 1)},
            {"row": 5, "child": ended.pk, "name": ended.name, "excuse": "suspended"}
            | {"excuse_until": dt.date(2026, 11, 1)},
        ],
        "excused",
    )
    found = roster(bureau["class"], MONDAY)
    assert {child.pk: why for child, why in found.elsewhere} == {
        home.pk: "送教上门",
        away.pk: "在外地就读",
        excused.pk: "休学",
    }
    assert len(found.expected) == 5
    keys = expected(bureau["class"], MONDAY)
    assert keys == {child.pk for child in found.expected}
    assert ended.pk in keys
    with connection.cursor() as cursor:
        cursor.execute(expected_seats(MONDAY))
        assert {child for child, _ in cursor.fetchall()} == keys


def test_one_class_and_all_classes_at_once_agree(bureau) -> None:
    pupils(bureau)
    rows = [
        row(31, "苏晓", class_name="一年级2班", grade=None),
        row(32, "唐果", class_name="2班"),
        row(33, "汪洋", class_name="2班", roll_state="suspended"),
        row(34, "吴桐", class_name="没有这个班"),
    ]
    taken_in(bureau, [row(n) for n in range(1, 9)] + rows, "roll", dt.date(2026, 9, 2))
    for name, many in (("class", 8), ("sibling class", 2)):
        found = roster(bureau[name], MONDAY)
        assert len(found.expected) == many
        assert queries.sizes(MONDAY)[bureau[name].pk] == many
    assert queries.sizes(MONDAY, bureau["school"].pk) == queries.sizes(MONDAY)


# --- absences in a row -----------------------------------------------------------------------------


def naive_length(days: dict[dt.date, str]) -> int:
    """The mutant: counts the days of the calendar that hangs on the wall."""
    absent = [day for day, state in days.items() if state == "absent"]
    return (max(absent) - min(absent)).days + 1


def test_days_in_a_row_are_school_days(bureau) -> None:
    days = dict.fromkeys((dt.date(2026, 9, 30), dt.date(2026, 10, 8)), "absent")
    said = {(day, "am"): state for day, state in days.items()}
    length, first, last, _ = absences.run_length(said, SchoolCalendar())
    assert (length, first, last) == (2, dt.date(2026, 9, 30), dt.date(2026, 10, 8))
    assert naive_length(days) != length


def test_a_day_called_in_a_holiday_is_not_counted() -> None:
    said = {(dt.date(2026, 10, day), "am"): "absent" for day in (1, 2, 8, 9)}
    assert absences.run_length(said, SchoolCalendar())[0] == 2


@pytest.mark.parametrize(
    ("fridays", "mondays", "length"),
    [
        (["absent", "absent"], ["absent"], 3),
        (["absent", ""], ["absent"], 1),  # he came for half a day
        (["leave", "leave"], ["absent"], 1),
        (["late", "absent"], ["absent"], 1),
        (["absent"], ["absent", ""], 0),
        ([], ["absent"], 2),  # nobody called: neither counts nor breaks
    ],
)
def test_what_breaks_a_run(fridays, mondays, length) -> None:
    said = {
        (day, half): state
        for day, states in ((WEEK[3], ["absent"]), (WEEK[4], fridays), (MONDAY, mondays))
        for half, state in zip(("am", "pm"), states, strict=False)
    }
    assert absences.run_length(said, SchoolCalendar())[0] == length


def test_runs_reach_the_steps_of_the_county(bureau) -> None:
    children = pupils(bureau)
    for day in WEEK[1:]:
        call(bureau, children[:1] if day < WEEK[4] else children[:2], day=day)
    call(bureau, children[:2])
    found = absences.absent_runs(SYSTEM, MONDAY)
    assert [(run.child, run.days, run.step) for run in found] == [
        (children[0].pk, 5, "suspected"),
        (children[1].pk, 2, "visit"),
    ]
    assert found[0].first == WEEK[1]
    rules.settle(
        by=SYSTEM,
        organisation=bureau["county"],
        key="attendance.candidate_day",
        value=2,
        valid_from=SEPTEMBER,
        source="会议纪要（虚构）",
    )
    assert absences.absent_runs(SYSTEM, MONDAY)[1].step == "candidate"
    assert absences.absent_runs(bureau["class_teacher"], MONDAY) == absences.absent_runs(
        SYSTEM, MONDAY
    )
    assert absences.absent_runs(bureau["stranger"], MONDAY) == []
    call(bureau, children[:2], half="pm", came={children[0].pk} - {children[0].pk})
    call(bureau, children[1:2], half="pm", came={children[0].pk})
    assert [run.child for run in absences.absent_runs(SYSTEM, MONDAY)] == [children[1].pk]


def test_a_run_longer_than_the_first_look_is_followed_to_its_beginning(bureau, monkeypatch) -> None:
    children = pupils(bureau)
    days = SchoolCalendar().days(dt.date(2026, 10, 26), MONDAY)
    for day in days:
        call(bureau, children[:1], day=day)
    (run,) = absences.absent_runs(SYSTEM, MONDAY)
    assert (run.days, run.first, run.step) == (len(days), days[0], "dropout")


# --- what is told to the rules ---------------------------------------------------------------------


def told(on=MONDAY, known_on=None) -> dict[int, str]:
    table = facts.facts(on=on, known_on=known_on)
    return dict(zip(table["child"].to_pylist(), table["attendance"].to_pylist(), strict=True))


def test_facts_are_the_newest_word_on_each_child(bureau) -> None:
    children = pupils(bureau)
    assert told() == {}
    call(bureau, {children[0].pk: "", children[1].pk: "sick", children[2].pk: "late"})
    found = told()
    assert found[children[0].pk] == "absent"
    assert found[children[1].pk] == "leave"
    assert found[children[2].pk] == "present"
    assert set(found.values()) == {"absent", "leave", "present"}
    assert len(found) == 8
    assert told(on=WEEK[4]) == {}
    call(bureau, half="pm", came={children[0].pk, children[1].pk})
    assert set(told().values()) == {"present"}


def test_facts_know_what_was_known(bureau, monkeypatch) -> None:
    children = pupils(bureau)
    call(bureau, children[:1], day=WEEK[4])
    monkeypatch.setattr(timezone, "now", lambda: noon(dt.date(2026, 11, 24)))
    call(bureau, day=WEEK[4], came={children[0].pk})
    assert told(on=WEEK[4])[children[0].pk] == "present"
    assert told(on=WEEK[4], known_on=MONDAY)[children[0].pk] == "absent"


def test_who_came_after_the_call_was_not_present_at_it(bureau) -> None:
    pupils(bureau)
    call(bureau, day=WEEK[4])
    rows = [row(n, guardian_id=None) for n in range(1, 9)] + [row(9, "新来的", guardian_id=None)]
    taken_in(bureau, rows, "roll", MONDAY)
    new = Child.objects.get(name="新来的")
    assert new.pk in expected(bureau["class"], MONDAY)
    assert new.pk not in told()


def test_a_later_list_counts_more(bureau) -> None:
    children = pupils(bureau)
    call(bureau, day=WEEK[0])
    listed = {"row": 4, "child": children[0].pk, "name": children[0].name, "attendance": "absent"}
    taken_in(bureau, [listed], "rollcall", WEEK[2])
    assert children[0].pk not in told()
    call(bureau, day=WEEK[3])
    assert told()[children[0].pk] == "present"


# --- days counted ----------------------------------------------------------------------------------


def test_a_month_counts_days_called_in_session_and_enrolled(bureau) -> None:
    children = pupils(bureau)
    half_away, sick, lost = children[:3]
    for day in WEEK:
        call(bureau, {lost.pk: ""}, day=day)
    call(bureau, {lost.pk: "", half_away.pk: "", sick.pk: "sick"}, half="am")
    call(bureau, {lost.pk: "", sick.pk: "sick"}, half="pm", came={half_away.pk})
    found = sheet.sheet(bureau["class"], MONDAY, MONDAY)
    assert len(found.days) == 16
    assert len(found.called) == 6
    lines = {line.child.pk: line for line in found.lines}
    assert (lines[lost.pk].absent, lines[lost.pk].attended) == (6, 0)
    assert lines[half_away.pk].absent == Fraction(1, 2)
    assert lines[half_away.pk].signs[-1] == "×√"
    assert lines[sick.pk].leave == 1
    assert sheet.written(lines[half_away.pk].attended) == "5.5"
    missed = 6 + Fraction(1, 2) + 1
    assert found.rate.attended == 8 * 6 - missed
    assert found.rate.percent == "84.3"
    assert found.rate.missing_calls == 10
    (rate,) = sheet.rates([bureau["class"].pk], dt.date(2026, 11, 1), MONDAY).values()
    assert (rate.due, rate.attended) == (found.rate.due, found.rate.attended)
    assert rate.missing_calls == 10


def test_one_absence_is_never_rounded_to_all(bureau) -> None:
    assert sheet.Rate(Fraction(100_000), Fraction(99_999)).percent == "99.9"
    assert sheet.Rate(Fraction(2), Fraction(2)).percent == "100.0"
    assert sheet.Rate().percent == ""


def test_a_day_that_became_a_holiday_is_not_counted(bureau) -> None:
    children = pupils(bureau)
    call(bureau, children[:1], day=WEEK[4])
    call(bureau, children[:1])
    rules.settle_days(
        by=SYSTEM,
        organisation=bureau["county"],
        kind="holiday",
        first=WEEK[4],
        last=WEEK[4],
        name="暴雨停课",
        source="通知（虚构）",
    )
    (run,) = absences.absent_runs(SYSTEM, MONDAY)
    assert run.days == 1
    (rate,) = sheet.rates([bureau["class"].pk], WEEK[0], MONDAY).values()
    assert rate.due == 8


# --- the database keeps it ---------------------------------------------------------------------------


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_eight_posts_of_the_same_class_at_once_are_one(real_bureau) -> None:
    children = pupils(real_bureau)
    key = uuid4()

    def one(n: int) -> int:
        try:
            return call(real_bureau, children[:1], key=key if n % 2 else uuid4()).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(one, range(8)))) == 1
    assert (Call.objects.count(), Mark.objects.count()) == (1, 1)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_eight_corrections_at_once_are_all_kept_and_one_counts(real_bureau) -> None:
    children = pupils(real_bureau)

    def one(n: int) -> None:
        try:
            call(real_bureau, children[n : n + 1], came={c.pk for c in children})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    assert sorted(Call.objects.values_list("revision", flat=True)) == list(range(1, 9))
    assert Call.objects.filter(replaced_at__isnull=True).count() == 1


@pytest.mark.both_databases
def test_the_database_lets_no_second_call_count(bureau) -> None:
    pupils(bureau)
    first = call(bureau)
    again = {
        "school_class": bureau["class"],
        "day": MONDAY,
        "half": "am",
        "expected": 8,
        "noted_at": timezone.now(),
        "at": timezone.now(),
    }
    for wrong in (
        {"key": uuid4(), "revision": 2},
        {"key": uuid4(), "revision": 1, "replaced_at": timezone.now()},
        {"key": first.key, "revision": 2, "replaced_at": timezone.now()},
        {"key": uuid4(), "revision": 2, "replaced_at": timezone.now() - dt.timedelta(1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.create(**again, **wrong)


@pytest.mark.both_databases
def test_questions_read_on_both_databases(bureau) -> None:
    children = pupils(bureau)
    call(bureau, children[:1], day=WEEK[4])
    call(bureau, children[:1])
    assert len(absences.absent_runs(SYSTEM, MONDAY)) == 1
    assert len(told()) == 8
    assert len(told(known_on=MONDAY)) == 8
    assert queries.sizes(MONDAY) == {bureau["class"].pk: 8}
    rows = queries.school_days(bureau["county_officer"], MONDAY, "am")
    assert [(one.classes, one.called, one.absent, one.here) for one in rows] == [(1, 1, 1, 7)]
    # The class of nobody is nobody's to call; over many schools pupils are not counted one by one.
    assert queries.uncalled(bureau["school_head"], MONDAY, "am") == 0
    assert queries.uncalled(bureau["school_head"], WEEK[3], "am") == 1
    assert queries.uncalled(bureau["city_officer"], MONDAY, "am") == 2


# --- what follows ------------------------------------------------------------------------------------


def test_a_long_absence_opens_one_case_and_coming_back_is_noted(bureau) -> None:
    children = pupils(bureau)
    for day in WEEK[3:]:
        call(bureau, children[:1], day=day)
    assert jobs.follow(WEEK[4]).opened == ()
    call(bureau, children[:2])
    (key,) = jobs.follow(MONDAY).opened
    case = Case.objects.get(pk=key)
    assert (case.subject, case.kind) == (children[0].pk, "absent")
    ground = Ground.objects.get(case=case)
    assert "连续3个校日无故未到" in ground.reason
    assert (ground.since, ground.seen_on) == (WEEK[3], MONDAY)
    assert jobs.follow(MONDAY).opened == ()
    night.night(MONDAY)
    assert Case.objects.count() == 1
    call(bureau, half="pm", came={child.pk for child in children})
    jobs.follow(MONDAY)
    case.refresh_from_db()
    assert case.is_active  # closing needs evidence and a person
    assert Ground.objects.get(case=case).gone_on == MONDAY


def test_a_roll_call_asks_for_the_follow_up_once(
    bureau, django_capture_on_commit_callbacks
) -> None:
    children = pupils(bureau)
    waiting = DBTaskResult.objects.filter(task_path=jobs.follow_up.module_path)
    with django_capture_on_commit_callbacks(execute=True):
        call(bureau, children[:1], day=WEEK[3])
    assert not waiting.exists()
    with django_capture_on_commit_callbacks(execute=True):
        call(bureau, day=WEEK[4])
        call(bureau)
    assert waiting.count() == 1


@pytest.mark.both_databases
def test_the_figures_of_a_morning_add_up(bureau) -> None:
    rows = [row(n, f"邻班{n}", class_name="2班", guardian_id=None) for n in (11, 12)]
    rows += [row(n, NAMES[n - 1], guardian_id=None) for n in range(1, 9)]
    taken_in(bureau, rows, "roll")
    children = list(Child.objects.exclude(name__startswith="邻班"))
    call(bureau, {children[0].pk: "", children[1].pk: "sick", children[2].pk: "late"})
    counted = {
        name: figures.value(figures.figures()[f"attendance.{name}"], on=MONDAY)
        for name in ("expected", "present", "missing", "not_called")
    }
    counts = {name: value.count for name, value in counted.items()}
    assert counts == {"expected": 10, "present": 6, "missing": 2, "not_called": 2}
    assert sorted(counted["missing"].parts["state"]) == [("无故未到", 1), ("请假", 1)]
    before = figures.value(figures.figures()["attendance.missing"], on=MONDAY, known_on=WEEK[4])
    assert before.count == 0
