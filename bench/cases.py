"""How long the pages of cases take with many: ``python -m bench.cases --cases 50000``.

A county of 60 townships and 469 schools, each of its cases opened by the real action, assigned on both lines.
Then the pages that people open all day, as a county officer, a school head, a township cadre, a village cadre
and a class teacher see them, through everything but the network. Runs in a data folder of its own; with
DATABASE_URL on PostgreSQL (an empty database). Nobody in it exists.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import random
import sys
import tempfile
from pathlib import Path

from bench.bureau.__main__ import SCHOOLS, measured
from bench.pages import median, person
from bench.people import FAMILY, GIVEN

TOWNSHIPS, VILLAGES, CLASSES = 60, 20, 10


def fill(cases: int) -> None:
    """The tree, a person for every post, the children, their cases."""
    from django.db.models import F
    from django.utils import timezone

    from notoneless.bureau.accounts import actions as accounts
    from notoneless.bureau.accounts.models import Assignment, Lineage, Organisation, User
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.cases import actions
    from notoneless.bureau.cases.openings import Opening
    from notoneless.bureau.people.models import Child

    rng = random.Random(7)
    today = timezone.localdate()
    city = accounts.add_organisation(by=SYSTEM, kind="city", name="虚构市")
    county = accounts.add_organisation(by=SYSTEM, kind="county", name="虚构县", parent=city)

    def below(kind: str, names: list[tuple[str, Organisation]]) -> list[Organisation]:
        made = Organisation.objects.bulk_create(
            [Organisation(kind=kind, name=name, parent=parent) for name, parent in names],
            batch_size=2000,
        )
        lines = []
        for one in made:
            above: Organisation | None = one
            depth = 0
            while above is not None:
                lines.append(Lineage(above=above, below=one, depth=depth))
                above, depth = above.parent, depth + 1
        Lineage.objects.bulk_create(lines, batch_size=2000)
        return made

    townships = below("township", [(f"第{n}镇", county) for n in range(TOWNSHIPS)])
    villages = below("village", [(f"{t.name}{n}村", t) for t in townships for n in range(VILLAGES)])
    schools = below("school", [(f"第{n}小学", county) for n in range(SCHOOLS)])
    classes = below("class", [(f"{n}班", s) for s in schools for n in range(CLASSES)])
    posts = [
        *((place, "village_cadre") for place in villages),
        *((place, "township_cadre") for place in townships),
        *((place, "class_teacher") for place in classes),
        *((place, "school_head") for place in schools),
        (county, "county_officer"),
    ]
    users = User.objects.bulk_create(
        [User(username=f"u{n}", name=f"人{n}", password="!") for n in range(len(posts))],
        batch_size=2000,
    )
    Assignment.objects.bulk_create(
        [
            Assignment(user=user, role=role, organisation=place, valid_from=dt.date(2020, 1, 1))
            for user, (place, role) in zip(users, posts, strict=True)
        ],
        batch_size=2000,
    )
    first = Child.objects.bulk_create(
        [
            Child(
                name=rng.choice(FAMILY) + "".join(rng.choices(GIVEN, k=2)),
                home=rng.choice(villages),
                school=rng.choice(classes),
                on_roll=True,
                in_register=True,
            )
            for _ in range(cases)
        ],
        batch_size=1000,
    )[0].pk
    Child.objects.filter(pk__gte=first).update(person=F("pk"))
    keys = list(Child.objects.values_list("pk", flat=True))
    days = [today - dt.timedelta(days=rng.randrange(60)) for _ in keys]
    with measured(f"open {cases:,} cases"):
        for lot in range(0, cases, 5_000):
            actions.open_cases(
                by=SYSTEM,
                openings=[
                    Opening(key, "absent", "in_class", "rollcall", day, since=day)
                    for key, day in list(zip(keys, days, strict=True))[lot : lot + 5_000]
                ],
            )
    with measured("the same once more"):
        actions.open_cases(
            by=SYSTEM,
            openings=[
                Opening(key, "absent", "in_class", "rollcall", day, since=day)
                for key, day in zip(keys[:5_000], days, strict=False)
            ],
        )
    with measured("a night: who is late climbs"):
        actions.climb(by=SYSTEM, on=today)


def ask(runs: int) -> None:
    """Ask for every page of cases that people open all day."""
    from django.utils import timezone

    from notoneless.bureau.accounts.models import Organisation

    places = {
        kind: Organisation.objects.filter(kind=kind).order_by("pk")[0]
        for kind in ("county", "township", "village", "school", "class")
    }

    officer = person("county_officer", "罗敏", places["county"])
    cadre = person("township_cadre", "方杰", places["township"])
    villager = person("village_cadre", "何平", places["village"])
    head = person("school_head", "程远", places["school"])
    teacher = person("class_teacher", "林芳", places["class"])
    today = timezone.localdate()
    from notoneless.bureau.cases.models import Case

    one = Case.objects.order_by("-pk").first()
    assert one is not None
    pages = [
        *((who, f"first page, {name}", "/") for who, name in (
            (officer, "county"), (cadre, "township"), (villager, "village"), (head, "school"),
            (teacher, "class"))),
        (officer, "cases of the county", "/cases"),
        (officer, "cases, page 500", "/cases?page=500"),
        (officer, "cases by number", "/cases?sort=number"),
        (officer, "cases, mine to work on", "/cases?whose=turn"),
        (officer, "cases, late", "/cases?whose=late"),
        (officer, "cases without a person", "/cases?whose=hole"),
        (officer, "cases, dropout", "/cases?state=persuading"),
        (cadre, "cases of a township", "/cases"),
        (cadre, "cases, mine to work on, township", "/cases?whose=turn"),
        (villager, "cases of a village", "/cases"),
        (villager, "doors of a village", "/cases/visits"),
        (teacher, "cases of a class", "/cases"),
        (officer, "one case", f"/cases/{one.pk}"),
        (officer, "ledger of suspected, county", f"/reports/ledgers/suspected?on={today}"),
        (officer, "ledger of dropouts, county", f"/reports/ledgers/dropout?on={today}"),
        (officer, "ledger of age, county", f"/reports/ledgers/of-age?on={today}"),
        (head, "ledger of suspected, school", "/reports/ledgers/suspected"),
    ]  # fmt: skip
    for client, what, path in pages:
        median(what, lambda client=client, path=path: client.get(path), runs)  # type: ignore[misc]


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--data", type=Path, help="a folder to keep, filled if it is new")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="notoneless-bench-") as thrown_away:
        folder = asked.data or Path(thrown_away)
        new = not folder.exists() or not any(folder.iterdir())
        os.environ["NOTONELESS_DATA"] = str(folder)
        from notoneless.bureau.web import server

        server.settle(folder)
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["testserver"]
        logging.getLogger("notoneless.request").setLevel(logging.WARNING)
        plain = (
            "django.contrib.staticfiles.storage.StaticFilesStorage"  # no release was packed here
        )
        settings.STORAGES["staticfiles"] = {"BACKEND": plain}
        database = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
        print(f"{asked.cases:,} cases on {database}, Python {sys.version.split()[0]}")
        if new:
            with measured("fill"):
                fill(asked.cases)
        ask(asked.runs)


if __name__ == "__main__":
    main()
