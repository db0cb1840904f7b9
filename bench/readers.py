"""A thousand readers of the public pages: ``python -m bench.readers --readers 1000 --within 60``.

Each reader comes at a moment of their own within so many seconds (0: all at the same moment), opens a page
over HTTP at the real server and, on the one with questions, answers them; half of them read "what is my child
owed", half the public notice of a school. Runs in a data folder of its own; with DATABASE_URL on PostgreSQL
(an empty database). Nobody in it exists.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import os
import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from bench.rollcall import CSRF, PORT, serving

ALLOWED_P95 = 2.0
QUESTIONS = {
    "learns": "junior",
    "age": "13",
    "boards": "yes",
    "known": "some",
    "lists": "rural_minimum",
    "csrfmiddlewaretoken": CSRF,
}
NAMES = 60
"""On the notice of a school."""


def notice() -> str:
    """A school with a notice of so many names that is up today; its random address."""
    from django.utils import timezone

    from notoneless.bureau.accounts import actions as accounts
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.people.models import Child
    from notoneless.bureau.recognition.models import Application, Notice, Round

    place = None
    for kind, name in (("county", "甲县"), ("school", "甲县一小"), ("class", "一年级1班")):
        place = accounts.add_organisation(by=SYSTEM, kind=kind, name=name, parent=place)
    assert place is not None
    now, school = timezone.now(), place.parent
    today = timezone.localdate()
    one = Round.objects.create(
        school=school, school_year=today.year, apply_until=today, opened_at=now
    )
    shown = Notice.objects.create(
        round=one, code="bench", first=today, last=today + dt.timedelta(days=5), opened_at=now
    )
    for number in range(NAMES):
        child = Child.objects.create(name=f"学生{number}", grade=1, class_name="1班", school=place)
        Child.objects.filter(pk=child.pk).update(person=child)
        Application.objects.create(
            child=child,
            school=school,
            seat=place,
            school_year=one.school_year,
            asked="special",
            channel="teacher",
            commitment="x",
            reason="x",
            guardian="x",
            contact="x",
            fingerprint=str(number),
            state="published",
            notice=shown,
            received_at=now,
        )
    return f"/open/notices/{shown.code}"


def read(begun: float, at: float, path: str) -> list[tuple[int, float]]:
    """What one reader gets, and in how many seconds."""
    time.sleep(max(0.0, begun + at - time.perf_counter()))
    headers = {"Cookie": f"csrftoken={CSRF}", "X-CSRFToken": CSRF}
    asks = [("GET", path, None)]
    if path == "/open/owed":
        asks.append(("POST", path, urlencode(QUESTIONS)))
    got = []
    for method, where, body in asks:
        since = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
        try:
            more = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
            connection.request(method, where, body, headers | more)
            answer = connection.getresponse()
            text = answer.read().decode()
            right = answer.status == 200 and ("1,500.00" in text or body is None)
            got.append((200 if right else answer.status or 1, time.perf_counter() - since))
        except OSError:
            got.append((0, time.perf_counter() - since))
        finally:
            connection.close()
    return got


def main() -> None:
    """Fill, serve, read, count; ends with 1 where a number was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--within", type=float, default=60.0, help="seconds in which they come")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="notoneless-bench-") as folder:
        os.environ["NOTONELESS_DATA"] = folder
        from notoneless.bureau.web import server

        server.settle(Path(folder))
        pages = ("/open/owed", notice())
        drawn = random.Random(1)
        moments = sorted(drawn.uniform(0, asked.within) for _ in range(asked.readers))
        with serving(), ThreadPoolExecutor(asked.readers) as pool:
            for page in pages:  # the first reader of all waits for the rules to be read
                read(time.perf_counter(), 0, page)
            begun = time.perf_counter()
            reading = [
                pool.submit(read, begun, at, pages[number % 2]) for number, at in enumerate(moments)
            ]
            answers = [one for each in reading for one in each.result()]
            wall = time.perf_counter() - begun
    took = sorted(seconds for _, seconds in answers)
    errors, p95 = sum(status != 200 for status, _ in answers), took[int(len(took) * 0.95)]
    database = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    print(
        f"{asked.readers:,} readers within {asked.within:.0f} s on {database}: {len(answers):,} answers in "
        f"{wall:.1f} s, median {statistics.median(took):.2f} s, p95 {p95:.2f} s, longest {took[-1]:.2f} s, "
        f"errors {errors}"
    )
    sys.exit(errors > 0 or p95 > ALLOWED_P95)


if __name__ == "__main__":
    main()
