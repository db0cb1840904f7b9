"""Cases of invented children, for the tests of cases."""

from __future__ import annotations

import datetime as dt

from invented_children import row, taken_in

MONDAY = dt.date(2026, 9, 14)
"""An ordinary school day; a week of five more follow."""


def children(bureau, count: int = 1):
    """So many children of the first class of 甲县一小, living in 甲一村."""
    from notoneless.bureau.people.models import Child

    rows = [row(n, f"孩{n}", id_number=None) for n in range(count)]
    taken_in(bureau, rows)
    found = list(Child.objects.order_by("pk"))
    known = [{**one, "child": child.pk} for one, child in zip(rows, found, strict=True)]
    taken_in(bureau, known, "roll")
    return list(Child.objects.order_by("pk"))


def opening(child, **more):
    """A gap of a child, as the nightly sweep sees it."""
    from notoneless.bureau.cases.openings import Opening

    told = {
        "subject": child.pk,
        "kind": "absent",
        "guarantee": "in_class",
        "source": "sweep",
        "on": MONDAY,
    }
    return Opening(**(told | more))


def opened(bureau, **more):
    """A child and its one case."""
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.cases import actions
    from notoneless.bureau.cases.models import Case

    [child] = children(bureau)
    actions.open_cases(by=SYSTEM, openings=[opening(child, **more)])
    return child, Case.objects.get()
