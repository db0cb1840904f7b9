"""The three ledgers: exactly the columns that offices print, from records, as of a day, as known on a day."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pytest
import python_calamine
from django.db import connection
from django.utils import timezone
from invented_bureau import Bureau, logged_in
from invented_cases import children, opening
from invented_children import number, row, taken_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions
from notoneless.bureau.cases.models import Case, Entry
from notoneless.bureau.cases.moves import Told
from notoneless.bureau.people import actions as people
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.standing import When
from notoneless.bureau.reports import ledgers

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MONDAY = dt.date(2026, 9, 14)
DOMAIN = {
    "of-age": "序号; 县; 乡镇; 村（社区）; 组; 户主; 姓名; 性别; 民族; 身份证号; 出生日期; 与户主关系; 监护人; "
    "监护人电话; 户籍地; 现住地; 户类型; 特殊群体标记; 就学状态; 学校; 学校标识码; 学段; 年级; 班; 学籍号; "
    "就读地; 包保责任人（行政线）; 包保责任人（教育线）; 核查日期; 核查人; 备注",
    "suspected": "序号; 县; 乡镇; 村（社区）; 姓名; 性别; 身份证号; 出生日期; 监护人; 监护人电话; 学校; 年级; 班; "
    "学籍号; 发现来源; 发现日期; 缺勤起始日; 已缺勤校日; 首次联系日期与方式; 家访日期; 去向; 原因码; "
    "判定（返校、合法、辍学）; 判定日期; 判定人; 上报日期; 国家平台编号",
    "dropout": "序号; 县; 乡镇; 村（社区）; 姓名; 性别; 身份证号; 出生日期; 监护人; 监护人电话; 学校; 年级; 班; "
    "学籍号; 离校日期; 离校前学校年级; 原因码; 现去向（地址、单位）; 户类型; 劝返责任人（行政线）; "
    "劝返责任人（教育线）; 劝返次数; 最近一次劝返日期与结果; 文书（种类、文号、送达日、送达人、回证）; 复学日期; "
    "安置方式; 复学后稳控情况; 销号日期; 销号依据; 复核人",
}
"""The columns of domain facts 1.11, with the house's brackets and commas."""


def told(
    bureau: Bureau, ledger: str, on: dt.date = MONDAY, known_on=None, place="county", need=True
):
    """The cells of a ledger, row by row."""
    one = ledgers.LEDGERS[ledger]
    rows = list(one.rows(bureau[place], When(on, known_on)))
    one.fill(rows, When(on, known_on), need)
    return [found.ledger for found in rows]


