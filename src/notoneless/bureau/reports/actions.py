"""The only writes: file a report, correct it; count the figures of rates at night."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.figures.kinds import counts_by, figures
from notoneless.bureau.reports import faults, queries
from notoneless.bureau.reports.kinds import Kind
from notoneless.bureau.reports.models import DailyValue, Filing
from notoneless.bureau.reports.rates import RATES
from notoneless.faults import Refusal
from notoneless.i18n import N_

VERBS = {
    "report.filed": N_("报送报表"),
    "report.corrected": N_("更正报表"),
    "rates.counted": N_("计算比率"),
}
"""What this app's verbs mean in words."""

PLACES = ("county", "city", "province")
"""Kinds of organisations whose rates are counted each night."""


@audit.action
def file_report(
    *,
    by: audit.Actor,
    kind: Kind,
    organisation: Organisation,
    period: str,
    note: str = "",
    reason: str = "",
    seen: int = 0,
) -> Filing:
    """Freeze the figures of a period, zeros too. ``seen`` is the revision that the person looked at.

    `Refusal` when the organisation does not report this, the period has not begun, somebody filed meanwhile,
    or a correction has no reason.
    """
    require(by, "report.file", organisation)
    if organisation.kind != kind.at:
        raise Refusal([faults.NO_SUCH_REPORT.at(where=organisation.name, report=kind.text)])
    today = timezone.localdate()
    if kind.first(period) > today:
        raise Refusal([faults.NOT_BEGUN.at(period=kind.label(period))])
    last = queries.filed(kind, organisation, period)
    if (last.revision if last else 0) != seen:
        raise Refusal([faults.FILED_MEANWHILE.at()])
    if last and not reason.strip():
        raise Refusal([faults.NO_REASON.at(period=kind.label(period))])
    as_of = min(today, kind.last(period))
    try:
        with transaction.atomic():
            new = Filing.objects.create(
                kind=kind.id,
                organisation=organisation,
                period=period,
                revision=seen + 1,
                as_of=as_of,
                values=queries.values(kind, organisation, as_of),
                note=note.strip(),
                reason=reason.strip(),
                filed_by_id=by.pk,
                filed_at=timezone.now(),
            )
    except IntegrityError:
        raise Refusal([faults.FILED_MEANWHILE.at()]) from None
    audit.record(
        by,
        "report.corrected" if last else "report.filed",
        new,
        organisation=organisation,
        kind=kind.id,
        period=period,
        revision=new.revision,
    )
    return new


@audit.action
def count_rates(*, by: audit.Actor, on: dt.date) -> int:
    """Count the figures of all rates for every county and above; gives how many values were written.

    Counting again the same day takes the place of what was counted before.
    """
    require(by, "sweep.run")
    wanted = sorted({name for rate in RATES for name in rate.figures} & set(figures()))
    places = list(
        Organisation.objects.filter(kind__in=PLACES, valid_to__isnull=True).values_list(
            "pk", flat=True
        )
    )
    rows = []
    for name in wanted:
        counts = counts_by(figures()[name], PLACES, on=on)
        rows += [
            DailyValue(figure=name, organisation_id=place, on=on, count=counts.get(place, 0))
            for place in places
        ]
    DailyValue.objects.filter(on=on).delete()
    DailyValue.objects.bulk_create(rows, batch_size=500)
    audit.record(by, "rates.counted", None, values=len(rows))
    return len(rows)
