"""The only writes: tokens made and revoked, and each use of one noted."""

from __future__ import annotations

import datetime as dt
import secrets

from django.utils import timezone

from notoneless.bureau.accounts import actions as accounts
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.api import faults
from notoneless.bureau.api.models import Token, fingerprint
from notoneless.bureau.audit import actions as audit
from notoneless.faults import Refusal
from notoneless.i18n import N_, gettext

VERBS = {
    "token.made": N_("发接口令牌"),
    "token.revoked": N_("收回接口令牌"),
    "api.used": N_("程序用接口"),
}
"""What the verbs of this app mean."""

LONGEST_DAYS = 400
"""A year and a month: who renews it each year has time to do so."""

SIGN = "nol_"
"""What a token begins with, so that one that got into a file or a mail is recognised."""


@audit.action
def make_token(
    *,
    by: User | audit.Actor,
    purpose: str,
    role: str,
    organisation: Organisation,
    expires_on: dt.date,
) -> tuple[Token, str]:
    """A token for a program, and its text, which is shown once and kept nowhere.

    `Refusal` for a role that needs a second factor, one that does not belong there, or a date too far away.
    """
    require(by, "token.change", organisation)
    row = policy().roles[role]
    if row.needs_second_factor:
        raise Refusal([faults.ROLE_NOT_FOR_PROGRAMS.at(role=row.text)])
    today = timezone.localdate()
    if not today <= expires_on <= today + dt.timedelta(days=LONGEST_DAYS):
        raise Refusal([faults.LASTS_TOO_LONG.at(days=LONGEST_DAYS)])
    user = User(
        username=f"api-{secrets.token_hex(5)}",
        name=gettext("程序：{purpose}").format(purpose=purpose)[:60],
    )
    user.set_unusable_password()
    user.save()
    accounts.grant(by=by, user=user, role=role, organisation=organisation, valid_to=expires_on)
    secret = SIGN + secrets.token_urlsafe(32)
    new = Token.objects.create(
        purpose=purpose,
        user=user,
        role=role,
        organisation=organisation,
        fingerprint=fingerprint(secret),
        made_by_id=by.pk,
        expires_on=expires_on,
    )
    audit.record(by, "token.made", new, organisation=organisation, role=role, until=expires_on)
    return new, secret


@audit.action
def revoke_token(*, by: User | audit.Actor, token: Token) -> None:
    """End a token at once, and the role of its user. `Refusal` when that was done already."""
    require(by, "token.change", token.organisation)
    standing = Token.objects.filter(pk=token.pk, revoked_at__isnull=True)
    if not standing.update(revoked_at=timezone.now()):
        raise Refusal([faults.REVOKED_ALREADY.at()])
    for assignment in token.user.assignments.filter(revoked_at__isnull=True):
        accounts.revoke(by=by, assignment=assignment)
    audit.record(by, "token.revoked", token, organisation=token.organisation)


@audit.action
def used(*, by: User, token: Token, operation: str) -> None:
    """Note that a program asked something."""
    Token.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
    audit.record(by, "api.used", token, organisation=token.organisation, operation=operation)
