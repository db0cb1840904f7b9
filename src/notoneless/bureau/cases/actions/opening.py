"""Gaps become cases, or are not seen any more; many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied

from notoneless.bureau.accounts import queries as accounts
from notoneless.bureau.accounts.models import User
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import grounds
from notoneless.bureau.cases import openings as gaps
from notoneless.bureau.cases.assigning import assign
from notoneless.bureau.cases.codes import own_eyes
from notoneless.bureau.cases.deadlines import Deadlines
from notoneless.bureau.cases.models import (
    Case,
    Ground,
)
from notoneless.bureau.cases.openings import Gone, Opened, Opening
from notoneless.bureau.cases.places import require
from notoneless.bureau.cases.transitions import ways
from notoneless.bureau.people.bulk import chunks


@audit.action
def open_cases(*, by: User | audit.Actor, openings: Sequence[Opening]) -> Opened:
    """Make sure that each gap has its one active case.

    A gap of an active case is added to it as a ground. A case that was thought settled (returned, watched)
    is taken up again when somebody looked and saw the gap, or when the gap had been gone and is back. A gap
    that was answered by closing, and is still seen unchanged in the same lists, opens nothing until the
    answer is old. Set-based: tens of thousands at once.
    """
    placed = gaps.placed(openings)
    county_of_place = gaps.counties(
        place for one, _ in placed for place in (one.school, one.home) if place
    )
    county_of: dict[gaps.About, int] = {}
    known: list[tuple[Opening, int]] = []
    placeless: list[Opening] = []
    for one, named in placed:
        county = county_of_place.get(one.school or 0) or county_of_place.get(one.home or 0)
        if county is None:
            placeless.append(one)
            continue
        county_of.setdefault(one.about, county)
        known.append((one, named))
    _require_all(by, [(one.school, one.home, county_of[one.about]) for one, _ in known])
    if not known:
        return Opened(placeless=tuple(placeless))
    year = max(one.on.year for one, _ in known)
    numberings = gaps.hold(county_of.values(), year)
    active = gaps.active_cases(county_of)
    answered = _answered(known, active)
    new: dict[gaps.About, tuple[Opening, int]] = {}
    for one, named in known:
        if one.about not in active and one not in answered:
            new.setdefault(one.about, (one, named))
    before = set(active)
    if new:
        active |= gaps.write(new, county_of, numberings)
    mine = {active[about].pk for about in new if about not in before}
    seen = grounds.see([(active[one.about], one) for one, _ in known if one.about in active])
    on = max(one.on for one, _ in known)
    by_case = {active[one.about].pk: one for one, _ in reversed(known) if one.about in active}
    grounds.note("opened", ((key, grounds.told(by_case[key])) for key in sorted(mine)), on)
    added = tuple(sorted(seen.added - mine))
    grounds.note("gap_seen", ((key, grounds.told(by_case[key])) for key in added), on)
    back = sorted(seen.back - seen.added)
    grounds.note("gap_back", ((key, grounds.told(by_case[key])) for key in back), on)
    reopened = _take_up([case for case in active.values() if case.pk in seen.afresh], seen.afresh)
    if mine:
        assign(on, mine)
    if mine or added or reopened:
        audit.record(by, "cases.opened", opened=len(mine), added=len(added), reopened=len(reopened))
    return Opened(tuple(sorted(mine)), added, reopened, len(answered), tuple(placeless))


def _require_all(
    by: User | audit.Actor, places: Sequence[tuple[int | None, int | None, int]]
) -> None:
    """Who opens must be responsible for the school, the home or the county of each."""
    if by is audit.SYSTEM or not places:
        return
    accounts.require(by, "case.open")
    assert isinstance(by, User)
    here = set(accounts.reach(by, "case.open"))
    if not all(here.intersection(filter(None, one)) for one in places):
        raise PermissionDenied


def _answered(known: Sequence[tuple[Opening, int]], active: dict[gaps.About, Case]) -> set[Opening]:
    """The gaps that an answer still covers: same guarantee, same source, never gone meanwhile."""
    open_ = [one for one, _ in known if one.about not in active]
    if not open_:
        return set()
    closed = gaps.closed_cases((one.about for one in open_), min(one.on for one in open_))
    told = grounds.of(closed.values())
    found = set()
    for one in open_:
        case = closed.get(one.about)
        if case is None or case.answer_until is None or one.on > case.answer_until:
            continue
        ground = told.get((case.pk, one.guarantee, one.source))
        if ground is not None and ground.gone_on is None and one.source not in own_eyes():
            found.add(one)
    return found


def _take_up(cases: Sequence[Case], when: dict[int, dt.date]) -> tuple[int, ...]:
    """Back to persuasion by the way ``relapse`` where it leads out of the case's state."""
    way, done, deadlines = ways()["relapse"], [], {}
    for case in cases:
        if case.state not in way.before:
            continue
        on = when[case.pk]
        asked = (case.county_id, on)
        if asked not in deadlines:
            deadlines[asked] = Deadlines(*asked).of_state(way.to)
        moved = Case.objects.filter(pk=case.pk, state=case.state, joined_to=None).update(
            state=way.to, state_since=on, deadline=deadlines[asked], step=1, moved_by=None
        )
        if moved:
            done.append(case.pk)
    on = max(when.values(), default=dt.date.min)
    if done:
        grounds.note("moved", ((key, way.id) for key in done), on, state=way.to)
    return tuple(sorted(done))


@audit.action
def gap_gone(*, by: User | audit.Actor, gone: Sequence[Gone]) -> int:
    """Note that gaps are not seen any more; how many of active cases were noted now.

    It closes nothing: closing needs evidence and a person.
    """
    whole = gaps.roots(gone)
    wanted = {}
    for one in gone:
        child = whole.get(one.subject)
        subject = child.pk if child else one.subject
        wanted[one.subject_kind, subject, one.guarantee, one.source] = one
    noted: list[tuple[int, str]] = []
    days: list[dt.date] = []
    for subject_kind in {key[0] for key in wanted}:
        for keys in chunks({key[1] for key in wanted if key[0] == subject_kind}):
            found = Ground.objects.filter(
                case__subject_kind=subject_kind, case__subject__in=keys, gone_on__isnull=True
            ).select_related("case")
            lot: dict[dt.date, list[int]] = {}
            for ground in found:
                key = (subject_kind, ground.case.subject, ground.guarantee, ground.source)
                asked = wanted.get(key)
                if asked is None or (asked.kind and asked.kind != ground.case.kind):
                    continue
                if by is not audit.SYSTEM:
                    require(by, "case.open", ground.case)
                lot.setdefault(asked.on, []).append(ground.pk)
                if ground.case.is_active:
                    noted.append((ground.case_id, ground.source))
                    days.append(asked.on)
            for on, ground_keys in lot.items():
                Ground.objects.filter(pk__in=ground_keys).update(gone_on=on)
    if noted:
        grounds.note("gap_gone", noted, max(days))
        audit.record(by, "cases.gap_gone", cases=len(noted))
    return len(noted)
