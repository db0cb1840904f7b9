"""Who comes first where there are fewer places than people."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child
from notoneless.bureau.publication import PublicNotice, PublicObjection


class Ranking(models.Model):
    """The candidates of a policy with a quota, at a place, in a school year: in order, and who is chosen.

    Who they are follows from the rules; the order from `rankings.toml`; another person publishes who is chosen,
    and after the notice confirms.
    """

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("填分")
        RANKED = "ranked", _("已排序，待公示")
        PUBLISHED = "published", _("公示中，期满确认")
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

    ``score`` is in hundredths; ``tier`` is "" for who is not chosen; ``struck`` when an objection was upheld.
    """

    ranking = models.ForeignKey(Ranking, models.CASCADE, related_name="candidates", db_index=False)
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    score = models.PositiveIntegerField(null=True)
    rank = models.PositiveIntegerField(null=True)
    tier = models.CharField(max_length=20, blank=True)
    why = models.CharField(max_length=300, blank=True)
    struck = models.BooleanField(default=False)

    class Meta:
        """Once; a rank is one's own."""

        constraints = (
            models.UniqueConstraint(fields=("ranking", "child"), name="ranked_once"),
            models.UniqueConstraint(
                fields=("ranking", "rank"),
                condition=Q(rank__isnull=False),
                name="ranked_rank_is_ones_own",
            ),
            models.CheckConstraint(
                condition=Q(struck=False) | Q(tier=""), name="ranked_struck_is_out"
            ),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.ranking_id}: {self.rank}"


class ChosenNotice(PublicNotice):
    """Who is chosen, in public: once for each time that the candidates were ranked."""

    ranking = models.ForeignKey(Ranking, models.PROTECT, related_name="notices")


class ChosenObjection(PublicObjection):
    """Somebody objects to a candidate who is chosen."""

    class Outcome(models.TextChoices):
        """What came of it."""

        OPEN = "", _("核实中")
        DISMISSED = "dismiss", _("不成立")
        UPHELD = "uphold", _("成立，不再候选")

    ranked = models.ForeignKey(Ranked, models.PROTECT, related_name="objections")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default="", blank=True)
