"""Organisations, schools' codes and stages, people of the bureau, their roles, how they got in."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from notoneless.bureau.accounts.policy import ADMINISTRATORS
from notoneless.bureau.language import gettext_lazy as _


def _from_to(prefix: str) -> models.CheckConstraint:
    """Nothing ends before it begins; the last day counts (``valid_to`` is inclusive)."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
        name=f"{prefix}_ends_after_it_begins",
    )


class Organisation(models.Model):
    """A place, a school or a class: one node of the tree that rights follow.

    A school stands under its county (a teaching point under its central school), and `located_in` says in
    which township or village it is. A class stands under its school for one school year.
    """

    class Kind(models.TextChoices):
        """The levels of the tree."""

        PROVINCE = "province", _("省")
        CITY = "city", _("市")
        COUNTY = "county", _("县（市、区）")
        TOWNSHIP = "township", _("乡镇（街道）")
        VILLAGE = "village", _("村（社区）")
        SCHOOL = "school", _("学校")
        CLASS = "class", _("班级")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=20, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    located_in = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="schools_here"
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        """One name for one open organisation under one parent; codes of places are unique."""

        constraints = (
            models.CheckConstraint(
                condition=Q(
                    kind__in=(
                        "province",
                        "city",
                        "county",
                        "township",
                        "village",
                        "school",
                        "class",
                    )
                ),
                name="organisation_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=False) | Q(kind__in=("province", "city", "county")),
                name="organisation_hangs_on_a_tree",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="organisation_is_not_its_own_parent",
            ),
            models.CheckConstraint(
                condition=Q(located_in__isnull=True) | Q(kind="school"),
                name="organisation_only_schools_are_located",
            ),
            models.UniqueConstraint(
                fields=("parent", "kind", "name"),
                condition=Q(valid_to__isnull=True),
                name="organisation_name_is_taken",
            ),
            models.UniqueConstraint(
                fields=("code",),
                condition=~Q(code="") & Q(valid_to__isnull=True),
                name="organisation_code_is_taken",
            ),
            _from_to("organisation"),
        )

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Lineage(models.Model):
    """Who stands above whom, each node also above itself (depth 0): rights are one join away.

    Kept by the actions of this app only; `queries.lineage_is_right` recomputes it.
    """

    above = models.ForeignKey(Organisation, models.CASCADE, related_name="down")
    below = models.ForeignKey(Organisation, models.CASCADE, related_name="up")
    depth = models.PositiveSmallIntegerField()

    class Meta:
        """Each pair once."""

        constraints = (
            models.UniqueConstraint(fields=("above", "below"), name="lineage_pair_once"),
            models.CheckConstraint(
                condition=Q(depth__gt=0, above__lt=F("below"))
                | Q(depth__gt=0, above__gt=F("below"))
                | Q(depth=0, above=F("below")),
                name="lineage_depth_0_is_itself",
            ),
        )
        indexes = (models.Index(fields=("below", "depth"), name="lineage_upwards"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.above_id} > {self.below_id}"


class SchoolCode(models.Model):
    """A school's national code for a time; mergers and moves bring a new one."""

    school = models.ForeignKey(Organisation, models.CASCADE, related_name="school_codes")
    code = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        """A code is one school's, a school has one code at a time."""

        constraints = (
            models.UniqueConstraint(
                fields=("code",), condition=Q(valid_to__isnull=True), name="school_code_is_taken"
            ),
            models.UniqueConstraint(
                fields=("school",), condition=Q(valid_to__isnull=True), name="school_has_one_code"
            ),
            _from_to("school_code"),
        )

    def __str__(self) -> str:
        """The code."""
        return self.code


class SchoolStage(models.Model):
    """A stage that a school teaches, for a time; a nine-year school has two."""

    class Stage(models.TextChoices):
        """As in the facts of the rulebook."""

        PRESCHOOL = "preschool", _("学前")
        PRIMARY = "primary", _("小学")
        JUNIOR = "junior", _("初中")
        SENIOR = "senior", _("普通高中")
        VOCATIONAL = "vocational", _("中等职业")

    school = models.ForeignKey(Organisation, models.CASCADE, related_name="stages")
    stage = models.CharField(max_length=12, choices=Stage.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        """Each stage once at a time."""

        constraints = (
            models.UniqueConstraint(
                fields=("school", "stage"),
                condition=Q(valid_to__isnull=True),
                name="school_stage_once",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=("preschool", "primary", "junior", "senior", "vocational")),
                name="school_stage_is_known",
            ),
            _from_to("school_stage"),
        )

    def __str__(self) -> str:
        """The stage's code."""
        return self.stage


class UserManager(BaseUserManager["User"]):
    """Finds users by their login name, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user of a login name."""
        return self.get(username=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person of the bureau who can log in. What they may do stands in their `Assignment`s only."""

    username = models.CharField(max_length=150)
    name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        """A login name is one person's for ever, so the audit log stays readable."""

        constraints = (
            models.UniqueConstraint(fields=("username",), name="user_name_is_taken"),
            models.CheckConstraint(condition=~Q(username=""), name="user_has_a_name"),
        )

    def __str__(self) -> str:
        """The person's name as shown on pages."""
        return self.name

    def clean(self) -> None:
        """Login names are kept in small letters."""
        super().clean()
        self.username = self.username.strip().lower()


class Assignment(models.Model):
    """A role of a person at an organisation, from a day to a day (inclusive) or until revoked.

    A delegated one points to the one it comes from: it has an end, and holds only while that holds.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=30)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="assignments")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    delegated_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="delegations"
    )
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Three administrators nobody holds together; no role twice; a delegation ends."""

        constraints = (
            models.UniqueConstraint(
                fields=("user",),
                condition=Q(role__in=ADMINISTRATORS, revoked_at__isnull=True),
                name="assignment_one_administrator_role",
            ),
            models.UniqueConstraint(
                fields=("user", "role", "organisation"),
                condition=Q(revoked_at__isnull=True),
                name="assignment_role_once",
            ),
            models.CheckConstraint(
                condition=Q(delegated_from__isnull=True) | Q(valid_to__isnull=False),
                name="assignment_delegation_ends",
            ),
            models.CheckConstraint(
                condition=Q(delegated_from__isnull=True) | ~Q(role__in=ADMINISTRATORS),
                name="assignment_administrators_are_not_delegated",
            ),
            _from_to("assignment"),
        )
        indexes = (models.Index(fields=("user", "role"), name="assignment_of_user"),)

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.user_id} {self.role} @{self.organisation_id}"


class Invitation(models.Model):
    """A link that lets a person set a password, once and for a time. Only its fingerprint is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    fingerprint = models.CharField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One open link per person, so that a new one ends the old."""

        constraints = (
            models.UniqueConstraint(fields=("fingerprint",), name="invitation_is_one"),
            models.UniqueConstraint(
                fields=("user",),
                condition=Q(used_at__isnull=True),
                name="invitation_one_open_per_user",
            ),
        )

    def __str__(self) -> str:
        """For a shell; never the link."""
        return f"invitation {self.pk}"


class LoginTry(models.Model):
    """A try to log in, by fingerprints of the name typed and of the address it came from."""

    name_index = models.CharField(max_length=32)
    address_index = models.CharField(max_length=32)
    at = models.DateTimeField(auto_now_add=True)
    succeeded = models.BooleanField(default=False)

    class Meta:
        """Counted by name and by address over the last minutes."""

        indexes = (
            models.Index(fields=("name_index", "at"), name="login_try_by_name"),
            models.Index(fields=("address_index", "at"), name="login_try_by_address"),
        )

    def __str__(self) -> str:
        """For a shell."""
        return f"{self.at} {'ok' if self.succeeded else 'failed'}"
