"""How long pages take: ``python -m bench.pages --data DIR``, where `bench.sweep --data DIR` has filled and swept.

Each page is asked for through everything but the network: middleware, rights, queries, template. Told is the
median of some runs, the first (which fills caches of rules and templates) left out. With DATABASE_URL on
PostgreSQL. As a county officer and as a class teacher; nobody in it exists.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import time
from pathlib import Path


def person(role: str, name: str, organisation: object) -> object:
    """Somebody with a role, logged in; the browser."""
    import datetime as dt

    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.test import Client

    from notoneless.bureau.accounts import actions as accounts
    from notoneless.bureau.accounts.models import User
    from notoneless.bureau.audit.actions import SYSTEM

    user = User.objects.create(username=f"{role}{time.time_ns()}", name=name)
    accounts.grant(
        by=SYSTEM, user=user, role=role, organisation=organisation, valid_from=dt.date(2020, 1, 1)
    )
    TOTP.activate(user, generate_totp_secret())  # leaders get in with a second factor only
    client = Client()
    client.force_login(user)
    return client


def median(what: str, act: object, runs: int) -> None:
    """Print the median of some runs, how long of it this process worked, and the slowest."""
    taken, busy = [], []
    for _ in range(runs + 1):
        begun, worked = time.perf_counter(), time.process_time()
        answer = act()  # type: ignore[operator]  # something to call
        taken.append((time.perf_counter() - begun) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        assert answer.status_code == 200, (what, answer.status_code)
    wall, cpu = statistics.median(taken[1:]), statistics.median(busy[1:])
    print(
        f"{what:<38} {wall:8.0f} ms, at work {cpu:6.0f} ms, most {max(taken[1:]):6.0f} ms",
        flush=True,
    )


def ask(runs: int) -> None:
    """Ask for every page that people open all day."""
    from notoneless.bureau.accounts.models import Organisation
    from notoneless.bureau.people.models import Child

    one = Organisation.objects.filter
    county, township = one(kind="county")[0], one(kind="township")[0]
    school, class_ = one(kind="school")[0], one(kind="class")[0]
    pupil = Child.objects.filter(school=class_).exclude(name="")[0]
    officer = person("county_officer", "罗敏", county)
    leader = person("city_leader", "程远", one(kind="city")[0])
    teacher = person("class_teacher", "林芳", class_)
    pages = [
        (officer, "first page, county", "/"),
        (teacher, "first page, class", "/"),
        (leader, "board, city by counties", "/board"),
        (officer, "board, county by townships", "/board"),
        (officer, "board, county by schools", "/board?by=school"),
        (officer, "board, a school by classes", f"/board?place={school.pk}"),
        (officer, "list: gaps of the county", "/board/school_place/gap"),
        (officer, "list: not in class", "/board/in_class/gap"),
        (officer, "list: of these poor", "/board/in_class/gap?among=registered_poor_place"),
        (officer, "list: unknown", "/board/all/unknown"),
        (officer, "list: everybody owed", "/board/school_place/owed"),
        (officer, "list: gaps of a township", f"/board/in_class/gap?place={township.pk}"),
        (officer, "list: a school", f"/board/in_class/owed?place={school.pk}"),
        (officer, "three comparisons, by school", "/comparisons?by=school"),
        (officer, "children", "/children"),
        (officer, "children of a school", f"/children?place={school.pk}"),
        (teacher, "children of a class", "/children"),
        (officer, "child", f"/children/{pupil.pk}"),
    ]
    searches = [
        (officer, "search by name", pupil.name),
        (officer, "search by family name", pupil.name[0]),
        (officer, "search by initials", pupil.initials),
        (officer, "search by school", school.name),
        (teacher, "search by name, in a class", pupil.name),
    ]
    for client, what, path in pages:
        median(what, lambda client=client, path=path: client.get(path), runs)
    for client, what, words in searches:
        median(what, lambda client=client, words=words: find(client, words), runs)


def find(client: object, words: str) -> object:
    """What is typed is posted, and the answer asked for: both count."""
    return client.post("/children/find", {"q": words}, follow=True)  # type: ignore[attr-defined]


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=7)
    asked = parser.parse_args()
    os.environ["NOTONELESS_DATA"] = str(asked.data)
    from notoneless.bureau.web import server

    server.settle(asked.data)
    from django.conf import settings

    from notoneless.bureau.people.models import Child

    settings.ALLOWED_HOSTS = ["testserver"]
    logging.getLogger("notoneless.request").setLevel(
        logging.WARNING
    )  # a line for each would hide the table
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"  # no release was packed here
    settings.STORAGES["staticfiles"] = {"BACKEND": plain}
    database = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    print(f"{Child.objects.count():,} children on {database}, Python {sys.version.split()[0]}")
    ask(asked.runs)


if __name__ == "__main__":
    main()
