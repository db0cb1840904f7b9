"""Roll-calls: who was not there. Only the exceptions are stored, and how many were expected.

A correction is a new revision; the one before keeps its marks and the moment in which it was replaced. So
"as known then" has an answer, and a class all present is one row.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child, Source


class Half(models.TextChoices):
    """The two halves of a school day."""

    MORNING = "am", _("上午")
    AFTERNOON = "pm", _("下午")


class Reason(models.TextChoices):
    """Why a child was not there, as far as the teacher knows this morning."""

    SICK = "sick", _("病假")
    PERSONAL = "personal", _("事假")
    UNREACHED = "unreached", _("联系不上")
    OTHER = "other", _("其他")
    LATE = "late", _("迟到")
    INTERNSHIP = "internship", _("实习")
    LEAVE = "leave", _("请假")
    SUSPENDED = "suspended", _("休学")


ONLY_LISTED = (Reason.LEAVE, Reason.SUSPENDED)
"""What lists say and a teacher says more exactly, or not at all: suspension is approved, not called."""


class State(models.TextChoices):
    """What a reason makes of the child's half-day."""

    ABSENT = "absent", _("无故未到")
    LEAVE = "leave", _("请假")
    LATE = "late", _("迟到")
    INTERNSHIP = "internship", _("实习")


STATE_OF = {
    "": State.ABSENT,
    Reason.SICK: State.LEAVE,
    Reason.PERSONAL: State.LEAVE,
    Reason.UNREACHED: State.ABSENT,
    Reason.OTHER: State.ABSENT,
    Reason.LATE: State.LATE,
    Reason.INTERNSHIP: State.INTERNSHIP,
    Reason.LEAVE: State.LEAVE,
    Reason.SUSPENDED: State.LEAVE,
}
"""A child of whom nothing is known is absent: leave is what somebody asked for."""


class Call(models.Model):
    """One class, one half-day, one revision. ``replaced_at`` is None for the one that counts.

    ``key`` is made on the phone: whoever sends the same again changes nothing. ``noted_at`` is when it was
    called, ``at`` when it came in; between them can lie hours without a signal. ``expected`` is how many
    were on the class's list then. ``source`` is the list that says so where nobody called (`listed.py`); of
    such a one only the day is known, so ``noted_at`` is its first moment.
    """

    key = models.UUIDField()
    school_class = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    day = models.DateField()
    half = models.CharField(max_length=2, choices=Half.choices)
    revision = models.PositiveSmallIntegerField()
    expected = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField()
    at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        """One that counts per class and half-day; each revision and each key once."""

        constraints = (
            models.UniqueConstraint(fields=("key",), name="call_sent_once"),
            models.UniqueConstraint(
                fields=("school_class", "day", "half", "revision"), name="call_revision_once"
            ),
            models.UniqueConstraint(
                fields=("school_class", "day", "half"),
                condition=Q(replaced_at__isnull=True),
                name="call_one_counts",
            ),
            models.CheckConstraint(condition=Q(half__in=("am", "pm")), name="call_half_is_known"),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True) | Q(replaced_at__gte=F("at")),
                name="call_replaced_after_it_came",
            ),
        )
        indexes = (models.Index(fields=("day", "school_class"), name="call_of_day"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.school_class_id} {self.day} {self.half} r{self.revision}"


class Mark(models.Model):
    """A child who was not there, or not as the others."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="marks")
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)

    class Meta:
        """A child once per call; states are the four."""

        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(fields=("call", "child"), name="mark_child_once"),
            models.CheckConstraint(
                condition=Q(state__in=("absent", "leave", "late", "internship")),
                name="mark_state_is_known",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.child_id} {self.state}"
