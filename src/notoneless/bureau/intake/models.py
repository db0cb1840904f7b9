"""Lists handed in, layouts that people confirmed, pairs in doubt, how often a county's knowledge changed."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child, Source
from notoneless.rosters import Reading
from notoneless.vault.fields import SealedText

LONGEST_JOB = dt.timedelta(minutes=15)
"""No list takes longer; 450,000 rows took some minutes."""


class Upload(models.Model):
    """A file of lists, handed in for an organisation.

    ``reading`` is what `rosters.Reading.to_json` says, ``changes`` the counts of
    `comparison.Changes`; both empty until the file has been read. The file itself is in `storage`.
    """

    class State(models.TextChoices):
        """Where a list stands."""

        READING = "reading", _("在读")
        READ = "read", _("等决定")
        COMMITTING = "committing", _("在入库")
        COMMITTED = "committed", _("已入库")
        REFUSED = "refused", _("不能用")
        DISCARDED = "discarded", _("不要了")
        UNDONE = "undone", _("已撤回")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    reading = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    broken = models.CharField(max_length=60, blank=True)
    received_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    received_at = models.DateTimeField(auto_now_add=True)
    begun_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """The same bytes count once for an organisation, unless given up; what is in has its source."""

        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "sha256"),
                condition=Q(state__in=("reading", "read", "committing", "committed")),
                name="upload_same_file_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(
                        "reading",
                        "read",
                        "committing",
                        "committed",
                        "refused",
                        "discarded",
                        "undone",
                    )
                ),
                name="upload_state_is_known",
            ),
        )
        indexes = (models.Index(fields=("organisation", "state"), name="upload_by_state"),)

    def __str__(self) -> str:
        """The file's name."""
        return self.name

    @property
    def stuck(self) -> bool:
        """The job on it broke off, or has said nothing for so long that it must have died."""
        at_work = self.state in (self.State.READING, self.State.COMMITTING)
        late = self.begun_at is not None and timezone.now() - self.begun_at > LONGEST_JOB
        return at_work and (bool(self.broken) or late)

    @property
    def working(self) -> bool:
        """A job is at it; looking again later shows more."""
        return self.state in (self.State.READING, self.State.COMMITTING) and not self.stuck

    def understood(self) -> Reading | None:
        """What the reader understood, None until it has."""
        return Reading.from_json(self.reading) if self.reading else None


class Layout(models.Model):
    """What a person of an organisation said about a kind of list (`rosters.memory.Remembered`)."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    stem = models.CharField(max_length=200)
    sheet = models.CharField(max_length=100, blank=True)
    headings = models.CharField(max_length=16)
    kind = models.CharField(max_length=40, blank=True)
    columns = models.JSONField(default=dict)
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(auto_now=True)

    class Meta:
        """One answer for lists of one shape."""

        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "stem", "sheet", "headings"), name="layout_said_once"
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.stem} {self.sheet} {self.kind}"


class Knowledge(models.Model):
    """How often lists have changed what is known of a county's children.

    A list is compared outside of any transaction, which takes long; it is taken in only if nothing
    was taken in since, else it is compared anew.
    """

    county = models.OneToOneField(Organisation, models.CASCADE, related_name="+")
    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.county_id}: {self.version}"


class Taken(models.Model):
    """A sheet of a list that is in: which source it has become."""

    upload = models.ForeignKey(Upload, models.PROTECT, related_name="taken")
    source = models.OneToOneField(Source, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.upload_id} as {self.source_id}"


class Doubt(models.Model):
    """A row of a list and a child who may be one: for a person to decide, and what was decided.

    ``left`` (the row) and ``right`` (the child when it was compared) are what is shown, as JSON; ``key``
    stands for what the row says, so that an answer holds for the same row next month. ``row`` counts
    as `comparison.number_of`. ``source`` is what the answer made us record.
    """

    class Answer(models.TextChoices):
        """What a person can say; withdrawn when the list was."""

        OPEN = "", _("未判")
        SAME = "same", _("同一人")
        DIFFERENT = "different", _("不同")
        UNKNOWN = "unknown", _("说不准")
        WITHDRAWN = "withdrawn", _("不用判了")

    upload = models.ForeignKey(Upload, models.PROTECT, related_name="doubts")
    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    sheet = models.PositiveSmallIntegerField()
    row = models.BigIntegerField()
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    key = models.CharField(max_length=32)
    probability = models.FloatField()
    step = models.CharField(max_length=20)
    evidence = models.TextField(blank=True)
    left = SealedText()
    right = SealedText()
    answer = models.CharField(
        max_length=10, choices=Answer.choices, blank=True, default=Answer.OPEN
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    second_wanted = models.BooleanField(default=False)
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")

    class Meta:
        """A pair is asked once per list; an answer has its person."""

        constraints = (
            models.UniqueConstraint(
                fields=("upload", "sheet", "row", "child"), name="doubt_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=("", "same", "different", "unknown", "withdrawn")),
                name="doubt_answer_is_known",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=("", "withdrawn")) | Q(decided_by__isnull=False),
                name="doubt_is_decided_by_somebody",
            ),
        )
        indexes = (
            models.Index(fields=("county", "answer"), name="doubt_by_answer"),
            models.Index(fields=("county", "key"), name="doubt_by_key"),
        )

    def __str__(self) -> str:
        """For a shell; nothing of either."""
        return f"doubt {self.pk}"
