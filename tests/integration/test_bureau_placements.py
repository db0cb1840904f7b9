"""Disabled children to a place, migrant children to a school, and what both tell the rules."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone
from invented_bureau import logged_in
from invented_children import number, row, taken_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people.models import Child, Circumstance
from notoneless.bureau.placements import actions, facts, queries
from notoneless.bureau.placements.models import Admission, Kind, Placement, Visit
from notoneless.bureau.rules import actions as rules
from notoneless.bureau.sweeps import actions as sweeps
from notoneless.faults import Refusal

TODAY = dt.date(2026, 9, 21)


@pytest.fixture
def children(bureau):
    """Two children of the register, one of them on the federation's list; nobody is on a roll."""
    rows = [row(1, "陈小禾"), row(2, "李小麦", id_number=number(2))]
    taken_in(bureau, rows, "census")
    first = Child.objects.get(name="陈小禾")
    taken_in(bureau, [], "roll")
    taken_in(
        bureau,
        [{"row": 4, "child": first.pk, "name": "陈小禾", "id_number": number(1)}],
        "disabled",
    )
    return bureau, first


def codes(caught) -> set[str]:
    return {fault.code for fault in caught.value.faults}


def verdict(child: Child) -> str:
    sweeps.sweep(by=SYSTEM, on=TODAY, cause="asked")
    return (
        child.standings.get(until__isnull=True)
        .pattern.outcomes.get(guarantee=queries.GUARANTEE)
        .verdict
    )


def test_a_place_closes_the_gap_and_its_end_opens_it_again(children):
    bureau, child = children
    assert verdict(child) == "gap"
    officer = bureau["county_officer"]
    placed = actions.place(
        by=officer, child=child, kind="home", school=bureau["school"], first=dt.date(2026, 9, 1)
    )
    assert verdict(child) == "kept"
    assert [one.pk for one in queries.disabled(officer, "kept")] == [child.pk]
    with pytest.raises(Refusal) as twice:
        actions.place(
            by=officer, child=child, kind="regular_class", school=bureau["school"], first=TODAY
        )
    assert codes(twice) == {"P101"}
    actions.end_placement(by=officer, placement=placed, last=dt.date(2026, 9, 20))
    assert verdict(child) == "gap"
    assert queries.disabled(officer, "gap", unplaced=True).count() == 1


@pytest.mark.parametrize("kind", list(Kind.values))
def test_every_kind_of_place_is_one_the_rules_know(children, kind):
    bureau, child = children
    actions.place(by=SYSTEM, child=child, kind=kind, school=bureau["school"], first=TODAY)
    assert facts.facts(on=TODAY)["placement"].to_pylist() == [kind]
    assert facts.facts(on=TODAY - dt.timedelta(days=1)).num_rows == 0
    assert verdict(child) == "kept"


def test_what_was_known_then(children, monkeypatch):
    bureau, child = children
    placed = actions.place(
        by=SYSTEM, child=child, kind="home", school=bureau["school"], first=TODAY
    )
    long_ago = timezone.localdate() - dt.timedelta(days=30)
    assert facts.facts(on=TODAY, known_on=long_ago).num_rows == 0
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + dt.timedelta(days=40))
    actions.end_placement(by=SYSTEM, placement=placed, last=TODAY)
    later = TODAY + dt.timedelta(days=1)
    assert facts.facts(on=later).num_rows == 0
    today = timezone.localdate() - dt.timedelta(days=40)
    assert facts.facts(on=later, known_on=today).num_rows == 1


def test_deferral_excuses_until_its_day_and_has_one(children):
    _bureau, child = children
    with pytest.raises(Refusal) as endless:
        actions.give_opinion(
            by=SYSTEM, child=child, given_on=TODAY, advice="defer", document="甲特评〔2026〕3号"
        )
    assert codes(endless) == {"P103"}
    actions.give_opinion(
        by=SYSTEM,
        child=child,
        given_on=TODAY,
        advice="defer",
        document="甲特评〔2026〕3号",
        until=dt.date(2027, 8, 31),
    )
    assert Circumstance.objects.filter(kind="excused", value="deferred").count() == 1
    assert verdict(child) == "excused"


