"""What a term owes: the proposal of the rules, its reasons, the awards, and their stops."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child


class Proposal(models.Model):
    """One run of the rules over every student for a term: which rulebook, which day, how it came out."""

    term = models.CharField(max_length=11)
    as_of = models.DateField()
    rules = models.CharField(max_length=64)
    children = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    gone = models.BigIntegerField(default=0)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering = ("-pk",)

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.term} as of {self.as_of}"


class Reason(models.Model):
    """How many students of a county a policy was owed to, not owed to, or could not be decided for, and why.

    ``text`` is the rule's own words; it says which conditions were not met, or which facts are missing.
    """

    class Verdict(models.TextChoices):
        """What came of it."""

        OWED = "owed", _("应享受")
        NOT_OWED = "not_owed", _("不符合")
        NEEDS_DATA = "needs_data", _("缺数据")

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="reasons")
    county = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    policy = models.CharField(max_length=60)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    text = models.TextField()
    children = models.BigIntegerField()
    fen = models.BigIntegerField(default=0)

    class Meta:
        """Read by proposal and policy."""

        indexes = (models.Index(fields=("proposal", "policy"), name="reason_by_policy"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.policy} {self.verdict} {self.children}"


class Sheet(models.Model):
    """What the rules say of every policy to all students of the same facts; known by its content."""

    digest = models.CharField(max_length=64, unique=True)
    rules = models.CharField(max_length=64)

    def __str__(self) -> str:
        """The beginning of its digest."""
        return self.digest[:12]


class SheetLine(models.Model):
    """One policy on a sheet: the verdict, its words, the fen per period (None: cannot be told)."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="lines", db_index=False)
    policy = models.CharField(max_length=60)
    verdict = models.CharField(max_length=10, choices=Reason.Verdict.choices)
    fen = models.BigIntegerField(null=True)
    text = models.TextField()

    class Meta:
        """A policy once; found by the policy, too."""

        constraints = (
            models.UniqueConstraint(fields=("sheet", "policy"), name="sheet_policy_once"),
        )
        indexes = (models.Index(fields=("policy", "verdict"), name="sheet_line_by_policy"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.policy} {self.verdict}"


class Told(models.Model):
    """Which sheet holds for a student in a term, as last worked out; the school and county of then."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="+", db_index=False)
    term = models.CharField(max_length=11)
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="+", db_index=False)
    school = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    county = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        """One sheet a term; read by school."""

        constraints = (models.UniqueConstraint(fields=("child", "term"), name="told_once_a_term"),)
        indexes = (models.Index(fields=("school", "term"), name="told_by_school"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"child {self.child_id} {self.term}"


class Award(models.Model):
    """One student, one policy, one term: so many fen are owed. ``why`` is the rule's own words.

    ``amount`` is paid in so many ``instalments`` (`notoneless.bureau.aid.instalments`), all by the county of
    the first one, wherever the student moves meanwhile.
    """

    class State(models.TextChoices):
        """Where it is."""

        PROPOSED = "proposed", _("待提批次")
        BATCHED = "batched", _("在批次中")
        APPROVED = "approved", _("已批准")
        WITHDRAWN = "withdrawn", _("不再符合")
        WAIVED = "waived", _("不发：本人放弃或核实")

    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    policy = models.CharField(max_length=60)
    term = models.CharField(max_length=11)
    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    school = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    household = models.BooleanField(default=False)
    amount = models.BigIntegerField()
    instalments = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default="proposed")
    why = models.CharField(max_length=300)
    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        """Once per student, policy and term; of a sum above nothing."""

        constraints = (
            models.UniqueConstraint(fields=("child", "policy", "term"), name="award_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="award_is_above_nothing"),
            models.CheckConstraint(
                condition=Q(state__in=("proposed", "batched", "approved", "withdrawn", "waived")),
                name="award_state_is_known",
            ),
        )
        indexes = (
            models.Index(fields=("county", "term", "state", "policy"), name="award_by_county"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"award {self.pk} {self.policy} {self.term}"


class Stop(models.Model):
    """From when to when nothing more of an award is paid, and why: 休学, transfer, death, a list that ended.

    It ends by itself when the rules owe the award again; ``until`` is the first day on which they do.
    """

    award = models.ForeignKey(Award, models.PROTECT, related_name="stops", db_index=False)
    since = models.DateField()
    until = models.DateField(null=True)
    reason = models.CharField(max_length=300)

    class Meta:
        """One at a time."""

        constraints = (
            models.UniqueConstraint(
                fields=("award",), condition=Q(until__isnull=True), name="stop_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="stop_ends_after_it_begins",
            ),
        )
        indexes = (models.Index(fields=("award", "since"), name="stop_of_award"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"award {self.award_id} stopped since {self.since}"
