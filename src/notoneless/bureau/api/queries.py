"""What may be seen of tokens, and whose token one is."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.api.models import Token, fingerprint


def tokens(by: User) -> QuerySet[Token]:
    """The tokens of this security administrator's organisations, the newest first."""
    found = Token.objects.filter(organisation__in=reach(by, "token.change"))
    return found.select_related("organisation", "made_by").order_by("-pk")


def usable(token: Token) -> bool:
    """May it be used today?"""
    return token.revoked_at is None and token.expires_on >= timezone.localdate()


def in_force(secret: str) -> Token | None:
    """The token of a text, if it may be used today."""
    found = Token.objects.filter(
        fingerprint=fingerprint(secret),
        revoked_at__isnull=True,
        expires_on__gte=timezone.localdate(),
        user__is_active=True,
    )
    return found.select_related("user", "organisation").first()