def test_lessons_at_home_against_the_plan(children):
    bureau, child = children
    teacher = bureau["county_officer"]
    placed = actions.place(
        by=SYSTEM, child=child, kind="home", school=bureau["school"], first=dt.date(2026, 9, 1)
    )
    key = uuid.uuid4()
    for _ in range(2):  # the phone sends it twice
        actions.write_visit(
            by=teacher,
            placement=placed,
            day=TODAY,
            minutes=120,
            teachers="某甲",
            content="识字",
            key=key,
        )
    assert Visit.objects.count() == 1
    actions.write_visit(
        by=teacher, placement=placed, day=TODAY, minutes=30, teachers="某甲", content="太短"
    )
    (told,) = queries.taught_at_home(teacher, TODAY)
    assert (told.done, told.wanted, told.lacking) == (1, 2, 1)
    assert queries.taught_at_home(teacher, dt.date(2026, 10, 5))[0].done == 0
    rules.settle(
        by=SYSTEM,
        organisation=bureau["county"],
        key="placements.visit_minutes",
        value=30,
        valid_from=dt.date(2026, 9, 1),
        source="本县规定",
    )
    assert queries.taught_at_home(teacher, TODAY)[0].lacking == 0
    with pytest.raises(Refusal) as before:
        actions.write_visit(
            by=teacher,
            placement=placed,
            day=dt.date(2026, 8, 1),
            minutes=120,
            teachers="x",
            content="x",
        )
    assert codes(before) == {"P105"}
    other = actions.place(
        by=SYSTEM,
        child=Child.objects.get(name="李小麦"),
        kind="regular_class",
        school=bureau["school"],
        first=TODAY,
    )
    with pytest.raises(Refusal) as not_home:
        actions.write_visit(
            by=teacher, placement=other, day=TODAY, minutes=120, teachers="x", content="x"
        )
    assert codes(not_home) == {"P104"}


def received(bureau, **more):
    told = {
        "name": "周小谷",
        "birth_date": dt.date(2017, 5, 1),
        "guardian": "周大谷",
        "phone": "13800001111",
        "origin": "other",
        "stage": "primary",
        "grade": 3,
    } | more
    return actions.receive(by=bureau["county_officer"], county=bureau["county"], **told)


ALL = ("household_book", "guardian_id", "residence_permit", "labour_contract")


def test_an_application_from_papers_to_a_place(bureau):
    officer = bureau["county_officer"]
    one = received(bureau, papers=("household_book",))
    assert one.state == "incomplete"
    with pytest.raises(Refusal) as early:
        actions.offer_place(by=officer, admission=one, school=bureau["school"], funding="public")
    assert codes(early) == {"P106"}
    actions.bring(by=officer, admission=one, papers=ALL)
    assert one.state == "complete"
    assert one.due is not None
    with pytest.raises(Refusal) as elsewhere:
        actions.offer_place(
            by=officer, admission=one, school=bureau["other school"], funding="public"
        )
    assert codes(elsewhere) == {"P107"}
    actions.offer_place(by=officer, admission=one, school=bureau["school"], funding="public")
    with pytest.raises(Refusal) as unknown:
        actions.enrol(by=officer, admission=one, child=None)
    assert codes(unknown) == {"P109"}
    taken_in(bureau, [row(5, "周小谷", birth_date=dt.date(2017, 5, 1))], "roll")
    page = logged_in(officer).post(f"/admissions/{one.pk}/enrol")
    assert page.status_code == 302
    one.refresh_from_db()
    assert one.state == "enrolled"
    child = Child.objects.get(name="周小谷")
    told = facts.facts(on=timezone.localdate())
    assert told.to_pylist() == [{"child": child.pk, "placement": None, "migrant": True}]


def test_a_transfer_needs_one_paper_more(bureau):
    one = received(bureau, transfer=True, papers=ALL)
    assert one.state == "incomplete"
    actions.bring(by=bureau["county_officer"], admission=one, papers=("old_school",))
    assert one.state == "complete"


