"""From gaps to cases: which gaps stand, of which children a case would be new, which are not seen any more."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from notoneless.bureau.cases import openings
from notoneless.bureau.cases.models import CHILD, Ground
from notoneless.bureau.cases.openings import About, Gone, Opening
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.people.models import RollCall
from notoneless.bureau.sweeps import rules
from notoneless.bureau.sweeps.models import Standing, Sweep, Verdict
from notoneless.i18n import LANGUAGES, use

SOURCE = "sweep"
"""What sweeps are called among those who see gaps (``cases/codes.toml``)."""

LONGEST_REASON = 200

SETTLED = (Verdict.KEPT, Verdict.EXCUSED, Verdict.OUTSIDE)
"""A gap is not seen any more only where it is known that there is none."""


def gaps(sweep: Sweep) -> list[Opening]:
    """Every gap that stands, one per child and guarantee, in the rule's own words.

    A guarantee of need (poor, disabled) is left out where the same child has the same kind of gap in another
    one: who works on the case need not learn of it from us.
    """
    book = rules.of(sweep)
    rows = Standing.objects.filter(
        until__isnull=True, pattern__outcomes__verdict=Verdict.GAP
    ).values_list(
        "child",
        "home",
        "school",
        "pattern__signature",
        "pattern__outcomes__guarantee",
        "pattern__outcomes__case_kind",
    )
    told: dict[str, dict[str, str]] = {}
    plain: set[tuple[int, str]] = set()
    found: list[Opening] = []
    for child, home, school, signature, guarantee, kind in rows:
        if signature not in told:
            told[signature] = _reasons(book, signature)
        found.append(
            Opening(
                subject=child,
                kind=kind,
                guarantee=guarantee,
                source=SOURCE,
                on=sweep.as_of,
                reason=told[signature].get(guarantee, ""),
                home=home,
                school=school,
            )
        )
        if guarantee not in book.of_need:
            plain.add((child, kind))
    return _since([
        gap
        for gap in found
        if gap.guarantee not in book.of_need or (gap.subject, gap.kind) not in plain
    ])  # fmt: skip


ABSENT = "absent"
"""The kind of case, and the word of a list, of a child who is on the roll and not in class."""


def _since(found: list[Opening]) -> list[Opening]:
    """The same with the first day missed, where roll-calls that came in as lists tell it."""
    days: dict[int, dt.date] = {}
    for keys in chunks({gap.subject for gap in found if gap.kind == ABSENT}):
        rows = RollCall.objects.filter(child__person__in=keys, retracted_at__isnull=True)
        ended: set[int] = set()
        for person, day, word in rows.order_by("-valid_from", "-attendance").values_list(
            "child__person", "valid_from", "attendance"
        ):
            child = int(person or 0)
            if word != ABSENT:
                ended.add(child)
            elif child not in ended:
                days[child] = day
    return [
        replace(gap, since=days[gap.subject])
        if gap.kind == ABSENT and days.get(gap.subject, dt.date.max) <= gap.on
        else gap
        for gap in found
    ]


def _reasons(book: rules.Rules, signature: str) -> dict[str, str]:
    with use(LANGUAGES[0]):  # kept, so in the language of the law
        return {name: told.text[:LONGEST_REASON] for name, told in book.explain(signature).items()}


def new_by_county(found: Sequence[Opening], on: dt.date) -> dict[int, set[About]]:
    """Per county the cases that these gaps would newly open: none active, no answer that still holds."""
    abouts = {gap.about for gap in found}
    known = {*openings.active_cases(abouts), *openings.closed_cases(abouts, on)}
    counties = openings.counties(
        place for gap in found for place in (gap.school, gap.home) if place is not None
    )
    new: dict[int, set[About]] = defaultdict(set)
    for gap in found:
        county = counties.get(gap.school or 0) or counties.get(gap.home or 0)
        if county is not None and gap.about not in known:
            new[county].add(gap.about)
    return dict(new)


def gone(sweep: Sweep, found: Iterable[Opening]) -> list[Gone]:
    """What sweeps saw once, is on an active case, and is now known to be no gap."""
    seen = {(gap.subject, gap.guarantee) for gap in found}
    grounds = Ground.objects.filter(
        source=SOURCE,
        gone_on__isnull=True,
        case__subject_kind=CHILD,
        case__closed_on__isnull=True,
        case__joined_to__isnull=True,
    )
    asked = {
        (child, guarantee)
        for child, guarantee in grounds.values_list("case__subject", "guarantee")
        if (child, guarantee) not in seen
    }
    settled: set[tuple[int, str]] = set()
    there: set[int] = set()
    for keys in chunks({child for child, _ in asked}):
        stood = Standing.objects.filter(until__isnull=True, child__in=keys)
        there |= set(stood.values_list("child", flat=True))
        none = stood.filter(pattern__outcomes__verdict__in=SETTLED)
        settled |= set(none.values_list("child", "pattern__outcomes__guarantee"))
    return [
        Gone(subject=child, guarantee=guarantee, source=SOURCE, on=sweep.as_of)
        for child, guarantee in sorted(asked)
        if (child, guarantee) in settled or child not in there
    ]
