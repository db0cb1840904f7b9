"""The police's list of registered children of compulsory age (户籍适龄儿童名单)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo import names, slips
from notoneless.demo.lists import words
from notoneless.demo.lists.handed import File, grouped, one_each
from notoneless.demo.sheets import Column, Table

if TYPE_CHECKING:
    from notoneless.demo.county import County

NOTES = [
    "注：本表由公安机关户籍部门提供，适龄儿童少年指2011年9月1日至2020年8月31日出生的本县户籍人口。",
    "填表人：            审核人：            单位负责人（盖章）：            ",
]


def rows(county: County) -> slips.Rows:
    """The register's rows, sorted by village; a few children are registered twice with two numbers."""
    rng = county.draws("register")
    families = county.families
    listed = np.flatnonzero(county.children.registered & (county.children.grade <= 9))
    clean = slips.copy_of(families, listed)
    written = slips.slipped(rng, clean, county.settings["slips"]["register"], families)
    return _registered_twice(rng, written, county)


def _registered_twice(rng: np.random.Generator, rows: slips.Rows, county: County) -> slips.Rows:
    """双户口: the second entry has a number of its own, valid and never used on another list."""
    rate = float(county.settings["slips"]["register"]["two_registers"])
    able = np.flatnonzero(
        (county.children.situation[rows.person] == "in_class") & (rows.slips == "")
    )
    again = np.sort(rng.choice(able, size=max(1, round(rate * len(rows))), replace=False))
    used = set(county.families.people.number.tolist())
    doubled = rows.take(np.sort(np.r_[np.arange(len(rows)), again]))
    for place in again + np.arange(1, len(again) + 1):
        doubled.number[place] = _another_number(str(doubled.number[place]), used)
        doubled.slips[place] = "two_registers"
        doubled.village[place] = int(rng.integers(len(county.places.villages)))
    order = np.argsort(doubled.village, kind="stable")
    return doubled.take(order)


def _another_number(number: str, used: set[str]) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    sequence = int(number[14:17])
    while True:
        sequence = (sequence + 2) % 1000
        body = f"{number[:14]}{sequence:03}"
        check = "10X98765432"[
            sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
        ]
        if body + check not in used:
            used.add(body + check)
            return body + check


def files(county: County) -> Iterator[File]:
    """One file for several townships; the last one hands in its own, as .xls, when there is room."""
    every = rows(county)
    places = county.places
    township = places.village_township[every.village]
    sizes = np.bincount(township, minlength=len(places.townships)).tolist()
    groups = grouped(sizes[:-1], int(county.settings["size"]["rows_per_file"]))
    groups.append([len(sizes) - 1])
    for number, group in enumerate(groups, start=1):
        ending = ".xls" if number == len(groups) else ".xlsx"
        mine = every.take(np.flatnonzero((township >= group[0]) & (township <= group[-1])))
        first = places.townships[group[0]]
        of = first if len(group) == 1 else f"{first}等{len(group)}个乡镇"
        name = f"附件1-{county.settings['county']}户籍适龄儿童少年名单({of})2026年9月{ending}"
        yield File(name, [one_each(_table(county, mine, number), mine.person, mine.slips)])


def _table(county: County, rows: slips.Rows, number: int) -> Table:
    families, places = county.families, county.places
    people, homes = families.people, families.households
    home = people.household[rows.person]
    guardian = homes.guardian[home]
    head = np.where(homes.elder[home] >= 0, homes.elder[home], homes.father[home])
    count = len(rows)
    township = places.village_township[rows.village]
    town = words.chosen(places.townships, township)
    village = words.chosen(places.villages, rows.village)
    group = (home % 9 + 1).tolist()
    male = people.male[head]
    relation = np.where(
        homes.elder[home] >= 0,
        np.where(rows.male, np.where(male, "孙子", "外孙子"), np.where(male, "孙女", "外孙女")),
        np.where(rows.male, "子", "女"),
    )
    form = ("2015-09-01", "date", "20150901", "2015.9.1")[number % 4]
    columns = [
        Column("序号", words.serial(count), width=6),
        Column("县（市、区）", words.same(county.settings["county"], count), width=10),
        Column("乡镇（街道）", town),
        Column("村（社区）", village),
        Column("组", [f"{g}组" for g in group], width=6),
        Column("户号", [f"{h:09d}" for h in home.tolist()], hidden=True),
        Column("户主姓名", words.texts(people.name[head])),
        Column("姓名", words.texts(rows.name)),
        Column("性别", words.sexes(rows.male), width=6),
        Column("民族", words.chosen([n for n, _ in names.NATIONS], homes.nation[home]), width=8),
        Column("公民身份号码", words.texts(rows.number), width=21),
        Column("出生日期", words.dates(rows.birth, form)),
        Column("与户主关系", relation.tolist(), width=8),
        Column("姓名", words.texts(people.name[guardian]), over="监护人"),
        Column("公民身份号码", words.texts(people.number[guardian]), over="监护人", width=21),
        Column("联系电话", words.texts(homes.phone[home]), over="监护人", width=13),
        Column(
            "户籍地址",
            [f"{county.settings['county']}{t}{v}{g}组" for t, v, g in zip(town, village, group, strict=True)],
            width=30,
        ),
        Column("备注", words.same(None, count)),
    ]  # fmt: skip
    title = f"{county.settings['county']}户籍适龄儿童少年名单（2026年秋季学期）"
    return Table(
        "适龄儿童少年名单", columns,
        [title, "填报单位：公安局          统计日期：2026年9月10日"],
        [f"合计：{count}人", *NOTES], two_lines=True,
    )  # fmt: skip
