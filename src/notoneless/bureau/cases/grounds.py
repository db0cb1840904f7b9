"""The grounds of cases, many at once: what is seen for the first time, again, or not any more."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from notoneless.bureau.cases.codes import own_eyes
from notoneless.bureau.cases.models import Case, Entry, Ground
from notoneless.bureau.cases.openings import Opening
from notoneless.bureau.people.bulk import chunks

Key = tuple[int, str, str]
"""Case, guarantee, source."""


def of(cases: Iterable[Case]) -> dict[Key, Ground]:
    """The grounds of cases."""
    found = {}
    for keys in chunks({case.pk for case in cases}):
        for ground in Ground.objects.filter(case__in=keys):
            found[ground.case_id, ground.guarantee, ground.source] = ground
    return found


@dataclass(slots=True)
class Seen:
    """What openings mean for their cases: grounds ``added``, gone ones ``back``, gaps seen ``afresh``."""

    added: set[int] = field(default_factory=set)
    back: set[int] = field(default_factory=set)
    afresh: dict[int, dt.date] = field(default_factory=dict)


def see(pairs: Sequence[tuple[Case, Opening]]) -> Seen:
    """Write that gaps were seen. A gap is *afresh* where somebody looked, or where it had been gone.

    A list that has not changed since says nothing new of a child who came back meanwhile.
    """
    known, seen = of(case for case, _ in pairs), Seen()
    new: dict[Key, Ground] = {}
    again: dict[tuple[dt.date, dt.date | None], set[int]] = defaultdict(set)
    for case, opening in pairs:
        key = (case.pk, opening.guarantee, opening.source)
        ground = known.get(key)
        looked = opening.source in own_eyes() and opening.on > case.state_since
        if ground is None:
            seen.added.add(case.pk)
            new.setdefault(
                key,
                Ground(
                    case=case,
                    guarantee=opening.guarantee,
                    source=opening.source,
                    reason=opening.reason[:200],
                    since=opening.since,
                    seen_on=opening.on,
                    last_seen_on=opening.on,
                ),
            )
        else:
            since = _since(ground, opening)
            if ground.gone_on is not None:
                seen.back.add(case.pk)
            if (
                ground.last_seen_on < opening.on
                or ground.gone_on is not None
                or since != ground.since
            ):
                again[max(opening.on, ground.last_seen_on), since].add(ground.pk)
            looked = looked or (ground.gone_on is not None and opening.on > ground.gone_on)
            looked = looked and opening.on >= case.state_since
        if looked:
            seen.afresh[case.pk] = opening.on
    Ground.objects.bulk_create(new.values(), ignore_conflicts=True, batch_size=500)
    for (on, since), grounds in again.items():
        for keys in chunks(sorted(grounds)):
            Ground.objects.filter(pk__in=keys).update(last_seen_on=on, since=since, gone_on=None)
    return seen


def _since(ground: Ground, opening: Opening) -> dt.date | None:
    """The first day missed of the absence that goes on: one that had been gone began anew."""
    if ground.gone_on is not None:
        return opening.since
    told = [day for day in (ground.since, opening.since) if day is not None]
    return min(told, default=None)


def told(opening: Opening) -> str:
    """An opening as the ``code`` of a line of the timeline: its source, and the first day missed."""
    return f"{opening.source} {opening.since}" if opening.since else opening.source


def missing_since(case: Case) -> dt.date | None:
    """The first day that the child missed, of what is still seen, else of what was; None: nobody knows."""
    days = [(one.gone_on is not None, one.since) for one in case.grounds.all() if one.since]
    return min(days)[1] if days else None


def note(kind: str, lines: Iterable[tuple[int, str]], on: dt.date, *, state: str = "") -> None:
    """One line in the timeline of each case, told by the system: ``(case, code)``.

    ``code`` is the source, or for a move its way, with the ``state`` after it.
    """
    now = timezone.now()
    at = dt.datetime.combine(on, timezone.localtime(now).time(), timezone.get_default_timezone())
    Entry.objects.bulk_create(
        [
            Entry(
                case_id=case,
                kind=kind,
                at=min(at, now),
                written_at=now,
                code=code[:80],
                state=state,
            )
            for case, code in lines
        ],
        batch_size=500,
    )