def test_a_refusal_has_its_reason_and_ends_it(bureau):
    one = received(bureau, papers=ALL)
    with pytest.raises(Refusal) as silent:
        actions.refuse(by=bureau["county_officer"], admission=one, reason=" ")
    assert codes(silent) == {"P108"}
    actions.refuse(by=bureau["county_officer"], admission=one, reason="居住证不在本县")
    assert one.reason.reveal() == "居住证不在本县"
    with pytest.raises(Refusal):
        actions.withdraw(by=bureau["county_officer"], admission=one)


@pytest.mark.both_databases
def test_eight_places_offered_at_once_are_one(real_bureau):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    one = actions.receive(
        by=SYSTEM, county=real_bureau["county"], name="周小谷", birth_date=dt.date(2017, 5, 1),
        guardian="周大谷", phone="13800001111", origin="other", stage="primary", grade=3, papers=ALL,
    )  # fmt: skip

    def offer(_number):
        try:
            mine = Admission.objects.get(pk=one.pk)
            actions.offer_place(
                by=SYSTEM, admission=mine, school=real_bureau["school"], funding="public"
            )
            return "placed"
        except Refusal as why:
            return why.faults[0].code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(offer, range(8))) == ["P106"] * 7 + ["placed"]


@pytest.mark.both_databases
def test_two_places_for_one_child_at_once_are_refused(real_bureau):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    taken_in(real_bureau, [row(1)], "census")
    child = Child.objects.get()

    def give(kind):
        try:
            actions.place(
                by=SYSTEM, child=child, kind=kind, school=real_bureau["school"], first=TODAY
            )
            return "placed"
        except Refusal as why:
            return why.faults[0].code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(give, Kind.values)) == ["P101"] * 3 + ["placed"]
    assert Placement.objects.count() == 1


def test_pages_and_strangers(children):
    bureau, child = children
    sweeps.sweep(by=SYSTEM, on=TODAY, cause="asked")
    owner, stranger = logged_in(bureau["owner"]), logged_in(bureau["stranger"])
    listed = owner.get("/placements").content.decode()
    assert "陈小禾" in listed
    assert "李小麦" not in listed  # not disabled
    assert "陈小禾" not in stranger.get("/placements").content.decode()
    posted = owner.post(
        f"/placements/{child.pk}",
        {"form": "placement", "kind": "home", "school": bureau["school"].pk, "first": "2026-09-01"},
    )
    assert posted.status_code == 302
    placed = Placement.objects.get()
    assert "送教上门" in owner.get(f"/children/{child.pk}").content.decode()
    one = received(bureau)
    for path in (f"/placements/{child.pk}", f"/home-lessons/{placed.pk}", f"/admissions/{one.pk}"):
        assert owner.get(path).status_code == 200, path
        assert stranger.get(path).status_code == 404, path
    assert stranger.post(f"/placements/{placed.pk}/end", {"last": "2026-09-30"}).status_code == 404
    done = owner.post(
        f"/home-lessons/{placed.pk}",
        {
            "key": str(uuid.uuid4()),
            "day": "2026-09-21",
            "minutes": "120",
            "teachers": "某甲",
            "content": "识字",
        },
    )
    assert done.status_code == 302
    assert owner.post(f"/admissions/{one.pk}/place", {"brought": list(ALL)}).status_code == 302
    page = owner.get(f"/admissions/{one.pk}").content.decode()
    assert "13800001111" not in page
    assert owner.get("/admissions?state=complete").status_code == 200
    assert owner.get("/").status_code == 200
    teacher = logged_in(bureau["class_teacher"])
    assert teacher.get("/placements").status_code == 403
    posted = owner.post(
        "/admissions/new",
        {
            "county": bureau["county"].pk, "name": "吴小粟", "birth_date": "2018-02-03", "guardian": "吴大粟",
            "phone": "13800002222", "origin": "province", "stage": "primary", "grade": "2",
        },
    )  # fmt: skip
    assert posted.status_code == 302
    assert owner.post(f"/placements/{placed.pk}/end", {"last": "2026-09-30"}).status_code == 302
