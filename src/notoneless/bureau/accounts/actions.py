"""The only writes of this app: organisations, people, roles, invitations."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Sequence

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from notoneless.bureau.accounts import faults, place_list
from notoneless.bureau.accounts.models import (
    Assignment,
    Invitation,
    Lineage,
    Organisation,
    SchoolCode,
    SchoolStage,
    User,
)
from notoneless.bureau.accounts.planting import plant
from notoneless.bureau.accounts.policy import ADMINISTRATORS, policy
from notoneless.bureau.accounts.queries import (
    assignments_in_force,
    changeable,
    fingerprint,
    open_invitations,
    reach,
    require,
)
from notoneless.bureau.accounts.tree import PARENTS, TOPS, hang, lock
from notoneless.bureau.audit import actions as audit
from notoneless.faults import Refusal
from notoneless.i18n import N_

VERBS = {
    "organisation.added": N_("增加机构"),
    "organisations.taken_in": N_("成批建机构"),
    "classes.made": N_("成批建班"),
    "organisation.renamed": N_("给机构改名"),
    "organisation.moved": N_("移动机构"),
    "organisation.closed": N_("撤销机构"),
    "school.code_set": N_("登记学校标识码"),
    "school.stages_set": N_("登记学校学段"),
    "user.invited": N_("邀请人员"),
    "user.invited_again": N_("重设密码"),
    "user.password_set": N_("设置密码"),
    "user.password_changed": N_("改密码"),
    "user.deactivated": N_("停用人员"),
    "user.reactivated": N_("恢复人员"),
    "user.logged_in": N_("登录"),
    "user.other_login_linked": N_("关联统一登录"),
    "user.logged_out": N_("退出"),
    "user.login_failed": N_("登录失败"),
    "role.granted": N_("授予角色"),
    "role.revoked": N_("收回角色"),
    "role.delegated": N_("委托角色"),
}
"""What this app's verbs mean in words, for the first page and the log."""

