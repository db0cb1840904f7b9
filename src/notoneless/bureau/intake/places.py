"""Which places a list speaks for, and whether they are the organisation's own."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.intake import faults
from notoneless.bureau.people.contents import ROLLS
from notoneless.bureau.people.places import place_key
from notoneless.check.coverage import BY_SCHOOL, WHOLE_COUNTY
from notoneless.faults import Fault
from notoneless.rosters import SheetReading, kinds

OF_SCHOOLS = BY_SCHOOL | ROLLS
"""Kinds of list that a school hands in."""

_SHOWN = 3


def objections(organisation: Organisation, sheet: SheetReading, rows: pa.Table) -> list[Fault]:
    """Another place's list, or a kind that this organisation does not keep."""
    if organisation.kind != Organisation.Kind.SCHOOL:
        foreign = _counties(organisation, sheet, rows)
    elif sheet.kind not in OF_SCHOOLS:
        return [faults.NOT_KEPT_HERE.at(kind=str(kinds()[sheet.kind].label))]
    else:
        foreign = _schools(organisation, sheet)
    if not foreign:
        return []
    named = "、".join(foreign[:_SHOWN]) + ("……" if len(foreign) > _SHOWN else "")
    return [faults.OTHER_PLACE.at(places=named, own=organisation.name)]


def _schools(organisation: Organisation, sheet: SheetReading) -> list[str]:
    own = place_key(organisation.name)
    return [name for name in sheet.schools if place_key(name) != own]


def _counties(organisation: Organisation, sheet: SheetReading, rows: pa.Table) -> list[str]:
    """Counties named in the title or, by every row, in the column; the names of towns are no proof."""
    if organisation.kind != Organisation.Kind.COUNTY:
        return []
    named = [sheet.county] if sheet.county else []
    if "county" in rows.column_names and sheet.kind == "census":
        named += [name for name in pc.unique(rows.column("county")).to_pylist() if name]
    foreign = [name for name in dict.fromkeys(named) if not _same(name, organisation.name)]
    return foreign if len(foreign) == len(set(named)) else []


def _same(one: str, other: str) -> bool:
    """``中江县`` and ``德阳市中江县`` are one county."""
    one, other = (re.sub(r"\s", "", name) for name in (one, other))
    return one.endswith(other) or other.endswith(one)


def covered(
    organisation: Organisation, county: Organisation, sheet: SheetReading
) -> Sequence[Organisation] | None:
    """The schools or townships a list covers, None when it covers everybody of the organisation."""
    if organisation.kind == Organisation.Kind.SCHOOL:
        return None
    by_school = sheet.kind in OF_SCHOOLS
    named = sheet.schools if by_school else sheet.townships
    # A roll often comes in parts: whoever is at a school that this part does not name is not gone.
    if not named or (sheet.kind not in ROLLS and (sheet.county or sheet.kind in WHOLE_COUNTY)):
        return None
    kind = Organisation.Kind.SCHOOL if by_school else Organisation.Kind.TOWNSHIP
    wanted = {place_key(name) for name in named}
    there = Organisation.objects.filter(up__above=county, kind=kind, valid_to__isnull=True)
    return [one for one in there.order_by("pk") if place_key(one.name) in wanted]
