"""What the roll-call page shows: who was missing before, the others, what was said already."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.attendance import absences, queries
from notoneless.bureau.attendance.models import (
    ONLY_LISTED,
    STATE_OF,
    Call,
    Half,
    Mark,
    Reason,
    State,
)
from notoneless.bureau.attendance.roster import roster
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases.models import Case
from notoneless.bureau.people.models import Child


@dataclass(frozen=True, slots=True)
class Pupil:
    """A child on the page. ``out`` and ``reason`` are what stands; ``days`` school days missing so far.

    ``has_case``: people are working on it already.
    """

    child: Child
    out: bool
    reason: str
    days: int = 0
    has_case: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A class on a half-day. ``held`` were missing at the call before (``last``), ``others`` were not."""

    school_class: Organisation
    day: dt.date
    half: str
    call: Call | None
    last: Call | None
    held: list[Pupil]
    others: list[Pupil]
    elsewhere: tuple[tuple[Child, str], ...]
    reasons: list[tuple[str, str]]
    by: str
    missing: list[tuple[Child, str]] = field(default_factory=list)
    differing: list[queries.Differs] = field(default_factory=list)

    @property
    def half_label(self) -> str:
        """Morning or afternoon, in words."""
        return str(Half(self.half).label)

    @property
    def other_half(self) -> str:
        """The code of the other half."""
        return Half.AFTERNOON if self.half == Half.MORNING else Half.MORNING

    @property
    def other_label(self) -> str:
        """The other half in words."""
        return str(Half(self.other_half).label)

    @property
    def called_at(self) -> str:
        """When what stands came in: ``08:01``."""
        return f"{timezone.localtime(self.call.at):%H:%M}" if self.call else ""

    @property
    def here(self) -> int:
        """Of those expected at the call that stands, how many came."""
        return self.call.expected - len(self.missing) if self.call else 0

    @property
    def last_here(self) -> int:
        """At the call before."""
        return self.last.expected - len(self.held) if self.last else 0


def page(school_class: Organisation, day: dt.date, half: str) -> Page:
    """The page of a class, from what stands."""
    listed = roster(school_class, day)
    call = queries.standing(school_class, day, half)
    last = queries.before(school_class, day, half)
    held = queries.held(school_class, day, half)
    said = {mark.child_id: mark.reason for mark in call.marks.all()} if call else {}
    runs = {
        run.child: run.days
        for run in absences.absent_runs(SYSTEM, last.day if last else day, [school_class.pk])
    } if held else {}  # fmt: skip
    cases = set(
        Case.objects.filter(
            subject_kind="child", subject__in=held, kind="absent", closed_on__isnull=True
        ).values_list("subject", flat=True)
    )
    return Page(
        school_class=school_class,
        day=day,
        half=half,
        call=call,
        last=last,
        held=[
            Pupil(
                child,
                child.pk in said or call is None,
                said.get(child.pk, held[child.pk]),
                runs.get(child.pk, 0),
                child.pk in cases,
            )
            for child in listed.expected
            if child.pk in held
        ],
        others=[
            Pupil(child, child.pk in said, said.get(child.pk, ""))
            for child in listed.expected
            if child.pk not in held
        ],
        elsewhere=listed.elsewhere,
        reasons=_reasons(school_class, listed.expected, {*held.values(), *said.values()}),
        by=queries.called_by(school_class, day),
        missing=[
            (mark.child, str(mark.get_reason_display() or mark.get_state_display()))
            for mark in call.marks.select_related("child").order_by("child__initials")
            if mark.state != State.LATE
        ]
        if call
        else [],
        differing=queries.differing([school_class.pk], day, half) if call else [],
    )


def _reasons(
    school_class: Organisation, expected: tuple[Child, ...], said: set[str]
) -> list[tuple[str, str]]:
    """The reasons, the one used last in this class first; internships are of vocational schools.

    What only lists say is offered where one has ``said`` it: a correction of another child must not lose it.
    """
    last = (
        Mark.objects.filter(call__school_class=school_class)
        .exclude(reason__in=("", *ONLY_LISTED))
        .order_by("-pk")
        .values_list("reason", flat=True)
        .first()
    )
    interns = any(child.stage == "vocational" for child in expected)
    offered = [
        (str(reason.value), str(reason.label))
        for reason in Reason
        if (interns or STATE_OF[reason] != State.INTERNSHIP)
        and (reason not in ONLY_LISTED or reason in said)
    ]
    return sorted(offered, key=lambda one: one[0] != last)
