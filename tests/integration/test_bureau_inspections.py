"""Checks of schools: every class counted and signed; spot checks that nobody can steer."""

import datetime as dt
import hashlib

import pytest
from django.utils import timezone
from invented_bureau import logged_in
from invented_children import number, row, taken_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases.models import Case
from notoneless.bureau.inspections import actions, queries, sampling
from notoneless.bureau.inspections.models import ClassCount, Finding, Signature, SpotCheck, Unit
from notoneless.bureau.people.models import Child
from notoneless.calendar import term_on
from notoneless.faults import Refusal

NAMES = ("陈小禾", "李小麦", "王小豆")


@pytest.fixture
def school(bureau):
    """Three children in one class, one in the next."""
    rows = [
        row(one, name, id_number=number(one), class_name="1班") for one, name in enumerate(NAMES, 1)
    ]
    rows.append(row(9, "赵小稻", id_number=number(9), class_name="2班"))
    taken_in(bureau, rows, "roll")
    assert Child.objects.filter(school=bureau["class"]).count() == 3
    return bureau


def begun(bureau):
    day = timezone.localdate()
    return actions.open_campaign(
        by=bureau["county_officer"],
        county=bureau["county"],
        term=term_on(day),
        begins=day,
        ends=day + dt.timedelta(days=10),
    )


def codes(caught) -> set[str]:
    return {fault.code for fault in caught.value.faults}


def test_a_school_signs_when_every_class_is_counted_and_each_suspected_child_gets_a_case(school):
    campaign = begun(school)
    child = Child.objects.get(name="李小麦")
    actions.count_class(
        by=school["class_teacher"],
        campaign=campaign,
        school_class=school["class"],
        not_here={child.pk: "suspected"},
        extra=1,
    )
    with pytest.raises(Refusal) as lacking:
        actions.sign_school(by=school["school_head"], campaign=campaign, school=school["school"])
    assert codes(lacking) == {"I106"}
    assert not Case.objects.exists()
    actions.count_class(
        by=school["roll_keeper"],
        campaign=campaign,
        school_class=school["sibling class"],
        not_here={},
    )
    signed = actions.sign_school(
        by=school["school_head"], campaign=campaign, school=school["school"]
    )
    assert (signed.expected, signed.present, signed.suspected) == (4, 3, 1)
    case = Case.objects.get()
    assert (case.child_id, case.kind, case.source) == (child.pk, "absent", "check")
    with pytest.raises(Refusal) as again:
        actions.sign_school(by=school["school_head"], campaign=campaign, school=school["school"])
    assert codes(again) == {"I104"}
    with pytest.raises(Refusal) as late:
        actions.count_class(
            by=school["class_teacher"], campaign=campaign, school_class=school["class"], not_here={}
        )
    assert codes(late) == {"I104"}


def test_a_second_count_replaces_the_first_which_stays_in_the_history(school):
    campaign = begun(school)
    child = Child.objects.get(name="陈小禾")
    for kind in ("leave", "at_home"):
        actions.count_class(
            by=school["class_teacher"],
            campaign=campaign,
            school_class=school["class"],
            not_here={child.pk: kind},
        )
    standing = queries.standing_count(campaign, school["class"])
    assert [row.kind for row in standing.missing.all()] == ["at_home"]
    assert ClassCount.objects.count() == 2
    state = queries.school_state(campaign, school["school"])
    assert (state.expected, state.present, len(state.waiting)) == (4, 2, 1)


def test_only_children_of_the_class_and_only_in_its_days(school):
    campaign = begun(school)
    other = Child.objects.get(name="赵小稻")
    with pytest.raises(Refusal) as stranger:
        actions.count_class(
            by=school["class_teacher"],
            campaign=campaign,
            school_class=school["class"],
            not_here={other.pk: "leave"},
        )
    assert codes(stranger) == {"I105"}
    with pytest.raises(Refusal) as early:
        actions.count_class(
            by=school["class_teacher"],
            campaign=campaign,
            school_class=school["class"],
            not_here={},
            on=campaign.begins - dt.timedelta(days=1),
        )
    assert codes(early) == {"I103"}


def test_one_campaign_a_term(school):
    begun(school)
    with pytest.raises(Refusal) as twice:
        begun(school)
    assert codes(twice) == {"I101"}


def planned(bureau, size=1):
    return actions.plan_spot_check(
        by=bureau["county_officer"],
        organisation=bureau["county"],
        day=timezone.localdate() + dt.timedelta(days=1),
        size=size,
    )


def test_the_sample_is_closed_until_its_day_and_anyone_can_draw_it_again(school):
    check = planned(school, size=2)
    page = logged_in(school["county_officer"]).get(f"/inspections/spot/{check.pk}")
    seed = check.seed.reveal()
    assert check.commitment in page.content.decode()
    assert seed not in page.content.decode()
    frame = logged_in(school["auditor"]).get(f"/inspections/spot/{check.pk}/frame.txt")
    assert seed not in frame.content.decode()
    with pytest.raises(Refusal) as early:
        actions.draw_sample(by=school["county_officer"], spot_check=check)
    assert codes(early) == {"I108"}
    units = actions.draw_sample(by=school["county_officer"], spot_check=check, on=check.day)
    text = logged_in(school["auditor"]).get(f"/inspections/spot/{check.pk}/frame.txt")
    assert hashlib.sha256(text.content).hexdigest() == check.commitment
    opened, _, listed = text.content.decode().partition("\n")
    again = sampling.draw(opened, listed, check.size)
    assert [one.key for one in again] == [unit.school_class_id for unit in units]
    with pytest.raises(Refusal) as twice:
        actions.draw_sample(by=school["county_officer"], spot_check=check, on=check.day)
    assert codes(twice) == {"I109"}