def exported(client, path: str) -> list[list[object]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content[:300]
    book = python_calamine.load_workbook(io.BytesIO(answer.content))
    return book.get_sheet_by_index(0).to_python()


@pytest.fixture
def story(bureau: Bureau) -> Case:
    """Found on Monday, missed since Wednesday before; verified, persuaded, back; the last step written late."""
    child, _ = children(bureau, 2)
    seen = opening(
        child, source="rollcall", since=dt.date(2026, 9, 9), reason="连续4个校日无故未到"
    )
    actions.open_cases(by=SYSTEM, openings=[seen])
    case = Case.objects.get()

    def visit(day: int, way: str, result: str) -> None:
        at = dt.datetime(2026, 9, day, 10, tzinfo=timezone.get_default_timezone())
        actions.write_contact(by=bureau["township_cadre"], case=case, key=uuid.uuid4(), at=at,
                              way=way, whom="mother", text="在外地", result=result)  # fmt: skip

    def move(day: int, way: str, **more: str) -> None:
        case.refresh_from_db()
        actions.move(by=bureau["school_head"], case=case, way=way, seen=case.state,
                     told=Told(on=dt.date(2026, 9, day), **more))  # fmt: skip

    visit(15, "phone", "refused")
    visit(16, "home", "promised")
    move(16, "verify", reason="D2")
    move(17, "persuade", word="定了计划")
    move(21, "return", word="回来了")
    Entry.objects.filter(at__date__lte=dt.date(2026, 9, 17)).update(
        written_at=dt.datetime(2026, 9, 17, 12, tzinfo=timezone.get_default_timezone())
    )
    return case


@pytest.mark.parametrize("ledger", sorted(DOMAIN))
def test_the_columns_are_those_of_the_offices(bureau: Bureau, story: Case, ledger: str) -> None:
    client = logged_in(bureau["county_officer"])
    title, unit, who, heads, *rows = exported(
        client, f"/reports/ledgers/{ledger}?on=2026-09-25&export=xlsx"
    )
    assert "; ".join(heads) == DOMAIN[ledger]
    assert title[0] == f"甲县{ledgers.LEDGERS[ledger].text}"
    assert "填报单位：甲县" in unit[0]
    assert "截至：2026-09-25" in unit[0]
    assert "填报人" in who[0]
    assert [line[0] for line in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == (2 if ledger == "of-age" else 1)


def test_a_suspected_child_is_told_from_the_timeline(bureau: Bureau, story: Case) -> None:
    [cells] = told(bureau, "suspected", MONDAY)
    assert (cells["county"], cells["township"], cells["village"]) == ("甲县", "甲一镇", "甲一村")
    assert (cells["name"], cells["school"], cells["grade"], cells["class"]) == (
        "孩0", "甲县一小", "一年级", "1班",
    )  # fmt: skip
    assert (cells["source"], cells["found_on"], cells["since"], cells["days"]) == (
        "班主任点名", MONDAY, dt.date(2026, 9, 9), 4,
    )  # fmt: skip
    assert (cells["judged"], cells["first_contact"]) == ("", "")
    [later] = told(bureau, "suspected", dt.date(2026, 9, 25))
    assert later["first_contact"] == "2026-09-15 电话"
    assert later["visited_on"] == dt.date(2026, 9, 16)
    assert (later["judged"], later["judged_on"]) == ("辍学", dt.date(2026, 9, 16))
    assert later["reason"] == "D2 外出务工"


def test_the_dropout_ledger_as_of_a_day_and_as_known_on_a_day(bureau: Bureau, story: Case) -> None:
    """As of Monday nobody dropped out; as of the 25th back; as known on the 18th still away."""
    assert told(bureau, "dropout", MONDAY) == []
    [now] = told(bureau, "dropout", dt.date(2026, 9, 25))
    assert (now["since"], now["contacts"], now["last_contact"]) == (
        dt.date(2026, 9, 9), 2, "2026-09-16 答应返校",
    )  # fmt: skip
    assert (now["returned_on"], now["after"]) == (dt.date(2026, 9, 21), "待安置")
    assert now["administration"] == "甲一村 village_cadre甲"
    [then] = told(bureau, "dropout", dt.date(2026, 9, 25), known_on=dt.date(2026, 9, 18))
    assert (then["returned_on"], then["after"]) == (None, "")
    assert then["reason"] == "D2 外出务工"


def naive(case: Case) -> object:
    """The mutant: what stands in the case now, whatever day was asked for."""
    case.refresh_from_db()
    return case.state


def test_a_mutant_that_tells_of_now_is_caught(bureau: Bureau, story: Case) -> None:
    from notoneless.bureau.reports.ledger_cases import states_then

    days = {MONDAY: "suspected", dt.date(2026, 9, 16): "verified", dt.date(2026, 9, 22): "returned"}
    for day, state in days.items():
        assert states_then([story.pk], When(day)) == {story.pk: state}
    assert {naive(story)} != set(days.values())


def test_the_ledger_of_age_says_how_each_child_learns(bureau: Bureau, story: Case) -> None:
    statuses = {one["name"]: one["status"] for one in told(bureau, "of-age", dt.date(2026, 9, 18))}
    assert statuses == {"孩0": "辍学", "孩1": "在校"}
    other = Child.objects.get(name="孩1")
    people.add_exemption(by=SYSTEM, child=other, excuse="suspended", valid_from=MONDAY,
                         until=dt.date(2026, 12, 1), document="休1号")  # fmt: skip
    by_name = {one["name"]: one for one in told(bureau, "of-age", dt.date(2026, 9, 25))}
    assert by_name["孩0"]["status"] == "在校"
    assert (by_name["孩1"]["status"], by_name["孩1"]["note"]) == ("休学", "休1号")
    assert by_name["孩0"]["education"] == "class_teacher甲"
    assert by_name["孩0"]["checked_on"] == dt.date(2026, 9, 16)


def test_the_same_children_then_and_now(bureau: Bureau) -> None:
    """The quick way of today and the way of any day give the same list; who is too young is on none."""
    rows = [row(1), row(2, "小弟", birth_date=dt.date(2021, 5, 1), id_number=number(2, "20210501"))]
    taken_in(bureau, rows)
    today, names = timezone.localdate(), []
    for when in (
        When(today),
        When(today, today),
        When(dt.date(2026, 9, 2)),
        When(dt.date(2026, 8, 1)),
    ):
        rows = ledgers.LEDGERS["of-age"].rows(bureau["county"], when)
        names.append([one.name for one in rows])
    assert names == [["陈小禾"], ["陈小禾"], ["陈小禾"], []]


def test_each_place_sees_its_own(bureau: Bureau, story: Case) -> None:
    for place in ("county", "township", "school"):
        assert len(told(bureau, "suspected", place=place)) == 1, place
        assert len(told(bureau, "of-age", dt.date(2026, 9, 20), place=place)) == 2, place
    for place in ("other county", "other school", "sibling school"):
        assert told(bureau, "suspected", place=place) == [], place
        assert told(bureau, "of-age", dt.date(2026, 9, 20), place=place) == [], place


def test_the_pages(bureau: Bureau, story: Case) -> None:
    client = logged_in(bureau["township_cadre"])
    assert client.get("/reports/ledgers").status_code == 302
    assert "/reports/ledgers/dropout" in client.get("/reports").content.decode()
    page = client.get("/reports/ledgers/suspected?on=2026-09-25").content.decode()
    assert "甲一镇疑似辍学学生台账" in page
    assert "孩0" in page
    assert number(0) not in page
    assert client.get(f"/reports/ledgers/suspected?place={bureau['county'].pk}").status_code == 404
    assert client.get("/reports/ledgers/nonsense").status_code == 404
    assert "没有核实为辍学" in client.get("/reports/ledgers/dropout?on=2026-08-01").content.decode()
    assert "还没有到" in client.get("/reports/ledgers/dropout?on=2099-01-01").content.decode()
    assert logged_in(bureau["stranger"]).get("/reports/ledgers/suspected").status_code == 200
    stranger = logged_in(bureau["stranger"]).get("/reports/ledgers/suspected?on=2026-09-25")
    assert "孩0" not in stranger.content.decode()
    assert logged_in(bureau["class_teacher"]).get("/reports/ledgers/suspected").status_code == 403


def test_who_is_poor_is_told_only_to_who_may_know(bureau: Bureau, story: Case) -> None:
    child = Child.objects.get(name="孩0")
    poor = {"row": 5, "child": child.pk, "name": "孩0"}
    taken_in(bureau, [poor], "poverty_relieved")
    shown = told(bureau, "dropout", dt.date(2026, 9, 25))[0]["household"]
    hidden = told(bureau, "dropout", dt.date(2026, 9, 25), need=False)[0]["household"]
    assert (shown, hidden) == ("脱贫", "")


def test_money_owed_is_no_dropout(bureau: Bureau) -> None:
    """A case about aid stands on no ledger, and no report counts it."""
    from notoneless.bureau.figures.kinds import figures, value

    child, _ = children(bureau, 2)
    actions.open_cases(by=SYSTEM, openings=[opening(child, kind="aid", guarantee="aid_paid")])
    assert told(bureau, "suspected") == []
    assert value(figures()["reports.suspected"], on=MONDAY).count == 0
    statuses = {one["status"] for one in told(bureau, "of-age", dt.date(2026, 9, 18))}
    assert statuses == {"在校"}


def test_head_of_the_household_ethnic_group_and_villagers_group_are_the_lists(
    bureau: Bureau,
) -> None:
    """Each of the best list that says it; in the database the ethnic group stands sealed."""
    taken_in(
        bureau,
        [
            row(1, "陈小禾", head_name="陈老根", nation="彝族", relation="孙女"),
            row(2, "马小跃", head_name=None, nation="汉族", relation="户主"),
        ],
    )
    keys = dict(Child.objects.values_list("name", "pk"))
    roll = [row(n, name, child=key) for n, (name, key) in enumerate(keys.items(), 1)]
    taken_in(bureau, roll, "roll")
    found = {one["name"]: one for one in told(bureau, "of-age")}
    assert [(one["head"], one["nation"], one["group"]) for one in found.values()] == [
        ("陈老根", "彝族", "四组"),
        ("马小跃", "汉族", "四组"),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT nation FROM people_identity WHERE nation IS NOT NULL")
        kept = [bytes(value) for (value,) in cursor.fetchall()]
    assert len(kept) == 2
    assert not any("族".encode() in value for value in kept)
    page = f"/reports/ledgers/of-age?place={bureau['county'].pk}&on={MONDAY}"
    assert "彝族" in logged_in(bureau["county_officer"]).get(page).content.decode()
    assert logged_in(bureau["county_officer_乙"]).get(page).status_code == 404
    child = logged_in(bureau["county_officer"]).get(f"/children/{keys['陈小禾']}").content.decode()
    assert ("户主：陈老根" in child, "彝族" in child) == (True, False)
