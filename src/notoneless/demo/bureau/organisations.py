"""The tree: the city, the county, its townships and villages, its schools and their classes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction

from notoneless.bureau.accounts import actions
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.demo.lists.words import GRADES
from notoneless.i18n import gettext

if TYPE_CHECKING:
    from notoneless.bureau.accounts.models import Organisation
    from notoneless.demo.bureau.scene import Scene

CITY_CODE = "510600"
"""The code of the never assigned area 510699 one level up."""


@transaction.atomic
def fill(scene: Scene) -> None:
    """Put up the tree as a system administrator would, from the top."""
    scene.say(gettext("建机构：乡镇、村、学校、班级"))
    settings, truth = scene.county.settings, scene.county.places
    city = _place(scene, "city", str(settings["city"]), None, code=CITY_CODE)
    county = _place(scene, "county", str(settings["county"]), city, code=settings["area_code"])
    for township in truth.townships:
        _place(scene, "township", township, county)
    for village, township in zip(truth.villages, truth.village_township.tolist(), strict=True):
        above = scene.places[truth.townships[township]]
        scene.places[f"{above.name}{village}"] = actions.add_organisation(
            by=SYSTEM, kind="village", name=village, parent=above
        )
    _schools(scene, county)


def _place(
    scene: Scene, kind: str, name: str, above: Organisation | None, code: str = ""
) -> Organisation:
    made = actions.add_organisation(by=SYSTEM, kind=kind, name=name, parent=above, code=code)
    scene.places[name] = made
    return made


def _schools(scene: Scene, county: Organisation) -> None:
    """Each with its code and stages, and the classes that its roll has; a teaching point hangs on its centre."""
    truth, children = scene.county.places, scene.county.children
    first = int(scene.county.settings["school_year"])
    begins = dt.date(first, 9, 1)
    for index, school in enumerate(truth.schools):
        centre = next(
            (
                s.name
                for s in truth.schools
                if s.township == school.township and s.kind == "primary"
            ),
            "",
        )
        above = scene.places[centre] if school.kind == "village" and centre else county
        township = truth.townships[school.township]
        made = actions.add_organisation(
            by=SYSTEM,
            kind="school",
            name=school.name,
            parent=above,
            located_in=scene.places.get(f"{township}{truth.villages[school.village]}")
            if school.village >= 0
            else scene.places[township],
        )
        scene.places[school.name] = made
        actions.set_school_code(by=SYSTEM, school=made, code=school.code, valid_from=begins)
        actions.set_school_stages(
            by=SYSTEM, school=made, stages=_stages(school.kind, school.grades), valid_from=begins
        )
        members = (children.school == index) & ~children.former
        pairs = zip(
            children.grade[members].tolist(), children.class_number[members].tolist(), strict=True
        )
        for grade, number in sorted(set(pairs)):
            actions.add_organisation(
                by=SYSTEM,
                kind="class",
                name=class_name(grade, number, first),
                parent=made,
                valid_from=begins,
            )


def _stages(kind: str, grades: range) -> set[str]:
    if kind in ("senior", "vocational"):
        return {kind}
    return {"primary" if grade <= 6 else "junior" for grade in grades}


def class_name(grade: int, number: int, school_year: int) -> str:
    """As the rolls name a class, by its year of entry: ``一年级2601班``; from grade 10 ``2601班``."""
    below = int(np.select([grade > 9, grade > 6], [grade - 10, grade - 7], grade - 1))
    plain = f"{(school_year - below) % 100:02}{number:02}班"
    return f"{GRADES[grade]}{plain}" if grade <= 9 else plain
