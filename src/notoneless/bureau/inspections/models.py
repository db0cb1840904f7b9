"""Campaigns with the counts of every class, spot checks with the units drawn and what was found."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child
from notoneless.vault.fields import SealedText


class Campaign(models.Model):
    """A county's check of every school and class at the start of a term (domain facts 1.3, 1.14)."""

    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    term = models.CharField(max_length=11)
    begins = models.DateField()
    ends = models.DateField()
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        """One per county and term."""

        constraints = (
            models.UniqueConstraint(fields=("county", "term"), name="campaign_once_a_term"),
            models.CheckConstraint(
                condition=Q(ends__gte=F("begins")), name="campaign_ends_after_it_begins"
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.county_id} {self.term}"


class ClassCount(models.Model):
    """Who was counted in a class, against who should be there; a new count replaces, nothing is changed.

    ``extra`` are children in the room who are on no list of the class.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="counts")
    school_class = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    expected = models.PositiveSmallIntegerField()
    present = models.PositiveSmallIntegerField()
    extra = models.PositiveSmallIntegerField(default=0)
    note = SealedText(null=True)
    counted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    counted_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One counts per class; nobody is there who is not expected (they are ``extra``)."""

        constraints = (
            models.UniqueConstraint(
                fields=("campaign", "school_class"),
                condition=Q(replaced_at__isnull=True),
                name="class_count_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(present__lte=F("expected")), name="class_count_adds_up"
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.school_class_id}: {self.present} of {self.expected}"

    @property
    def not_here(self) -> int:
        """How many of the expected were not there."""
        return self.expected - self.present


class NotHere(models.Model):
    """A child of the class who was not there, and why."""

    class Kind(models.TextChoices):
        """Why (domain facts 1.11); only ``suspected`` opens a case."""

        LEAVE = "leave", _("请假")
        SUSPENDED = "suspended", _("休学")
        AT_HOME = "at_home", _("送教上门")
        ELSEWHERE = "elsewhere", _("在别处就读")
        SUSPECTED = "suspected", _("疑似辍学")
        OTHER = "other", _("其他")

    count = models.ForeignKey(ClassCount, models.CASCADE, related_name="missing")
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        """Each child once."""

        constraints = (
            models.UniqueConstraint(fields=("count", "child"), name="not_here_once"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=("leave", "suspended", "at_home", "elsewhere", "suspected", "other")
                ),
                name="not_here_kind_is_known",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.child_id} {self.kind}"


class Signature(models.Model):
    """A head's signature under the counts of a whole school: these numbers are the school's answer."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="signatures")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    expected = models.PositiveIntegerField()
    present = models.PositiveIntegerField()
    suspected = models.PositiveIntegerField()
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        """A school signs once."""

        constraints = (
            models.UniqueConstraint(fields=("campaign", "school"), name="signature_once"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.school_id} signed"


class SpotCheck(models.Model):
    """A random check: planned with a commitment, drawn on its day, closed with its findings.

    ``frame`` lists all units as they were when it was planned; ``seed`` is sealed until ``drawn_at``.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    day = models.DateField()
    size = models.PositiveSmallIntegerField()
    frame = models.TextField()
    seed = SealedText()
    commitment = models.CharField(max_length=64)
    planned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    planned_at = models.DateTimeField()
    drawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A size, and closed only after it was drawn."""

        constraints = (
            models.CheckConstraint(condition=Q(size__gte=1), name="spot_check_has_a_size"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(drawn_at__isnull=False),
                name="spot_check_closed_after_it_was_drawn",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"spot check {self.pk} of {self.day}"


class Unit(models.Model):
    """A class that was drawn: expected on the roll, counted by the visitors, not explained."""

    check_made = models.ForeignKey(SpotCheck, models.PROTECT, related_name="units")
    school_class = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    stratum = models.CharField(max_length=120)
    expected = models.PositiveSmallIntegerField()
    counted = models.PositiveSmallIntegerField(null=True)
    unexplained = models.PositiveSmallIntegerField(null=True)
    visitors = models.CharField(max_length=120, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Each class once; a result is whole."""

        constraints = (
            models.UniqueConstraint(fields=("check_made", "school_class"), name="unit_drawn_once"),
            models.CheckConstraint(
                condition=Q(counted__isnull=True, unexplained__isnull=True, entered_at__isnull=True)
                | Q(
                    counted__isnull=False,
                    unexplained__isnull=False,
                    entered_at__isnull=False,
                ),
                name="unit_result_is_whole",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.school_class_id}: {self.counted} of {self.expected}"


class Finding(models.Model):
    """What a visit found: a child (then there is a case), or something to correct by a day."""

    class Kind(models.TextChoices):
        """What it is."""

        NOT_HERE = "not_here", _("在籍不在校")
        NOT_ON_ROLL = "not_on_roll", _("在校未建籍")
        RECORD = "record", _("登记与实际不符")
        OTHER = "other", _("其他")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="findings")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="+")
    text = SealedText()
    due = models.DateField()
    corrected_on = models.DateField(null=True, blank=True)
    correction = SealedText(null=True)
    corrected_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        """A correction has its words."""

        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("not_here", "not_on_roll", "record", "other")),
                name="finding_kind_is_known",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"finding {self.pk} {self.kind}"
