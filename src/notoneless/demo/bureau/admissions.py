"""Migrant workers' children who ask for a place: one application in each state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from notoneless.bureau.placements import actions
from notoneless.bureau.placements.papers import asked
from notoneless.demo import names
from notoneless.demo.bureau.people import elder_names
from notoneless.demo.bureau.pupils import school_of
from notoneless.demo.bureau.stories import Story, at

if TYPE_CHECKING:
    from notoneless.bureau.accounts.models import Organisation
    from notoneless.bureau.people.models import Child
    from notoneless.demo.bureau.scene import Scene

COUNT = 6


def stories(scene: Scene) -> Iterator[Story]:
    """From the third day on one a week; the first asked for a child who is on a roll today."""
    guardians = elder_names(scene, "admissions", COUNT)
    rng = scene.county.draws("admitted children")
    nation, boys = np.zeros(COUNT, dtype=np.int64), np.arange(COUNT) % 2 == 0
    family = np.array([name[0] for name in guardians], dtype=object)
    first = np.full(COUNT, "", dtype=object)
    new = names.children(rng, family, nation, boys, first).tolist()
    schools = _primaries(scene)
    pupil = next((child for child in scene.pupils.of("in_class") if not child.in_register), None)
    for number, (name, guardian) in enumerate(zip(new, guardians, strict=True)):
        known = pupil if number == 0 else None
        yield _asked(scene, number, known.name if known else name, guardian, known, schools)


def _primaries(scene: Scene) -> list[Organisation]:
    return [
        scene.places[school.name]
        for school in scene.county.places.schools
        if school.kind in ("primary", "nine_year")
    ]


def _asked(
    scene: Scene, number: int, name: str, guardian: str, child: Child | None,
    schools: list[Organisation],
) -> Story:  # fmt: skip
    """Received, papers brought; then placed and enrolled, refused, withdrawn, or still waiting."""
    officer, year = scene.user("county_officer"), int(scene.county.settings["school_year"])
    papers = tuple(paper.code for paper in asked(transfer=number == 3))
    days = scene.school_days()
    start = scene.day(2 + 5 * number) if number < COUNT - 2 else (days or [scene.listed])[-4:][0]
    yield at(start, 10, number)
    admission = actions.receive(
        by=officer, county=scene.here, name=name, guardian=guardian, phone=f"1390000{number:04}",
        birth_date=(child and child.birth_date) or dt.date(year - 7, 5, 3 + number),
        origin="other" if number % 2 else "province", stage="primary",
        grade=(child and child.grade) or 1, transfer=number == 3, papers=papers[:2],
    )  # fmt: skip
    if number == COUNT - 1:
        return  # papers are missing
    yield at(scene.calendar.add(start, 2), 10, number)
    actions.bring(by=officer, admission=admission, papers=papers[2:])
    if number == COUNT - 2:
        return  # complete: a place is owed
    yield at(scene.calendar.add(start, 4), 10, number)
    if number == 1:
        actions.refuse(by=officer, admission=admission, reason="父母已回原籍务工，居住证不在本县")
        return
    if number == 2:
        actions.withdraw(by=officer, admission=admission)
        return
    school = (school_of(child) if child else None) or schools[0]
    actions.offer_place(by=officer, admission=admission, school=school, funding="public")
    if child is not None:
        yield at(scene.calendar.add(start, 7), 10, number)
        actions.enrol(by=officer, admission=admission, child=child)
