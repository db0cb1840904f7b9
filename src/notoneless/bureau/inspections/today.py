"""What of checks a person must do."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.inspections import queries
from notoneless.bureau.inspections.models import Campaign, ClassCount
from notoneless.bureau.offers import Task
from notoneless.i18n import gettext


def tasks(by: User, on: dt.date) -> list[Task]:
    """Classes to count, schools to sign, results to enter, findings to put right."""
    found: list[Task] = []
    if not may(by, "inspection.see"):
        return found
    for campaign in queries.campaigns(by).filter(begins__lte=on, ends__gte=on):
        found += _of_campaign(by, campaign)
    open_units = sum(
        check.units.filter(entered_at__isnull=True).count()
        for check in queries.spot_checks(by).filter(drawn_at__isnull=False, closed_at__isnull=True)
    )
    if may(by, "inspection.run"):
        found += [
            Task(
                what=gettext("开启抽查的样本"),
                count=queries.spot_checks(by).filter(drawn_at__isnull=True, day__lte=on).count(),
                unit=gettext("次"),
                url=reverse("inspections:spot_checks"),
                source=gettext("核查"),
            ),
            Task(
                what=gettext("登记抽查结果"),
                count=open_units,
                unit=gettext("个班"),
                url=reverse("inspections:spot_checks"),
                source=gettext("核查"),
            ),
        ]
    waiting = queries.findings(by)
    first = waiting.first()
    if first is not None:
        found.append(
            Task(
                what=gettext("整改核查发现的问题"),
                count=waiting.count(),
                unit=gettext("条"),
                url=reverse("inspections:findings"),
                due=_end(first.due),
                source=gettext("核查"),
            )
        )
    return found


def _of_campaign(by: User, campaign: Campaign) -> list[Task]:
    url, due = reverse("inspections:campaign", args=(campaign.pk,)), _end(campaign.ends)
    source = gettext("开学核查")
    mine = queries.counting_places(by, "inspection.count", "class").filter(
        parent__in=Organisation.objects.filter(up__above=campaign.county)
    )
    with_children = {unit.key for unit in queries.classes(campaign.county)}
    counted = set(
        ClassCount.objects.filter(campaign=campaign, replaced_at__isnull=True).values_list(
            "school_class", flat=True
        )
    )
    lacking = (set(mine.values_list("pk", flat=True)) & with_children) - counted
    found = [
        Task(
            what=gettext("清点到校人数"),
            count=len(lacking),
            unit=gettext("个班"),
            url=url,
            due=due,
            why=gettext("应到、实到，谁没有到、为什么；全到也要报"),
            source=source,
        )
    ]
    if may(by, "inspection.sign"):
        schools = queries.counting_places(by, "inspection.sign", "school")
        states = queries.school_states(campaign, schools)
        found.append(
            Task(
                what=gettext("签认全校清点"),
                count=sum(
                    state.signature is None and not state.waiting and bool(state.classes)
                    for state in states
                ),
                unit=gettext("所学校"),
                url=url,
                due=due,
                source=source,
            )
        )
    return found


def _end(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(18)))
