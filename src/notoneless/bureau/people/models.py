"""Children, the sources that speak of them, and dated facts.

A fact is dated twice: from when to when it was true (``valid_from``, ``valid_to``, both days count), and
from when to when we believed it (``recorded_at``, ``retracted_at``). A row is written once; the only later
change is its retraction. What ends or changes is retracted and recorded anew with its last day.

The facts of a merged child stay with the key under which they came; `Child.person` says whose they are
now, so un-merging gives back exactly what was.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from notoneless import rosters
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.language import gettext_lazy as _
from notoneless.masking import mask_id, mask_phone
from notoneless.vault.fields import BlindIndex, SealedText


class Source(models.Model):
    """Who says so: one sheet of a list that was taken in, or a person of the bureau.

    ``line`` is the kind of list (`rosters/kinds.toml`), or ``person``. Each new list of a line and an
    organisation takes the place of the one before in what it covers.
    """

    PERSON = "person"

    line = models.CharField(max_length=30)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    file = models.CharField(max_length=255, blank=True)
    sheet = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    list_date = models.DateField()
    whole = models.BooleanField(default=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A list has a file, a person's word a reason; a list that stands is taken in once."""

        constraints = (
            models.CheckConstraint(
                condition=(Q(line="person") & ~Q(reason="")) | (~Q(line="person") & ~Q(file="")),
                name="source_is_a_list_or_a_person",
            ),
            models.UniqueConstraint(
                fields=("organisation", "line", "sha256", "sheet"),
                condition=~Q(sha256="") & Q(undone_at__isnull=True),
                name="source_list_taken_in_once",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=F("recorded_at")),
                name="source_undone_after_it_was_recorded",
            ),
        )
        indexes = (models.Index(fields=("line", "organisation"), name="source_of_line"),)

    def __str__(self) -> str:
        """As on a page: ``户籍适龄儿童名单 2026-09-01``, or who said it."""
        if self.line == self.PERSON:
            return str(self.by) if self.by else "system"
        return f"{rosters.kinds()[self.line].label} {self.list_date}"


