"""What roll-calls say of a child who is said to be back: on how many days it was in class.

A case is closed by evidence (动态销号, domain facts 1.10): n days in class, seen by the class teacher. The days
come from the roll-calls of the app that keeps them (`offers`, ``class_days``) and from those that came as lists.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from notoneless.bureau.cases.deadlines import Deadlines
from notoneless.bureau.cases.models import Case
from notoneless.bureau.cases.transitions import Way
from notoneless.bureau.offers import found
from notoneless.bureau.people.models import RollCall
from notoneless.i18n import gettext


@dataclass(frozen=True, slots=True)
class Presence:
    """School days since ``since`` on which roll-calls saw a child in class, or missed it without leave.

    ``needed`` is how many of the first the county asks for; one of the second, and they show nothing.
    """

    since: dt.date
    present: int
    absent: int
    needed: int

    @property
    def shown(self) -> bool:
        """Roll-calls show that the child is in class."""
        return self.present >= self.needed and not self.absent

    def __str__(self) -> str:
        """In words, for the page and the timeline."""
        return gettext(
            "点名：{since}以来到校{present}天，无故未到{absent}天，要求到校{needed}天、没有无故未到"
        ).format(since=self.since, present=self.present, absent=self.absent, needed=self.needed)


def presence(case: Case, way: Way, until: dt.date) -> Presence | None:
    """What roll-calls show since the case is in its state; None where the way does not ask for them."""
    if not way.attended:
        return None
    needed = Deadlines(case.county_id, until).number(way.attended)
    if case.child_id is None:
        return Presence(case.state_since, 0, 0, needed)
    here, missing = class_days(case.child_id, case.state_since, until)
    return Presence(case.state_since, len(here), len(missing), needed)


def class_days(child: int, first: dt.date, last: dt.date) -> tuple[set[dt.date], set[dt.date]]:
    """The days on which a child was in class, and those on which it was missing without leave."""
    here: set[dt.date] = set()
    missing: set[dt.date] = set()
    for app in found("class_days"):
        there, gone = app.class_days(child, first, last)
        here |= there
        missing |= gone
    listed = RollCall.objects.filter(
        child__person=child, retracted_at__isnull=True, valid_from__range=(first, last)
    ).values_list("valid_from", "attendance")
    for day, word in listed:
        if word == "present":
            here.add(day)
        elif word == "absent":
            missing.add(day)
    return here - missing, missing
