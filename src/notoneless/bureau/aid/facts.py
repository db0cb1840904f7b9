"""What aid tells the rules: who was chosen where there were fewer places than candidates."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
from django.utils import timezone

from notoneless.bureau.aid.models import Ranked
from notoneless.bureau.aid.ranking import CHOSEN, orders
from notoneless.calendar import school_year_on


def facts(*, on: dt.date, known_on: dt.date | None = None) -> pa.Table:
    """``child`` and a column per fact of `rankings.toml`: chosen, not chosen, or (NULL) not ranked.

    A confirmed ranking counts for its school year.
    """
    rows = Ranked.objects.filter(
        ranking__state="confirmed", ranking__school_year=school_year_on(on)
    )
    if known_on is not None:
        end = dt.datetime.combine(known_on, dt.time.max, timezone.get_default_timezone())
        rows = rows.filter(ranking__confirmed_at__lte=end)
    found: dict[int, dict[str, object]] = {}
    for child, policy, tier in rows.order_by("ranking__confirmed_at").values_list(
        "child__person", "ranking__policy", "tier"
    ):
        order = orders().get(policy)
        if order is not None:
            plain = order.tiers == (CHOSEN,)
            found.setdefault(child or 0, {})[order.fact] = bool(tier) if plain else tier or "none"
    columns = {"child": pa.array(list(found), pa.int64())}
    for order in orders().values():
        kind = pa.bool_() if order.tiers == (CHOSEN,) else pa.string()
        columns[order.fact] = pa.array([row.get(order.fact) for row in found.values()], kind)
    return pa.table(columns)
