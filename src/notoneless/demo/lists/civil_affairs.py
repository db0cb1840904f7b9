"""The civil affairs office's lists: minimum allowance, destitute, orphans, low income (3, 4, 5, 7, 8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo.lists import households as homes
from notoneless.demo.lists import words
from notoneless.demo.lists.handed import File, Sheet, one_each, summary
from notoneless.demo.sheets import Cell, Column, Table

if TYPE_CHECKING:
    from notoneless.demo.county import County
    from notoneless.demo.names import Numbers

NUMERIC = 0.03
"""Of the numbers on list 8 so many are numeric cells, whose last digits are lost for good."""


def files(county: County) -> Iterator[File]:
    """The five lists, in the order of their numbers."""
    yield _rural_minimum(county)
    yield _destitute(county)
    yield _urban_minimum(county)
    yield _orphans(county)
    yield _low_income(county)


def _totals(what: str, across: homes.Across) -> Sheet:
    """The first sheet: totals about nobody; the list itself is on the second."""
    households, people = len(across.households), int((across.person >= 0).sum())
    cells: list[tuple[str, Cell]] = [("类别", what), ("户数", households), ("人数", people)]
    return summary(
        Table("汇总表", [Column(heading, [value]) for heading, value in cells], [f"{what}汇总表"])
    )


def _list(across: homes.Across, table: Table) -> Sheet:
    return Sheet(table, across.person, across.slips)


def _rural_minimum(county: County) -> File:
    across = homes.in_columns(
        county, county.hardship.households["rural_minimum"], "rural_minimum", "・"
    )
    count = len(across.households)
    township, village, group = homes.places(county, across.households)
    people = (across.person >= 0).sum(axis=1)
    columns = [
        Column("序号", words.serial(count), width=6),
        Column("乡镇（街道）", township),
        Column("村（社区）", village),
        Column("组", group, width=6),
        Column("低保证号", [f"NB{h:08d}" for h in across.households.tolist()]),
        *across.member(0, "户主姓名", "户主身份证号"),
        Column("保障类别", words.chosen(("A类", "B类", "C类"), across.households % 3)),
        Column("家庭人口", people.tolist()),
        Column("保障人口", people.tolist()),
        Column("月保障金（元）", (people * 320).tolist()),
        Column("联系电话", homes.phones(county, across.households), width=13),
        *homes.empty(count, "开户行", "账号"),
    ]
    for member in range(1, 9):
        columns += across.member(member, f"家庭成员{member}姓名", f"家庭成员{member}身份证号")
    title = f"{county.settings['county']}2026年9月份农村最低生活保障备案表"
    sheets = [_totals("农村低保", across), _list(across, Table("备案表", columns, [title]))]
    return File("3-02026.9.1-2026年9月份农村低保备案表.xls", sheets)


def _destitute(county: County) -> File:
    """Two lines of heading, and members far to the right."""
    across = homes.in_columns(county, county.hardship.households["destitute"], "destitute", "•")
    count = len(across.households)
    township, village, group = homes.places(county, across.households)
    columns = [
        Column("序号", words.serial(count), width=6),
        Column("乡镇（街道）", township),
        Column("村（社区）", village),
        Column("组", group, width=6),
        *across.member(0, "特困人员姓名", "身份证号"),
        Column("供养方式", words.same("分散供养", count)),
        *homes.empty(
            count, "特困证号", "批准时间", "供养机构", "生活自理能力", "基本生活标准", "照料护理标准",
            "月供养金额", "开户行", "账号", "户籍地址", "居住地址", "劳动能力", "医疗保险", "养老保险",
            "住房情况", "土地情况", "财产情况", "收入情况",
        ),
        *across.member(1, "姓名", "身份证号", "照料人"),
        Column("联系电话", homes.phones(county, across.households), "照料人", width=13),
        *homes.empty(count, "协议日期", "备注"),
    ]  # fmt: skip
    for member in range(2, 8):
        columns += across.member(
            member, f"成员{member - 1}姓名", f"成员{member - 1}身份证号", "共同生活家庭成员"
        )
    title = f"{county.settings['county']}2026年9月份城乡特困人员救助供养备案表"
    table = Table("特困备案表", columns, [title], two_lines=True)
    # Who looks after somebody is not supported by that: the carer is no member here.
    listed = Sheet(table, np.delete(across.person, 1, axis=1), across.slips)
    return File(
        "4-2026.9.1-2026年9月份城乡特困人员备案表.xlsx", [_totals("城乡特困人员", across), listed]
    )


def _urban_minimum(county: County) -> File:
    across = homes.in_columns(
        county, county.hardship.households["urban_minimum"], "urban_minimum", "‧"
    )
    count = len(across.households)
    township, village, group = homes.places(county, across.households)
    people = (across.person >= 0).sum(axis=1)
    columns = [
        Column("序号", words.serial(count), width=6),
        Column("街道（镇）", township),
        Column("社区", village),
        Column("小区", group, width=6),
        Column("低保证号", [f"CB{h:08d}" for h in across.households.tolist()]),
        *across.member(0, "户主姓名", "户主身份证号"),
        Column("保障人口", people.tolist()),
        Column("月保障金（元）", (people * 460).tolist()),
        Column("联系电话", homes.phones(county, across.households), width=13),
        *homes.empty(count, "保障起始时间", "就业情况", "开户行", "账号", "备注"),
    ]
    for member in range(1, 6):
        columns += across.member(member, f"家庭成员{member}姓名", f"家庭成员{member}身份证号")
    title = f"{county.settings['county']}2026年9月份城镇最低生活保障备案表"
    sheets = [_totals("城镇低保", across), _list(across, Table("备案表", columns, [title]))]
    return File("5-2026.9.1-2026年9月份城镇低保全部备案表.xls", sheets)


def _orphans(county: County) -> File:
    """Orphans on the first sheet, children without support on the third.

    The second sheet is of those who no longer receive anything.
    """
    families = county.families
    household = families.people.household[: families.children]
    flags = county.hardship.households
    orphans = np.flatnonzero(flags["orphan"][household])
    unsupported = np.flatnonzero(flags["unsupported"][household])
    rest = np.flatnonzero(
        county.children.registered & ~flags["orphan"][household] & ~flags["unsupported"][household]
    )
    ended = np.sort(
        county.draws("orphans ended").choice(rest, size=max(2, len(orphans) // 8), replace=False)
    )
    return File(
        "7-2026.9.1-2026年9月份孤儿及事实无人抚养儿童发放花名册.xls",
        [
            _children(county, "孤儿", orphans, "2026年9月份孤儿基本生活费发放花名册"),
            _children(county, "停发人员", ended, "2026年9月份停发人员花名册"),
            _children(
                county,
                "事实无人抚养",
                unsupported,
                "2026年9月份事实无人抚养儿童基本生活费发放花名册",
            ),
        ],
    )


def _children(county: County, sheet: str, listed: Numbers, title: str) -> Sheet:
    rows = homes.typed(county, listed, sheet, "·")
    people = county.families.people
    household = people.household[listed]
    township, village, _ = homes.places(county, household)
    guardian = county.families.households.guardian[household]
    columns = [
        Column("序号", words.serial(len(rows)), width=6),
        Column("儿童姓名", words.texts(rows.name)),
        Column("身份证号码", words.texts(rows.number), width=21),
        Column("性别", words.sexes(rows.male), width=6),
        Column("乡镇（街道）", township),
        Column("村（社区）", village),
        Column("监护人姓名", words.texts(people.name[guardian])),
        Column("监护人身份证号码", words.texts(people.number[guardian]), width=21),
        Column("联系电话", homes.phones(county, household), width=13),
        Column("备注", words.same(None, len(rows))),
    ]
    titles = [f"{county.settings['county']}{title}", "填报单位：民政局          单位：元"]
    return one_each(
        Table(sheet, columns, titles, ["经办人：          负责人："]), rows.person, rows.slips
    )


def _low_income(county: County) -> File:
    """Somebody opened the list and saved some numbers as numbers: 5.10699E+17."""
    household, rows = homes.in_rows(
        county, county.hardship.households["low_income"], "low_income", "．"
    )
    township, village, _ = homes.places(county, household)
    numbers = words.texts(rows.number)
    able = [place for place, number in enumerate(rows.number) if str(number).isdecimal()]
    chosen: Sequence[int] = county.draws("scientific").choice(
        able, size=min(len(able), max(2, round(NUMERIC * len(rows)))), replace=False
    ).tolist()  # fmt: skip
    for turn, place in enumerate(chosen):
        lossy = float(str(numbers[place]))
        numbers[place] = lossy if turn % 2 else f"{lossy:.5E}"
        rows.slips[place] = ";".join(filter(None, (rows.slips[place], "number_scientific")))
    columns = [
        Column("序号", words.serial(len(rows)), width=6),
        Column("乡镇（街道）", township),
        Column("姓名", words.texts(rows.name)),
        Column("身份证号", numbers, width=21),
        Column("与户主关系", homes.relations(county, household, rows.person)),
        Column("人员类别", words.chosen(("低保边缘", "支出型困难", "刚性支出困难"), household % 3)),
        Column("村（社区）", village),
    ]
    return File(
        "8-2026.9.2-2026年9月低收入人口花名册.xlsx",
        [one_each(Table("Sheet1", columns), rows.person, rows.slips)],
    )
