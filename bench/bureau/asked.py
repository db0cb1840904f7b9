"""What people ask of many children: search, lists, facts."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from notoneless.bureau.accounts import actions as accounts
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people import queries
from notoneless.bureau.people.facts import facts
from notoneless.bureau.people.models import Child


def median(what: str, act: Callable[[], object], times: int = 7) -> None:
    """Print the median of some runs, in milliseconds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    print(f"{what:<46} {statistics.median(taken):8.1f} ms", flush=True)


def ask(county: Organisation, measured: Callable[[str], AbstractContextManager[None]]) -> None:
    """Time what an officer of the county asks."""
    user = User.objects.create(username=f"officer{time.time_ns()}", name="罗敏")
    accounts.grant(
        by=SYSTEM,
        user=user,
        role="county_officer",
        organisation=county,
        valid_from=dt.date(2020, 1, 1),
    )
    child = Child.objects.exclude(name="").order_by("pk")[1000]
    median("count of children in reach", lambda: queries.children(user).count())
    median("first 50 of the list", lambda: list(queries.children(user).order_by("pk")[:50]))
    median("search by name", lambda: list(queries.search(user, child.name)[:50]))
    median("search by initials", lambda: list(queries.search(user, child.initials)[:50]))
    identity = queries.standing_identity(child)
    assert identity is not None
    number = identity.id_number.reveal()
    median("search by ID number", lambda: list(queries.search(user, number)[:50]))
    with measured("facts of all children"):
        facts(on=dt.date(2026, 11, 2))
    with measured("facts of all children, as known on a day"):
        facts(on=dt.date(2026, 11, 2), known_on=dt.date(2027, 1, 1))
