"""Disabled children: the committee's opinion, the place that each truly has, lessons at home."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from notoneless.bureau.placements import actions
from notoneless.demo.bureau.pupils import school_of
from notoneless.demo.bureau.stories import Story, at

if TYPE_CHECKING:
    from notoneless.bureau.accounts.models import Organisation
    from notoneless.bureau.people.models import Child
    from notoneless.demo.bureau.scene import Scene

KINDS = ("regular_class", "special_school", "special_class", "home")
"""What is true of a child is the kind of its place."""

PLANS = {
    "home": "每月两次送教：认知、生活自理、康复训练；家长在场",
    "regular_class": "随班就读，资源教师每周两次个别辅导",
}
LESSONS = ("认识数字1到10，练习握笔", "穿衣、洗手，教家长按摩手指", "看图说话，听故事，贴画")


def stories(scene: Scene) -> Iterator[Story]:
    """Each child with a place on the roll that says so."""
    number = 0
    for kind in KINDS:
        for child in scene.pupils.of(kind):
            if school := school_of(child):
                number += 1
                yield _placed(scene, child, kind, school, number)


def _placed(scene: Scene, child: Child, kind: str, school: Organisation, number: int) -> Story:
    officer = scene.user("county_officer")
    begins = dt.date(int(scene.county.settings["school_year"]), 9, 1)
    yield at(scene.day(0), 14, number % 60)
    actions.give_opinion(
        by=officer, child=child, given_on=begins, advice="enrol", recommended=kind,
        document=f"教专委〔{begins.year}〕{number}号",
    )  # fmt: skip
    place = actions.place(
        by=officer, child=child, kind=kind, school=school, first=begins, plan=PLANS.get(kind, "")
    )
    if kind != "home":
        return
    # The second child's teacher misses every other lesson: the first page says so.
    for day in scene.school_days()[number % 5 :: 10 if number % 2 else 20]:
        yield at(day, 16, number % 60)
        actions.write_visit(
            by=officer, placement=place, day=day, minutes=130, teachers="特校老师、随访校医",
            content=LESSONS[day.day % len(LESSONS)], answer="家长说孩子盼着老师来",
        )  # fmt: skip
