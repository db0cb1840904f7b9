"""Accounts, entries and their lines, and terms that are closed.

Every yuan stands on exactly one account of its county, policy and term: given to the county
(``appropriated``, always below zero), free (``budget``), promised to a child (``committed``), sent to a card
(``paid``) or back from the bank (``returned``). An entry moves fen from account to account, so the sum of its
lines is 0, and with it the sum of the whole book. The database keeps that promise itself: `guards`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.language import gettext_lazy as _


class Account(models.Model):
    """Where fen stand. ``level`` says whose money it is, as long as it is not promised to a child.

    ``debit`` and ``credit`` are the sums of the lines above and below zero, ``lines`` their number; the
    database itself keeps them with every entry.
    """

    class Kind(models.TextChoices):
        """The places where a yuan can stand."""

        APPROPRIATED = "appropriated", _("下达资金")
        BUDGET = "budget", _("可用预算")
        COMMITTED = "committed", _("已批未付")
        PAID = "paid", _("已付")
        RETURNED = "returned", _("银行退回待重发")

    class Level(models.TextChoices):
        """Whose money it is."""

        NONE = "", _("不分级次")
        CENTRE = "centre", _("中央")
        PROVINCE = "province", _("省级")
        CITY = "city", _("市级")
        COUNTY = "county", _("县级")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    level = models.CharField(max_length=8, choices=Level.choices, blank=True)
    fund = models.CharField(max_length=40)
    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    policy = models.CharField(max_length=60)
    term = models.CharField(max_length=11)
    debit = models.BigIntegerField(default=0)
    credit = models.BigIntegerField(default=0)
    lines = models.BigIntegerField(default=0)

    class Meta:
        """One account for one purpose; only money not yet promised has a level."""

        constraints = (
            models.UniqueConstraint(
                fields=("county", "term", "policy", "fund", "kind", "level"), name="account_is_one"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("appropriated", "budget"), level__gt="")
                | Q(kind__in=("committed", "paid", "returned"), level=""),
                name="account_level_of_money_not_promised",
            ),
            models.CheckConstraint(
                condition=Q(level__in=("", "centre", "province", "city", "county")),
                name="account_level_is_known",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.county_id} {self.term} {self.policy} {self.kind} {self.level}".strip()

    @property
    def balance(self) -> int:
        """What stands there, in fen."""
        return self.debit + self.credit


class Book(models.Model):
    """The one row that gives entries their numbers, without a gap; who writes holds it."""

    next = models.BigIntegerField(default=1)

    class Meta:
        """There is one."""

        constraints = (models.CheckConstraint(condition=Q(id=1), name="book_is_one"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"next entry {self.next}"


class Entry(models.Model):
    """An entry of the book: a number, a day, why. Written after its lines, never changed.

    ``origin`` says what made it (``aid.batch:12``); ``corrects`` the entry that it sets right.
    """

    class Cause(models.TextChoices):
        """Why fen move."""

        BUDGET = "budget", _("下达预算")
        COMMIT = "commit", _("批准")
        RECALL = "recall", _("撤销批准")
        RELEASE = "release", _("发放")
        BOUNCE = "bounce", _("银行退回")
        AGAIN = "again", _("重发")
        DROP = "drop", _("退回不再发")
        RECOVERY = "recovery", _("追回")
        CORRECTION = "correction", _("更正")

    number = models.BigIntegerField(primary_key=True)
    cause = models.CharField(max_length=10, choices=Cause.choices)
    programme = models.CharField(max_length=20)
    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    term = models.CharField(max_length=11)
    day = models.DateField()
    origin = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=200, blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrected_by")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """A correction says what it corrects; what made an entry made it once."""

        constraints = (
            models.CheckConstraint(
                condition=~Q(cause="correction") | Q(corrects__isnull=False),
                name="entry_correction_names_what_it_corrects",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | Q(corrects__lt=F("number")),
                name="entry_corrects_an_earlier_one",
            ),
            models.UniqueConstraint(
                fields=("origin", "cause", "county", "term"),
                condition=~Q(origin=""),
                name="entry_of_one_origin_once",
            ),
            models.UniqueConstraint(
                fields=("corrects",),
                condition=Q(cause="correction"),
                name="entry_is_corrected_once",
            ),
        )
        indexes = (models.Index(fields=("county", "-number"), name="entry_by_county"),)

    def __str__(self) -> str:
        """Its number."""
        return str(self.number)


class Line(models.Model):
    """So many fen to an account (above zero) or from it; whose award and payment they are.

    ``award`` and ``payment`` are keys of the entry's programme; None for money that is not promised.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="lines", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField()
    award = models.BigIntegerField(null=True)
    payment = models.BigIntegerField(null=True)

    class Meta:
        """A line moves something; read by entry, by account, by award."""

        constraints = (models.CheckConstraint(condition=~Q(amount=0), name="line_moves_something"),)
        indexes = (
            models.Index(fields=("entry", "account"), name="line_by_entry"),
            models.Index(fields=("account", "entry"), name="line_by_account"),
            models.Index(fields=("award",), condition=Q(award__isnull=False), name="line_by_award"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.account_id}: {self.amount}"


class Closing(models.Model):
    """A county's term whose book is closed: its accounts take no more entries."""

    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    term = models.CharField(max_length=11)
    last_entry = models.BigIntegerField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """A term is closed once."""

        constraints = (
            models.UniqueConstraint(fields=("county", "term"), name="closing_of_term_once"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.county_id} {self.term}"
