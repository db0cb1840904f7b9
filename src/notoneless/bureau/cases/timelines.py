"""The timeline of a case: on which line somebody wrote, who else wrote the same day, what is in doubt."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.models import Assignment, User
from notoneless.bureau.accounts.queries import assignments_in_force
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases.models import Case, Entry

PLACES_OF_ADMINISTRATION = ("village", "township")


def line_of(case: Case, by: User | audit.Actor) -> str:
    """The line on which somebody acts for a case: as assigned there, else as their role stands."""
    if not isinstance(by, User):
        return ""
    assigned = case.responsible.filter(user=by, until=None).values_list("line", flat=True).first()
    if assigned:
        return assigned
    held: QuerySet[Assignment] = assignments_in_force(by)
    there = held.filter(organisation__kind__in=PLACES_OF_ADMINISTRATION).exists()
    return "administration" if there else "education"


def beside(case: Case, by: User | audit.Actor, at: dt.datetime) -> Entry | None:
    """Another person's contact of the same case on the same day; the case is locked meanwhile."""
    day = timezone.localdate(at)
    begin = dt.datetime.combine(day, dt.time(), timezone.get_default_timezone())
    there = case.entries.filter(kind="contact", at__gte=begin, at__lt=begin + dt.timedelta(days=1))
    return there.exclude(by=by.pk).order_by("-pk").first()


def entries(case: Case) -> QuerySet[Entry]:
    """Everything told of a case and of those joined to it, the newest first."""
    whole = Q(case=case) | Q(case__joined_to=case) | Q(case__joined_to__joined_to=case)
    return (
        Entry.objects.filter(whole)
        .select_related("by", "case", "about", "beside", "beside__by")
        .prefetch_related("files")
        .order_by("-at", "-pk")
    )


def in_doubt(case: Case) -> QuerySet[Entry]:
    """Contacts of one day by two people, of which nobody has said yet what stands."""
    decided = Entry.objects.filter(kind="decided", about__isnull=False).values("about")
    return entries(case).filter(beside__isnull=False).exclude(pk__in=decided)
