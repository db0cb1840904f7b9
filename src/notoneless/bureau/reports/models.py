"""Filed reports, each revision kept; values of figures per county and day."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from notoneless.bureau.accounts.models import Organisation, User


class Filing(models.Model):
    """A report as it was filed: its values are frozen, a correction is a further revision with its reason.

    ``values`` is JSON, ``{figure: {"count": n, "digest": hash of the keys counted}}``, as of ``as_of``.
    """

    kind = models.CharField(max_length=20)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    period = models.CharField(max_length=11)
    revision = models.PositiveSmallIntegerField(default=1)
    as_of = models.DateField()
    values = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    filed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    filed_at = models.DateTimeField()

    class Meta:
        """Each revision once; a correction says why."""

        constraints = (
            models.UniqueConstraint(
                fields=("kind", "organisation", "period", "revision"), name="filing_revision_once"
            ),
            models.CheckConstraint(
                condition=Q(revision=1) | ~Q(reason=""), name="filing_correction_says_why"
            ),
        )
        indexes = (models.Index(fields=("kind", "period"), name="filing_by_period"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.kind} {self.period} of {self.organisation_id} ({self.revision})"


class DailyValue(models.Model):
    """A figure of a county on a day, counted at night, so that pages need not count."""

    figure = models.CharField(max_length=80)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    on = models.DateField()
    count = models.PositiveIntegerField()

    class Meta:
        """Once."""

        constraints = (
            models.UniqueConstraint(
                fields=("figure", "organisation", "on"), name="daily_value_once"
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.figure} {self.organisation_id} {self.on}: {self.count}"
