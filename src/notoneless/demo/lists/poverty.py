"""The ten lists of hardship, at the positions in which a county office handed them to a school."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from notoneless.demo import slips
from notoneless.demo.county import County
from notoneless.demo.lists import words
from notoneless.demo.lists.handed import File, Sheet, one_each, summary
from notoneless.demo.names import Flags, Numbers
from notoneless.demo.sheets import Cell, Column, Table

DAY = "20260902"


def members_of(county: County, households: Numbers) -> Numbers:
    """The people of each household, shape (households, 8), head first, -1 where nobody."""
    people, homes = county.families.people, county.families.households
    table = np.full((len(households), 8), -1, dtype=np.int64)
    household = people.household[: county.families.children]
    start = np.searchsorted(household, households)
    end = np.searchsorted(household, households, side="right")
    table[:, 0] = np.where(
        homes.elder[households] >= 0, homes.elder[households], homes.father[households]
    )
    table[:, 1] = homes.mother[households]
    table[:, 2] = np.where(homes.elder[households] >= 0, homes.father[households], -1)
    for child in range(3):
        table[:, 3 + child] = np.where(start + child < end, start + child, -1)
    return table


def _lines(county: County, flags: Flags) -> tuple[Numbers, Numbers]:
    """One line per person of the flagged households: household and person."""
    households = np.flatnonzero(flags)
    table = members_of(county, households)
    present = table >= 0
    return np.repeat(households, present.sum(axis=1)), table[present]


def _typed(county: County, person: Numbers, purpose: str, dot: str) -> slips.Rows:
    """The people as this office typed them."""
    rates = dict(county.settings["slips"]["office"])
    return slips.slipped(
        county.draws(purpose), slips.copy_of(county.families, person), rates, county.families, dot
    )


def files(county: County) -> Iterator[File]:
    """The ten lists, in their order."""
    yield _relieved(county)
    yield _rural_minimum(county)


def _relieved(county: County) -> File:
    households, person = _lines(county, county.hardship.households["relieved"])
    rows = _typed(county, person, "relieved", "‧")
    count = len(rows)
    homes, places = county.families.households, county.places
    columns = [
        Column("市（州）", words.same(county.settings["city"], count)),
        Column("县（市、区）", words.same(county.settings["county"], count)),
        Column("乡（镇）", words.chosen(places.townships, homes.township[households])),
        Column("行政村", words.chosen(places.villages, homes.village[households])),
        Column("自然村（村民小组）", [f"{h % 9 + 1}组" for h in households.tolist()]),
        Column("户编号", [f"51069900{h:08d}" for h in households.tolist()], width=18),
        Column("姓名", words.texts(rows.name)),
        Column("证件号码", words.texts(rows.number), width=21),
        Column("性别", words.sexes(rows.male)),
        Column("出生日期", words.dates(rows.birth, "20150901")),
        Column("与户主关系", words.same(None, count)),
        Column("户主联系电话", words.texts(homes.phone[households]), width=13),
    ]
    return File(
        f"1-脱贫户信息_{DAY}-继续享受政策.xlsx",
        [one_each(Table("Sheet1", columns), rows.person, rows.slips)],
    )


def _rural_minimum(county: County) -> File:
    households = np.flatnonzero(county.hardship.households["rural_minimum"])
    people = members_of(county, households)
    homes, places = county.families.households, county.places
    count = len(households)
    rows = _typed(county, people[people >= 0], "rural_minimum", "・")
    name = np.full(people.shape, None, dtype=object)
    number = np.full(people.shape, None, dtype=object)
    present = people >= 0
    name[present], number[present] = rows.name[: present.sum()], rows.number[: present.sum()]
    township = words.chosen(places.townships, homes.township[households])
    columns = [
        Column("序号", words.serial(count)),
        Column("县（市、区）", words.same(county.settings["county"], count)),
        Column("乡镇（街道）", township),
        Column("村（社区）", words.chosen(places.villages, homes.village[households])),
        Column("低保证号", [f"NB{h:08d}" for h in households.tolist()]),
        Column("户主姓名", name[:, 0].tolist()),
        Column("户主身份证号", number[:, 0].tolist(), width=21),
        Column("保障类别", words.chosen(("A类", "B类", "C类"), households % 3)),
        Column("家庭人口", present.sum(axis=1).tolist()),
        Column("保障人口", present.sum(axis=1).tolist()),
        Column("月保障金额", (present.sum(axis=1) * 320).tolist()),
        Column("联系电话", words.texts(homes.phone[households]), width=13),
        Column("开户行", words.same("农村商业银行", count)),
        Column("账号", words.same(None, count)),
    ]
    for member in range(8):
        inside = member + 1 < people.shape[1]
        columns += [
            Column(f"家庭成员{member + 1}姓名", name[:, member + 1].tolist() if inside else words.same(None, count)),
            Column(f"家庭成员{member + 1}身份证号", number[:, member + 1].tolist() if inside else words.same(None, count), width=21),
        ]  # fmt: skip
    table = Table(
        "备案表", columns, [f"{county.settings['county']}2026年9月份农村最低生活保障备案表"]
    )
    cover: list[Cell] = ["农村低保"]
    front = Table(
        "汇总",
        [Column("类别", cover), Column("户数", [count]), Column("人数", [int(present.sum())])],
    )
    note = np.full(count, "", dtype=object)
    return File(
        "3-02026.9.1-2026年9月份农村低保备案表.xls", [summary(front), Sheet(table, people, note)]
    )
