"""The log's two tables: the events, and where the chain ends."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Event(models.Model):
    """One thing that somebody did or read. Rows are added, never changed or deleted (triggers say so).

    No personal value stands here: who and what are keys of rows, ``details`` names fields and counts.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    verb = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=80)
    subject = models.CharField(max_length=64)
    organisation = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=200)
    details = models.TextField()
    mac = models.CharField(max_length=64)

    class Meta:
        """The chain counts from 1; what happened to one subject is asked often."""

        constraints = (
            models.CheckConstraint(condition=Q(seq__gte=1), name="audit_event_counts_from_1"),
        )
        indexes = (
            models.Index(fields=("subject_kind", "subject", "seq"), name="audit_event_subject"),
            models.Index(fields=("actor", "seq"), name="audit_event_actor"),
            models.Index(fields=("at",), name="audit_event_at"),
        )

    def __str__(self) -> str:
        """As in a log."""
        return f"{self.seq} {self.verb} {self.subject_kind} {self.subject}"


class Head(models.Model):
    """Where the chain ends: one row, locked while an event is added."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    mac = models.CharField(max_length=64, default="")

    class Meta:
        """There is one end."""

        constraints = (models.CheckConstraint(condition=Q(id=1), name="audit_head_is_one"),)

    def __str__(self) -> str:
        """As it is printed and kept elsewhere."""
        return f"{self.seq}:{self.mac}"
