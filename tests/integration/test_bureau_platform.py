"""The national platform's list: each row a case or an answer with what shows it; none lost, none twice."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
import python_calamine
from django.utils import timezone
from invented_bureau import Bureau, logged_in
from invented_children import number, row, taken_in
from invented_class import MONDAY, noon

from notoneless.bureau.attendance import actions as attendance
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.bureau.cases import jobs, platform
from notoneless.bureau.cases.models import Case
from notoneless.bureau.people import actions as people
from notoneless.bureau.people.models import Child

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def it_is_monday_noon(monkeypatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: noon(MONDAY, 12))


@pytest.fixture
def sent(bureau: Bureau) -> dict[str, Child]:
    """Five rows: in class, not in class, suspended with a paper, in no school, a stranger."""
    rows = [row(n, name, guardian_id=None) for n, name in enumerate("甲乙丙丁", 1)]
    taken_in(bureau, rows)
    known = {one.name: one for one in Child.objects.all()}
    taken_in(bureau, [one | {"child": known[one["name"]].pk} for one in rows[:3]], "roll")
    people.add_exemption(by=SYSTEM, child=known["丙"], excuse="suspended", document="休1号",
                         valid_from=dt.date(2026, 9, 1), until=dt.date(2027, 7, 1))  # fmt: skip
    attendance.call(by=SYSTEM, school_class=bureau["class"], day=MONDAY, half="am",
                    absent={known["乙"].pk: ""})  # fmt: skip
    listed = [
        row(n, name, child=known[name].pk, platform_number=f"P{n}")
        for n, name in enumerate("甲乙丙丁", 1)
    ]
    listed.append(row(9, "戊", platform_number="P9") | {"guardian_name": None})
    taken_in(bureau, listed, "platform", MONDAY)
    return {one.name: one for one in Child.objects.all()}


def told(bureau: Bureau) -> dict[str, tuple[str, bool]]:
    rows = list(platform.listed(bureau["county_officer"]))
    platform.tell(rows)
    return {
        row.child.person.name: (row.case.kind if row.case else row.answer.text, row.stranger)
        for row in rows
    }


def test_each_row_is_a_case_or_an_answer(bureau: Bureau, sent: dict[str, Child]) -> None:
    jobs.follow(MONDAY)
    assert told(bureau) == {
        "甲": ("在校：甲县一小1班", False),
        "乙": ("absent", False),
        "丙": ("依法不在校：休学", False),
        "丁": ("no_place", False),
        "戊": ("no_place", True),
    }
    case = Case.objects.get(child=sent["乙"])
    assert (case.source, case.platform_number, case.county) == ("platform", "P2", bureau["county"])
    assert "第5行" not in case.grounds.get().reason or case.grounds.get().reason


def test_again_changes_nothing(bureau: Bureau, sent: dict[str, Child]) -> None:
    jobs.follow(MONDAY)
    before = list(Case.objects.values_list("pk", "platform_number", "state"))
    for _ in range(2):
        assert jobs.follow(MONDAY).opened == ()
    assert list(Case.objects.values_list("pk", "platform_number", "state")) == before
    Case.objects.update(state="closed", closed_on=MONDAY, answer_until=MONDAY)
    later = MONDAY + dt.timedelta(days=200)
    assert jobs.follow(later).opened == (), "the row was answered by the case that was closed"


def test_a_case_that_was_there_before_gets_the_number(
    bureau: Bureau, sent: dict[str, Child]
) -> None:
    from invented_cases import opening

    from notoneless.bureau.cases import actions

    actions.open_cases(by=SYSTEM, openings=[opening(sent["乙"])])
    jobs.follow(MONDAY)
    case = Case.objects.get(child=sent["乙"])
    assert (case.source, case.platform_number) == ("sweep", "P2")
    assert {ground.source for ground in case.grounds.all()} == {"sweep", "platform"}


def test_two_rows_of_one_number_are_two_cases(bureau: Bureau) -> None:
    """A number is one case's; the other row is not lost for it."""
    rows = [row(n, name, platform_number="P1") for n, name in enumerate("甲乙", 1)]
    taken_in(bureau, rows, "platform", MONDAY)
    assert len(jobs.follow(MONDAY).opened) == 2
    assert sorted(Case.objects.values_list("platform_number", flat=True)) == ["", "P1"]


def test_the_pages(bureau: Bureau, sent: dict[str, Child]) -> None:
    jobs.follow(MONDAY)
    page = logged_in(bureau["county_officer"]).get("/cases/platform").content.decode()
    assert "点名2026-11-23到校" in page
    assert "都没有这个人" in page
    assert number(1) not in page
    assert "甲县一小" not in logged_in(bureau["stranger"]).get("/cases/platform").content.decode()
    empty = logged_in(bureau["stranger"]).get("/cases/platform").content.decode()
    assert "还没有接入" in empty


def test_the_list_handed_in_has_numbers_and_its_purpose_is_kept(
    bureau: Bureau, sent: dict[str, Child]
) -> None:
    jobs.follow(MONDAY)
    asked = {"county": bureau["county"].pk, "purpose": f"十一月上报 {number(1)}"}
    answer = logged_in(bureau["county_officer"]).post("/cases/platform/hand-in", asked)
    book = python_calamine.load_workbook(io.BytesIO(answer.content))
    heads, *rows = book.get_sheet_by_index(0).to_python()
    assert heads[:4] == ["国家平台编号", "本地案号", "学生姓名", "身份证件号"]
    assert [line[0] for line in rows] == ["P2", "P4", "P9"]
    assert rows[0][3] == number(2)
    event = Event.objects.get(verb="platform.list_given")
    assert "十一月上报" in event.purpose
    assert number(1) not in event.purpose + event.details
    assert (
        logged_in(bureau["school_head"]).post("/cases/platform/hand-in", asked).status_code == 403
    )
    other = asked | {"county": bureau["other county"].pk}
    page = logged_in(bureau["county_officer"]).post("/cases/platform/hand-in", other)
    assert page["Content-Type"].startswith("text/html")


def test_a_list_handed_in_loses_no_row(bureau: Bureau, tmp_path: Path) -> None:
    """Through the intake, as the platform gave it: who is known is found, who is not is a child with a case."""
    from handed_in import work

    from notoneless.bureau.intake import actions as intake

    taken_in(bureau, [row(1, "陈小禾")])
    known = Child.objects.get()
    taken_in(bureau, [row(1, "陈小禾", child=known.pk)], "roll")
    listed = "".join(
        f"P{n},{name},{number(no)},甲县一小,一年级,1班\n"
        for n, name, no in ((1, "陈小禾", 1), (2, "无此人", 77))
    )
    upload, _ = intake.hand_in(
        by=bureau["county_officer"], organisation=bureau["county"],
        name="国家平台下发疑似辍学名单2026.11.20.csv",
        content=("平台编号,姓名,身份证件号,学校名称,年级,班级\n" + listed).encode(),
    )  # fmt: skip
    work()
    upload.refresh_from_db()
    intake.ask_to_take_in(by=bureau["county_officer"], upload=upload)
    work()
    jobs.follow(MONDAY)
    found = dict(Case.objects.values_list("child__name", "platform_number"))
    assert found == {"陈小禾": "P1", "无此人": "P2"}
    assert Case.objects.get(platform_number="P2").county == bureau["county"]
    page = logged_in(bureau["county_officer"]).get("/cases/platform").content.decode()
    assert page.count("都没有这个人") == 1
