"""Pupils recognised as in hardship (家庭经济困难学生认定名册)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo import slips
from notoneless.demo.lists import words
from notoneless.demo.lists.handed import File, one_each
from notoneless.demo.sheets import Column, Table

if TYPE_CHECKING:
    from notoneless.demo.county import County

LEVELS = {"special": "特别困难", "difficult": "困难", "general": "一般困难"}


def files(county: County) -> Iterator[File]:
    """One register for the county, without the reason of anybody's hardship."""
    children, level = county.children, county.hardship.recognised
    listed = np.flatnonzero(level != "")
    rows = slips.slipped(
        county.draws("recognition"), slips.copy_of(county.families, listed),
        county.settings["slips"]["rollcall"], county.families,
    )  # fmt: skip
    person, schools = rows.person, county.places.schools
    columns = [
        Column("序号", words.serial(len(rows)), width=6),
        Column("学校", [schools[i].name for i in children.school[person].tolist()], width=26),
        Column("年级", words.chosen(words.GRADES, children.grade[person]), width=9),
        Column("班级", [f"{n}班" for n in children.class_number[person].tolist()], width=8),
        Column("姓名", words.texts(rows.name)),
        Column("性别", words.sexes(rows.male), width=6),
        Column("身份证号", words.texts(rows.number), width=21),
        Column("认定等级", [LEVELS[one] for one in level[person]], width=10),
        Column("是否寄宿", ["是" if one else "否" for one in children.boards[person].tolist()], width=9),
    ]  # fmt: skip
    table = Table(
        "认定名册", columns, [f"{county.settings['county']}家庭经济困难学生认定名册（2026—2027学年）"],
        ["本册经公示无异议。        县学生资助管理中心（盖章）"],
    )  # fmt: skip
    yield File(
        "附件9-家庭经济困难学生认定名册(2026-2027学年).xlsx", [one_each(table, person, rows.slips)]
    )
