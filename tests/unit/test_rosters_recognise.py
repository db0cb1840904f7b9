"""What kind of list it is: by title, file name and headings, and never by a guess."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sheets_as_kept import codes, number, understood, xlsx

from notoneless.rosters import kinds
from notoneless.rosters.recognise import (
    ENDED_KINDS,
    layouts,
    list_date,
    said_count,
    schools_said,
    townships_said,
)

TWO = [["姓名", "身份证号"], ["张三", number("20150901", 1)]]
PAID = [["姓名", "身份证号", "金额"], ["张三", number("20150901", 1), 625]]

NAMES = [
    ("1-脱贫户信息_20250902-继续享受政策", "poverty_relieved"),
    ("2-2025.9.3持证残疾人名单", "disabled"),
    ("3-02025.9.1-2025年9月份农村低保备案表", "rural_minimum"),
    ("4-2025.9.1-2025年9月份城乡特困人员备案表", "destitute"),
    ("5-2025.9.1-2025年9月份城镇低保全部备案表", "urban_minimum"),
    ("6-防止返贫致贫监测对象信息_20250902-风险未消除608人", "monitored"),
    ("8-2025.9.2-2025年9月低收入人口花名册", "low_income"),
    ("9-脱贫户信息_20250902-脱贫不享受政策", "poverty_relieved_ended"),
    ("10-防止返贫致贫监测对象信息_20250902-风险已消除2928人", "monitored_cleared"),
    ("附件2-××学校-在校学生点名册(9月)", "rollcall"),
    ("棠川县集凤镇户籍适龄儿童名单", "census"),
    ("20250904在校生信息", "roll"),
    ("附件4-特殊教育及送教上门学生名册", "special"),
    ("县外就读适龄儿童名单", "elsewhere"),
    ("延缓入学及休学审批名册", "excused"),
    ("迁出出境死亡及已毕业名单", "gone"),
    ("国家平台下发疑似辍学学生名单", "platform"),
    ("进城务工人员随迁子女名册", "migrant"),
    ("家庭经济困难学生认定名册", "recognition"),
    ("寄宿生名册", "boarders"),
    ("中职学生学籍名册", "vocational_roll"),
    ("孤儿名单", "orphans"),
    ("事实无人抚养儿童名单", "unsupported"),
]


@pytest.mark.parametrize(("name", "kind"), NAMES)
@pytest.mark.parametrize("rename", ["{}", "附件2-××学校-{}-(9月)"])
def test_a_list_that_says_it_in_its_file_name_only(
    tmp_path: Path, name: str, kind: str, rename: str
) -> None:
    reading = understood(xlsx(tmp_path / f"{rename.format(name)}.xlsx", TWO))
    assert [sheet.kind for sheet in reading.recognised] == [kind]


@pytest.mark.parametrize(("name", "kind"), NAMES)
def test_a_list_that_says_it_in_its_title_only(tmp_path: Path, name: str, kind: str) -> None:
    reading = understood(xlsx(tmp_path / "附件2(9月).xlsx", [[name, None], *TWO]))
    assert [sheet.kind for sheet in reading.recognised] == [kind]
    assert reading.recognised[0].heading_rows == (2,)


def test_every_kind_can_be_recognised() -> None:
    assert {layout.kind for layout in layouts().values()} == set(kinds())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("脱贫户信息_20250902", "L021"),  # entitled or not is not said
        ("监测对象信息", "L021"),
        ("监测对象（风险未消除和风险已消除）", "L021"),  # both in one
        ("脱贫户（享受政策和不享受政策）", "L021"),
        ("脱贫户（继续享受和不再享受政策）", "L021"),
        ("城乡低保名单", "L021"),
        ("农村低保城镇低保名单", "L022"),
        ("名单", "L021"),
        ("农村低保停保人员名单", "L029"),
        ("2025年9月孤儿停发名单", "L029"),
        ("持证残疾人注销名单", "L029"),
        ("低收入人口退出名单", "L029"),
        ("低保取消名单（农村低保）", "L029"),
    ],
)
def test_what_is_not_sure_is_not_guessed(tmp_path: Path, name: str, words: str) -> None:
    reading = understood(xlsx(tmp_path / f"{name}.xlsx", TWO))
    assert not reading.recognised
    assert codes(reading) == [words]
    assert "--as" in reading.faults[0].next_step


ENDED_WORDS = [
    "脱贫户{}",
    "脱贫户信息_20250902-{}",
    "建档立卡脱贫户（{}）",
]


@pytest.mark.parametrize("shape", ENDED_WORDS)
@pytest.mark.parametrize(
    "words",
    [
        "不享受政策",
        "不再享受政策",
        "停止享受政策",
        "脱贫不享受政策",
        "未享受政策",
        "不继续享受政策",
        "退出享受",
    ],
)
@pytest.mark.parametrize("where", ["file", "title", "sheet"])
def test_who_is_no_longer_entitled_entitles_nobody(
    tmp_path: Path, shape: str, words: str, where: str
) -> None:
    said = shape.format(words)
    name = f"{said}.xlsx" if where == "file" else "名单.xlsx"
    titled = [[said], *TWO] if where == "title" else TWO
    sheet = said if where == "sheet" else "Sheet1"
    reading = understood(xlsx(tmp_path / name, {sheet: titled}))
    assert {one.kind for one in reading.recognised} <= ENDED_KINDS


@pytest.mark.parametrize(
    ("file", "title"),
    [
        ("监测对象-风险未消除", "监测对象（风险已消除）"),
        ("监测对象-风险已消除", "监测对象（风险未消除）"),
        ("脱贫户-享受政策", "脱贫户（不享受政策）"),
        ("脱贫户-不享受政策", "脱贫户（继续享受政策）"),
    ],
)
def test_title_and_file_name_that_contradict_each_other_decide_nothing(
    tmp_path: Path, file: str, title: str
) -> None:
    reading = understood(xlsx(tmp_path / f"{file}.xlsx", [[title], *TWO]))
    assert {one.kind for one in reading.recognised} <= ENDED_KINDS
    assert not reading.recognised


def test_the_naive_recogniser_would_entitle_them() -> None:
    """The tests above bite: looking for 享受 alone takes the one list for the other."""
    naive = {"poverty_relieved": "享受政策", "monitored": "消除"}
    assert all(word in "脱贫不享受政策 风险已消除" for word in naive.values())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("2025年秋季农村低保学生生活补助发放表", "payments"),
        ("2025年秋季家庭经济困难学生生活补助发放名册", "payments"),
        ("中职国家助学金发放名册", "payments"),
        ("孤儿及事实无人抚养儿童发放花名册", None),
        ("2026年9月农村低保发放花名册", "rural_minimum"),
        ("2026年9月城市低保金发放表", "urban_minimum"),
        ("2026年9月特困人员救助供养资金发放花名册", "destitute"),
        ("残疾人两项补贴发放花名册", "disabled"),
        ("2026年9月孤儿发放花名册", "orphans"),
        ("福彩圆梦孤儿助学金发放名册", "payments"),
        ("特困学生生活补助发放名册", "payments"),
    ],
)
def test_a_payment_list_is_one_by_its_amounts(tmp_path: Path, name: str, kind: str | None) -> None:
    reading = understood(xlsx(tmp_path / f"{name}.xlsx", PAID))
    assert [sheet.kind for sheet in reading.recognised] != ["recognition"]
    if kind:
        assert [sheet.kind for sheet in reading.recognised] == [kind]


def test_orphans_stand_on_the_first_sheet_and_children_without_support_on_the_third(
    tmp_path: Path,
) -> None:
    file = tmp_path / "7-2025.9.1-2025年9月份孤儿及事实无人抚养儿童发放花名册.xlsx"
    other = [["姓名", "身份证号", "金额", "卡号"], ["别人", number("20150901", 3), 1, "62"]]
    reading = understood(xlsx(file, {"Sheet1": PAID, "Sheet2": other, "Sheet3": PAID}))
    assert [sheet.kind for sheet in reading.sheets] == ["orphans", "", "unsupported"]


def test_sheet_names_come_before_positions(tmp_path: Path) -> None:
    file = tmp_path / "孤儿及事实无人抚养儿童发放花名册.xlsx"
    reading = understood(xlsx(file, {"事实无人抚养": PAID, "孤儿": PAID}))
    assert [sheet.kind for sheet in reading.sheets] == ["unsupported", "orphans"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1-脱贫户信息_20250902-继续享受政策.xlsx", dt.date(2025, 9, 2)),
        ("2-2025.9.3持证残疾人名单.xlsx", dt.date(2025, 9, 3)),
        ("3-02025.9.1-2025年9月份农村低保备案表.xls", dt.date(2025, 9, 1)),
        ("点名册(2026年9月21日).csv", dt.date(2026, 9, 21)),
        ("2025年9月低收入.xlsx", dt.date(2025, 9, 1)),
        ("认定名册(2026-2027学年).xlsx", None),
        ("2025年秋季学期.xlsx", None),
        ("名单20251345.xlsx", None),
    ],
)
def test_the_list_s_date_is_in_its_name(text: str, day: dt.date | None) -> None:
    assert list_date([text]) == day


def test_the_number_of_people_in_the_name_is_compared(tmp_path: Path) -> None:
    assert said_count("监测对象信息_20250902-风险未消除608人") == 608
    one = understood(xlsx(tmp_path / "残疾人名单1人.xlsx", TWO))
    assert codes(one) == []
    more = understood(xlsx(tmp_path / "残疾人名单2人.xlsx", TWO))
    assert codes(more) == ["L024"]
    assert more.recognised


@pytest.mark.parametrize(
    ("title", "townships"),
    [
        ("棠川县集凤镇2025年9月户籍适龄儿童名单", ("集凤镇",)),
        ("集凤镇户籍适龄儿童名单", ("集凤镇",)),
        ("附件1-棠川县户籍适龄儿童名单(松坪镇)2026年9月", ("松坪镇",)),
        ("2025年9月份城乡特困人员备案表", ()),
        ("棠川县户籍适龄儿童名单(城关街道等3个乡镇)", ()),
        ("棠川县各乡镇适龄儿童", ()),
    ],
)
def test_a_title_names_the_townships_it_covers(title: str, townships: tuple[str, ...]) -> None:
    assert townships_said([title]) == townships


def test_a_title_names_its_school() -> None:
    assert schools_said(["石垭小学2025年秋季学籍名册"]) == ("石垭小学",)
    assert schools_said(["附件3-柳浦镇中心小学校-在校学生点名册"]) == ("柳浦镇中心小学校",)
    assert schools_said(["附件3-柳浦镇中心小学校等2校-在校学生点名册"]) == ()
