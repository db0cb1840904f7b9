"""What was settled where, since when, by whom and on which ground. Nothing is overwritten."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.language import gettext_lazy as _


class Settled(models.Model):
    """Somebody settled something for a place and all below it; withdrawn, never changed.

    ``source`` is the document or the decision it stands on, ``status`` whether somebody checked it there.
    """

    class Status(models.TextChoices):
        """Was it held against the document?"""

        VERIFIED = "verified", _("已核对文件")
        UNVERIFIED = "unverified", _("未核对")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    source = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status.choices)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """Nothing without a source."""

        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(condition=~Q(source=""), name="%(class)s_has_a_source"),
            models.CheckConstraint(
                condition=Q(status__in=("verified", "unverified")),
                name="%(class)s_status_is_known",
            ),
        )


class Setting(Settled):
    """The value of a rule at a place from a day on, until a later one; "" means: as above again."""

    key = models.CharField(max_length=60)
    value = models.CharField(max_length=40, blank=True)
    valid_from = models.DateField()

    class Meta(Settled.Meta):
        """One value of a rule at a place from a day on."""

        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *Settled.Meta.constraints,
            models.UniqueConstraint(
                fields=("organisation", "key", "valid_from"),
                condition=Q(withdrawn_at__isnull=True),
                name="setting_one_value_from_a_day",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.key} = {self.value} from {self.valid_from}"


class CalendarSpan(Settled):
    """Days of a place's school calendar: a term, days without school, days with it."""

    class Kind(models.TextChoices):
        """What it says of its days."""

        TERM = "term", _("学期")
        HOLIDAY = "holiday", _("放假")
        SCHOOL = "school", _("上课")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=40)
    first = models.DateField()
    last = models.DateField()

    class Meta(Settled.Meta):
        """Ends after it begins; the same span once."""

        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            *Settled.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=("term", "holiday", "school")),
                name="calendarspan_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="calendarspan_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=("organisation", "kind", "first", "last"),
                condition=Q(withdrawn_at__isnull=True),
                name="calendarspan_once",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.kind} {self.first} to {self.last}"
