"""Cases of children who turn out to be one, or two after all: derived from who is whom now.

Of the open cases of one child and kind the eldest goes on; the others point to it and rest. `Case.opened_for`
never changes, so parting gives back exactly what was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from notoneless.bureau.cases.models import CHILD, Case
from notoneless.bureau.people.models import Child


def rejoin(roots: Collection[int]) -> list[tuple[str, Case, str]]:
    """Put the cases of these roots' children right; gives what changed: ``joined`` or ``parted``, with whom."""
    part_of: dict[int, int] = {
        part.pk: part.person_id or part.pk for part in Child.objects.filter(person__in=roots)
    }
    cases = list(
        Case.objects.select_for_update()
        .filter(subject_kind=CHILD, opened_for__in=part_of)
        .order_by("pk")
    )
    by_key = {case.pk: case for case in cases}
    host: dict[int, int | None] = {}
    going: dict[tuple[int, str], list[Case]] = defaultdict(list)
    for case in cases:
        root = part_of[case.opened_for]
        elder = by_key.get(case.joined_to_id or 0)
        rests = elder is not None and part_of[elder.opened_for] == root and elder.closed_on
        if rests:
            host[case.pk] = case.joined_to_id  # what the elder was closed for, it answered for both
        elif case.closed_on is None:
            going[root, case.kind].append(case)
    for lot in going.values():
        for case in lot:
            host[case.pk] = None if case is lot[0] else lot[0].pk
    told: list[tuple[str, Case, str]] = []
    # First those that rest, then whose they are, then those that go on: never two active at a time.
    for case in cases:
        into = host.get(case.pk)
        if into is not None and into != case.joined_to_id:
            Case.objects.filter(pk=case.pk).update(joined_to=into)
            told.append(("joined", case, by_key[into].number))
    for case in cases:
        root = part_of[case.opened_for]
        if root != case.subject:
            Case.objects.filter(pk=case.pk).update(subject=root, child=root)
    for case in cases:
        if case.joined_to_id and case.closed_on is None and host.get(case.pk) is None:
            Case.objects.filter(pk=case.pk).update(joined_to=None)
            told.append(("parted", case, ""))
    return told
