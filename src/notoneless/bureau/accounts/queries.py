"""What others may ask of this app: what somebody may do, and where.

`reach` is how every app scopes its rows:

    Child.objects.filter(school__in=reach(by, "child.see"))

It is one subquery, asked anew each time: a right that is taken away is gone at the next request, also for
an export or a queued job.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import StrIndex, Substr
from django.utils import timezone

from notoneless import vault
from notoneless.bureau.accounts.models import Assignment, Invitation, Lineage, Organisation, User
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.audit import actions as audit

BY_GRADE = Case(
    When(kind="class", then=StrIndex(Value("一二三四五六七八九"), Substr("name", 1, 1))),
    default=0,
    output_field=IntegerField(),
)
"""Sorts classes by grade: in Unicode 三 stands before 二, and a school's head would look for it."""


def assignments_in_force(by: User, on: dt.date | None = None) -> QuerySet[Assignment]:
    """The roles a person has on a day (today).

    Those begun, not ended, not revoked and, when delegated, still in force for the one who delegated; none
    for who was deactivated.
    """
    day = on or timezone.localdate()
    return Assignment.objects.filter(
        _in_force("", day) & (Q(delegated_from__isnull=True) | _in_force("delegated_from__", day)),
        user_id=by.pk,
        user__is_active=True,
    )


def _in_force(prefix: str, day: dt.date) -> Q:
    condition = Q(**{f"{prefix}valid_from__lte": day}, **{f"{prefix}revoked_at__isnull": True})
    condition &= Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gte": day})
    if prefix:
        condition &= Q(**{f"{prefix}user__is_active": True})
    return condition


def reach(by: User, permission: str) -> QuerySet[Lineage, int]:
    """The keys of all organisations in which a person has a permission, as a subquery."""
    roles = policy().roles_with(permission)
    given = assignments_in_force(by).filter(role__in=roles)
    return Lineage.objects.filter(above__in=given.values("organisation")).values_list(
        "below", flat=True
    )


def may(by: User, permission: str, at: Organisation | int | None = None) -> bool:
    """Has this person the permission: anywhere, or, with ``at``, at this organisation?"""
    row = policy().permission(permission)
    if row.roles is None and at is None:
        return by.is_active
    if at is None:
        return assignments_in_force(by).filter(role__in=row.roles or ()).exists()
    key = at.pk if isinstance(at, Organisation) else at
    return reach(by, permission).filter(below=key).exists()


def grants(by: User, permission: str) -> frozenset[int]:
    """The assignments (their keys) in force that give a person this permission."""
    roles = policy().permission(permission).roles or ()
    return frozenset(assignments_in_force(by).filter(role__in=roles).values_list("pk", flat=True))


def permissions(by: User) -> frozenset[str]:
    """The ids of all permissions that a person has somewhere; for menus."""
    roles = set(assignments_in_force(by).values_list("role", flat=True))
    return frozenset(
        name
        for name, row in policy().permissions.items()
        if row.roles is None or not roles.isdisjoint(row.roles)
    )


def needs_second_factor(by: User) -> bool:
    """Does a role of this person ask for a second factor?"""
    roles = assignments_in_force(by).values_list("role", flat=True)
    return any(policy().roles[role].needs_second_factor for role in roles if role in policy().roles)


def organisations(by: User, kinds: Iterable[str] = ()) -> QuerySet[Organisation]:
    """The organisations that a person may see: those they work in and everything below, from the top."""
    found = Organisation.objects.filter(pk__in=reach(by, "organisation.see"))
    if kinds:
        found = found.filter(kind__in=tuple(kinds))
    return found.annotate(depth=Count("up")).order_by("depth", "kind", BY_GRADE, "name")


def changeable(by: User | audit.Actor) -> QuerySet[Organisation]:
    """The organisations that a person may add to, rename and close; for the system all."""
    found = Organisation.objects.all()
    if isinstance(by, User):
        found = found.filter(pk__in=reach(by, "organisation.change"))
    return found if isinstance(by, User) or by is audit.SYSTEM else found.none()


