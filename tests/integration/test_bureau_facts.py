"""What people tells the kernel: true, false and unknown, on a day, as known on a day."""

from __future__ import annotations

import datetime as dt

import pytest
from invented_children import OCTOBER, SEPTEMBER, row, taken_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people import actions
from notoneless.bureau.people.facts import facts
from notoneless.bureau.people.models import Child

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

TODAY = dt.date(2026, 10, 31)


def known(child: Child, on: dt.date = TODAY, **more) -> dict[str, object]:
    found = {one["child"]: one for one in facts(on=on, **more).to_pylist()}
    return found.get(child.pk, {})


def a_child(bureau) -> Child:
    taken_in(bureau, [row(1)])
    return Child.objects.get()


def test_nothing_is_known_without_lists(bureau) -> None:
    child = a_child(bureau)
    told = known(child)
    assert told["birth_date"] == dt.date(2015, 3, 12)
    assert (told["sex"], told["in_register"]) == ("F", True)
    unknown = {name for name, value in told.items() if value is None}
    assert {
        "on_roll",
        "stage",
        "boards",
        "attendance",
        "excuse",
        "gone",
        "disabled",
        "orphan",
    } <= unknown


def test_on_a_list_not_on_it_and_not_covered(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石"), row(3, "王河", township="没有的镇", village="")])
    listed, here, there = Child.objects.order_by("pk")
    taken_in(bureau, [{"row": 5, "child": listed.pk, "name": "陈小禾"}], "rural_minimum",
             whole=False, covers=[bureau["township"]])  # fmt: skip
    told = [known(child)["rural_minimum"] for child in (listed, here, there)]
    assert told == [True, False, None]


def test_a_doubtful_match_is_unknown(bureau) -> None:
    child = a_child(bureau)
    other = [{"row": 5, "child": None, "name": "无名"}]
    taken_in(bureau, other, "rural_minimum")
    assert known(child)["rural_minimum"] is False
    assert known(child, doubted=[(child.pk, "rural_minimum")])["rural_minimum"] is None


def test_the_roll_tells_the_seat(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")])
    pupil, other = Child.objects.order_by("pk")
    taken_in(bureau, [row(1, child=pupil.pk)], "roll")
    told = known(pupil)
    assert [told[name] for name in ("on_roll", "stage", "grade", "boards", "roll_state")] == [
        True, "primary", 1, False, "enrolled"]  # fmt: skip
    assert known(other)["on_roll"] is False


def test_one_schools_roll_does_not_say_who_is_on_none(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")])
    pupil, other = Child.objects.order_by("pk")
    school = [row(1, child=pupil.pk)]
    taken_in(bureau, school, "roll", whole=False, covers=[bureau["school"]])
    assert known(other)["on_roll"] is None
    sibling = [row(7, "二小学生", school="甲县二小")]
    taken_in(bureau, sibling, "roll", whole=False, covers=[bureau["sibling school"]])
    assert known(other)["on_roll"] is False


def test_who_was_not_called(bureau) -> None:
    taken_in(bureau, [row(number) for number in range(1, 5)], "roll")
    pupils = list(Child.objects.order_by("pk"))
    sheet = [{"row": 3, "child": one.pk, "name": "x", "school": "甲县一小", "attendance": "present",
              "call_date": dt.date(2026, 9, 22)} for one in pupils[:3]]  # fmt: skip
    taken_in(bureau, sheet, "rollcall", dt.date(2026, 9, 22))
    assert [known(one)["attendance"] for one in pupils] == ["present"] * 3 + ["not_called"]
    later = [{**line, "call_date": OCTOBER} for line in sheet[1:]]
    taken_in(bureau, later, "rollcall", OCTOBER)
    assert known(pupils[0])["attendance"] == "not_called"
    assert known(pupils[0], on=dt.date(2026, 9, 30))["attendance"] == "present"


def test_an_exemption_by_a_person(bureau) -> None:
    child = a_child(bureau)
    actions.add_exemption(by=bureau["owner"], child=child, excuse="exempt", valid_from=SEPTEMBER,
                          until=dt.date(2027, 8, 31), document="甲教〔2026〕7号")  # fmt: skip
    told = known(child)
    assert (told["excuse"], told["excuse_until"]) == ("exempt", dt.date(2027, 8, 31))


def test_a_later_list_does_not_change_what_was_true_before(bureau) -> None:
    child = a_child(bureau)
    taken_in(bureau, [{"row": 5, "child": child.pk, "name": "陈小禾"}], "rural_minimum")
    taken_in(bureau, [{"row": 5, "child": None, "name": "别人"}], "rural_minimum", OCTOBER)
    assert known(child)["rural_minimum"] is False
    assert known(child, on=SEPTEMBER)["rural_minimum"] is True


def test_a_correction_does_not_change_what_was_known(bureau, time_goes_on) -> None:
    child = a_child(bureau)
    first = time_goes_on(days=1)
    born = dt.date(2015, 3, 21)
    actions.correct_identity(by=bureau["owner"], child=child, reason="见户口簿", birth_date=born)
    now = time_goes_on(days=1)
    assert known(child, on=now)["birth_date"] == born
    assert known(child, on=now, known_on=now)["birth_date"] == born
    assert known(child, on=first, known_on=first)["birth_date"] == dt.date(2015, 3, 12)


def test_what_a_merge_made_was_not_known_before(bureau, time_goes_on) -> None:
    taken_in(bureau, [row(1)])
    taken_in(bureau, [row(2, "陈小禾", id_number=None)], "roll")
    child, other = Child.objects.order_by("pk")
    first = time_goes_on(days=1)
    actions.merge(by=SYSTEM, child=other, into=child, reason="同一人")
    now = time_goes_on(days=1)
    assert known(child, on=now)["on_roll"] is True
    assert known(child, on=now, known_on=now)["on_roll"] is True
    assert known(other, on=now) == {}
    assert known(child, on=now, known_on=first)["on_roll"] is False
    assert known(other, on=now, known_on=first)["on_roll"] is True
