"""Getting in: lock-out after failed tries, and what allauth asks of us.

Ten failed tries for one name in fifteen minutes and the name is locked for that time, whether it exists
or not and whether the password is right or not, so nobody learns which names exist. Fifty from one
address lock the address, against one password tried on many names.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from notoneless import vault
from notoneless.bureau.accounts.models import LoginTry, User
from notoneless.bureau.accounts.queries import open_invitations
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.language import gettext_lazy as _

WINDOW = dt.timedelta(minutes=15)
TRIES_PER_NAME = 10
TRIES_PER_ADDRESS = 50

SET_UP = ("mfa_activate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes")
"""The pages on which a second factor is set up, one after the other."""

LOCKED = _("试的次数太多，请过15分钟再试，或请安全管理员重设密码")
WRONG = _("登录名或密码不对")


def locked(name_index: str, address_index: str) -> bool:
    """Are there, this try counted, too many of the last fifteen minutes for the name or the address?"""
    recent = LoginTry.objects.filter(at__gt=timezone.now() - WINDOW, succeeded=False)
    return (
        recent.filter(name_index=name_index).count() > TRIES_PER_NAME
        or recent.filter(address_index=address_index).count() > TRIES_PER_ADDRESS
    )


def indexes(request: HttpRequest, username: str) -> tuple[str, str]:
    """Fingerprints of the name typed and of the address: neither is kept in the clear."""
    address = request.META.get("REMOTE_ADDR", "")
    return vault.blind("login", username.strip().lower()), vault.blind("address", address)


def try_door(request: HttpRequest, door: str) -> LoginTry | None:
    """Count a try at a public page that asks for a code; None after ten wrong ones from the address.

    Counted before looking, so that tries made at once count too; who had the right code calls `let_in`.
    """
    index = vault.blind(door, request.META.get("REMOTE_ADDR", ""))
    tried = LoginTry.objects.create(name_index=index, address_index=index)
    if locked(index, index):
        tried.delete()
        return None
    return tried


def let_in(tried: LoginTry) -> None:
    """It was the right one: the try counts no longer."""
    LoginTry.objects.filter(pk=tried.pk).update(succeeded=True)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's questions, answered for a bureau: nobody signs up, wrong tries are counted."""

    error_messages = {  # noqa: RUF012 - allauth's own form
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "too_many_login_attempts": LOCKED,
        "account_inactive": WRONG,
        "incorrect_password": _("密码不对"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never: people are invited."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Count the try before looking at the password, so that tries made at once are counted too."""
        name, address = indexes(request, credentials.get("username") or "")
        tried = LoginTry.objects.create(name_index=name, address_index=address)
        if locked(name, address):
            tried.delete()  # else knocking on would keep the door shut for ever
            raise ValidationError(LOCKED, code="too_many_login_attempts")
        user: User | None = super().authenticate(request, **credentials)
        if user is None:
            _set_own_password(tried, credentials)
            _record_failure(name)
        else:
            LoginTry.objects.filter(pk=tried.pk).update(succeeded=True)
        return user

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Not again for setting up a second factor and its codes, right after logging in with all there is."""
        view = self.request.resolver_match
        if view and view.url_name in SET_UP and _just_logged_in(self.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **options))

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:  # noqa: ARG002
        """One sentence."""
        return _not_let_in(request)

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """Tell the log who came in."""
        _record(user, "user.logged_in")
        response: HttpResponse = super().post_login(request, user, **options)
        return response

    def logout(self, request: HttpRequest) -> None:
        """Tell the log who left."""
        if isinstance(request.user, User):
            _record(request.user, "user.logged_out")
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """Tell the log that the password changed."""
        super().set_password(user, password)
        _record(user, "user.password_changed")

    def add_message(self, *arguments: Any, **options: Any) -> None:
        """Pages say what happened by themselves; no messages that vanish."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address granian or the proxy gave (`web.middleware` has put it right)."""
        return str(request.META.get("REMOTE_ADDR", ""))


class OtherLoginAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Login by the bureau's own service: it says who it is, we say what they may do.

    Nobody gets an account by it: the name it gives must be that of a person who was invited. Of its
    answer only the subject's key is kept.
    """

    def is_open_for_signup(self, *_arguments: Any) -> bool:
        """Never: people are invited."""
        return False

    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> Any:
        """The service, which of its answer hands on the name only: allauth keeps all it is given."""
        found = super().get_provider(request, provider, client_id)
        found.extract_common_fields = lambda answer: {"username": _name_in(answer)}
        found.extract_extra_data = lambda _answer: {}
        found.extract_email_addresses = lambda _answer: []
        return found

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the person by the name the service gives; an unknown or inactive one reads a sentence."""
        if not sociallogin.is_existing:
            name = sociallogin.user.username.strip().lower()
            user = User.objects.filter(username=name, is_active=True).first() if name else None
            if user is None:
                raise ImmediateHttpResponse(_not_let_in(request))
            sociallogin.connect(request, user)
            _record(user, "user.other_login_linked")
        elif not sociallogin.user.is_active:
            raise ImmediateHttpResponse(_not_let_in(request))

    def on_authentication_error(self, request: HttpRequest, *_arguments: Any, **_more: Any) -> None:
        """Given up, or the service did not answer."""
        raise ImmediateHttpResponse(_not_let_in(request))


def _name_in(answer: dict[str, Any]) -> str:
    told = answer.get("userinfo") or answer.get("id_token") or answer
    return str(told.get(settings.OIDC.claim) or "") if settings.OIDC else ""


def _set_own_password(tried: LoginTry, credentials: dict[str, Any]) -> None:
    """Whoever typed a one-time password goes on to set their own; with it they log in."""
    one_time, name = str(credentials.get("password") or ""), str(credentials.get("username") or "")
    invited = open_invitations(one_time).filter(user__username=name.strip().lower())
    if invited.exists():
        LoginTry.objects.filter(pk=tried.pk).update(succeeded=True)
        raise ImmediateHttpResponse(redirect("accounts:accept", one_time))


def _not_let_in(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/not_let_in.html", status=403)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """The secrets of second factors are sealed like any personal value."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return vault.seal("mfa.authenticator.data", text).hex()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        return vault.open_sealed("mfa.authenticator.data", bytes.fromhex(encrypted_text))


@audit.action
def _record(user: User, verb: str) -> None:
    audit.record(user, verb, user)


@audit.action
def _record_failure(name_index: str) -> None:
    # What was typed as a name may be a password typed into the wrong field: its fingerprint only.
    audit.record(audit.SYSTEM, "user.login_failed", name=name_index)


def _just_logged_in(request: HttpRequest) -> bool:
    """Was the password given in this session just now, and the second factor given or set up, if there is one?"""
    since = timezone.now() - dt.timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    recent = {
        record["method"]
        for record in get_authentication_records(request, request.user)
        if record["at"] > since.timestamp()
    }
    if "password" not in recent:
        return False
    older = Authenticator.objects.filter(user=request.user, created_at__lte=since)
    return "mfa" in recent or not older.exists()


def has_second_factor(user: User) -> bool:
    """Has this person set up a second factor? Then no login is complete without it."""
    return bool(is_mfa_enabled(user))


def used_second_factor(request: HttpRequest) -> bool:
    """Was it used (or set up) in this session?"""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def stepped_up(request: HttpRequest) -> bool:
    """Did this person prove again who they are in the last five minutes?"""
    return bool(did_recently_reauthenticate(request))
