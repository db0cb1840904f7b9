"""What recognition tells the rules: ``recognised``, for the school year in which it was decided."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
from django.db.models import Q
from django.utils import timezone

from notoneless.bureau.accounts.models import Lineage
from notoneless.bureau.people.models import Circumstance, Enrolment
from notoneless.bureau.people.standing import When
from notoneless.bureau.recognition.levels import NONE
from notoneless.bureau.recognition.models import Decision, Round
from notoneless.calendar import school_year_on


def facts(*, on: dt.date, known_on: dt.date | None = None) -> pa.Table:
    """``child`` and ``recognised``: the newest confirmed level of the year that ``on`` lies in.

    Where a school has finished its year, its other pupils are ``none``, except who stands on a list of
    recognised students that the school handed in: that list's word is left to count.
    """
    year, when = school_year_on(on), When(on, known_on)
    decided = Decision.objects.filter(
        outcome="confirmed", valid_from__lte=on, application__school_year=year
    )
    finished = Round.objects.filter(school_year=year, completed_at__isnull=False)
    if known_on is not None:
        end = dt.datetime.combine(known_on, dt.time.max, timezone.get_default_timezone())
        decided = decided.filter(settled_at__lte=end)
        finished = finished.filter(completed_at__lte=end)
    found: dict[int, str] = {}
    places = Lineage.objects.filter(above__in=finished.values("school")).values("below")
    by_list = Circumstance.objects.filter(when.held, kind="recognition")
    pupils = (
        Enrolment.objects.filter(when.held, Q(roll_state="") | Q(roll_state="enrolled"))
        .filter(school__in=places)
        .exclude(child__person__in=by_list.values("child__person"))
    )
    for child in pupils.values_list("child__person", flat=True).iterator(chunk_size=10_000):
        found[child or 0] = NONE
    for child, level in decided.order_by("settled_at", "pk").values_list(
        "application__child__person", "level"
    ):
        found[child or 0] = level
    return pa.table(
        {
            "child": pa.array(list(found), pa.int64()),
            "recognised": pa.array(list(found.values()), pa.string()),
        }
    )
