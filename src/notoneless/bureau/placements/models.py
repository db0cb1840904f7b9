"""Opinions, placements, visits; admissions with their papers."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation, SchoolStage, User
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child
from notoneless.masking import mask_phone
from notoneless.vault.fields import SealedText


class Kind(models.TextChoices):
    """Where a disabled child learns, as the rulebook's fact ``placement`` has it (domain facts 1.12)."""

    SPECIAL_SCHOOL = "special_school", _("特殊教育学校")
    REGULAR_CLASS = "regular_class", _("随班就读")
    SPECIAL_CLASS = "special_class", _("附设特教班")
    HOME = "home", _("送教上门")


class Opinion(models.Model):
    """What the expert committee advised (domain facts 1.7, 1.12)."""

    class Advice(models.TextChoices):
        """Four answers; the last two excuse, until a day."""

        ENROL = "enrol", _("入学")
        TRANSFER = "transfer", _("转学")
        DEFER = "defer", _("暂缓入学")
        EXEMPT = "exempt", _("免于接受义务教育")

    child = models.ForeignKey(Child, models.PROTECT, related_name="opinions")
    given_on = models.DateField()
    advice = models.CharField(max_length=10, choices=Advice.choices)
    recommended = models.CharField(max_length=16, choices=Kind.choices, blank=True)
    document = models.CharField(max_length=100)
    until = models.DateField(null=True, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        """An excuse has its end, a place its kind."""

        constraints = (
            models.CheckConstraint(
                condition=Q(advice__in=("enrol", "transfer"), until__isnull=True)
                | Q(advice__in=("defer", "exempt"), until__isnull=False),
                name="opinion_excuse_has_an_end",
            ),
            models.CheckConstraint(condition=~Q(document=""), name="opinion_has_a_document"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.child_id} {self.advice}"


class Placement(models.Model):
    """Where a child learns, from a day to a day."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="placements")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField(null=True, blank=True)
    plan = SealedText(null=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One at a time."""

        constraints = (
            models.UniqueConstraint(
                fields=("child",), condition=Q(last__isnull=True), name="placement_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(last__isnull=True) | Q(last__gte=F("first")),
                name="placement_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("special_school", "regular_class", "special_class", "home")),
                name="placement_kind_is_known",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.child_id} {self.kind}"


class Visit(models.Model):
    """A lesson at a child's home; the key is made where it is written, so it arrives once."""

    placement = models.ForeignKey(Placement, models.PROTECT, related_name="visits")
    key = models.UUIDField(default=uuid.uuid4)
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    teachers = models.CharField(max_length=120)
    content = SealedText()
    answer = SealedText(null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """Once, and of a length that can be."""

        constraints = (
            models.UniqueConstraint(fields=("key",), name="visit_arrives_once"),
            models.CheckConstraint(
                condition=Q(minutes__range=(1, 600)), name="visit_of_a_possible_length"
            ),
        )
        indexes = (models.Index(fields=("placement", "day"), name="visit_of_placement"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"visit {self.pk} on {self.day}"


class Admission(models.Model):
    """A migrant worker's child who asks for a place (domain facts 1.13).

    ``child`` is its key once it is known here. A refusal has its reason; nothing is deleted.
    """

    class State(models.TextChoices):
        """Where it stands."""

        INCOMPLETE = "incomplete", _("材料不齐")
        COMPLETE = "complete", _("材料齐了，待安排")
        PLACED = "placed", _("已安排学校，待报到")
        ENROLLED = "enrolled", _("已入学")
        REFUSED = "refused", _("未录取")
        WITHDRAWN = "withdrawn", _("家长撤回")

    class Funding(models.TextChoices):
        """What kind of place (domain facts 1.13: the share of public or bought ones is counted)."""

        PUBLIC = "public", _("公办学校")
        BOUGHT = "bought", _("政府购买学位")
        PRIVATE = "private", _("民办学校自费")

    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="admissions")
    name = models.CharField(max_length=60)
    birth_date = models.DateField()
    guardian = SealedText()
    phone = SealedText(mask=mask_phone)
    origin = models.CharField(
        max_length=10, choices=(("province", _("本省外县")), ("other", _("外省")))
    )
    stage = models.CharField(max_length=12, choices=SchoolStage.Stage.choices)
    grade = models.PositiveSmallIntegerField()
    transfer = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.INCOMPLETE)
    due = models.DateField(null=True)
    school = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    funding = models.CharField(max_length=8, choices=Funding.choices, blank=True)
    reason = SealedText(null=True)
    applied_on = models.DateField()
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()
    settled_on = models.DateField(null=True, blank=True)

    class Meta:
        """A place has its school and funding, an enrolled child its key."""

        constraints = (
            models.CheckConstraint(
                condition=~Q(state__in=("placed", "enrolled"))
                | (Q(school__isnull=False) & ~Q(funding="")),
                name="admission_placed_at_a_school",
            ),
            models.CheckConstraint(
                condition=~Q(state="enrolled") | Q(child__isnull=False),
                name="admission_enrolled_child_is_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(
                        "incomplete",
                        "complete",
                        "placed",
                        "enrolled",
                        "refused",
                        "withdrawn",
                    )
                ),
                name="admission_state_is_known",
            ),
        )
        indexes = (models.Index(fields=("county", "state"), name="admission_by_state"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"admission {self.pk} {self.state}"


class GivenPaper(models.Model):
    """A paper that was brought."""

    admission = models.ForeignKey(Admission, models.CASCADE, related_name="papers")
    code = models.CharField(max_length=20)
    given_on = models.DateField()

    class Meta:
        """Each once."""

        constraints = (
            models.UniqueConstraint(fields=("admission", "code"), name="paper_given_once"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.admission_id} {self.code}"
