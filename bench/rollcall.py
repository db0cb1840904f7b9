"""The morning's roll-call of a city, all at once: ``python -m bench.rollcall --pupils 450000``.

Every class teacher of 469 schools posts the roll-call of a class over HTTP to the real server, each with a
session of their own, and then all of it once more, which must change nothing. Runs in a data folder of its
own; with DATABASE_URL on PostgreSQL (an empty database). Nobody in it exists.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.bureau.__main__ import SCHOOLS, measured
from bench.people import FAMILY, GIVEN

CLASSES = 9_000
PORT = 8499
AT_ONCE = 48
"""Teachers whose request is on its way at the same moment."""
ALLOWED_SECONDS, ALLOWED_P95 = 600, 5.0
GRADES = "一二三四五六七八九"
CSRF = "c" * 32


@dataclass(frozen=True)
class Post:
    """One teacher's roll-call."""

    path: str
    session: str
    body: str


def main() -> None:
    """Fill, serve, post twice, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=45_000)
    parser.add_argument("--classes", type=int, default=0, help="as many pupils each as in the city")
    asked = parser.parse_args()
    classes = asked.classes or max(1, asked.pupils * CLASSES // 450_000)
    with tempfile.TemporaryDirectory(prefix="notoneless-bench-") as folder:
        os.environ["NOTONELESS_DATA"] = folder
        from notoneless.bureau.web import server

        server.settle(Path(folder))
        database = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
        print(f"{asked.pupils:,} pupils in {classes:,} classes on {database}")
        with measured("fill"):
            posts, expected = fill(asked.pupils, classes)
        failed = storm(posts, expected)
    sys.exit(failed)


def storm(posts: list[Post], expected: tuple[int, int]) -> int:
    """Post everything twice; how many of the numbers to reach were missed."""
    from django.utils import timezone

    from notoneless.bureau.attendance.models import Call, Mark

    day = timezone.localdate()
    failed = 0
    with serving():
        for name in ("first", "again"):
            begun = time.perf_counter()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                answers = [one for lot in pool.map(send, lots(posts)) for one in lot]
            wall = time.perf_counter() - begun
            took = sorted(seconds for _, seconds in answers)
            errors = sum(status != 200 for status, _ in answers)
            p95 = took[int(len(took) * 0.95)]
            calls = Call.objects.filter(day=day).count()
            marks = Mark.objects.filter(call__day=day).count()
            right = (calls, marks) == expected
            print(
                f"{name}: {len(answers):,} posts in {wall:.1f} s ({len(answers) / wall:.0f}/s), "
                f"median {statistics.median(took):.2f} s, p95 {p95:.2f} s, longest {took[-1]:.2f} s, "
                f"errors {errors}; calls {calls:,}, marks {marks:,} {'as expected' if right else 'WRONG'}",
                flush=True,
            )
            failed += errors > 0 or not right or wall > ALLOWED_SECONDS or p95 > ALLOWED_P95
    follow(day)
    return failed


def follow(day: dt.date) -> None:
    """What is asked when all have called."""
    from notoneless.bureau.accounts.models import User
    from notoneless.bureau.attendance import absences, facts, jobs, queries, sheet
    from notoneless.bureau.audit.actions import SYSTEM

    officer = User.objects.get(username="officer")
    with measured("facts of all children"):
        facts.facts(on=day)
    with measured("absences in a row, all"):
        runs = absences.absent_runs(SYSTEM, day)
    with measured(f"cases for the long ones of {len(runs):,}"):
        jobs.follow(day)
    with measured("the county's day by school"):
        rows = queries.school_days(officer, day, "am")
    print(f"    {queries.added_up(rows)}")
    with measured("first page's task of the county"):
        queries.uncalled(officer, day, "am")
    with measured("rate of the month, all classes"):
        sheet.rates([one.pk for one in queries.classes(officer)], day.replace(day=1), day)


def lots(posts: list[Post]) -> list[list[Post]]:
    """One lot per connection; teachers of a school are not beside each other."""
    return [posts[first::AT_ONCE] for first in range(AT_ONCE)]


def send(posts: list[Post]) -> list[tuple[int, float]]:
    """Post a lot over one connection; status and seconds of each."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    answers = []
    for one in posts:
        begun = time.perf_counter()
        try:
            connection.request(
                "POST",
                one.path,
                one.body,
                {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Cookie": f"session={one.session}; csrftoken={CSRF}",
                    "X-CSRFToken": CSRF,
                    "X-Outbox": "1",
                },
            )
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except OSError:
            connection.close()
            status = 0
        answers.append((status, time.perf_counter() - begun))
    connection.close()
    return answers


class serving:  # noqa: N801 - reads as a word in a with statement
    """The real server, as ``notoneless serve`` starts it, until the end of the block."""

    def __enter__(self) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "notoneless", "serve"),
                *("--port", str(PORT), "--data", os.environ["NOTONELESS_DATA"]),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(600):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise TimeoutError("the server did not start")

    def __exit__(self, *_error: object) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=30)


# --- what there is before ------------------------------------------------------------------------------


