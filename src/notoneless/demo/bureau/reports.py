"""Reports filed in their time: the schools' of each month, the county's of the quarter; one is missing."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.reports import actions, queries
from notoneless.bureau.reports.kinds import Kind, kinds
from notoneless.demo.bureau.stories import Story, at

if TYPE_CHECKING:
    from notoneless.demo.bureau.scene import Scene


def stories(scene: Scene) -> Iterator[Story]:
    """Every month of schools, every quarter of the county, since the lists came in."""
    day = scene.listed
    while day < scene.clock.today:
        last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        yield _school_months(scene, kinds()["school_month"].period_of(day))
        if last.month % 3 == 0:
            yield _quarter(scene, kinds()["county_quarter"], last)
        day = last + dt.timedelta(days=1)


def _school_months(scene: Scene, period: str) -> Story:
    """All schools a few days before the rule's day, but the one that calls no roll."""
    silent = scene.county.without_rollcall
    for number, told in enumerate(scene.county.places.schools):
        school = scene.places[told.name]
        due = queries.due_on(kinds()["school_month"], school, period)
        yield at(max(scene.day(2), due - dt.timedelta(days=2)), 15, number % 60)
        if number != silent:
            _file(scene, kinds()["school_month"], school, period, "school_head")


def _quarter(scene: Scene, kind: Kind, last: dt.date) -> Story:
    """The officer looks at it after the schools have reported."""
    yield at(scene.calendar.add(last, 3), 9)
    _file(scene, kind, scene.here, kind.period_of(last), "county_officer")


def _file(scene: Scene, kind: Kind, place: Organisation, period: str, role: str) -> None:
    by = next(
        (one.user for one in scene.people if one.place == place and one.role.id == role), SYSTEM
    )
    actions.file_report(by=by, kind=kind, organisation=place, period=period)
