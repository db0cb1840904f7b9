"""What is not paid by a bank: goods, waivers, loans."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.aid.models.batches import mask_card
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child
from notoneless.vault.fields import BlindIndex, SealedText


class Delivery(models.Model):
    """A school gave what is not money in the hand, books, meals, a fee not asked, to all who are owed it.

    Never a payment of the bank. What it cost the county is settled by another person, and then stands in the
    book.
    """

    class State(models.TextChoices):
        """Where it is."""

        RECORDED = "recorded", _("已登记，待结算")
        SETTLED = "settled", _("已结算入账")
        CANCELLED = "cancelled", _("已撤销")

    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    policy = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=[("in_kind", _("实物")), ("waiver", _("减免"))])
    term = models.CharField(max_length=11)
    day = models.DateField()
    paper = models.CharField(max_length=200)
    count = models.BigIntegerField()
    fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default="recorded")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    entry = models.BigIntegerField(null=True)

    class Meta:
        """Neither cash nor a loan; two people before money of the bureau moves."""

        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=("in_kind", "waiver")), name="delivery_is_no_cash"
            ),
            models.CheckConstraint(
                condition=~Q(state="settled")
                | (
                    Q(settled_by__isnull=False, entry__isnull=False)
                    & ~Q(settled_by=F("recorded_by"))
                ),
                name="delivery_is_settled_by_another",
            ),
        )
        indexes = (models.Index(fields=("school", "term", "policy"), name="delivery_by_school"),)
        ordering = ("-pk",)

    def __str__(self) -> str:
        """Its number."""
        return str(self.pk)


class Given(models.Model):
    """What one student had of a delivery, at its worth in fen; once per policy and term."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="given", db_index=False)
    child = models.ForeignKey(Child, models.PROTECT, related_name="+", db_index=False)
    policy = models.CharField(max_length=60)
    term = models.CharField(max_length=11)
    amount = models.BigIntegerField()
    stands = models.BooleanField(default=True)

    class Meta:
        """Never twice; what was cancelled does not count."""

        constraints = (
            models.UniqueConstraint(
                fields=("child", "policy", "term"), condition=Q(stands=True), name="given_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="given_is_above_nothing"),
        )
        indexes = (models.Index(fields=("delivery",), name="given_by_delivery"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"given {self.pk} of delivery {self.delivery_id}"


class Loan(models.Model):
    """A student loan as what it is: a contract with a lender, to be paid back; no money of the bureau."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    policy = models.CharField(max_length=60)
    school_year = models.PositiveSmallIntegerField()
    lender = models.CharField(max_length=100)
    contract = SealedText(mask=mask_card)
    contract_index = BlindIndex(of="contract", kind="loan_contract")
    amount = models.BigIntegerField()
    signed_on = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One a year; one contract once."""

        constraints = (
            models.UniqueConstraint(fields=("child", "school_year"), name="loan_once_a_year"),
            models.UniqueConstraint(fields=("contract_index",), name="loan_contract_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="loan_is_above_nothing"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"loan {self.pk}"