INVITATION_HOURS = 72
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""A one-time password can be read out on the phone: no 0 and O, no 1, I and L. Sixteen of these are 79 bits."""
LONGEST_DELEGATION_DAYS = 92


@audit.action
def begin(
    *,
    kind: str,
    place: str,
    code: str,
    username: str,
    name: str,
    places: Sequence[place_list.Line] = (),
) -> str:
    """The first organisation and the first security administrator; the token of their link.

    ``places`` is a list of what stands below. `Refusal` when there are people already: then it is they
    who invite; or when something of the list is wrong, and then nothing is begun.
    """
    if User.objects.exists():
        raise Refusal([faults.BEGUN_ALREADY.at()])
    top = add_organisation(by=audit.SYSTEM, kind=kind, name=place, code=code)
    user, token = invite(by=audit.SYSTEM, username=username, name=name)
    grant(by=audit.SYSTEM, user=user, role="security_admin", organisation=top)
    if places:
        take_in_places(by=audit.SYSTEM, lines=places)
    return token


# --- organisations ----------------------------------------------------------------------------------


@audit.action
def add_organisation(
    *,
    by: audit.Actor,
    kind: str,
    name: str,
    parent: Organisation | None = None,
    code: str = "",
    located_in: Organisation | None = None,
    valid_from: dt.date | None = None,
) -> Organisation:
    """Put a new organisation under its parent. `Refusal` when it cannot stand there or exists already."""
    require(by, "organisation.change", parent)
    _check_parent(kind, parent)
    new = Organisation(
        kind=kind,
        name=name.strip(),
        parent=parent,
        code=code.strip(),
        located_in=located_in,
        valid_from=valid_from,
    )
    _save_named(new)
    hang([new])
    audit.record(by, "organisation.added", new, organisation=new, kind=kind)
    return new


@audit.action
def take_in_places(*, by: User | audit.Actor, lines: Sequence[place_list.Line]) -> place_list.Plan:
    """Put up all that a list of places and schools names and the tree lacks; what was done.

    All or nothing: `Refusal` with every conflict. What stands already is left, so the same list again
    changes nothing; what lacks its code, its stages or its township gets them.
    """
    require(by, "organisation.change")
    mine = changeable(by)
    lock(mine.filter(kind__in=TOPS))
    plan = place_list.compare(lines, mine.filter(valid_to__isnull=True).exclude(kind="class"))
    if plan.faults:
        raise Refusal(plan.faults)
    try:
        with transaction.atomic():
            plant(plan, timezone.localdate())
    except IntegrityError:  # a code of another county, or somebody added one by hand just now
        raise Refusal([faults.PLACES_MEANWHILE.at()]) from None
    if plan.new or plan.completed:
        audit.record(
            by, "organisations.taken_in", added=len(plan.new), completed=len(plan.completed)
        )
    return plan


@audit.action
def change_classes(
    *,
    by: User | audit.Actor,
    names: Collection[tuple[int, str]],
    begins: dt.date,
    ended: Collection[int] = (),
) -> list[Organisation]:
    """End classes (keys) on the day before, and put up those of these schools (keys) and names that lack.

    Whoever does the same at the same time comes second and finds them there. Returns the new ones.
    """
    require(by, "class.change")
    schools = {school for school, _ in names}
    within = Organisation.objects.all()
    if isinstance(by, User):
        within = within.filter(pk__in=reach(by, "class.change"))
    mine = within.filter(kind="school", valid_to__isnull=True)
    lock(mine.filter(pk__in=schools))
    if not schools <= set(mine.values_list("pk", flat=True)):
        raise PermissionDenied
    classes = within.filter(kind="class", valid_to__isnull=True)
    gone = classes.filter(pk__in=ended).filter(
        Q(valid_from__isnull=True) | Q(valid_from__lt=begins)
    )
    closed = gone.update(valid_to=begins - dt.timedelta(days=1))
    there = set(classes.filter(parent__in=schools).values_list("parent", "name"))
    new = [
        Organisation(kind="class", name=name, parent_id=school, valid_from=begins)
        for school, name in sorted(set(names) - there)
    ]
    Organisation.objects.bulk_create(new)
    hang(new)
    if new or closed:
        where = next(iter(schools)) if len(schools) == 1 else None
        audit.record(by, "classes.made", organisation=where, added=len(new), ended=closed)
    return new


@audit.action
def rename_organisation(*, by: audit.Actor, organisation: Organisation, name: str) -> None:
    """Give it another name; the log keeps both, since the name of a place is nobody's secret."""
    require(by, "organisation.change", organisation)
    before, organisation.name = organisation.name, name.strip()
    _save_named(organisation)
    audit.record(
        by,
        "organisation.renamed",
        organisation,
        organisation=organisation,
        before=before,
        after=organisation.name,
    )


@audit.action
def move_organisation(*, by: audit.Actor, organisation: Organisation, parent: Organisation) -> None:
    """Hang it and everything below under another parent; rights follow at once."""
    require(by, "organisation.change", organisation)
    require(by, "organisation.change", parent)
    _check_parent(organisation.kind, parent)
    if Lineage.objects.filter(above=organisation, below=parent).exists():
        raise Refusal([faults.IN_A_CIRCLE.at(name=organisation.name)])
    below = list(Lineage.objects.filter(above=organisation).values_list("below", "depth"))
    keys = [key for key, _ in below]
    Lineage.objects.filter(below__in=keys).exclude(above__in=keys).delete()
    line = list(Lineage.objects.filter(below=parent).values_list("above", "depth"))
    Lineage.objects.bulk_create(
        Lineage(above_id=up, below_id=down, depth=up_depth + down_depth + 1)
        for up, up_depth in line
        for down, down_depth in below
    )
    before, organisation.parent = organisation.parent_id, parent
    _save_named(organisation)
    audit.record(
        by,
        "organisation.moved",
        organisation,
        organisation=organisation,
        before=before,
        after=parent.pk,
    )


@audit.action
def close_organisation(*, by: audit.Actor, organisation: Organisation, on: dt.date) -> None:
    """End it on a day (its last). `Refusal` while organisations below are open, classes excepted."""
    require(by, "organisation.change", organisation)
    still = organisation.children.filter(valid_to__isnull=True).exclude(kind="class").count()
    if still:
        raise Refusal([faults.STILL_IN_USE.at(name=organisation.name, count=still)])
    organisation.children.filter(kind="class", valid_to__isnull=True).update(valid_to=on)
    organisation.valid_to = on
    organisation.save(update_fields=("valid_to",))
    audit.record(by, "organisation.closed", organisation, organisation=organisation, on=on)