def above(organisation: Organisation) -> QuerySet[Organisation]:
    """The organisation's line upwards, the top first, itself last."""
    return Organisation.objects.filter(down__below=organisation).order_by("-down__depth")


def users(by: User) -> QuerySet[User]:
    """The people whom a security administrator looks after: assigned within reach, or nowhere yet."""
    here = reach(by, "user.see")
    seen = User.objects.filter(
        Q(assignments__organisation__in=here) | Q(assignments__isnull=True)
    ).distinct()
    return seen.order_by("name") if may(by, "user.see") else seen.none()


SOON = dt.timedelta(days=14)
"""A role that ends within this time is asked about."""


def late_guests(by: User) -> QuerySet[User]:
    """Who was invited, never logged in, and has no invitation that is still good."""
    never = users(by).filter(is_active=True, last_login=None, invitations__isnull=False)
    good = Invitation.objects.filter(used_at=None, expires_at__gt=timezone.now())
    used = Invitation.objects.filter(used_at__isnull=False)
    return never.exclude(pk__in=good.values("user")).exclude(pk__in=used.values("user"))


def ending(by: User, on: dt.date) -> QuerySet[User]:
    """Whose role ends within `SOON` after a day; one that was lent ends as it was meant to."""
    rows = Assignment.objects.filter(
        _in_force("", on),
        valid_to__lt=on + SOON,
        delegated_from=None,
        organisation__in=reach(by, "user.see"),
        user__is_active=True,
    )
    return users(by).filter(pk__in=rows.values("user"))


def lineage_is_right() -> bool:
    """Recompute the lineage from the parents and compare."""
    parents = dict(Organisation.objects.values_list("pk", "parent"))
    wanted = set()
    for below in parents:
        above_key: int | None = below
        depth = 0
        while above_key is not None:
            wanted.add((above_key, below, depth))
            above_key, depth = parents[above_key], depth + 1
    return wanted == set(Lineage.objects.values_list("above", "below", "depth"))


def require(by: User | audit.Actor, permission: str, at: Organisation | int | None = None) -> None:
    """Refuse an action (`PermissionDenied`) to who has not the permission there.

    The first line of an action; the view has asked already, but actions are also called by jobs, the API
    and other apps. The system itself may do everything.
    """
    if by is audit.SYSTEM:
        return
    if not isinstance(by, User) or not may(by, permission, at):
        raise PermissionDenied


def may_check(
    by: User | audit.Actor, permission: str, at: int, makers: Iterable[int | None]
) -> bool:
    """May this person check what others (keys of users) made: is it another one, with a right of their own?

    A role that a maker lent is the maker's, so it does not count; the system itself checks nothing.
    """
    others = {maker for maker in makers if maker is not None}
    if not isinstance(by, User) or by.pk in others:
        return False
    here = Lineage.objects.filter(below=at).values("above")
    own = assignments_in_force(by).filter(
        role__in=policy().roles_with(permission), organisation__in=here
    )
    return own.exclude(delegated_from__isnull=False, delegated_from__user__in=others).exists()


def delegated_by(by: User) -> QuerySet[Assignment]:
    """The roles that a person has lent and that are not taken back or over."""
    return Assignment.objects.filter(
        delegated_from__user_id=by.pk,
        revoked_at__isnull=True,
        valid_to__gte=timezone.localdate(),
    ).select_related("user", "organisation")


def fingerprint(one_time: str) -> str:
    """Of a one-time password, however it is typed: with or without its hyphens, in small letters."""
    return vault.blind("invitation", "".join(one_time.replace("-", " ").split()).upper())


def open_invitations(one_time: str) -> QuerySet[Invitation]:
    """The invitation with this one-time password, if it is neither used nor too old."""
    return Invitation.objects.filter(
        fingerprint=fingerprint(one_time),
        used_at__isnull=True,
        expires_at__gt=timezone.now(),
        user__is_active=True,
    )


def nobody_yet() -> bool:
    """Is this a new installation, without a single person?"""
    return not User.objects.exists()
