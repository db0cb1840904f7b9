"""Public notices (公示): what they show, how long they are up, how they go, who settles what is objected.

A notice shows name, school, grade and class, and nothing else of a child, nor why (domain facts 4.3). It is up
from its first day to the end of its last at a random address; after that the date alone makes it a missing page,
and the night takes the address away.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.people.models import Child
from notoneless.bureau.rules import queries as rules
from notoneless.vault.fields import SealedText


class PublicNotice(models.Model):
    """Something public, while it is up. The address is random and gone when it is taken down."""

    code = models.CharField(max_length=40, null=True, unique=True)
    first = models.DateField()
    last = models.DateField()
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """It has its days, and no address once it was taken down."""

        abstract = True
        constraints = (
            models.CheckConstraint(
                condition=Q(last__gt=F("first")), name="%(class)s_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(code__isnull=False, removed_at__isnull=True)
                | Q(code__isnull=True, removed_at__isnull=False),
                name="%(class)s_removed_has_no_address",
            ),
        )

    def __str__(self) -> str:
        """For a shell; never the address."""
        return f"notice {self.pk} until {self.last}"

    @property
    def address_holds(self) -> bool:
        """Can anybody open it today?"""
        return self.code is not None and self.first <= timezone.localdate() <= self.last


class PublicObjection(models.Model):
    """Somebody objects to a name on a notice; another person than who wrote it down looks into it."""

    text = SealedText()
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    outcome: models.CharField[str, str]
    finding = SealedText(null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Settled by somebody else than who wrote it down."""

        abstract = True
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome="", settled_at__isnull=True)
                | Q(outcome__in=("dismiss", "uphold"), settled_at__isnull=False),
                name="%(class)s_settled_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True) | ~Q(settled_by=F("recorded_by")),
                name="%(class)s_settled_by_another",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"objection {self.pk}"


Notice = TypeVar("Notice", bound=PublicNotice)


def opened(by: int | None, place: Organisation | int, rule: str, first: dt.date) -> dict[str, Any]:
    """The fields of a notice put up that day: to the end of the n-th school day after, ``rule`` says n."""
    return {
        "code": secrets.token_urlsafe(18),
        "first": first,
        "last": rules.calendar(place).add(first, int(rules.value(rule, place, first))),
        "opened_by_id": by,
        "opened_at": timezone.now(),
    }


def taken_down() -> dict[str, Any]:
    """What becomes of a notice that is taken down: it has no address any more."""
    return {"code": None, "removed_at": timezone.now()}


def up(notices: QuerySet[Notice], code: str, on: dt.date | None = None) -> Notice | None:
    """The notice at a random address while it is up; the date decides, whatever the night has done."""
    day = on or timezone.localdate()
    return notices.filter(code=code, removed_at__isnull=True, first__lte=day, last__gte=day).first()


@dataclass(frozen=True, slots=True)
class Name:
    """All that a notice says of a child."""

    name: str
    grade: int | None
    class_name: str
    school: str


def names(children: QuerySet[Child]) -> list[Name]:
    """What a notice says of these children, in the order of their classes."""
    rows = children.select_related("school__parent").order_by("grade", "class_name", "name", "pk")
    return [Name(one.name, one.grade, one.class_name, _school(one.school)) for one in rows]


def _school(seat: Organisation | None) -> str:
    """A card may name the class instead of the school."""
    if seat is not None and seat.kind == "class":
        seat = seat.parent
    return seat.name if seat else ""


def unlisted(answer: HttpResponse) -> HttpResponse:
    """The same answer, which no search engine is to keep."""
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer
