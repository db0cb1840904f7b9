"""When something is due: school days of the place's calendar, by the rule that the place settled."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from django.utils import timezone

from notoneless.bureau.cases.transitions import states
from notoneless.bureau.rules import queries as rules
from notoneless.calendar import SchoolCalendar

END_OF_WORK = dt.time(17, 30)
"""A day that is due ends then, as on the first page."""


class Deadlines:
    """The deadlines of one place from one day; keeps its calendar, for many cases at once."""

    def __init__(self, place: int, on: dt.date) -> None:
        self.place, self.on = place, on

    @cached_property
    def calendar(self) -> SchoolCalendar:
        """The school days of the place."""
        return rules.calendar(self.place)

    def number(self, key: str) -> int:
        """A rule's number of days at this place on this day."""
        return int(rules.value(key, self.place, self.on))

    def after(self, key: str) -> dt.date:
        """The day so many school days on as the rule of this key says."""
        return self.calendar.add(self.on, self.number(key))

    def of_state(self, state: str) -> dt.date | None:
        """When a case that enters a state today must have left it; None where nothing is due."""
        key = states()[state].deadline
        return self.after(key) if key else None


def days_left(due: dt.date | None, on: dt.date, calendar: SchoolCalendar) -> int | None:
    """School days until something is due: 0 on the day itself, less when it is late, None for never."""
    if due is None:
        return None
    if due >= on:
        return calendar.count(on, due) - calendar.is_school_day(on)
    return -max(1, calendar.count(due, on) - calendar.is_school_day(due))


def moment(due: dt.date | None) -> dt.datetime | None:
    """The end of the working day that is due."""
    if due is None:
        return None
    return dt.datetime.combine(due, END_OF_WORK, timezone.get_default_timezone())