@audit.action
def set_school_code(
    *, by: audit.Actor, school: Organisation, code: str, valid_from: dt.date
) -> SchoolCode:
    """Give a school its code from a day on; the one before ends on the day before."""
    require(by, "organisation.change", school)
    school.school_codes.filter(valid_to__isnull=True).update(
        valid_to=valid_from - dt.timedelta(days=1)
    )
    try:
        with transaction.atomic():
            new = SchoolCode.objects.create(school=school, code=code.strip(), valid_from=valid_from)
    except IntegrityError:
        raise Refusal([faults.NAME_TAKEN.at(name=code)]) from None
    audit.record(by, "school.code_set", school, organisation=school, code=code)
    return new


@audit.action
def set_school_stages(
    *, by: audit.Actor, school: Organisation, stages: set[str], valid_from: dt.date
) -> None:
    """Say which stages a school teaches from a day on; those no longer taught end the day before."""
    require(by, "organisation.change", school)
    held = school.stages.filter(valid_to__isnull=True)
    held.exclude(stage__in=stages).update(valid_to=valid_from - dt.timedelta(days=1))
    new = stages - set(held.values_list("stage", flat=True))
    SchoolStage.objects.bulk_create(
        SchoolStage(school=school, stage=stage, valid_from=valid_from) for stage in sorted(new)
    )
    audit.record(by, "school.stages_set", school, organisation=school, stages=sorted(stages))


def _check_parent(kind: str, parent: Organisation | None) -> None:
    fits = kind in TOPS if parent is None else parent.kind in PARENTS.get(kind, ())
    if not fits:
        names = dict(Organisation.Kind.choices)
        raise Refusal(
            [
                faults.WRONG_PARENT.at(
                    kind=names.get(kind, kind), parent=names[parent.kind] if parent else "—"
                )
            ]
        )


def _save_named(organisation: Organisation) -> None:
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError:
        raise Refusal([faults.NAME_TAKEN.at(name=organisation.name)]) from None


# --- people -----------------------------------------------------------------------------------------


@audit.action
def invite(*, by: audit.Actor, username: str, name: str) -> tuple[User, str]:
    """Add a person of the bureau; the one-time password with which they set their own.

    It is typed at the login, or stands in a link (``/invitation/...``).
    """
    require(by, "user.change")
    user = User(username=username, name=name.strip())
    user.clean()
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Refusal([faults.USERNAME_TAKEN.at(name=user.username)]) from None
    audit.record(by, "user.invited", user)
    return user, _new_link(user)


@audit.action
def invite_again(*, by: audit.Actor, user: User) -> str:
    """A new one-time password (one's own is forgotten, the last ran out): the old ends, also sessions."""
    require(by, "user.change")
    user.set_unusable_password()
    user.save(update_fields=("password",))
    _end_sessions(user)
    audit.record(by, "user.invited_again", user)
    return _new_link(user)


def _new_link(user: User) -> str:
    now = timezone.now()
    user.invitations.filter(used_at__isnull=True).update(used_at=now)
    letters = [secrets.choice(LETTERS) for _ in range(16)]
    token = "-".join("".join(letters[at : at + 4]) for at in range(0, 16, 4))
    Invitation.objects.create(
        user=user,
        fingerprint=fingerprint(token),
        expires_at=now + dt.timedelta(hours=INVITATION_HOURS),
    )
    return token


@audit.action
def accept_invitation(*, token: str, password: str) -> User:
    """Set the password with a one-time password.

    `Refusal` when that is used or too old; `ValidationError` when the password is weak, and then the link stays.
    """
    found = open_invitations(token).select_for_update().first()
    if found is None:
        raise Refusal([faults.LINK_DEAD.at()])
    user = found.user
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=("password",))
    found.used_at = timezone.now()
    found.save(update_fields=("used_at",))
    audit.record(user, "user.password_set", user)
    return user


@audit.action
def deactivate(*, by: audit.Actor, user: User) -> None:
    """End a person's access at once: roles stop, sessions end. The name stays taken, for the log."""
    require(by, "user.change")
    if by.pk == user.pk:
        raise Refusal([faults.OWN_RIGHTS.at()])
    user.is_active = False
    user.save(update_fields=("is_active",))
    _end_sessions(user)
    audit.record(by, "user.deactivated", user)


