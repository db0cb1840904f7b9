"""A school's year of recognition, applications, proposed and settled levels, notices, objections."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child
from notoneless.bureau.publication import PublicNotice, PublicObjection
from notoneless.bureau.recognition.steps import LIVE
from notoneless.masking import mask_phone
from notoneless.vault.fields import SealedText

LEVELS = ("special", "difficult", "general")


class Round(models.Model):
    """A school's recognition of one school year: announced, and in the end complete."""

    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    school_year = models.PositiveSmallIntegerField()
    apply_until = models.DateField()
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    completed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Once a year at a school."""

        constraints = (
            models.UniqueConstraint(fields=("school", "school_year"), name="round_once_a_year"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.school_id} {self.school_year}"


class Notice(PublicNotice):
    """Who is to be recognised, in public; `Application` says whose name is on it."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="notices")


class Application(models.Model):
    """A family asks to be recognised, for one child and one school year.

    ``seat`` is the class (else the school) the child sat in then, ``fingerprint`` the keyed print of the code
    that the guardian was given, ``commitment`` the words that were accepted.
    """

    class State(models.TextChoices):
        """Where it stands (`steps.STEPS`)."""

        RECEIVED = "received", _("已受理，待评议")
        REVIEWED = "reviewed", _("已评议，待公示")
        PUBLISHED = "published", _("公示中")
        OBJECTED = "objected", _("有异议，核实中")
        RECOGNISED = "recognised", _("已认定")
        REFUSED = "refused", _("未认定")
        WITHDRAWN = "withdrawn", _("家长撤回")
        JOINED = "joined", _("并入同一个孩子的另一份申请")

    class Channel(models.TextChoices):
        """Who asked."""

        GUARDIAN = "guardian", _("监护人申请")
        TEACHER = "teacher", _("班主任代为申请")

    child = models.ForeignKey(Child, models.PROTECT, related_name="recognitions")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    seat = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    school_year = models.PositiveSmallIntegerField()
    asked = models.CharField(max_length=10)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    commitment = models.TextField()
    reason = SealedText()
    guardian = SealedText()
    contact = SealedText(mask=mask_phone)
    fingerprint = models.CharField(max_length=32)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="applications")
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        """One under way per child and year; a promise was made; what is public has its notice."""

        constraints = (
            models.UniqueConstraint(
                fields=("child", "school_year"),
                condition=Q(state__in=LIVE),
                name="application_one_a_year",
            ),
            models.UniqueConstraint(fields=("fingerprint",), name="application_code_is_one"),
            models.CheckConstraint(
                condition=Q(state__in=(*LIVE, "refused", "withdrawn", "joined")),
                name="application_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(asked__in=LEVELS), name="application_level_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(commitment=""), name="application_has_a_commitment"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("published", "objected", "recognised"))
                | Q(notice__isnull=False),
                name="application_recognised_was_public",
            ),
        )
        indexes = (
            models.Index(fields=("school", "school_year", "state"), name="application_of_year"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"application {self.pk} {self.state}"


class Decision(models.Model):
    """A level proposed with its reason, and what another person made of it.

    Never overwritten: the next term's level is a new row. ``level`` may be ``none``.
    """

    class Outcome(models.TextChoices):
        """What became of it."""

        OPEN = "", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        DROPPED = "dropped", _("没有采用")

    application = models.ForeignKey(Application, models.PROTECT, related_name="decisions")
    level = models.CharField(max_length=10)
    reason = SealedText()
    members = SealedText(null=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default="", blank=True)
    valid_from = models.DateField(null=True, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One proposal waits at a time; what is confirmed has its first day."""

        constraints = (
            models.UniqueConstraint(
                fields=("application",), condition=Q(outcome=""), name="decision_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(level__in=(*LEVELS, "none")), name="decision_level_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at__isnull=True, valid_from__isnull=True)
                | Q(outcome="confirmed", settled_at__isnull=False, valid_from__isnull=False)
                | Q(outcome="dropped", settled_at__isnull=False, valid_from__isnull=True),
                name="decision_confirmed_has_a_first_day",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"decision {self.pk} of application {self.application_id}"


class Objection(PublicObjection):
    """Somebody objects to a name on a notice of a school's year."""

    class Outcome(models.TextChoices):
        """What came of it."""

        OPEN = "", _("核实中")
        DISMISSED = "dismiss", _("不成立")
        UPHELD = "uphold", _("成立，不予认定")

    application = models.ForeignKey(Application, models.PROTECT, related_name="objections")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default="", blank=True)
