"""What cases do of their own accord: climb when late, follow people and children."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import F
from django.utils import timezone

from notoneless.bureau.accounts.models import User
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import grounds, joining
from notoneless.bureau.cases.actions.writing import write_line
from notoneless.bureau.cases.assigning import assign, follow_places
from notoneless.bureau.cases.codes import LAST_STEP
from notoneless.bureau.cases.deadlines import Deadlines
from notoneless.bureau.cases.models import (
    OPEN,
    Case,
)
from notoneless.bureau.people.bulk import chunks


@audit.action
def climb(*, by: audit.Actor, on: dt.date) -> int:
    """Late cases go one step up both lines, with a new deadline there; how many. Nothing on a day off.

    At the top they stay, late: the county sees them every day.
    """
    late = Case.objects.filter(OPEN, deadline__lt=on, step__lt=LAST_STEP)
    climbed = 0
    for county in late.order_by("county").values_list("county", flat=True).distinct():
        days = Deadlines(county, on)
        if not days.calendar.is_school_day(on):
            continue
        keys = list(late.filter(county=county).values_list("pk", "deadline"))
        for lot in chunks(key for key, _ in keys):
            Case.objects.filter(pk__in=lot, deadline__lt=on).update(
                step=F("step") + 1, deadline=days.after("cases.climb_days")
            )
        grounds.note("climbed", ((key, str(due)) for key, due in keys), on)
        climbed += len(keys)
    if climbed:
        audit.record(by, "cases.climbed", cases=climbed)
    return climbed


@audit.action
def hand_over(*, by: audit.Actor, on: dt.date) -> int:
    """Follow children who moved and people who left or came; how many cases changed hands."""
    follow_places()
    changed = assign(on)
    grounds.note("handed_over", ((key, "") for key in changed), on)
    if changed:
        audit.record(by, "cases.handed_over", cases=len(changed))
    return len(changed)


@audit.action
def follow_merges(*, by: User | audit.Actor, children: Collection[int]) -> None:
    """After merging or un-merging: one active case per child and kind, and nothing lost.

    The younger case is joined to the elder and keeps its timeline and state; when the children are parted
    again it goes on by itself. ``children`` are the keys of the roots now.
    """
    for kind, case, into in joining.rejoin(children):
        write_line(case, by, kind, timezone.now(), code=into)
        audit.record(by, f"case.{kind}", case, organisation=case.county_id)