@audit.action
def reactivate(*, by: audit.Actor, user: User) -> None:
    """Let a person in again, with the roles that were not revoked."""
    require(by, "user.change")
    user.is_active = True
    user.save(update_fields=("is_active",))
    audit.record(by, "user.reactivated", user)


def _end_sessions(user: User) -> None:
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


# --- roles ------------------------------------------------------------------------------------------


@audit.action
def grant(
    *,
    by: audit.Actor,
    user: User,
    role: str,
    organisation: Organisation,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> Assignment:
    """Give a person a role at an organisation.

    `Refusal` when the role does not belong there, is held already, would be given to oneself, or would
    join two administrators in one person.
    """
    require(by, "role.grant", organisation)
    if by.pk is not None and by.pk == user.pk:
        raise Refusal([faults.OWN_RIGHTS.at()])
    row = policy().roles[role]
    if organisation.kind not in row.at:
        raise Refusal(
            [faults.ROLE_NOT_HERE.at(role=row.text, kind=organisation.get_kind_display())]
        )
    new = Assignment(
        user=user,
        role=role,
        organisation=organisation,
        valid_from=valid_from or timezone.localdate(),
        valid_to=valid_to,
        granted_by_id=by.pk,
    )
    _save_assignment(new)
    audit.record(by, "role.granted", user, organisation=organisation, role=role, assignment=new.pk)
    return new


@audit.action
def revoke(*, by: audit.Actor, assignment: Assignment) -> None:
    """Take a role away at once, and what was delegated from it."""
    require(by, "role.grant", assignment.organisation)
    _revoke(by, assignment)


@audit.action
def end_delegation(*, by: User, assignment: Assignment) -> None:
    """Take back what one has delegated."""
    source = assignment.delegated_from
    if source is None or source.user_id != by.pk:
        require(by, "role.grant", assignment.organisation)
    _revoke(by, assignment)


def _revoke(by: audit.Actor, assignment: Assignment) -> None:
    now = timezone.now()
    assignment.delegations.filter(revoked_at__isnull=True).update(revoked_at=now)
    assignment.revoked_at = now
    assignment.save(update_fields=("revoked_at",))
    audit.record(
        by,
        "role.revoked",
        assignment.user,
        organisation=assignment.organisation,
        role=assignment.role,
        assignment=assignment.pk,
    )


@audit.action
def delegate(*, by: User, assignment: Assignment, to: User, until: dt.date) -> Assignment:
    """Lend one's own role to another person until a day (inclusive); it ends earlier with the role."""
    require(by, "role.delegate", assignment.organisation)
    today = timezone.localdate()
    own = assignments_in_force(by).filter(pk=assignment.pk, delegated_from__isnull=True).exists()
    in_time = today <= until <= today + dt.timedelta(days=LONGEST_DELEGATION_DAYS)
    if not own or not in_time or to.pk == by.pk or assignment.role in ADMINISTRATORS:
        raise Refusal([faults.DELEGATION_OUTSIDE.at(days=LONGEST_DELEGATION_DAYS)])
    new = Assignment(
        user=to,
        role=assignment.role,
        organisation=assignment.organisation,
        valid_from=today,
        valid_to=until,
        delegated_from=assignment,
        granted_by=by,
    )
    _save_assignment(new)
    audit.record(
        by,
        "role.delegated",
        to,
        organisation=assignment.organisation,
        role=assignment.role,
        assignment=new.pk,
        until=until,
    )
    return new


def _save_assignment(new: Assignment) -> None:
    today = timezone.localdate()
    Assignment.objects.filter(user=new.user, revoked_at__isnull=True, valid_to__lt=today).update(
        revoked_at=timezone.now()
    )  # what has run out no longer stands in the way
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError as broken:
        if "administrator" in str(broken) or _is_second_administrator(new):
            raise Refusal([faults.TWO_ADMINISTRATORS.at()]) from None
        text = policy().roles[new.role].text
        raise Refusal([faults.ROLE_HELD.at(role=text)]) from None


def _is_second_administrator(new: Assignment) -> bool:
    held = Assignment.objects.filter(
        user=new.user, role__in=ADMINISTRATORS, revoked_at__isnull=True
    )
    return new.role in ADMINISTRATORS and held.exclude(role=new.role).exists()
