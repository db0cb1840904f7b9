"""Early warning: points that add up, words that say why, delicate signs for few, and nothing that acts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone
from invented_bureau import logged_in
from invented_children import row, taken_in
from invented_class import MONDAY, NAMES, noon

from notoneless.bureau.attendance import actions, warning
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases.models import Case
from notoneless.bureau.people.models import Child
from notoneless.calendar import SchoolCalendar


@pytest.fixture
def three(bureau, monkeypatch) -> list[Child]:
    """Of eight: one missed a quarter and is two years too old, one missed a tenth, one is left behind."""
    monkeypatch.setattr(timezone, "now", lambda: noon(MONDAY, 12))
    rows = [
        row(n, NAMES[n - 1], guardian_id=None, birth_date=dt.date(2020, 3, 1), left_behind=n == 3)
        for n in range(1, 9)
    ]
    rows[0] |= {"birth_date": dt.date(2017, 8, 31)}
    taken_in(bureau, rows, "roll")
    found = [Child.objects.get(name=name) for name in NAMES[:3]]
    days = SchoolCalendar().days(dt.date(2026, 11, 2), MONDAY)
    for n, day in enumerate(days):
        marks = {found[0].pk: "sick"} if n < 4 else {}
        marks |= {found[1].pk: ""} if n < 2 else {}
        actions.call(
            by=SYSTEM, school_class=bureau["class"], day=day, half="am", absent=marks,
            came={child.pk for child in found} - marks.keys(),
        )  # fmt: skip
    return found


def test_points_add_up_and_say_why(bureau, three) -> None:
    (one,) = warning.warnings(bureau["county_officer"], MONDAY)
    assert (one.child, one.points) == (three[0].pk, 6)
    assert one.words == "近60天缺了一成以上的课 +2；缺课到了两成 +2；比同年级的孩子大两岁以上 +2"
    assert not Case.objects.exists()


def test_a_delicate_sign_counts_only_for_who_may_see_it(bureau, three, monkeypatch) -> None:
    low = replace(warning.table(), look_from=1)
    monkeypatch.setattr(warning, "table", lambda: low)

    def named(who) -> dict[int, int]:
        return {one.child: one.points for one in warning.warnings(bureau[who], MONDAY)}

    keys = [child.pk for child in three]
    assert named("county_officer") == dict(zip(keys, (6, 2, 1), strict=True))
    assert named("class_teacher") == dict(zip(keys[:2], (6, 2), strict=True))
    assert named("stranger") == {}


def test_a_share_of_few_days_says_nothing(bureau, three) -> None:
    early = dt.date(2026, 11, 6)  # five days called, four of them missed
    assert warning.warnings(SYSTEM, early) == []


def test_it_is_held_against_what_happened(bureau, three) -> None:
    from notoneless.bureau.cases import actions as cases
    from notoneless.bureau.cases.openings import Opening

    before = warning.measure(bureau["county_officer"], MONDAY - dt.timedelta(days=5), MONDAY)
    assert (before.named, before.cases, before.sensitivity, before.pupils) == (1, 0, None, 8)
    for child in three[:2]:
        cases.open_cases(
            by=SYSTEM,
            openings=[Opening(child.pk, "absent", "in_class", "rollcall", MONDAY)],
        )
    after = warning.measure(bureau["county_officer"], MONDAY - dt.timedelta(days=5), MONDAY)
    stranger = warning.measure(bureau["stranger"], MONDAY - dt.timedelta(days=5), MONDAY)
    assert (stranger.named, stranger.cases, stranger.pupils) == (0, 0, 0)
    assert (after.right, after.cases, after.sensitivity, after.precision) == (1, 2, 50, 100)


def test_the_page(bureau, three) -> None:
    page = logged_in(bureau["county_officer"]).get("/attendance/warnings").content.decode()
    assert "缺课到了两成 +2" in page
    assert "不立案" in page
    assert "Philadelphia" in page
    assert "这学期准不准" in page
    assert (
        three[0].name
        not in logged_in(bureau["stranger"]).get("/attendance/warnings").content.decode()
    )
    assert logged_in(bureau["roll_keeper"]).get("/attendance/warnings").status_code == 403
