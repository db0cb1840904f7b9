"""The check of every class at the start of the term, a random spot check, and one that is planned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases.models import OPEN, Case
from notoneless.bureau.inspections import actions, queries
from notoneless.bureau.inspections.actions import Found
from notoneless.bureau.inspections.models import Unit
from notoneless.calendar import term_on
from notoneless.demo.bureau.stories import Story, at

if TYPE_CHECKING:
    from notoneless.bureau.audit.actions import Actor
    from notoneless.demo.bureau.scene import Scene

DRAWN = 6
"""Classes of a spot check."""

KINDS = {"on_leave": "leave", "home": "at_home", "special_school": "elsewhere"}
"""What a count says of who is truly elsewhere; who has an active case is suspected."""


def stories(scene: Scene) -> Iterator[Story]:
    """The campaign, the check that was made, the check to come."""
    yield _campaign(scene)
    yield _spot_check(scene)
    yield _planned(scene)


def _campaign(scene: Scene) -> Story:
    yield at(scene.day(0), 15)
    officer = scene.user("county_officer")
    campaign = actions.open_campaign(
        by=officer, county=scene.here, term=term_on(scene.listed),
        begins=scene.day(0), ends=scene.day(6),
    )  # fmt: skip
    schools: dict[Organisation, list[Organisation]] = {}
    keys = [unit.key for unit in queries.classes(scene.here)]
    seats = Organisation.objects.filter(pk__in=keys).select_related("parent").order_by("pk")
    for seat in seats:
        if seat.parent is not None:
            schools.setdefault(seat.parent, []).append(seat)
    silent = _silent(scene)
    for number, (school, classes) in enumerate(schools.items()):
        if school.name == silent:
            continue  # missing ones are seen
        yield at(scene.day(1 + number % 4), 10, number % 60)
        for seat in classes:
            actions.count_class(
                by=_at(scene, seat, "class_teacher"),
                campaign=campaign,
                school_class=seat,
                not_here=_not_here(scene, seat),
            )
        yield at(scene.day(2 + number % 4), 16, number % 60)
        actions.sign_school(by=_at(scene, school, "school_head"), campaign=campaign, school=school)


def _silent(scene: Scene) -> str:
    number = scene.county.without_rollcall
    return scene.county.places.schools[number].name if number >= 0 else ""


def _at(scene: Scene, place: Organisation, role: str) -> Actor:
    found = (one.user for one in scene.people if one.place == place and one.role.id == role)
    return next(found, SYSTEM)


def _not_here(scene: Scene, seat: Organisation) -> dict[int, str]:
    """Who of a class is not there: who has a case, who is on leave, who learns elsewhere."""
    there = list(queries.roster(seat).values_list("pk", flat=True))
    suspected = set(
        Case.objects.filter(OPEN, kind="absent", child__in=there)
        .exclude(child__in=scene.missed)
        .values_list("child", flat=True)
    )
    found = {
        child: KINDS[situation]
        for child in there
        if (situation := scene.pupils.truth.get(child, "")) in KINDS
    }
    return found | dict.fromkeys(suspected, "suspected")


def _spot_check(scene: Scene) -> Story:
    officer = scene.user("county_officer")
    yield at(scene.day(13), 10)
    check = actions.plan_spot_check(
        by=officer, organisation=scene.here, day=scene.day(15), size=DRAWN
    )
    yield at(scene.day(15), 8)
    units = actions.draw_sample(by=officer, spot_check=check)
    for number, unit in enumerate(units):
        yield at(scene.day(15), 10 + number % 6, number)
        _visit(scene, unit, number)
    check.refresh_from_db()
    actions.close_spot_check(by=officer, spot_check=check)
    finding = units[0].findings.first()
    if finding is not None:
        yield at(scene.day(18), 10)
        actions.correct(by=SYSTEM, finding=finding, words="座位表和名册已经对上，错的一个字改了")


def _visit(scene: Scene, unit: Unit, number: int) -> None:
    """Counted as it truly is; in the first two classes something in the records is not right."""
    away = _not_here(scene, unit.school_class)
    gone = [child for child, kind in away.items() if kind == "suspected"]
    findings = [Found("not_here", "名册上有，座位空着，同学说开学就没来", child) for child in gone]
    if number < 2:
        words = ("座位表和名册有一个名字写法不同", "请假条没有家长签字")[number]
        findings.insert(0, Found("record", words))
    actions.enter_result(
        by=scene.user("county_officer"),
        unit=unit,
        counted=unit.expected - len(away),
        unexplained=len(gone),
        visitors="县级专干、责任督学",
        findings=findings,
    )


def _planned(scene: Scene) -> Story:
    """The next one: its day is known, its classes are not."""
    for day in scene.school_days()[-1:]:
        yield at(day, 16)
        soon = scene.calendar.add(max(timezone.localdate(), scene.clock.today), 3)
        actions.plan_spot_check(
            by=scene.user("county_officer"), organisation=scene.here, day=soon, size=DRAWN
        )
