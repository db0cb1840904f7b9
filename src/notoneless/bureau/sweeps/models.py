"""Sweeps, the rules they used, what they found of each child, and the sums.

A sweep holds every child against every guarantee. Children of whom the same conditions are true, false and
unknown share a `Pattern`, and a pattern has one outcome per guarantee: so a verdict is kept once, however many
children it is of. A child's `Standing` is written only when its pattern or its place changed. The rows of a
child are its history, and a night in which nothing changed writes no more than its own row and the sums.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child


class Verdict(models.TextChoices):
    """What a sweep can say of a child and a guarantee.

    ``unknown``: it holds for the child, but whether it is kept is not known. ``unsure``: not known whether it
    holds for the child at all.
    """

    KEPT = "kept", _("已保障")
    EXCUSED = "excused", _("依法除外")
    GAP = "gap", _("缺口")
    UNKNOWN = "unknown", _("待核")
    UNSURE = "unsure", _("是否适用待核")
    OUTSIDE = "outside", _("不适用")


VERDICTS = tuple(Verdict.values)


class Rulebook(models.Model):
    """A rulebook as a sweep read it, by the hash of its bytes: old verdicts stay explainable."""

    hash = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=48)
    text = models.TextField()

    def __str__(self) -> str:
        """Its name and the beginning of its hash."""
        return f"{self.name} {self.hash[:12]}"


class Sweep(models.Model):
    """One sweep: of which day, knowing what was recorded until ``known_at``.

    ``rules`` is what the bits of its patterns mean (`rules.Rules.key`). ``broken`` is the kind of the error
    that ended it, never its text.
    """

    class Cause(models.TextChoices):
        """Why it was made."""

        LIST = "list", _("名单变了")
        NIGHT = "night", _("每夜")
        ASKED = "asked", _("有人要求")

    class State(models.TextChoices):
        """Where it stands."""

        RUNNING = "running", _("在算")
        DONE = "done", _("算完")
        FAILED = "failed", _("没算成")

    as_of = models.DateField()
    known_at = models.DateTimeField()
    cause = models.CharField(max_length=10, choices=Cause.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    rules = models.CharField(max_length=64, blank=True)
    rulebooks = models.ManyToManyField(Rulebook, related_name="sweeps")
    children = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    broken = models.CharField(max_length=60, blank=True)

    class Meta:
        """One at a time."""

        constraints = (
            models.UniqueConstraint(
                fields=("state",), condition=Q(state="running"), name="sweep_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("running", "done", "failed")), name="sweep_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(cause__in=("list", "night", "asked")), name="sweep_cause_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="running", finished_at__isnull=True)
                | Q(~Q(state="running"), finished_at__gte=F("started_at")),
                name="sweep_ends_after_it_began",
            ),
        )
        indexes = (models.Index(fields=("state", "as_of"), name="sweep_by_day"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"sweep {self.pk} of {self.as_of}"


class Pattern(models.Model):
    """Which conditions are true and which unknown, as hexadecimal words ``sig.unk.sig.unk``."""

    rules = models.CharField(max_length=64)
    signature = models.CharField(max_length=200)

    class Meta:
        """Each once."""

        constraints = (
            models.UniqueConstraint(fields=("rules", "signature"), name="pattern_is_one"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return self.signature


class Outcome(models.Model):
    """What a pattern means for one guarantee: the verdict, and the way that counted.

    ``place`` is where the guarantee is counted, ``case_kind`` the kind of case that a gap opens.
    """

    pattern = models.ForeignKey(Pattern, models.CASCADE, related_name="outcomes", db_index=False)
    guarantee = models.CharField(max_length=48)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    way = models.CharField(max_length=48, blank=True)
    case_kind = models.CharField(max_length=48)
    place = models.CharField(max_length=6)

    class Meta:
        """One verdict per guarantee."""

        constraints = (
            models.UniqueConstraint(fields=("pattern", "guarantee"), name="outcome_is_one"),
            models.CheckConstraint(
                condition=Q(verdict__in=VERDICTS), name="outcome_verdict_is_known"
            ),
            models.CheckConstraint(
                condition=Q(place__in=("home", "school")), name="outcome_place_is_known"
            ),
        )
        indexes = (models.Index(fields=("guarantee", "verdict"), name="outcome_by_verdict"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.guarantee}: {self.verdict} {self.way}".strip()


class Standing(models.Model):
    """How a child stood from one sweep to another (None: until now).

    ``home`` is the lowest place known, or whose list tells of the child; ``school`` the class or school of
    the roll.
    """

    child = models.ForeignKey(Child, models.PROTECT, related_name="standings")
    pattern = models.ForeignKey(Pattern, models.PROTECT, related_name="standings", db_index=False)
    home = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    school = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    since = models.ForeignKey(Sweep, models.PROTECT, related_name="+")
    until = models.ForeignKey(Sweep, models.PROTECT, null=True, related_name="+")

    class Meta:
        """A child stands in one way at a time."""

        constraints = (
            models.UniqueConstraint(
                fields=("child",), condition=Q(until__isnull=True), name="standing_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="standing_ends_after_it_began",
            ),
        )
        indexes = (
            models.Index(
                fields=("pattern",), condition=Q(until__isnull=True), name="standing_by_pattern"
            ),
            models.Index(
                fields=("home",), condition=Q(until__isnull=True), name="standing_by_home"
            ),
            models.Index(
                fields=("school",), condition=Q(until__isnull=True), name="standing_by_school"
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.child_id} since {self.since_id}"


class Tally(models.Model):
    """How many children of an organisation stand how with a guarantee, as one sweep found.

    A school or class counts its pupils, a township or village who lives there; from the county upwards each
    child counts once, where the guarantee is counted (its ``place``, or the other where that is not known).
    The six add up to the children of the organisation.
    """

    sweep = models.ForeignKey(Sweep, models.CASCADE, related_name="tallies", db_index=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    guarantee = models.CharField(max_length=48)
    kept = models.PositiveIntegerField(default=0)
    excused = models.PositiveIntegerField(default=0)
    gap = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    unsure = models.PositiveIntegerField(default=0)
    outside = models.PositiveIntegerField(default=0)

    class Meta:
        """Each once."""

        constraints = (
            models.UniqueConstraint(
                fields=("sweep", "organisation", "guarantee"), name="tally_is_one"
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.guarantee} at {self.organisation_id}"

    @property
    def universe(self) -> int:
        """For how many it holds."""
        return self.kept + self.excused + self.gap + self.unknown

    @property
    def owed(self) -> int:
        """Those for whom it must be kept: the universe less who is excused. Coverage is kept of these."""
        return self.kept + self.gap + self.unknown


class Night(models.Model):
    """What is done each night, once a day. ``broken`` names the parts that failed and the kind of error."""

    on = models.DateField(unique=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    broken = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        """For a shell."""
        return f"night of {self.on}"


class Held(models.Model):
    """Cases of a county that the last sweep did not open, since they were too many for no one to look first."""

    county = models.OneToOneField(Organisation, models.CASCADE, related_name="+")
    sweep = models.ForeignKey(Sweep, models.CASCADE, related_name="+")
    cases = models.PositiveIntegerField()

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.cases} cases of {self.county_id}"