class Coverage(models.Model):
    """A school or township that a list covers: who is there and not on it, is not on it."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="covers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    class Meta:
        """Each place once."""

        constraints = (
            models.UniqueConstraint(fields=("source", "organisation"), name="coverage_once"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.source_id} covers {self.organisation_id}"


class Child(models.Model):
    """A child's key, and a card of what is believed today.

    ``person`` is the child this one is merged into, at the root (itself when it is not). All other columns
    are derived from the facts by `cards.refresh`, filled for roots only, for search, reach and lists: what
    counts stands in the facts. ``home`` is the lowest known place, or whose list tells of the child;
    ``school`` the class or school of the roll, ``attending`` the one really gone to where it is another.
    """

    person = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    name = models.CharField(max_length=60, blank=True)
    initials = models.CharField(max_length=60, blank=True)
    sex = models.CharField(max_length=1, blank=True)
    birth_date = models.DateField(null=True)
    home = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    school = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    attending = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    school_name = models.CharField(max_length=100, blank=True)
    stage = models.CharField(max_length=12, blank=True)
    grade = models.SmallIntegerField(null=True)
    class_name = models.CharField(max_length=40, blank=True)
    in_register = models.BooleanField(default=False)
    on_roll = models.BooleanField(default=False)

    class Meta:
        """Found by name, by initials, by place."""

        constraints = (
            models.CheckConstraint(
                condition=Q(sex__in=("", "M", "F")), name="child_sex_is_known_or_empty"
            ),
        )
        indexes = (
            models.Index(fields=("name",), name="child_by_name", opclasses=["varchar_pattern_ops"]),
            models.Index(
                fields=("initials",), name="child_by_initials", opclasses=["varchar_pattern_ops"]
            ),
        )

    def __str__(self) -> str:
        """The name."""
        return self.name

    @property
    def merged_away(self) -> bool:
        """It is a part of another child now."""
        return self.person_id is not None and self.person_id != self.pk


class Merge(models.Model):
    """Two keys are one child, as a person decided; retracted when it was a mistake."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="merges")
    into = models.ForeignKey(Child, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()
    retracted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A key is merged into one other at a time, never into itself."""

        constraints = (
            models.UniqueConstraint(
                fields=("child",),
                condition=Q(retracted_at__isnull=True),
                name="merge_into_one_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(child=F("into")), name="merge_never_into_itself"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.child_id} into {self.into_id}"


class Household(models.Model):
    """A household, by the number that offices give it. Who lives in it is `Residence`."""

    number = SealedText()
    number_index = BlindIndex(of="number", kind="household_no", unique=True)

    def __str__(self) -> str:
        """For a shell; never the number."""
        return f"household {self.pk}"


Constraints = tuple[models.BaseConstraint, ...]


class Fact(models.Model):
    """Something believed of a child; see the module's text.

    ``source`` is where it stands written (``row`` of its sheet, counted as the person's program shows it),
    ``recorded_in`` and ``retracted_in`` what made us write and retract this row: usually the same list,
    another one where that ended or changed it. ``digest`` is a keyed fingerprint of the content.
    """

    child = models.ForeignKey(Child, models.PROTECT, related_name="%(class)ss")
    line = models.CharField(max_length=30)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", db_index=False)
    row = models.IntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    retracted_at = models.DateTimeField(null=True, blank=True)
    recorded_in = models.ForeignKey(Source, models.PROTECT, related_name="+")
    retracted_in = models.ForeignKey(
        Source, models.PROTECT, null=True, related_name="+", db_index=False
    )
    digest = models.CharField(max_length=32)

    class Meta:
        """Nothing ends before it begins, nothing is retracted before it was recorded."""

        abstract = True
        constraints: ClassVar[Constraints] = (
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="%(class)s_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(retracted_at__isnull=True, retracted_in__isnull=True)
                | Q(retracted_at__gte=F("recorded_at"), retracted_in__isnull=False),
                name="%(class)s_retracted_by_somebody_later",
            ),
            models.UniqueConstraint(
                fields=("child", "line", "digest"),
                condition=Q(retracted_at__isnull=True, valid_to__isnull=True),
                name="%(class)s_said_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("retracted_in",),
                condition=Q(retracted_in__isnull=False),
                name="%(class)s_retracted_in",
            ),
        )

    def __str__(self) -> str:
        """For a shell; no value."""
        return f"{self._meta.model_name} {self.pk} of child {self.child_id}"


class Identity(Fact):
    """Name, birth date, sex, number, ethnic group, as one source has them.

    The ethnic group is kept for the ledger of children of age alone (domain facts 1.11): sealed, in no index.
    """

    name = models.CharField(max_length=60)
    initials = models.CharField(max_length=60)
    former_name = models.CharField(max_length=60, blank=True)
    sex = models.CharField(max_length=1, blank=True)
    birth_date = models.DateField(null=True)
    id_number = SealedText(null=True, mask=mask_id)
    id_index = BlindIndex(of="id_number", kind="id_number")
    nation = SealedText(null=True)

    class Meta(Fact.Meta):
        """Sexes as in the fields of lists."""

        constraints: ClassVar[Constraints] = (
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(sex__in=("", "M", "F")), name="identity_sex_is_known_or_empty"
            ),
        )


class Residence(Fact):
    """Where and in which household the child lives. ``place`` is the lowest place found in the tree.

    ``head`` is the head of the household (户主), whom ``relation`` is about.
    """

    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="members")
    relation = models.CharField(max_length=20, blank=True)
    place = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    place_text = models.CharField(max_length=120, blank=True)
    address = SealedText(null=True)
    head = models.CharField(max_length=60, blank=True)


class Guardian(Fact):
    """Who answers for the child, and how to reach them. Siblings share the indexes."""

    name = models.CharField(max_length=60, blank=True)
    id_number = SealedText(null=True, mask=mask_id)
    id_index = BlindIndex(of="id_number", kind="id_number")
    phone = SealedText(null=True, mask=mask_phone)
    phone_index = BlindIndex(of="phone", kind="phone")


class Enrolment(Fact):
    """A row of a school roll: the school that keeps the record, and where it differs, the one gone to."""

    school = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    school_name = models.CharField(max_length=100, blank=True)
    attending = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    stage = models.CharField(max_length=12, blank=True)
    grade = models.SmallIntegerField(null=True)
    class_name = models.CharField(max_length=40, blank=True)
    roll_number = SealedText(null=True, mask=mask_id)
    roll_index = BlindIndex(of="roll_number", kind="roll_number")
    roll_state = models.CharField(max_length=16, blank=True)
    enrolled_month = models.CharField(max_length=7, blank=True)
    boards = models.BooleanField(null=True)
    placement = models.CharField(max_length=16, blank=True)
    migrant = models.BooleanField(null=True)
    left_behind = models.BooleanField(null=True)

    class Meta(Fact.Meta):
        """Codes as in the fields of lists."""

        constraints: ClassVar[Constraints] = (
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(
                    stage__in=(
                        "",
                        "preschool",
                        "primary",
                        "junior",
                        "senior",
                        "vocational",
                        "higher",
                    )
                ),
                name="enrolment_stage_is_known",
            ),
            models.CheckConstraint(
                condition=Q(grade__isnull=True) | Q(grade__range=(0, 20)),
                name="enrolment_grade_is_one",
            ),
        )


class Circumstance(Fact):
    """A list of its own kind says something of the child: poor, disabled, excused, gone, ...

    ``kind`` is the kind of list (also for a person's word), ``value`` its code where that kind has one
    (the excuse, the placement, where to, the degree of hardship), ``level`` the degree of a disability,
    ``until`` the last day of an excuse, ``document`` what approves it.
    """

    EXEMPTION = "excused"

    kind = models.CharField(max_length=30)
    value = models.CharField(max_length=20, blank=True)
    level = models.SmallIntegerField(null=True)
    until = models.DateField(null=True)
    document = models.CharField(max_length=100, blank=True)

    class Meta(Fact.Meta):
        """A person's exemption has its document and its end."""

        constraints: ClassVar[Constraints] = (
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(kind="excused", line="person")
                | (~Q(document="") & Q(until__isnull=False)),
                name="circumstance_exemption_has_document_and_end",
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__range=(1, 4)),
                name="circumstance_level_1_to_4",
            ),
        )


class RollCall(Fact):
    """What a roll-call that came as a list says of the child; ``half`` is "" where it is of a whole day."""

    school = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    attendance = models.CharField(max_length=10)
    half = models.CharField(max_length=2, blank=True)

    class Meta(Fact.Meta):
        """Four answers, two halves."""

        constraints: ClassVar[Constraints] = (
            *Fact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(attendance__in=("present", "leave", "suspended", "absent")),
                name="rollcall_answer_is_known",
            ),
            models.CheckConstraint(
                condition=Q(half__in=("", "am", "pm")), name="rollcall_half_is_known"
            ),
        )


FACTS: tuple[type[Fact], ...] = (Identity, Residence, Guardian, Enrolment, Circumstance, RollCall)
"""Every table of facts, in the order a child's page tells them."""

LABELS = {
    "identity": _("身份"),
    "residence": _("住处"),
    "guardian": _("监护人"),
    "enrolment": _("学籍"),
    "circumstance": _("情况"),
    "rollcall": _("点名"),
}
"""What each table of facts is called."""
