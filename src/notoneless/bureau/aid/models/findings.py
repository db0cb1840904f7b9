"""What was paid elsewhere, what is wrong with it, and what came back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.aid.models.batches import Payment
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child


class PaidList(models.Model):
    """A list of payments made elsewhere (资助发放名册), taken in to be held against what is owed."""

    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    rows = models.BigIntegerField(default=0)
    unmatched = models.BigIntegerField(default=0)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The same file once."""

        constraints = (
            models.UniqueConstraint(fields=("county", "digest"), name="paid_list_taken_in_once"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"paid list {self.pk}"


class PaidRow(models.Model):
    """One row of such a list; without a child where it is nobody's, or may be somebody's (``doubted``)."""

    file = models.ForeignKey(PaidList, models.CASCADE, related_name="lines")
    row = models.PositiveIntegerField()
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="+")
    policy = models.CharField(max_length=60)
    term = models.CharField(max_length=11)
    amount = models.BigIntegerField()
    paid_on = models.DateField(null=True)
    failed = models.BooleanField(default=False)
    doubted = models.BooleanField(default=False)

    class Meta:
        """A row once; read by term."""

        constraints = (models.UniqueConstraint(fields=("file", "row"), name="paid_row_once"),)
        indexes = (models.Index(fields=("term",), name="paid_row_by_term"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.file_id}:{self.row}"


class Finding(models.Model):
    """Owed and paid do not agree for a student and policy, and how that ended.

    ``child`` is None for somebody on a list of payments who is nobody's; then ``line`` says which row.
    ``evidence`` names the payments: ``payment 7``, ``list 3 row 12``.
    """

    class Verdict(models.TextChoices):
        """The four lists, short and late being one."""

        OWED = "owed", _("应发未发")
        SHORT = "short", _("少发")
        LATE = "late", _("迟发")
        TWICE = "paid_twice", _("重复发放")
        NOT_OWED = "paid_not_owed", _("不应发已发")

    class Outcome(models.TextChoices):
        """How it ended."""

        OPEN = "", _("待处理")
        PAID = "paid", _("已补发")
        NOT_DUE = "not_owed", _("核实后不应发")
        REFUSED = "refused", _("本人书面放弃")
        RECOVERED = "recovered", _("已追回")
        RIGHT = "right", _("核实后发得对")

    term = models.CharField(max_length=11)
    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    school = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="+")
    line = models.ForeignKey(PaidRow, models.PROTECT, null=True, related_name="+")
    policy = models.CharField(max_length=60)
    verdict = models.CharField(max_length=14, choices=Verdict.choices)
    owed = models.BigIntegerField()
    paid = models.BigIntegerField()
    text = models.CharField(max_length=400)
    evidence = models.CharField(max_length=200, blank=True)
    as_of = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    outcome_text = models.CharField(max_length=200, blank=True)
    outcome_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    outcome_at = models.DateTimeField(null=True)

    class Meta:
        """One per student, policy and term; one that ended says how and why."""

        constraints = (
            models.UniqueConstraint(fields=("child", "policy", "term"), name="finding_once"),
            models.CheckConstraint(
                condition=Q(outcome="") | (~Q(outcome_text="") & Q(outcome_at__isnull=False)),
                name="finding_ended_says_why",
            ),
        )
        indexes = (models.Index(fields=("term", "verdict", "county"), name="finding_by_verdict"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"finding {self.pk} {self.verdict}"


class Recovery(models.Model):
    """Money that came back from somebody who was paid too much: of a payment of ours, or of a row of a list.

    ``entry`` is the entry of the book; None for what was paid elsewhere, which never stood in this book.
    """

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="recoveries")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="recoveries")
    line = models.ForeignKey(PaidRow, models.PROTECT, null=True, related_name="recoveries")
    amount = models.BigIntegerField()
    day = models.DateField()
    paper = models.CharField(max_length=100)
    entry = models.BigIntegerField(null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Of one payment or one row, above nothing."""

        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_is_above_nothing"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, line__isnull=True, entry__isnull=False)
                | Q(payment__isnull=True, line__isnull=False, entry__isnull=True),
                name="recovery_is_of_one_payment",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"recovery {self.pk}"
