"""How policies change: versions of the rulebook that follow one another, each tried and approved by two people."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child


class Ruling(models.Model):
    """A rulebook as it was when awards were decided by it, kept for ever under its hash."""

    hash = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()

    def __str__(self) -> str:
        """Its hash."""
        return self.hash


class Change(models.Model):
    """A change of the rulebook: proposed, tried on the real students, passed by another person or not.

    Those that were approved make one line, each ``after`` the one in force when it was proposed (None: the
    rulebook as shipped). The newest is in force from ``in_force_from``; none is ever taken away.
    """

    class State(models.TextChoices):
        """Where it stands."""

        TRYING = "trying", _("试算中")
        PROPOSED = "proposed", _("待审批")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("未批准")
        WITHDRAWN = "withdrawn", _("提出人收回")

    after = models.ForeignKey("self", models.PROTECT, null=True, related_name="next")
    before = models.ForeignKey(Ruling, models.PROTECT, related_name="+")
    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="+")
    what = models.CharField(max_length=200)
    source = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default="trying")
    tried_on = models.DateField(null=True)
    children = models.BigIntegerField(default=0)
    undecided = models.BigIntegerField(default=0)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_note = models.CharField(max_length=200, blank=True)
    in_force_from = models.DateField(null=True)

    class Meta:
        """Two people, one line of versions; what is in force was tried."""

        constraints = (
            models.CheckConstraint(
                condition=~Q(state="approved")
                | (Q(settled_by__isnull=False) & ~Q(settled_by=F("proposed_by"))),
                name="change_is_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", in_force_from__isnull=False, tried_on__isnull=False)
                | (~Q(state="approved") & Q(in_force_from__isnull=True)),
                name="change_approved_was_tried_and_has_a_first_day",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="change_has_a_source"),
            models.UniqueConstraint(
                fields=("after",), condition=Q(state="approved"), name="change_one_after_another"
            ),
            models.UniqueConstraint(
                fields=("state",),
                condition=Q(state="approved", after__isnull=True),
                name="change_one_is_the_first",
            ),
        )
        ordering = ("-pk",)

    def __str__(self) -> str:
        """Its number."""
        return str(self.pk)


class Effect(models.Model):
    """What a change would mean to one student and policy, in fen of this term; never nothing."""

    change = models.ForeignKey(Change, models.CASCADE, related_name="effects", db_index=False)
    child = models.ForeignKey(Child, models.PROTECT, related_name="+", db_index=False)
    county = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    school = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    policy = models.CharField(max_length=60)
    fen_before = models.BigIntegerField()
    fen_after = models.BigIntegerField()
    why = models.TextField()

    class Meta:
        """Once per student and policy; it changes something."""

        constraints = (
            models.UniqueConstraint(fields=("change", "child", "policy"), name="effect_once"),
            models.CheckConstraint(
                condition=~Q(fen_before=F("fen_after")), name="effect_changes_something"
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"change {self.change_id}: {self.fen_before} to {self.fen_after}"
