"""The rural affairs office's exports: relieved from poverty, monitored (lists 1, 6, 9 and 10).

A row per person. Nothing in the sheets says whether the people are still entitled: the file's name does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from notoneless.demo.lists import households as homes
from notoneless.demo.lists import words
from notoneless.demo.lists.handed import File, one_each
from notoneless.demo.sheets import Column, Table

if TYPE_CHECKING:
    from notoneless.demo.county import County
    from notoneless.demo.names import Numbers
    from notoneless.demo.slips import Rows

WRONG_COUNT = 2
"""By so many people the number in the name of list 10 is off, as if rows had been taken out later."""


def files(county: County) -> Iterator[File]:
    """The four exports, the people no longer entitled last."""
    flags = county.hardship.households
    for number, what, ending, dot in (
        (1, "relieved", "继续享受政策", "‧"),
        (9, "relieved_ended", "脱贫不享受政策", "·"),
    ):
        households, rows = homes.in_rows(county, flags[what], what, dot)
        table = _relieved(county, households, rows)
        yield File(
            f"{number}-脱贫户信息_20260902-{ending}.xlsx",
            [one_each(table, rows.person, rows.slips)],
        )
    for number, what, risk, off, dot in (
        (6, "monitored", "未消除", 0, "•"),
        (10, "monitored_cleared", "已消除", WRONG_COUNT, "．"),
    ):
        households, rows = homes.in_rows(county, flags[what], what, dot)
        table = _monitored(county, households, rows)
        yield File(
            f"{number}-防止返贫致贫监测对象信息_20260902-风险{risk}{len(rows) + off}人.xlsx",
            [one_each(table, rows.person, rows.slips)],
        )


def _relieved(county: County, households: Numbers, rows: Rows) -> Table:
    count = len(rows)
    township, village, group = homes.places(county, households)
    columns = [
        Column("市（州）", words.same(county.settings["city"], count)),
        Column("县（市、区）", words.same(county.settings["county"], count)),
        Column("乡（镇）", township),
        Column("行政村", village),
        Column("自然村（村民小组）", group),
        Column("户编号", [f"{county.settings['area_code']}{h:010d}" for h in households.tolist()], width=18),
        Column("姓名", words.texts(rows.name)),
        Column("证件号码", words.texts(rows.number), width=21),
        Column("性别", words.sexes(rows.male), width=6),
        Column("出生日期", words.dates(rows.birth, "20150901")),
        Column("与户主关系", homes.relations(county, households, rows.person)),
        Column("联系电话", homes.phones(county, households), width=13),
    ]  # fmt: skip
    return Table("Sheet1", columns)


def _monitored(county: County, households: Numbers, rows: Rows) -> Table:
    count = len(rows)
    township, village, group = homes.places(county, households)
    kinds = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
    columns = [
        Column("省（自治区、直辖市）", words.same(county.settings["province"], count)),
        Column("市（州）", words.same(county.settings["city"], count)),
        Column("县（市、区）", words.same(county.settings["county"], count)),
        Column("乡（镇）", township),
        Column("行政村", village),
        Column("自然村（村民小组）", group),
        Column("户编号", [f"{county.settings['area_code']}{h:010d}" for h in households.tolist()], width=18),
        Column("监测对象类别", words.chosen(kinds, households % 3), width=14),
        Column("识别监测时间", [f"202{h % 5 + 1}年{h % 12 + 1}月" for h in households.tolist()]),
        Column("与户主关系", homes.relations(county, households, rows.person)),
        Column("姓名", words.texts(rows.name)),
        Column("证件号码", words.texts(rows.number), width=21),
        Column("性别", words.sexes(rows.male), width=6),
        Column("联系电话", homes.phones(county, households), width=13),
    ]  # fmt: skip
    return Table("Sheet1", columns)
