"""A program's way in: its token, how often it comes, its right, and a line in the log."""

from __future__ import annotations

import time
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, Value, When
from django.http import HttpRequest
from ninja.security import HttpBearer

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.api import actions, faults, queries
from notoneless.bureau.api.models import Token
from notoneless.faults import Refusal

MOST_PER_MINUTE = 120
"""Requests of one token: a list is many rows in one request, and people work on the same machine."""


class TooOften(Refusal):
    """More than `MOST_PER_MINUTE`; ``seconds`` until the next minute."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__([faults.TOO_OFTEN.at(most=MOST_PER_MINUTE, seconds=seconds)])


class Request(HttpRequest):
    """A request with a token: ``auth`` is that, ``user`` the program's own."""

    auth: Token
    user: User


class Bearer(HttpBearer):
    """Lets a request in, before anything else of it is read.

    Only the header says who asks, no cookie and no address. The request is counted and written down, and the
    right of ``rights`` (by the operation's name) is asked for: as the policy and the roles are now.
    """

    def __init__(self, rights: Mapping[str, str]) -> None:
        super().__init__()
        self._rights = rights

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """The token in force; None (401) for none, `PermissionDenied` without the right."""
        found = queries.in_force(token)
        if found is None:
            return None
        request.user = found.user
        match = request.resolver_match
        operation = (match.url_name if match else None) or ""
        _count(found)
        actions.used(by=found.user, token=found, operation=operation)
        if not may(found.user, self._rights[operation]):
            raise PermissionDenied
        return found


def _count(token: Token) -> None:
    """One more in this minute, in one statement, so that none of several at once is lost."""
    minute, seconds = divmod(int(time.time()), 60)
    same = When(minute=minute, then=F("used") + 1)
    Token.objects.filter(pk=token.pk).update(used=Case(same, default=Value(1)), minute=minute)
    if Token.objects.values_list("used", flat=True).get(pk=token.pk) > MOST_PER_MINUTE:
        raise TooOften(60 - seconds)
