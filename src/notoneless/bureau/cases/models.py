"""Cases and all that belongs to one: grounds, timeline, people, tasks, documents, excuses, files.

A case is active until it is closed or joined to an elder one of the same child. Its state changes by the
ways of ``transitions.toml`` only. The timeline (`Entry`) is written once and never changed: what was wrong
is said again in a new entry that names the old one.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.cases.codes import LAST_STEP, word
from notoneless.bureau.cases.transitions import FIRST, active, states
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child, Circumstance
from notoneless.vault.fields import SealedText

CHILD = "child"
"""The kind of subject whose key is that of a child."""

OPEN = Q(closed_on__isnull=True, joined_to__isnull=True)
"""A case on which work goes on."""


class Numbering(models.Model):
    """The last number of a county and year; an update of its row makes openers wait for each other."""

    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    prefix = models.CharField(max_length=20)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        """One row per county and year; no two counties share a prefix in a year."""

        constraints = (
            models.UniqueConstraint(fields=("county", "year"), name="numbering_once"),
            models.UniqueConstraint(fields=("prefix", "year"), name="numbering_prefix_is_one"),
        )

    def __str__(self) -> str:
        """As in a number."""
        return f"{self.prefix}-{self.year}"


class Case(models.Model):
    """One gap of one child (or school), followed until it is closed by evidence.

    ``subject`` is the key of what it is about, for a child the root it is now merged into; ``opened_for``
    the key under which it was opened, so that un-merging gives it back. ``step`` is how far up the two
    lines it has climbed by being late. ``answer_until``: until then the same unchanged gap, seen in the
    same lists, opens no new case.
    """

    number = models.CharField(max_length=40)
    platform_number = models.CharField(max_length=40, blank=True)
    subject_kind = models.CharField(max_length=20)
    subject = models.BigIntegerField()
    opened_for = models.BigIntegerField()
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="cases")
    kind = models.CharField(max_length=20)
    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    home = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    school = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    destination = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=20, default=FIRST)
    state_since = models.DateField()
    deadline = models.DateField(null=True)
    step = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(max_length=20)
    reason_code = models.CharField(max_length=4, blank=True)
    placement = models.CharField(max_length=12, blank=True)
    next_step = SealedText(null=True)
    next_on = models.DateField(null=True)
    opened_on = models.DateField()
    opened_at = models.DateTimeField()
    moved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField(null=True)
    answer_until = models.DateField(null=True)
    joined_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="joined")

    class Meta:
        """One active case per subject and kind; closed exactly in a final state."""

        constraints = (
            models.UniqueConstraint(
                fields=("subject_kind", "subject", "kind"),
                condition=OPEN,
                name="case_one_active_per_subject_and_kind",
            ),
            models.UniqueConstraint(fields=("number",), name="case_number_is_one"),
            models.UniqueConstraint(
                fields=("platform_number",),
                condition=~Q(platform_number="") & OPEN,
                name="case_platform_number_is_one",
            ),
            models.CheckConstraint(
                condition=Q(state__in=tuple(states())), name="case_state_is_in_the_table"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, state__in=active())
                | (Q(closed_on__isnull=False) & ~Q(state__in=active())),
                name="case_closed_in_a_final_state_only",
            ),
            models.CheckConstraint(
                condition=Q(subject_kind=CHILD, child=F("subject"))
                | (~Q(subject_kind=CHILD) & Q(child__isnull=True)),
                name="case_of_a_child_points_to_it",
            ),
            models.CheckConstraint(
                condition=Q(joined_to__isnull=True) | ~Q(joined_to=F("id")),
                name="case_never_joined_to_itself",
            ),
            models.CheckConstraint(
                condition=Q(step__range=(1, LAST_STEP)), name="case_step_is_on_the_line"
            ),
        )
        indexes = (
            models.Index(fields=("deadline", "id"), condition=OPEN, name="case_due"),
            models.Index(fields=("state", "deadline"), condition=OPEN, name="case_in_state"),
            models.Index(fields=("next_on",), condition=OPEN, name="case_agreed"),
            models.Index(fields=("subject_kind", "subject"), name="case_of_subject"),
            models.Index(fields=("opened_for",), name="case_opened_for"),
        )

    def __str__(self) -> str:
        """Its number."""
        return self.number

    @property
    def is_active(self) -> bool:
        """Work goes on."""
        return self.closed_on is None and self.joined_to_id is None


class Ground(models.Model):
    """A guarantee that was not kept, and who saw it; several may share one case.

    ``reason`` is a sentence without a person's value, from the app that saw it. ``since``: the first day
    missed, where the source knows it; ``seen_on`` is when it was found. ``gone_on``: since then it is not
    seen any more, which closes nothing by itself.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="grounds")
    guarantee = models.CharField(max_length=60)
    source = models.CharField(max_length=20)
    reason = models.CharField(max_length=200, blank=True)
    since = models.DateField(null=True)
    seen_on = models.DateField()
    last_seen_on = models.DateField()
    gone_on = models.DateField(null=True)

    class Meta:
        """Each once per case."""

        constraints = (
            models.UniqueConstraint(fields=("case", "guarantee", "source"), name="ground_once"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.guarantee} from {self.source}"


class Entry(models.Model):
    """A line of the timeline: written once, with the key that the phone made for it.

    ``kind``: ``opened``, ``gap_seen``, ``gap_back`` (their ``code`` is the source, and where it knows that
    the first day missed), ``gap_gone``, ``moved`` (with the way and the state after it),
    ``contact``, ``note``, ``handed_over``, ``climbed``, ``joined``, ``parted``, ``decided``. ``at`` is when
    it happened, ``written_at`` when it arrived. ``beside`` is another person's contact of the same day:
    somebody decides what of both stands, by an entry ``decided`` that is ``about`` this one.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="entries")
    key = models.UUIDField(default=uuid.uuid4)
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    written_at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    line = models.CharField(max_length=16, blank=True)
    who = models.CharField(max_length=120, blank=True)
    whom = models.CharField(max_length=20, blank=True)
    way = models.CharField(max_length=20, blank=True)
    result = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=80, blank=True)
    text = SealedText(null=True)
    next_step = SealedText(null=True)
    next_on = models.DateField(null=True)
    beside = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    about = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        """A key counts once, however often the phone sends it; a doubt is decided once."""

        constraints = (
            models.UniqueConstraint(fields=("key",), name="entry_arrives_once"),
            models.UniqueConstraint(
                fields=("about",), condition=Q(kind="decided"), name="entry_decided_once"
            ),
        )
        indexes = (
            models.Index(fields=("case", "at"), name="entry_of_case"),
            models.Index(fields=("kind", "at"), name="entry_of_kind"),
        )

    def __str__(self) -> str:
        """For a shell; no value."""
        return f"{self.kind} {self.pk} of case {self.case_id}"


class Responsible(models.Model):
    """Who answers for a case at a step of a line, from a day to a day; without a person it is a hole."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="responsible")
    line = models.CharField(max_length=16)
    step = models.PositiveSmallIntegerField()
    duty = models.CharField(max_length=10)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        """One at a time for each step of a line."""

        constraints = (
            models.UniqueConstraint(
                fields=("case", "line", "step"),
                condition=Q(until__isnull=True),
                name="responsible_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="responsible_ends_after_it_begins",
            ),
        )
        indexes = (
            models.Index(
                fields=("user", "step"), condition=Q(until__isnull=True), name="responsible_now"
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.line} {self.step} of case {self.case_id}"


class DepartmentTask(models.Model):
    """What another department is asked to find out or do; its answer is written down by an officer."""

    class State(models.TextChoices):
        """How it stands."""

        ASKED = "asked", _("等待回复")
        ANSWERED = "answered", _("已回复")
        REFUSED = "refused", _("不办")
        WITHDRAWN = "withdrawn", _("已撤回")

    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks")
    department = models.CharField(max_length=20)
    what = SealedText()
    due = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    answer = SealedText(null=True)
    answered_on = models.DateField(null=True)
    answered_by = models.CharField(max_length=60, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        """An answer or a refusal says something, on a day."""

        constraints = (
            models.CheckConstraint(
                condition=Q(state="asked", answered_on__isnull=True)
                | (Q(state__in=("answered", "refused", "withdrawn"), answered_on__isnull=False)),
                name="task_answered_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(answer__isnull=False) | Q(state__in=("asked", "withdrawn")),
                name="task_answer_says_something",
            ),
        )
        indexes = (models.Index(fields=("due",), condition=Q(state="asked"), name="task_waiting"),)

    def __str__(self) -> str:
        """Its number."""
        return f"R-{self.pk:04}" if self.pk else "R"


class DocumentNumbering(models.Model):
    """The last number that an office gave out in a year."""

    issuer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        """One row per office and year."""

        constraints = (
            models.UniqueConstraint(fields=("issuer", "year"), name="document_numbering_once"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.issuer_id} {self.year}"


class Document(models.Model):
    """A document of persuasion, drafted from a template, issued under a number by an office, served.

    ``fills`` is what was filled into the template, as JSON; the files made of it are kept sealed, so what
    was issued does not change with a template. Nothing here decides a penalty: a draft is a draft until the
    office that the law names issues it.
    """

    class State(models.TextChoices):
        """How far it has come."""

        DRAFT = "draft", _("草稿")
        ISSUED = "issued", _("已签发")
        SERVED = "served", _("已送达")
        WITHDRAWN = "withdrawn", _("已作废")

    case = models.ForeignKey(Case, models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=30)
    issuer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    fills = SealedText()
    drafted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField()
    issued_on = models.DateField(null=True)
    served_on = models.DateField(null=True)
    served_by = models.CharField(max_length=60, blank=True)
    served_to = models.CharField(max_length=20, blank=True)

    class Meta:
        """What is issued has a number and a day, what is served the day and who served it."""

        constraints = (
            models.UniqueConstraint(
                fields=("issuer", "number"),
                condition=~Q(number=""),
                name="document_number_is_one",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "withdrawn"))
                | (~Q(number="") & Q(issued_on__isnull=False)),
                name="document_issued_under_a_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="served")
                | (Q(served_on__gte=F("issued_on")) & ~Q(served_by="")),
                name="document_served_after_it_was_issued",
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.kind} {self.number}"

    @property
    def title(self) -> str:
        """What it is called."""
        return word("documents", self.kind)


class Excuse(models.Model):
    """An application that a child need not be in school for a time (domain facts 1.7): two people decide.

    An approved one is recorded as a fact of `people`, so the sweep excuses by itself, and after its last day
    the gap is back by itself.
    """

    class State(models.TextChoices):
        """How it stands."""

        APPLIED = "applied", _("待批")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("未批准")

    child = models.ForeignKey(Child, models.PROTECT, related_name="excuses")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="excuses")
    excuse = models.CharField(max_length=20)
    valid_from = models.DateField()
    until = models.DateField()
    document = models.CharField(max_length=100)
    word = SealedText(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.APPLIED)
    applied_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    fact = models.ForeignKey(Circumstance, models.PROTECT, null=True, related_name="+")

    class Meta:
        """Who applies never approves; an approved one has its fact; one application at a time."""

        constraints = (
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("applied_by")),
                name="excuse_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="applied", decided_by__isnull=True)
                | (Q(state="refused") & Q(decided_by__isnull=False))
                | (Q(state="approved") & Q(decided_by__isnull=False) & Q(fact__isnull=False)),
                name="excuse_approved_with_its_fact",
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("valid_from")), name="excuse_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=("child",), condition=Q(state="applied"), name="excuse_one_application"
            ),
        )
        indexes = (models.Index(fields=("state", "until"), name="excuse_ends"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"excuse {self.pk} of child {self.child_id}"


class File(models.Model):
    """A photo or scan, sealed on the disk under its content's digest."""

    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="files")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="files")
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="files")
    excuse = models.ForeignKey(Excuse, models.PROTECT, null=True, related_name="files")
    name = models.CharField(max_length=100)
    type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        """It belongs to a case or to an excuse."""

        constraints = (
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(excuse__isnull=False),
                name="file_belongs_somewhere",
            ),
        )

    def __str__(self) -> str:
        """Its name."""
        return self.name


class PublicWord(models.Model):
    """What a member of the public said of a child who is not in school, written down by an officer.

    No name is asked for; ``number`` is given to them to ask about it later.
    """

    number = models.CharField(max_length=20)
    county = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    told_on = models.DateField()
    text = SealedText()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    answer = SealedText(null=True)
    answered_on = models.DateField(null=True)

    class Meta:
        """A number is one."""

        constraints = (
            models.UniqueConstraint(fields=("number",), name="public_word_number_is_one"),
        )

    def __str__(self) -> str:
        """Its number."""
        return self.number


class PlatformAnswer(models.Model):
    """What the records answered to a row of the national platform, so that it needed no case.

    ``listed_on`` is the day of the list; ``evidence`` what showed it then.
    """

    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    listed_on = models.DateField()
    text = models.CharField(max_length=200)
    evidence = models.CharField(max_length=300, blank=True)
    answered_on = models.DateField()

    class Meta:
        """One answer to a row."""

        constraints = (
            models.UniqueConstraint(
                fields=("child", "listed_on"), name="platform_row_answered_once"
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"answer of child {self.child_id} to the list of {self.listed_on}"
