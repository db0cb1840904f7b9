"""From gaps to cases, many at once: which are new, which are on record, which were answered.

The rows of `Numbering` are the door: whoever opens cases of a county holds its row until the end, so the
look and the writing are one. Should two counties open for one child at the same moment, the partial unique
index lets one case through, and the other opener adds its ground to it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.utils import timezone
from pypinyin import Style, lazy_pinyin

from notoneless.bureau.accounts.models import Lineage, Organisation
from notoneless.bureau.cases.deadlines import Deadlines
from notoneless.bureau.cases.models import CHILD, Case, Numbering
from notoneless.bureau.cases.transitions import FIRST
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.people.models import Child

COUNTY_AND_ABOVE = ("county", "city", "province")


@dataclass(frozen=True, slots=True)
class Opening:
    """A gap that somebody saw. ``subject`` is the key of a child (or school), merged or not.

    ``kind`` and ``source`` are codes of ``codes.toml``; ``reason`` is a sentence without a person's value.
    ``on`` is when it was found, ``since`` the first day that the child missed, None where nobody knows it.
    ``home`` and ``school`` (the class, where known) are keys of organisations; None: as on the child's card.
    """

    subject: int
    kind: str
    guarantee: str
    source: str
    on: dt.date
    reason: str = ""
    home: int | None = None
    school: int | None = None
    subject_kind: str = CHILD
    platform_number: str = ""
    since: dt.date | None = None

    @property
    def about(self) -> About:
        """What at most one active case may be about."""
        return self.subject_kind, self.subject, self.kind


About = tuple[str, int, str]
"""Subject kind, subject, kind of case."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A gap that the source does not see any more. ``kind`` "": of every kind."""

    subject: int
    guarantee: str
    source: str
    on: dt.date
    kind: str = ""
    subject_kind: str = CHILD


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of openings: keys of new cases, of those that a gap was added to, of those re-opened.

    ``answered`` counts gaps that were closed lately and are seen unchanged in the same lists; ``placeless``
    are those of no known county.
    """

    opened: tuple[int, ...] = ()
    added: tuple[int, ...] = ()
    reopened: tuple[int, ...] = ()
    answered: int = 0
    placeless: tuple[Opening, ...] = ()


def roots(named: Sequence[Opening | Gone]) -> dict[int, Child]:
    """By the key of each child named: the child that it is a part of now."""
    found: dict[int, Child] = {}
    for keys in chunks({one.subject for one in named if one.subject_kind == CHILD}):
        for part in Child.objects.filter(pk__in=keys).select_related("person"):
            found[part.pk] = part.person or part
    return found


def placed(openings: Sequence[Opening]) -> list[tuple[Opening, int]]:
    """Each opening about its root, with its places filled in, and the key under which it was named."""
    whole, found = roots(openings), []
    for one in openings:
        child = whole.get(one.subject)
        if one.subject_kind != CHILD:
            found.append((one, one.subject))
        elif child is not None:
            home = one.home or child.home_id
            school = one.school or child.attending_id or child.school_id
            found.append((replace(one, subject=child.pk, home=home, school=school), one.subject))
    return found


def counties(places: Iterable[int]) -> dict[int, int]:
    """The county above each place, or the lowest of what stands above a county."""
    found: dict[int, int] = {}
    for keys in chunks(set(places)):
        rows = Lineage.objects.filter(below__in=keys, above__kind__in=COUNTY_AND_ABOVE)
        found.update(rows.order_by("-depth").values_list("below", "above"))  # the nearest last
    return found


def hold(county_keys: Iterable[int], year: int) -> dict[int, Numbering]:
    """The numbering of each county in a year, locked until the end of the transaction, in one order."""
    wanted = sorted(set(county_keys))
    known = set(
        Numbering.objects.filter(county__in=wanted, year=year).values_list("county", flat=True)
    )
    for key in wanted:
        if key not in known:
            _begin(key, year)
    locked = Numbering.objects.select_for_update().filter(county__in=wanted, year=year)
    return {row.county_id: row for row in locked.order_by("county")}


def _begin(county: int, year: int) -> None:
    name = Organisation.objects.get(pk=county).name
    initials = "".join(lazy_pinyin(name[:-1] or name, style=Style.FIRST_LETTER)).upper()[:8]
    for suffix in ("", *map(str, range(2, 100))):
        try:
            with transaction.atomic():
                Numbering.objects.create(county_id=county, year=year, prefix=initials + suffix)
                return
        except IntegrityError:
            if Numbering.objects.filter(county=county, year=year).exists():
                return  # somebody began it at the same moment


def active_cases(abouts: Iterable[About]) -> dict[About, Case]:
    """The active case of each."""
    return {_about(case): case for case in _cases(abouts) if case.is_active}


def closed_cases(abouts: Iterable[About], on: dt.date) -> dict[About, Case]:
    """The case closed last of each, where its answer still holds on a day."""
    found: dict[About, Case] = {}
    for case in sorted(_cases(abouts), key=lambda case: case.pk):
        if case.answer_until and case.answer_until >= on and case.joined_to_id is None:
            found[_about(case)] = case
    return found


def _about(case: Case) -> About:
    return case.subject_kind, case.subject, case.kind


def _cases(abouts: Iterable[About]) -> Iterator[Case]:
    wanted = set(abouts)
    for subject_kind in {about[0] for about in wanted}:
        for keys in chunks({about[1] for about in wanted if about[0] == subject_kind}):
            for case in Case.objects.filter(subject_kind=subject_kind, subject__in=keys):
                if _about(case) in wanted:
                    yield case


def write(
    new: dict[About, tuple[Opening, int]],
    county_of: dict[About, int],
    numberings: dict[int, Numbering],
) -> dict[About, Case]:
    """Write new cases, in the order of their subjects; gives the active case of each, ours or not."""
    now = timezone.now()
    deadlines: dict[tuple[int, dt.date], dt.date | None] = {}
    rows = []
    for about in sorted(new):
        (opening, named), county = new[about], county_of[about]
        numbering = numberings[county]
        numbering.last += 1
        asked = (county, opening.on)
        if asked not in deadlines:
            deadlines[asked] = Deadlines(*asked).of_state(FIRST)
        rows.append(
            Case(
                number=f"{numbering}-{numbering.last:04}",
                platform_number=opening.platform_number,
                subject_kind=opening.subject_kind,
                subject=opening.subject,
                opened_for=named,
                child_id=opening.subject if opening.subject_kind == CHILD else None,
                kind=opening.kind,
                county_id=county,
                home_id=opening.home,
                school_id=opening.school,
                state=FIRST,
                state_since=opening.on,
                deadline=deadlines[asked],
                source=opening.source,
                opened_on=opening.on,
                opened_at=now,
            )
        )
    Case.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    Numbering.objects.bulk_update(numberings.values(), ["last"])
    return {_about(case): case for case in _cases(new) if case.is_active}
