"""People of every role, invited by the system; each has a one-time password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction

from notoneless.bureau.accounts import actions
from notoneless.bureau.accounts.models import Assignment, Organisation
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.demo import names
from notoneless.demo.bureau.scene import Person
from notoneless.i18n import gettext

if TYPE_CHECKING:
    from notoneless.demo.bureau.scene import Scene

AT_MORE_SCHOOLS = ("class_teacher", "roll_keeper", "school_head")
MORE_SCHOOLS = ("primary", "nine_year", "senior")
"""One more school of each of these kinds has people too."""


@transaction.atomic
def fill(scene: Scene) -> None:
    """One person for each role of the policy, then some colleagues."""
    scene.say(gettext("请人：每种角色至少一位"))
    own = _own_places(scene)
    wanted = [(role, own[_level(role, own)]) for role in policy().roles]
    wanted += [
        (role, _class_of(school) if role == "class_teacher" else school)
        for school in _more_schools(scene, own["school"])
        for role in AT_MORE_SCHOOLS
    ]
    townships = [scene.places[name] for name in scene.county.places.townships]
    other = next(place for place in townships if place != own["township"])
    wanted += [("township_cadre", other), ("county_officer", scene.here)]
    people_names = elder_names(scene, "bureau", len(wanted))
    for (role, place), name in zip(wanted, people_names, strict=True):
        add(scene, role, place, name)


def add(scene: Scene, role: str, place: Organisation, name: str) -> Person:
    """Invite somebody and give them a role; their login name is the role's, numbered where it is taken."""
    held = sum(person.role.id == role for person in scene.people)
    login = role if not held else f"{role}{held + 1}"
    with scene.clock.now():
        user, password = actions.invite(by=SYSTEM, username=login, name=name)
    actions.grant(by=SYSTEM, user=user, role=role, organisation=place)
    new = Person(user, policy().roles[role], place, password)
    scene.people.append(new)
    return new


def again() -> list[Person]:
    """The people of a bureau that was filled before; who never logged in gets a new one-time password."""
    found: dict[int, Person] = {}
    own = Assignment.objects.filter(delegated_from__isnull=True).order_by("pk")
    for held in own.select_related("user", "organisation__parent"):
        user = held.user
        if user.pk in found:  # shown once, where they are first
            continue
        password = "" if user.has_usable_password() else actions.invite_again(by=SYSTEM, user=user)
        found[user.pk] = Person(user, policy().roles[held.role], held.organisation, password)
    return list(found.values())


def _own_places(scene: Scene) -> dict[str, Organisation]:
    """One place of each kind, all in the township of the school where things happen."""
    truth = scene.county.places
    points = {school.township for school in truth.schools if school.kind == "village"}
    primaries = [school for school in truth.schools if school.kind == "primary"]
    main = next((school for school in primaries if school.township in points), primaries[0])
    school = scene.places[main.name]
    township = scene.places[truth.townships[main.township]]
    villages = Organisation.objects.filter(parent=township, kind="village").order_by("pk")
    return {
        "class": _class_of(school),
        "school": school,
        "village": villages[0],
        "township": township,
        "county": scene.here,
        "city": scene.places[str(scene.county.settings["city"])],
    }


def _level(role: str, own: dict[str, Organisation]) -> str:
    """Where a role is given: as low as it can be, administrators at the top."""
    row = policy().roles[role]
    levels = [kind for kind in own if kind in row.at]
    return levels[-1] if row.administers else levels[0]


def _class_of(school: Organisation) -> Organisation:
    return Organisation.objects.filter(parent=school, kind="class").order_by("pk")[0]


def _more_schools(scene: Scene, main: Organisation) -> list[Organisation]:
    found = []
    for kind in MORE_SCHOOLS:
        of_kind = (s.name for s in scene.county.places.schools if s.kind == kind)
        name = next((name for name in of_kind if name != main.name), None)
        if name:
            found.append(scene.places[name])
    return found


def elder_names(scene: Scene, purpose: str, count: int) -> list[str]:
    """Different names of grown-ups, by the county's seed."""
    rng = scene.county.draws(purpose)
    nation = np.zeros(count * 2, dtype=np.int64)
    family = names.families(rng, nation)
    drawn = names.elders(rng, family, nation, rng.random(count * 2) < 0.5)
    return list(dict.fromkeys(drawn.tolist()))[:count]
