"""What the rules propose, the awards that follow, batches that two people pass, payments and their answers.

One award is one student, one policy, one term. It is owed by the rules, never typed. A batch takes awards along:
one person proposes it, another approves it (then each award has its payment, once), and another than the
proposer releases it to the bank. What the bank sends back is paid again in a new batch; the payment stays one.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child
from notoneless.vault.fields import BlindIndex, SealedText


def mask_card(number: str) -> str:
    """A card's number as shown: its last four digits."""
    return "*" * max(len(number) - 4, 0) + number[-4:]


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


class Ranking(models.Model):
    """The candidates of a policy with a quota, at a place, in a school year: in order, and who is chosen.

    Who they are follows from the rules; the order from `rankings.toml`; another person confirms.
    """

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("填分")
        RANKED = "ranked", _("已排序，待确认")
        CONFIRMED = "confirmed", _("已确认")
        DROPPED = "dropped", _("作废")

    policy = models.CharField(max_length=60)
    school_year = models.PositiveSmallIntegerField()
    place = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    rules = models.CharField(max_length=64)
    as_of = models.DateField()
    order = models.JSONField(default=list)
    quotas = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default="open")
    ranked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ranked_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        """One that counts per policy, year and place; two people."""

        constraints = (
            models.UniqueConstraint(
                fields=("policy", "school_year", "place"),
                condition=~Q(state="dropped"),
                name="ranking_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | (Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("ranked_by"))),
                name="ranking_is_confirmed_by_another",
            ),
        )
        ordering = ("-pk",)

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.policy} {self.school_year}"


class Ranked(models.Model):
    """A candidate: what counts (``facts`` by the names of the criteria), the rank, the tier, and why.

    ``score`` is in hundredths; ``tier`` is "" for who is not chosen.
    """

    ranking = models.ForeignKey(Ranking, models.CASCADE, related_name="candidates", db_index=False)
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    score = models.PositiveIntegerField(null=True)
    rank = models.PositiveIntegerField(null=True)
    tier = models.CharField(max_length=20, blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        """Once; a rank is one's own."""

        constraints = (
            models.UniqueConstraint(fields=("ranking", "child"), name="ranked_once"),
            models.UniqueConstraint(
                fields=("ranking", "rank"),
                condition=Q(rank__isnull=False),
                name="ranked_rank_is_ones_own",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.ranking_id}: {self.rank}"


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
    """One row of such a list; without a child where its number is nobody's."""

    file = models.ForeignKey(PaidList, models.CASCADE, related_name="lines")
    row = models.PositiveIntegerField()
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="+")
    policy = models.CharField(max_length=60)
    term = models.CharField(max_length=11)
    amount = models.BigIntegerField()
    paid_on = models.DateField(null=True)
    failed = models.BooleanField(default=False)

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
