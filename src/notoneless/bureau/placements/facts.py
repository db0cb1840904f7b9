"""What placements and admissions tell the rules: ``placement`` and ``migrant`` (`rulebooks/facts.yaml`)."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
from django.db.models import Q
from django.utils import timezone

from notoneless.bureau.placements.models import Admission, Placement


def facts(*, on: dt.date, known_on: dt.date | None = None) -> pa.Table:
    """``child``, ``placement`` and ``migrant`` of those whom this app knows, as known then."""
    placed = Placement.objects.filter(first__lte=on).filter(Q(last__isnull=True) | Q(last__gte=on))
    admitted = Admission.objects.filter(state=Admission.State.ENROLLED, settled_on__lte=on)
    if known_on is not None:
        end = dt.datetime.combine(known_on, dt.time.max, timezone.get_default_timezone())
        placed = Placement.objects.filter(first__lte=on, entered_at__lte=end).filter(
            Q(last__isnull=True) | Q(last__gte=on) | Q(ended_at__gt=end)
        )
        admitted = admitted.filter(settled_on__lte=known_on)
    # In one row per child: a child may have both.
    found: dict[int, list[str | bool | None]] = {}
    for child, kind in placed.order_by("first", "pk").values_list("child__person", "kind"):
        found[child or 0] = [kind, None]
    for child in admitted.values_list("child__person", flat=True):
        found.setdefault(child or 0, [None, None])[1] = True
    return pa.table(
        {
            "child": pa.array(list(found), pa.int64()),
            "placement": pa.array([row[0] for row in found.values()], pa.string()),
            "migrant": pa.array([row[1] for row in found.values()], pa.bool_()),
        }
    )
