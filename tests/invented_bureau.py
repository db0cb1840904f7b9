"""An invented bureau for tests: two counties, a person of every role, and the three everyone names.

The owner works in the county where things happen, the colleague there too with less or other rights, the
stranger in the next county: whatever is the owner's must answer the stranger like something missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.test import Client

PASSWORD = "correct horse battery"


@dataclass
class Bureau:
    """Organisations by a short name, people by their login name (the role's id)."""

    places: dict[str, object] = field(default_factory=dict)
    people: dict[str, object] = field(default_factory=dict)

    def __getitem__(self, name: str):
        return self.places.get(name) or self.people[name]


WHERE = {
    "class_teacher": "class",
    "roll_keeper": "school",
    "school_aid_officer": "school",
    "school_head": "school",
    "central_school_head": "school",
    "village_cadre": "village",
    "township_cadre": "township",
    "township_leader": "township",
    "county_officer": "county",
    "county_aid_officer": "county",
    "county_leader": "county",
    "city_officer": "city",
    "city_leader": "city",
    "auditor": "county",
    "system_admin": "city",
    "security_admin": "city",
    "audit_admin": "city",
}
"""Where each role of the policy is given in the invented bureau."""


def build() -> Bureau:
    """City 虚构市 with 甲县 (everything in it) and 乙县 (the strangers)."""
    from notoneless.bureau.accounts import actions
    from notoneless.bureau.accounts.models import Organisation, User
    from notoneless.bureau.audit.actions import SYSTEM

    bureau = Bureau()

    def place(key: str, kind: str, name: str, parent: str = "", **more) -> Organisation:
        above = bureau.places[parent] if parent else None
        bureau.places[key] = actions.add_organisation(
            by=SYSTEM, kind=kind, name=name, parent=above, **more
        )
        return bureau.places[key]

    place("city", "city", "虚构市", code="510000")
    for letter, prefix in (("甲", ""), ("乙", "other ")):
        place(prefix + "county", "county", f"{letter}县", "city")
        place(prefix + "township", "township", f"{letter}一镇", prefix + "county")
        place(prefix + "village", "village", f"{letter}一村", prefix + "township")
        place(
            prefix + "school",
            "school",
            f"{letter}县一小",
            prefix + "county",
            located_in=bureau.places[prefix + "township"],
        )
        place(prefix + "class", "class", "一年级1班", prefix + "school")
    place("sibling school", "school", "甲县二小", "county")
    place("sibling class", "class", "一年级2班", "school")

    def person(username: str, name: str, role: str, where: str) -> User:
        user = User(username=username, name=name)
        user.set_password(PASSWORD)
        user.save()
        actions.grant(
            by=SYSTEM,
            user=user,
            role=role,
            organisation=bureau.places[where],
            valid_from=dt.date(2020, 1, 1),
        )
        bureau.people[username] = user
        return user

    for role, where in WHERE.items():
        person(role, f"{role}甲", role, where)
        if where not in ("city",):
            person(f"{role}_乙", f"{role}乙", role, "other " + where)
    bureau.people["owner"] = bureau.people["county_officer"]
    bureau.people["colleague"] = bureau.people["township_cadre"]
    bureau.people["stranger"] = bureau.people["county_officer_乙"]
    return bureau


def second_factor(user) -> str:
    """Give a user a second factor; the secret, to make codes with."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def totp_code(secret: str) -> str:
    """The code that the phone would show now."""
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def logged_in(user, *, proved: bool = True) -> Client:
    """A browser in which this user is logged in, with the second factor where the role needs one.

    ``proved``: they also proved it again just now, as sensitive acts want.
    """
    import time

    from allauth.account.internal.flows.login import (
        _AUTHENTICATION_METHODS_USER_SESSION_KEY,
        AUTHENTICATION_METHODS_SESSION_KEY,
    )

    from notoneless.bureau.accounts.admission import has_second_factor
    from notoneless.bureau.accounts.queries import needs_second_factor

    if needs_second_factor(user) and not has_second_factor(user):
        second_factor(user)
    client = Client()
    client.force_login(user)
    if proved:
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "mfa", "at": time.time(), "reauthenticated": True}
        ]
        session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
        session.save()
    return client


@pytest.fixture
def bureau(db) -> Bureau:
    """The invented bureau, in a transaction that is rolled back."""
    return build()


@pytest.fixture
def real_bureau(transactional_db) -> Bureau:
    """The same in committed rows, for races and constraints at commit."""
    return build()


@pytest.fixture(autouse=True, scope="session")
def _append_only_gives_way_to_emptying() -> Iterator[None]:
    """Tests with real commits empty all tables afterwards; append-only tables would refuse that."""
    from django.db import connection
    from django.test import TransactionTestCase

    from notoneless.bureau import offers
    from notoneless.bureau.audit.models import Head
    from notoneless.bureau.ledger.models import Book

    emptying = TransactionTestCase._fixture_teardown

    def teardown(self) -> None:
        for guards in offers.found("append_only"):
            guards.drop(connection)
        emptying(self)
        for guards in offers.found("append_only"):
            guards.create(connection)
        Head.objects.get_or_create(id=1)
        Book.objects.get_or_create(id=1)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = emptying