def test_the_frame_stays_as_it_was_when_the_check_was_planned(school):
    check = planned(school)
    rows = [row(one, f"新生{one}", id_number=number(one)) for one in range(20, 30)]
    taken_in(school, rows, "roll", dt.date(2026, 10, 8))
    check.refresh_from_db()
    assert sampling.commitment(check.seed.reveal(), check.frame) == check.commitment


def test_a_result_opens_a_case_asks_for_correction_and_closes_once_whole(school):
    check = planned(school, size=2)
    actions.draw_sample(by=school["county_officer"], spot_check=check, on=check.day)
    unit = Unit.objects.get(school_class=school["class"])
    child = Child.objects.get(name="王小豆")
    with pytest.raises(Refusal) as wrong:
        actions.enter_result(
            by=school["county_officer"], unit=unit, counted=3, unexplained=1, visitors="某甲、某乙"
        )
    assert codes(wrong) == {"I110"}
    actions.enter_result(
        by=school["county_officer"],
        unit=unit,
        counted=2,
        unexplained=1,
        visitors="某甲、某乙",
        findings=[
            actions.Found("not_here", "没有来", child.pk),
            actions.Found("record", "花名册少一页"),
        ],
    )
    assert Case.objects.get().child_id == child.pk
    with pytest.raises(Refusal) as open_units:
        actions.close_spot_check(by=school["county_officer"], spot_check=check)
    assert codes(open_units) == {"I111"}
    due = queries.findings(school["school_head"])
    assert due.count() == 2
    page = logged_in(school["school_head"]).get("/inspections/findings")
    assert page.status_code == 200
    actions.correct(by=school["school_head"], finding=due[0], words="补齐了")
    assert queries.findings(school["school_head"]).count() == 1
    other = Unit.objects.get(school_class=school["sibling class"])
    actions.enter_result(
        by=school["county_officer"], unit=other, counted=1, unexplained=0, visitors="某甲"
    )
    check.refresh_from_db()
    actions.close_spot_check(by=school["county_officer"], spot_check=check)
    told = queries.estimated(check)
    assert (told.low, told.high) == (1, 1)


def test_a_stranger_finds_nothing(school):
    campaign, check = begun(school), planned(school)
    actions.draw_sample(by=SYSTEM, spot_check=check, on=check.day)
    unit = Unit.objects.first()
    finding = Finding.objects.create(unit=unit, kind="other", text="x", due=check.day)
    stranger, owner = logged_in(school["stranger"]), logged_in(school["owner"])
    for path in (
        f"/inspections/{campaign.pk}",
        f"/inspections/{campaign.pk}/missing",
        f"/inspections/{campaign.pk}/schools/{school['school'].pk}",
        f"/inspections/spot/{check.pk}",
        f"/inspections/spot/{check.pk}/frame.txt",
        f"/inspections/spot/units/{unit.pk}",
    ):
        assert stranger.get(path).status_code == 404, path
        assert owner.get(path).status_code == 200, path
    head = logged_in(school["school_head"])
    assert head.get(f"/inspections/findings/{finding.pk}").status_code == 200
    for person in ("school_head_乙",):
        told = logged_in(school[person]).get(f"/inspections/findings/{finding.pk}")
        assert told.status_code == 404


def test_the_pages_take_a_whole_campaign(school):
    campaign = begun(school)
    teacher = logged_in(school["class_teacher"])
    place, child = school["class"], Child.objects.get(name="李小麦")
    path = f"/inspections/{campaign.pk}/classes/{place.pk}"
    assert "李小麦" in teacher.get(path).content.decode()
    assert teacher.post(path, {f"child{child.pk}": "leave", "extra": "0"}).status_code == 302
    page = teacher.get(f"/inspections/{campaign.pk}/schools/{place.parent_id}").content.decode()
    assert "一年级2班" not in page  # another teacher's class
    head = logged_in(school["school_head"])
    school_page = f"/inspections/{campaign.pk}/schools/{place.parent_id}"
    refused = head.post(school_page).content.decode()
    assert "一年级2班" in refused
    head.post(f"/inspections/{campaign.pk}/classes/{school['sibling class'].pk}", {"extra": "0"})
    assert head.post(school_page).status_code == 302
    assert Signature.objects.get().present == 3
    officer = logged_in(school["county_officer"])
    listed = officer.get(f"/inspections/{campaign.pk}/missing").content.decode()
    assert "李小麦" in listed
    assert officer.get("/inspections").status_code == 200
    assert officer.get("/").status_code == 200
    posted = officer.post(
        "/inspections/spot",
        {"organisation": school["county"].pk, "day": timezone.localdate().isoformat(), "size": "2"},
    )
    check = SpotCheck.objects.get()
    assert posted.url == f"/inspections/spot/{check.pk}"
    assert officer.post(posted.url).status_code == 302
    unit = Unit.objects.get(school_class=place)
    done = officer.post(
        f"/inspections/spot/units/{unit.pk}",
        {"counted": "2", "unexplained": "1", "visitors": "某甲", "not_there": [child.pk]},
    )
    assert done.status_code == 302
    assert Case.objects.get().child_id == child.pk


@pytest.mark.both_databases
def test_eight_signatures_at_once_are_one(real_bureau):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    rows = [row(1, class_name="1班")]
    taken_in(real_bureau, rows, "roll")
    campaign = begun(real_bureau)
    actions.count_class(
        by=SYSTEM, campaign=campaign, school_class=real_bureau["class"], not_here={}
    )

    def sign(_number):
        try:
            actions.sign_school(by=SYSTEM, campaign=campaign, school=real_bureau["school"])
            return "signed"
        except Refusal as why:
            return why.faults[0].code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(sign, range(8)))
    assert sorted(told) == ["I104"] * 7 + ["signed"]
