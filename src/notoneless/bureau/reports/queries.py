"""The only reads for others, scoped by who asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max, QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.accounts.queries import assignments_in_force, reach
from notoneless.bureau.figures.kinds import counted_at, figures
from notoneless.bureau.reports.kinds import Kind, kinds
from notoneless.bureau.reports.models import DailyValue, Filing
from notoneless.bureau.reports.rates import Counted, counted
from notoneless.bureau.rules import queries as rules

Frozen = dict[str, dict[str, int | str]]
"""By the id of a figure: ``count`` and ``digest``."""


def values(
    kind: Kind, organisation: Organisation, as_of: dt.date, known_on: dt.date | None = None
) -> Frozen:
    """The figures of a report, counted from the records."""
    found: Frozen = {}
    for name in kind.figures:
        figure = figures().get(name)
        if figure is not None:
            count, digest = counted_at(figure, organisation.pk, on=as_of, known_on=known_on)
            found[name] = {"count": count, "digest": digest}
    return found


def filed(kind: Kind, organisation: Organisation, period: str) -> Filing | None:
    """The revision that counts."""
    return filings(kind, organisation, period).first()


def filings(kind: Kind, organisation: Organisation, period: str) -> QuerySet[Filing]:
    """Every revision, the newest first."""
    return (
        Filing.objects.filter(kind=kind.id, organisation=organisation, period=period)
        .select_related("filed_by")
        .order_by("-revision")
    )


def due_on(kind: Kind, organisation: Organisation | int, period: str) -> dt.date:
    """By when a report is owed."""
    number = int(rules.value(kind.due, organisation, kind.first(period)))
    if kind.period == "month":
        return kind.first(period).replace(day=number)
    return kind.last(period) + dt.timedelta(days=number)


def places(by: User, kind: Kind, permission: str) -> QuerySet[Organisation]:
    """The open organisations that owe this report, in reach."""
    return Organisation.objects.filter(
        pk__in=reach(by, permission), kind=kind.at, valid_to__isnull=True
    ).order_by("name", "pk")


@dataclass(slots=True)
class Owed:
    """A report of one organisation: filed or not, and by when."""

    kind: Kind
    organisation: Organisation
    period: str
    due: dt.date
    filing: Filing | None

    @property
    def late(self) -> bool:
        """Not filed, and its day has passed; or filed after it."""
        if self.filing is None:
            return self.due < timezone.localdate()
        return timezone.localtime(self.filing.filed_at).date() > self.due

    def count(self, figure: str) -> int | None:
        """What was filed of a figure; None where nothing was."""
        told = self.filing.values.get(figure) if self.filing else None
        return told["count"] if told else None


def own(by: User, kind: Kind) -> QuerySet[Organisation]:
    """The organisations that owe this report and where the person works, not those below."""
    roles = policy().roles_with("report.file")
    works = assignments_in_force(by).filter(role__in=roles).values("organisation")
    return places(by, kind, "report.file").filter(pk__in=works)


def collected(kind: Kind, period: str, owing_here: QuerySet[Organisation]) -> list[Owed]:
    """Everyone of these who owes a report of a period, filed or missing, in three statements."""
    owing = list(owing_here)
    last = dict(
        Filing.objects.filter(kind=kind.id, period=period, organisation__in=owing_here)
        .values_list("organisation")
        .annotate(Max("revision"))
    )
    found = {
        one.organisation_id: one
        for one in Filing.objects.filter(
            kind=kind.id, period=period, organisation__in=owing_here
        ).select_related("filed_by")
        if one.revision == last[one.organisation_id]
    }
    days = rules.values(kind.due, [one.pk for one in owing], kind.first(period))
    rows = []
    for one in owing:
        number = int(days[one.pk])
        due = (
            kind.first(period).replace(day=number)
            if kind.period == "month"
            else kind.last(period) + dt.timedelta(days=number)
        )
        rows.append(Owed(kind, one, period, due, found.get(one.pk)))
    return rows


def current_period(kind: Kind, on: dt.date) -> str:
    """The period that is reported now: the month that runs, else the last one that ended."""
    running = kind.period_of(on)
    return running if kind.period == "month" else kind.before(running)


def owed(by: User, on: dt.date) -> list[Owed]:
    """What a person has to file now, of all kinds, not filed yet; a month before that is missing too."""
    found = []
    at = set(assignments_in_force(by).values_list("organisation__kind", flat=True))
    for kind in kinds().values():
        if kind.at not in at:
            continue
        period = current_period(kind, on)
        for one in (period, kind.before(period)) if kind.period == "month" else (period,):
            found += [row for row in collected(kind, one, own(by, kind)) if row.filing is None]
    return sorted(found, key=lambda row: row.due)


def rates(by: User, place: int) -> tuple[Organisation, dt.date | None, list[Counted]] | None:
    """The rates of a county or above in reach, as counted last; None when it is not in reach."""
    organisation = Organisation.objects.filter(
        pk=place, pk__in=reach(by, "report.see"), kind__in=("county", "city", "province")
    ).first()
    if organisation is None:
        return None
    day = DailyValue.objects.filter(organisation=organisation).aggregate(Max("on"))["on__max"]
    counts = dict(
        DailyValue.objects.filter(organisation=organisation, on=day).values_list("figure", "count")
    )
    return organisation, day, counted(counts)
