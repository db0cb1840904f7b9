"""Of whom a list can say "he is not on it": the places that the lists of each kind cover.

A list covers the schools or townships it names, or with ``whole`` everybody of its organisation. Lists of
special education, of children elsewhere, excused or gone are kept in one place for their organisation, and
the places they name are where the children are now (`check.coverage.WHOLE_COUNTY`). A child who is on no
roll may be at a school whose roll has not come: so rolls cover a county when one is of the whole county, or
when every school of compulsory education in it has handed its own in.
"""

from __future__ import annotations

from collections import defaultdict

from django.db import connection
from django.db.models import Q

from notoneless.bureau.accounts.models import Lineage, Organisation
from notoneless.bureau.people.standing import When

KEPT_IN_ONE_PLACE = frozenset({"special", "elsewhere", "excused", "gone", "platform"})


def covered(when: When) -> dict[str, set[int]]:
    """Per kind of list the keys of all organisations whose children it covers."""
    named: dict[str, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.line, s.whole, s.organisation_id, c.organisation_id FROM people_source s "
            "LEFT JOIN people_coverage c ON c.source_id = s.id "
            f"WHERE s.line <> 'person' AND {when.sources('s')}"
        )
        for line, whole, owner, place in cursor.fetchall():
            if whole or line in KEPT_IN_ONE_PLACE:
                named[line].add(owner)
            elif place is not None:
                named[line].add(place)
    below: dict[int, set[int]] = defaultdict(set)
    wanted = set().union(*named.values()) if named else set()
    for above, key in Lineage.objects.filter(above__in=wanted).values_list("above", "below"):
        below[above].add(key)
    found = {line: set().union(*(below[key] for key in keys)) for line, keys in named.items()}
    if "roll" in found:
        found["roll"] |= _counties_handed_in(found["roll"])
    return found


def _counties_handed_in(rolls: set[int]) -> set[int]:
    """Everything under the counties of which every school of compulsory education is in ``rolls``."""
    compulsory = Q(stages__stage__in=("primary", "junior")) | Q(stages__isnull=True)
    schools = Organisation.objects.filter(compulsory, kind="school", valid_to__isnull=True)
    by_county: dict[int, set[int]] = defaultdict(set)
    for county, school in Lineage.objects.filter(
        above__kind="county", below__in=schools
    ).values_list("above", "below"):
        by_county[county].add(school)
    whole = [county for county, those in by_county.items() if those <= rolls]
    return set(Lineage.objects.filter(above__in=whole).values_list("below", flat=True))
