"""The next county: a few children who are nobody's business here."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from notoneless.bureau.accounts import actions
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.demo.bureau import lists, people
from notoneless.demo.county import make_county
from notoneless.demo.lists import words
from notoneless.demo.sheets import Column, Table, write
from notoneless.i18n import gettext

if TYPE_CHECKING:
    from notoneless.demo.bureau.scene import Scene

NAME, TOWNSHIP, VILLAGE = "怀远县", "河口镇", "石桥村"
"""Invented; pupils of our county go to school there (附件5)."""

CHILDREN = 12


def fill(scene: Scene) -> None:
    """A county beside ours, one officer, one short register."""
    scene.say(gettext("邻县：{name}").format(name=NAME))
    city = scene.places[str(scene.county.settings["city"])]
    county = actions.add_organisation(by=SYSTEM, kind="county", name=NAME, parent=city)
    township = actions.add_organisation(by=SYSTEM, kind="township", name=TOWNSHIP, parent=county)
    actions.add_organisation(by=SYSTEM, kind="village", name=VILLAGE, parent=township)
    scene.places[NAME] = county
    there = make_county(200, scene.county.seed + 1)
    everybody = there.families.people
    ours = set(scene.county.families.people.number.tolist())
    free = [
        child
        for child in np.flatnonzero(
            there.children.registered & (there.children.grade <= 9)
        ).tolist()
        if everybody.number[child] not in ours
    ][:CHILDREN]
    count = len(free)
    table = Table(
        "名单",
        [
            Column("乡镇", words.same(TOWNSHIP, count)),
            Column("村", words.same(VILLAGE, count)),
            Column("姓名", words.texts(everybody.name[free])),
            Column("性别", words.sexes(everybody.male[free])),
            Column("身份证号", words.texts(everybody.number[free]), width=21),
            Column("出生日期", words.dates(everybody.birth[free], "2015-09-01")),
        ],
        [f"{NAME}户籍适龄儿童少年名单（2026年秋季学期）"],
    )
    name = people.elder_names(scene, "neighbours", 1)[0]
    officer = people.add(scene, "county_officer", county, name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{NAME}户籍适龄儿童少年名单2026年9月.xlsx"
        write(path, [table])
        with lists.reading() as read:
            lists.take_in(read(officer.user, county, path).result())
