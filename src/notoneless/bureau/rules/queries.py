"""What holds at a place, and why. The nearest organisation upwards that settled something counts.

from notoneless.bureau.rules import queries as rules

rules.value("cases.verify_days", county, on)  # 5
rules.values("cases.verify_days", keys, on)  # {organisation's key: 5, ...}, one statement
rules.calendar(school).add(on, 3)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from notoneless.bureau.accounts.models import Lineage, Organisation, User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.rules.declared import Rule, Value, rule, rules
from notoneless.bureau.rules.models import CalendarSpan, Setting
from notoneless.calendar import SchoolCalendar, Span

PLACES = ("province", "city", "county", "township", "school")
"""Kinds of organisations that settle something; a class or a village follows its school or township."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds for one rule at a place: the value, and the setting it comes from (None: the default)."""

    rule: Rule
    value: Value
    setting: Setting | None = None

    @property
    def source(self) -> str:
        """On which ground."""
        return self.setting.source if self.setting else self.rule.source

    @property
    def status(self) -> str:
        """Whether somebody checked the ground: ``verified`` or ``unverified``."""
        return self.setting.status if self.setting else self.rule.status

    @property
    def shown(self) -> str:
        """The value with its unit."""
        return self.rule.shown(self.value)


def value(key: str, organisation: Organisation | int, on: dt.date) -> Value:
    """The value of a rule at a place on a day."""
    place = _key(organisation)
    return values(key, (place,), on)[place]


def values(key: str, organisations: Collection[int], on: dt.date) -> dict[int, Value]:
    """The same for many places, by their keys, in one statement."""
    return {place: held[key].value for place, held in _holding(organisations, on, (key,)).items()}


def holding(organisation: Organisation | int, on: dt.date) -> list[Holding]:
    """Every rule at a place on a day, in the order of declaration, with where its value comes from."""
    place = _key(organisation)
    return list(_holding((place,), on, tuple(rules()))[place].values())


_FEW = 500
"""More keys than this are not named in a statement: it then asks for all."""


def _among(column: str, keys: Collection[int]) -> Q:
    return Q(**{f"{column}__in": keys}) if len(keys) <= _FEW else Q()


def _key(organisation: Organisation | int) -> int:
    return organisation if isinstance(organisation, int) else organisation.pk


def _holding(
    organisations: Collection[int], on: dt.date, keys: Collection[str]
) -> dict[int, dict[str, Holding]]:
    found = {
        place: {key: Holding(rule(key), rule(key).default) for key in keys}
        for place in organisations
    }
    settled = (
        Setting.objects.filter(key__in=keys, valid_from__lte=on, withdrawn_at__isnull=True)
        .select_related("organisation", "settled_by")
        .order_by("organisation", "key", "valid_from")
    )
    # What counts at each place that settled it: the latest. Few places settle anything.
    current = {(one.organisation_id, one.key): one for one in settled}
    if not current:
        return found
    lines = (
        Lineage.objects.filter(above__in={place for place, _ in current})
        .filter(_among("below", organisations))
        .order_by("-depth")
        .values_list("above", "below")
    )
    by_place: dict[int, list[Setting]] = {}
    for (place, _), setting in current.items():
        by_place.setdefault(place, []).append(setting)
    for above, below in lines:  # the nearest comes last
        if below not in found:
            continue
        for setting in by_place[above]:
            read = rule(setting.key).read(setting.value)
            if read is not None:
                found[below][setting.key] = Holding(rule(setting.key), read, setting)
    return found


def calendar(organisation: Organisation | int) -> SchoolCalendar:
    """The school days of a place."""
    place = _key(organisation)
    return calendars((place,))[place]


def calendars(organisations: Collection[int]) -> dict[int, SchoolCalendar]:
    """The same for many places, in one statement; places that follow the same ones share one calendar."""
    spans: dict[int, list[CalendarSpan]] = {}
    for span in CalendarSpan.objects.filter(withdrawn_at__isnull=True).order_by("settled_at", "pk"):
        spans.setdefault(span.organisation_id, []).append(span)
    lines: dict[int, list[int]] = {}
    if spans:
        for above, below in (
            Lineage.objects.filter(above__in=spans)
            .filter(_among("below", organisations))
            .order_by("-depth")
            .values_list("above", "below")
        ):
            lines.setdefault(below, []).append(above)
    shared: dict[tuple[int, ...], SchoolCalendar] = {}
    for line in {(), *map(tuple, lines.values())}:
        shared[line] = SchoolCalendar(
            tuple(as_span(span) for above in line for span in spans[above])
        )
    return {place: shared[tuple(lines.get(place, ()))] for place in organisations}


def as_span(span: CalendarSpan) -> Span:
    """A row of the database as the calendar counts with it."""
    return Span(
        span.kind,  # type: ignore[arg-type]  # a constraint of the database holds it to the three
        span.first,
        span.last,
        span.name,
        span.source,
        span.status,  # type: ignore[arg-type]  # the same
    )


def places(by: User) -> QuerySet[Organisation]:
    """The places whose rules a person may see, from the top."""
    return (
        Organisation.objects.filter(
            pk__in=reach(by, "rule.see"), kind__in=PLACES, valid_to__isnull=True
        )
        .annotate(depth=Count("up"))
        .order_by("depth", "name")
    )


def history(organisation: Organisation, key: str) -> QuerySet[Setting]:
    """All that was ever settled of a rule at a place and above it, the newest first."""
    return (
        Setting.objects.filter(organisation__down__below=organisation, key=key)
        .select_related("organisation", "settled_by", "withdrawn_by")
        .order_by("-settled_at", "-pk")
    )


def spans(organisation: Organisation, since: dt.date) -> QuerySet[CalendarSpan]:
    """What holds of a place's calendar, settled there or above, ending on ``since`` or later."""
    return (
        CalendarSpan.objects.filter(
            organisation__down__below=organisation, last__gte=since, withdrawn_at__isnull=True
        )
        .select_related("organisation", "settled_by")
        .order_by("first", "pk")
    )


def span(by: User, key: int) -> QuerySet[CalendarSpan]:
    """One row of a calendar that a person may change."""
    return CalendarSpan.objects.filter(
        pk=key, organisation__in=reach(by, "rule.change"), withdrawn_at__isnull=True
    )