def fill(pupils: int, classes: int) -> tuple[list[Post], tuple[int, int]]:
    """A city of classes, pupils, teachers with a session, yesterday's roll-call; the posts of today.

    Written past the actions, in bulk; the posts go through all of it.
    """
    from django.db.models import F
    from django.utils import timezone

    from notoneless.bureau.accounts import actions as accounts
    from notoneless.bureau.accounts.models import Assignment, Lineage, Organisation, User
    from notoneless.bureau.attendance.models import Call, Mark
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.people.models import Child, Enrolment, Source
    from notoneless.bureau.rules import actions as rules

    rng = random.Random(7)
    today = timezone.localdate()
    now = timezone.now()
    city = accounts.add_organisation(by=SYSTEM, kind="city", name="虚构市")
    county = accounts.add_organisation(by=SYSTEM, kind="county", name="虚构县", parent=city)
    rules.settle_days(
        by=SYSTEM, organisation=city, kind="school", first=today - dt.timedelta(9), last=today,
        name="照常上课", source="测量用（虚构）",
    )  # fmt: skip
    schools = Organisation.objects.bulk_create(
        Organisation(kind="school", name=f"第{n}小学", parent=county) for n in range(SCHOOLS)
    )
    rooms = Organisation.objects.bulk_create(
        [
            Organisation(
                kind="class",
                name=f"{GRADES[n // SCHOOLS // 3 % 9]}年级{n // SCHOOLS + 1}班",
                parent=schools[n % SCHOOLS],
            )
            for n in range(classes)
        ],
        batch_size=2000,
    )
    Lineage.objects.bulk_create(
        [
            Lineage(above=above, below=below, depth=depth)
            for below in (*schools, *rooms)
            for depth, above in enumerate(line(below))
        ],
        batch_size=2000,
    )
    officer, *teachers = User.objects.bulk_create(
        [User(username="officer", name="罗敏", password="!")]
        + [User(username=f"teacher{n}", name=f"教师{n}", password="!") for n in range(classes)],
        batch_size=2000,
    )
    accounts.grant(
        by=SYSTEM, user=officer, role="county_officer", organisation=county,
        valid_from=dt.date(2020, 1, 1),
    )  # fmt: skip
    Assignment.objects.bulk_create(
        [
            Assignment(
                user=teacher,
                role="class_teacher",
                organisation=room,
                valid_from=dt.date(2020, 1, 1),
            )
            for teacher, room in zip(teachers, rooms, strict=True)
        ],
        batch_size=2000,
    )
    sessions = list(log_in(teachers))
    source = Source.objects.create(
        line="roll", organisation=county, file="虚构.xlsx", list_date=dt.date(2026, 9, 1),
        recorded_at=now,
    )  # fmt: skip
    keys: dict[int, list[int]] = {}
    for first in range(0, pupils, 20_000):
        numbers = range(first, min(first + 20_000, pupils))
        children = Child.objects.bulk_create(
            [
                Child(
                    name=rng.choice(FAMILY) + "".join(rng.choices(GIVEN, k=2)),
                    initials=f"p{n}",
                    school=rooms[n % classes],
                    grade=1,
                    stage="primary",
                    on_roll=True,
                )
                for n in numbers
            ],
            batch_size=1000,
        )
        Child.objects.filter(pk__gte=children[0].pk).update(person=F("pk"))
        for n, child in zip(numbers, children, strict=True):
            keys.setdefault(n % classes, []).append(child.pk)
        Enrolment.objects.bulk_create(
            [
                Enrolment(
                    child=child, line="roll", source=source, recorded_in=source, valid_from=source.list_date,
                    recorded_at=now, digest=f"{n:032}", school=rooms[n % classes], roll_state="enrolled",
                    stage="primary", grade=1,
                )
                for n, child in zip(numbers, children, strict=True)
            ],
            batch_size=1000,
        )  # fmt: skip
    yesterday = Call.objects.bulk_create(
        [
            Call(
                key=uuid.uuid4(), school_class=room, day=today - dt.timedelta(1), half="am", revision=1,
                expected=len(keys[n]), noted_at=now, at=now,
            )
            for n, room in enumerate(rooms)
        ],
        batch_size=1000,
    )  # fmt: skip
    lost = {n: keys[n][0] for n in range(classes) if rng.random() < 0.2}
    Mark.objects.bulk_create(
        [Mark(call=yesterday[n], child_id=child, state="absent") for n, child in lost.items()],
        batch_size=1000,
    )
    posts, marks = [], 0
    for n, room in enumerate(rooms):
        out = [child for child in keys[n][1:] if rng.random() < 0.012]
        body = [("day", str(today)), ("half", "am"), ("key", uuid.uuid4().hex)]
        body += [("noted", now.isoformat())]
        for child in out:
            body += [
                ("out", child),
                (f"why-{child}", rng.choice(("sick", "personal", "unreached"))),
            ]
        if n in lost:
            still = rng.random() < 0.5
            body += [(f"was-{lost[n]}", "out" if still else "here")]
            marks += still
        marks += len(out)
        posts.append(Post(f"/attendance/classes/{room.pk}", sessions[n], urlencode(body)))
    return posts, (classes, marks)


def line(organisation: Any) -> Iterator[Any]:
    """An organisation and everything above it."""
    while organisation is not None:
        yield organisation
        organisation = organisation.parent


def log_in(users: list[Any]) -> Iterator[str]:
    """Session keys, one per user: what a login writes, without the seconds of hashing a password."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    store = SessionStore()
    rows = []
    now = time.time()
    for n, user in enumerate(users):
        content = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            "begun": now,
            "used": now + 1500,  # filling takes a while
        }
        key = f"bench{n:027}"
        rows.append(
            Session(
                session_key=key,
                session_data=store.encode(content),
                expire_date=timezone.now() + dt.timedelta(hours=12),
            )
        )
        yield key
    Session.objects.bulk_create(rows, batch_size=1000)


if __name__ == "__main__":
    main()
