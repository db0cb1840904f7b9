"""How money goes out: cards, batches that two people pass, payments, and what the bank answers."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.aid.models.terms import Award
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child
from notoneless.vault.fields import BlindIndex, SealedText


def mask_card(number: str) -> str:
    """A card's number as shown: its last four digits."""
    return "*" * max(len(number) - 4, 0) + number[-4:]


class Card(models.Model):
    """The account that a student's aid goes to: his own, or the one of his household. Sealed."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    number = SealedText(mask=mask_card)
    number_index = BlindIndex(of="number", kind="card")
    bank = models.CharField(max_length=60)
    holder = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField()
    ended_on = models.DateField(null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        """One card at a time."""

        constraints = (
            models.UniqueConstraint(
                fields=("child",), condition=Q(ended_on__isnull=True), name="card_is_one"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("valid_from")),
                name="card_ends_after_it_begins",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"card {self.pk} of child {self.child_id}"


class Batch(models.Model):
    """Awards that go to the bank together. Who proposed it neither approves nor releases it."""

    class State(models.TextChoices):
        """Where it is; see `states`."""

        PROPOSED = "proposed", _("待审批")
        APPROVED = "approved", _("已批准，待发放")
        RELEASED = "released", _("已发放，等银行回盘")
        ANSWERED = "answered", _("银行已全部回盘")
        SENT_BACK = "sent_back", _("已退回")

    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    term = models.CharField(max_length=11)
    again = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default="proposed")
    count = models.BigIntegerField()
    fen = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        """Two people, held by the database too."""

        constraints = (
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="batch_is_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("proposed_by")),
                name="batch_is_released_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("released", "answered"))
                | Q(approved_at__isnull=False, released_at__isnull=False),
                name="batch_released_was_approved",
            ),
        )
        indexes = (models.Index(fields=("county", "term", "state"), name="batch_by_county"),)

    def __str__(self) -> str:
        """Its number."""
        return str(self.pk)


class Payment(models.Model):
    """What an approved award is paid by, once per instalment, however often it is sent."""

    class State(models.TextChoices):
        """Where the money is."""

        DUE = "due", _("待发放")
        SENT = "sent", _("已送银行")
        CONFIRMED = "confirmed", _("已到账")
        RETURNED = "returned", _("银行退回")
        DROPPED = "dropped", _("不再发")
        RECALLED = "recalled", _("没有发，已撤下")

    award = models.ForeignKey(Award, models.PROTECT, related_name="payments", db_index=False)
    instalment = models.PositiveSmallIntegerField(default=1)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default="due")
    paid_on = models.DateField(null=True)

    class Meta:
        """Never twice; what was recalled before it went out does not count."""

        constraints = (
            models.UniqueConstraint(
                fields=("award", "instalment"),
                condition=~Q(state="recalled"),
                name="payment_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_above_nothing"),
        )
        indexes = (models.Index(fields=("paid_on",), name="payment_by_day"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"payment {self.pk} of award {self.award_id}"


class Item(models.Model):
    """One line of a batch: an award, the card it goes to, what the bank said."""

    class Answer(models.TextChoices):
        """What the bank said."""

        OPEN = "open", _("未回盘")
        CONFIRMED = "confirmed", _("成功")
        BOUNCED = "bounced", _("失败")
        RECALLED = "recalled", _("没有发，已撤下")

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="items", db_index=False)
    position = models.PositiveIntegerField()
    award = models.ForeignKey(Award, models.PROTECT, related_name="items")
    instalment = models.PositiveSmallIntegerField(default=1)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="items")
    card = models.ForeignKey(Card, models.PROTECT, related_name="items")
    amount = models.BigIntegerField()
    stands = models.BooleanField(default=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, default="open")
    answer_text = models.CharField(max_length=100, blank=True)
    answered_on = models.DateField(null=True)

    class Meta:
        """A line has its place; an award is on its way once at a time."""

        constraints = (
            models.UniqueConstraint(fields=("batch", "position"), name="item_has_its_place"),
            models.UniqueConstraint(
                fields=("award", "instalment"),
                condition=Q(stands=True),
                name="item_once_on_its_way",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.batch_id}/{self.position}"


class Answers(models.Model):
    """A file of the bank's answers, taken in once."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="answers")
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The same file once."""

        constraints = (
            models.UniqueConstraint(fields=("batch", "digest"), name="answers_taken_in_once"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"answers {self.pk} of batch {self.batch_id}"


class AnswerLine(models.Model):
    """What became of one line of a file of answers; none is dropped."""

    class Outcome(models.TextChoices):
        """What became of it."""

        CONFIRMED = "confirmed", _("成功")
        BOUNCED = "bounced", _("失败")
        LATE = "late", _("到账后又退回")
        AGAIN = "again", _("重复的一行，已有同样的回盘")
        CONTRADICTS = "contradicts", _("与先前的回盘矛盾")
        UNKNOWN = "unknown", _("不是这一批的账号")
        WRONG_SUM = "wrong_sum", _("金额不符")
        UNREAD = "unread", _("结果看不懂")

    file = models.ForeignKey(Answers, models.CASCADE, related_name="lines")
    row = models.PositiveIntegerField()
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    text = models.CharField(max_length=100, blank=True)

    class Meta:
        """A line once."""

        constraints = (models.UniqueConstraint(fields=("file", "row"), name="answer_line_once"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.file_id}:{self.row}"
