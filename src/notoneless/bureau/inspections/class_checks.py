"""Who counted a class last, and when: what the ledger of children of age says of its pupils."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.utils import timezone

from notoneless.bureau.inspections.models import ClassCount
from notoneless.bureau.people.bulk import chunks


def class_checks(
    classes: Collection[int], on: dt.date, known_on: dt.date | None
) -> dict[int, tuple[dt.date, str]]:
    """By class (key) the day of its last count by ``on``, as known at the end of ``known_on``, and who counted."""
    day = min(on, known_on or on) + dt.timedelta(days=1)
    before = dt.datetime.combine(day, dt.time(), timezone.get_default_timezone())
    found: dict[int, tuple[dt.date, str]] = {}
    for keys in chunks(classes):
        counts = ClassCount.objects.filter(school_class__in=keys, counted_at__lt=before)
        for one in counts.select_related("counted_by").order_by("counted_at", "pk"):
            who = str(one.counted_by) if one.counted_by else ""
            found[one.school_class_id] = (timezone.localdate(one.counted_at), who)
    return found
