"""Verdicts for programs: read from the last sweep, in the reach of who asks, need only for who works on it."""

from __future__ import annotations

from django.http import Http404

from notoneless import kernel
from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.api import faults
from notoneless.bureau.api.schemas import Counted, Guaranteed, VerdictOut
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.models import Child
from notoneless.bureau.sweeps import behind, board_reading, rules
from notoneless.bureau.sweeps.asked import Asked
from notoneless.bureau.sweeps.models import Standing, Sweep, Verdict
from notoneless.faults import Refusal

PAGE = 500
"""So many verdicts come at once at most."""


def asked(by: User, place: int | None) -> Asked:
    """A place of this token's (by default its own) and the last sweep.

    404 for another's place, `Refusal` before the first sweep.
    """
    found = board_reading.place(by, place)
    if found is None:
        raise Http404
    sweep = board_reading.sweep_on()
    if sweep is None:
        raise Refusal([faults.NOT_SWEPT.at()])
    return Asked(by, found, sweep)


def verdicts(told: Asked, guarantee: str, verdict: str, after: int, most: int) -> list[VerdictOut]:
    """One guarantee's children with a verdict ("" any that it holds for), by key, those after ``after``."""
    known = {one.id for one in told.guarantees}
    if guarantee not in known or (verdict or behind.OWED) not in behind.VERDICTS:
        raise Http404
    wanted = behind.VERDICTS[verdict or behind.OWED]
    rows = behind.at(
        behind.standings(told.sweep, (guarantee,), wanted, newest=told.newest), told.place
    )
    rows = behind.with_since(rows.filter(child_id__gt=after))
    found = rows.select_related("child", "home").order_by("child_id")[: min(most, PAGE)]
    return [
        VerdictOut(
            child=row.child_id,
            name=row.child.name,
            birth_date=row.child.birth_date,
            school=row.child.school_name,
            class_name=row.child.class_name,
            home=row.home.name if row.home else "",
            guarantee=row.guarantee,
            verdict=row.verdict,
            since=row.begun,
        )
        for row in found
    ]


def of_child(by: User, child: Child, sweep: Sweep) -> list[Guaranteed]:
    """Every guarantee in force with its verdict, those of need only for who works on need there."""
    stood = Standing.objects.filter(child=child, until__isnull=True).select_related("pattern")
    standing = stood.first()
    if standing is None:
        return []
    book = rules.of(sweep)
    need = may(by, "child.need", people.where(child))
    reasons = rules.explain(standing.pattern, sweep)
    verdict_of = dict(standing.pattern.outcomes.values_list("guarantee", "verdict"))
    return [
        Guaranteed(
            guarantee=one.id,
            text=str(one.text),
            verdict=verdict_of[one.id],
            reason=_reason(one, reasons, verdict_of[one.id]),
        )
        for one in book.guarantees
        if one.id in verdict_of and (need or one.id not in book.of_need)
    ]


def _reason(
    guarantee: kernel.Guarantee, reasons: dict[str, kernel.Explanation], verdict: str
) -> str:
    told = reasons.get(guarantee.id)
    return told.text if told else str(Verdict(verdict).label)


def board(told: Asked) -> list[Counted]:
    """The sums of a place and of those right below it."""
    kinds = board_reading.PARTS.get(told.place.kind, ())
    places = [told.place, *(one for kind in kinds for one in board_reading.parts(told.place, kind))]
    counts = board_reading.counts(told.sweep, [one.pk for one in places])
    return [
        Counted(
            place=one.pk,
            place_name=one.name,
            guarantee=promise.id,
            text=promise.text,
            kept=count.kept,
            excused=count.excused,
            gap=count.gap,
            unknown=count.unknown,
            unsure=count.unsure,
        )
        for one in places
        for promise in told.promises
        if (count := counts.get((one.pk, promise.id))) is not None
    ]
