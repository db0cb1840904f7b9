"""A case is closed as back in class only where roll-calls show the child there, or a person says why not."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone
from invented_bureau import Bureau, logged_in
from invented_cases import opening
from invented_children import taken_in
from invented_class import MONDAY, noon, pupils

from notoneless.bureau.attendance import actions as attendance
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions, presence
from notoneless.bureau.cases.models import Case
from notoneless.bureau.cases.moves import Told
from notoneless.bureau.people import actions as people
from notoneless.bureau.rules import actions as rules
from notoneless.faults import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
WATCHED = dt.date(2026, 11, 2)
WEEK = [dt.date(2026, 11, day) for day in (16, 17, 18, 19, 20)]


@pytest.fixture(autouse=True)
def it_is_monday_noon(monkeypatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: noon(MONDAY, 12))


def watched(bureau: Bureau, state: str = "watched", since: dt.date = WATCHED):
    """A child whose case is in this state; somebody else than the officer has written last."""
    child, other = pupils(bureau, 2)
    actions.open_cases(by=SYSTEM, openings=[opening(child, on=since)])
    case = Case.objects.get()
    actions.write_contact(by=bureau["township_cadre"], case=case, key=uuid.uuid4(), at=noon(since),
                          way="home", whom="mother", text="到家", result="promised")  # fmt: skip
    Case.objects.filter(pk=case.pk).update(state=state, state_since=since)
    case.refresh_from_db()
    return child, other, case


def call(
    bureau: Bureau, day: dt.date, *absent, half: str = "am", reason: str = "", came=()
) -> None:
    attendance.call(by=SYSTEM, school_class=bureau["class"], day=day, half=half, came=came,
                    absent={child.pk: reason for child in absent})  # fmt: skip


def close(bureau: Bureau, case: Case, **told: str) -> Case:
    return actions.move(by=bureau["county_officer"], case=case, way="close", seen="watched",
                        told=Told(on=MONDAY, word="稳定了", **told))  # fmt: skip


def test_nobody_is_in_class_because_somebody_says_so(bureau: Bureau) -> None:
    """No roll-call, no closing; with a sentence why not it closes, and the timeline keeps both."""
    _, _, case = watched(bureau)
    with pytest.raises(Refusal, match="B603"):
        close(bureau, case)
    done = close(bureau, case, instead="在特教学校，点名不在本系统")
    assert done.state == "closed"
    said = done.entries.get(kind="moved").text.reveal()
    assert "到校0天" in said
    assert "在特教学校" in said


def test_five_days_in_class_close_a_case(bureau: Bureau) -> None:
    child, _, case = watched(bureau)
    for day in WEEK[:4]:
        call(bureau, day)
    with pytest.raises(Refusal, match="B603"):
        close(bureau, case)
    call(bureau, WEEK[4])
    assert presence.class_days(child.pk, WATCHED, MONDAY) == (set(WEEK), set())
    assert "到校5天" in close(bureau, case).entries.get(kind="moved").text.reveal()


def test_one_day_missed_without_leave_is_asked_about(bureau: Bureau) -> None:
    child, _, case = watched(bureau)
    for day in WEEK:
        call(bureau, day, came=[child.pk])
    call(bureau, MONDAY, child)
    assert presence.class_days(child.pk, WATCHED, MONDAY) == (set(WEEK), {MONDAY})
    with pytest.raises(Refusal, match="B603"):
        close(bureau, case)
    call(bureau, MONDAY, child, reason="sick")  # corrected: the mother had called
    assert presence.class_days(child.pk, WATCHED, MONDAY) == (set(WEEK), set())
    assert close(bureau, case).state == "closed"


def test_half_a_day_is_neither(bureau: Bureau) -> None:
    child, _, _ = watched(bureau)
    call(bureau, WEEK[0], child)
    call(bureau, WEEK[0], half="pm", came=[child.pk])
    assert presence.class_days(child.pk, WATCHED, MONDAY) == (set(), set())


def naive_days(child: int, _first: dt.date, _last: dt.date):
    """The mutant: whoever is not marked was there."""
    from notoneless.bureau.attendance.models import Call, Mark

    marked = Mark.objects.filter(child=child).values("call")
    return set(Call.objects.exclude(pk__in=marked).values_list("day", flat=True)), set()


@pytest.mark.parametrize("naive", [False, True])
def test_whom_nobody_expects_was_not_seen(bureau: Bureau, naive: bool) -> None:
    """Excused until Wednesday, the calls that miss nobody say nothing of the child."""
    child, _, _ = watched(bureau)
    people.add_exemption(by=SYSTEM, child=child, excuse="suspended", valid_from=WATCHED,
                         until=WEEK[2], document="休1号")  # fmt: skip
    for day in WEEK:
        call(bureau, day)
    counted = naive_days if naive else presence.class_days
    here, _ = counted(child.pk, WATCHED, MONDAY)
    assert (here == set(WEEK[3:])) is not naive


def test_lists_of_other_systems_count_as_well(bureau: Bureau) -> None:
    from invented_children import row

    child, *_ = watched(bureau)
    for day, word in ((WEEK[0], "present"), (WEEK[1], "absent")):
        listed = row(1, child.name, child=child.pk, guardian_id=None, attendance=word)
        taken_in(bureau, [listed], "rollcall", day)
    assert presence.class_days(child.pk, WATCHED, MONDAY) == ({WEEK[0]}, {WEEK[1]})


def test_the_days_are_the_county_s(bureau: Bureau) -> None:
    _, _, case = watched(bureau, "returned", WEEK[0])
    place = {"case": case, "way": "place", "seen": "returned", "by": bureau["school_head"]}
    told = Told(on=MONDAY, placement="same")
    with pytest.raises(Refusal, match="B603"):
        actions.move(told=told, **place)
    rules.settle(by=SYSTEM, organisation=bureau["county"], key="cases.back_days", value=0,
                 valid_from=WATCHED, source="县定")  # fmt: skip
    assert actions.move(told=told, **place).state == "watched"


def test_the_pages_say_what_roll_calls_show(bureau: Bureau) -> None:
    _, _, case = watched(bureau)
    call(bureau, WEEK[0])
    client = logged_in(bureau["county_officer"])
    assert "到校1天" in client.get(f"/cases/{case.pk}").content.decode()
    path = f"/cases/{case.pk}/move/close"
    assert "到校1天" in client.get(path).content.decode()
    asked = {"seen": "watched", "on": str(MONDAY), "word": "稳定"}
    assert "B603" in client.post(path, asked).content.decode()
    assert client.post(path, asked | {"instead": "学校证明"}).status_code == 302
