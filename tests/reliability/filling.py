"""Both counties of the invented bureau filled with objects of every app, and whose each object is.

Every key is one object's only: each table counts from a number of its own, so that an address asked with
a key can mean one thing. Every text of 甲县 holds the sign 甲, so that it is seen wherever it turns up.
The texts are `payloads`: they would become markup or formulas if somebody forgot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from addressed import lines, where
from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from filling_programmes import (
    fill_aid,
    fill_api,
    fill_cases,
    fill_inspections,
    fill_ledger,
    fill_placements,
    fill_recognition,
    fill_reports,
    people,
)
from handed_in import work
from invented_bureau import Bureau, build
from invented_children import row, taken_in
from payloads import marked, names, said
from small_county import Child as Listed
from small_county import census

MONDAY = dt.date(2026, 11, 16)
Rows = dict[type[models.Model], set[int]]
"""Keys of rows by their model."""

Filled = tuple[Bureau, Rows, Rows]
"""The bureau, and what belongs to 甲县 and what to 乙县."""


def ours() -> list[type[models.Model]]:
    """The models of our apps that have a number as their key."""
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith("notoneless.bureau")
        and isinstance(model._meta.pk, models.IntegerField)
    ]


def keys() -> Rows:
    """All there is now."""
    return {model: set(model._default_manager.values_list("pk", flat=True)) for model in ours()}


def content(rows: Rows) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of these, whole; of people not when they were last here."""
    return {
        model._meta.label: [
            tuple(bytes(v) if isinstance(v, memoryview) else str(v) for v in row)
            for row in model._default_manager.filter(pk__in=found)
            .order_by("pk")
            .values_list(
                *(f.attname for f in model._meta.concrete_fields if f.name != "last_login")
            )
        ]
        for model, found in rows.items()
    }


def fill(folder: Path) -> Filled:
    """Build it all."""
    from notoneless.bureau.ledger.models import Book, Entry

    with connection.cursor() as cursor:
        for number, model in enumerate(apps.get_models(), 1):
            name = model._meta.db_table
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [name])
            cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [name, number * 100_000])
            if model is Entry:  # numbered by its book
                Book.objects.update(next=number * 100_000)
    bureau = build()
    begun = keys()
    for builder in BUILDERS.values():
        builder(bureau, "甲", "", folder / "甲")
    one = keys()
    for builder in BUILDERS.values():
        builder(bureau, "乙", "other ", folder / "乙")
    two = keys()
    second = {model: two[model] - one[model] for model in two}
    first = {model: (one[model] - begun[model]) & two[model] for model in two}
    # What one county's builder wrote about the other county's (a sweep of all) is the other's.
    line = lines()
    for model in two:
        stands = where(model, two[model])
        for rows, county in ((first, "county"), (second, "other county")):
            rows[model] -= set(stands)
            rows[model] |= {
                key
                for key, places in stands.items()
                if any(bureau[county].pk in line[place] for place in places)
            }
    return bureau, first, second


def fill_people(bureau: Bureau, sign: str, prefix: str, _folder: Path) -> None:
    """Children with everything known of them, an exemption, a correction, a merge."""
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.people import actions
    from notoneless.bureau.people.models import Child

    def told(number: int, name: str) -> dict[str, object]:
        return row(
            number + (500 if prefix else 0),
            name,
            county=f"{sign}县",
            township=f"{sign}一镇",
            village=f"{sign}一村",
            school=f"{sign}县一小",
            guardian_name=said(sign, "guardian"),
            address=said(sign, "address"),
            household_no=f"H{number}{sign}{marked('household')}",
            roll_number=f"G{number}{sign}{marked('roll_number')}",
            stage="primary",
        )

    rows = [told(number, name) for number, name in enumerate(names(sign + marked("child")), 1)]
    where: dict[str, Any] = {"organisation": bureau[prefix + "county"]}
    before = set(Child.objects.values_list("pk", flat=True))
    taken_in(bureau, rows, **where)
    children = list(Child.objects.exclude(pk__in=before).order_by("pk"))
    known = [{**one, "child": child.pk} for one, child in zip(rows, children, strict=True)]
    taken_in(bureau, known[:-2], "roll", **where)
    taken_in(bureau, known[:5], "poverty_relieved", **where, file=said(sign, "need"))
    officer = bureau["county_officer" + ("_乙" if prefix else "")]
    actions.correct_identity(
        by=officer,
        child=children[0],
        reason=said(sign, "correction"),
        name=names(sign + marked("child"))[0],
    )
    twin = row(700 + bool(prefix), children[-1].name, id_number=None, township=f"{sign}一镇")
    twin["county"], twin["village"] = f"{sign}县", f"{sign}一村"
    before = set(Child.objects.values_list("pk", flat=True))
    taken_in(bureau, [*known, twin], "census", dt.date(2026, 10, 2), **where)
    [new] = Child.objects.exclude(pk__in=before)
    actions.merge(by=SYSTEM, child=new, into=children[-1], reason=said(sign, "merge"))


def fill_intake(bureau: Bureau, sign: str, prefix: str, folder: Path) -> None:
    """A list that waits, one that is in, and a pair in doubt."""
    from notoneless.bureau.intake import actions

    officer = bureau["county_officer" + ("_乙" if prefix else "")]
    place = {"township": f"{sign}一镇", "school": f"{sign}县一小"}
    base = 400 if prefix else 100
    twins = [Listed(f"{sign}梓萱", no=base + n, **place) for n in (41, 77)]
    for number, who in enumerate(
        (
            [*twins],
            [Listed(f"{sign}梓萱", id_number=" ", **place)],
            [Listed(sign, no=base, **place)],
        )
    ):
        path = census(
            folder, who, f"户籍适龄儿童名单{sign}<b data-injected>2026.9.{number + 1}.csv"
        )
        upload, _ = actions.hand_in(
            by=officer,
            organisation=bureau[prefix + "county"],
            name=path.name,
            content=path.read_bytes(),
        )
        work()
        upload.refresh_from_db()
        if number < 2:
            actions.ask_to_take_in(by=officer, upload=upload)
            work()


def fill_sweeps(bureau: Bureau, _sign: str, prefix: str, _folder: Path) -> None:
    """How everybody stands; one sweep for all counties, at the end."""
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.sweeps import actions

    if prefix:
        actions.sweep(by=SYSTEM, on=dt.date(2026, 11, 20))


def fill_attendance(bureau: Bureau, _sign: str, prefix: str, _folder: Path) -> None:
    """A morning's roll-call with one absent."""
    from notoneless.bureau.attendance import actions
    from notoneless.bureau.attendance.roster import roster
    from notoneless.bureau.audit.actions import SYSTEM

    called = roster(bureau[prefix + "class"], MONDAY)
    absent = {called.expected[0].pk: ""}
    actions.call(
        by=SYSTEM,
        school_class=bureau[prefix + "class"],
        day=MONDAY,
        half="am",
        absent=absent,
    )


def fill_rules(bureau: Bureau, sign: str, prefix: str, _folder: Path) -> None:
    """Rules and days settled by the county, with a source; so few new cases that the sweep holds them back."""
    from notoneless.bureau.rules import actions

    where = {
        "by": people(bureau, prefix)["county_officer"],
        "organisation": bureau[prefix + "county"],
    }
    for key, value in (("cases.task_days", "7"), ("sweeps.most_new_cases", "0")):
        day = dt.date(2026, 9, 1)
        actions.settle(**where, key=key, value=value, valid_from=day, source=names(sign)[2])
    actions.settle_days(
        **where,
        kind="holiday",
        first=dt.date(2026, 12, 7),
        last=dt.date(2026, 12, 7),
        name=names(sign)[0],
        source=names(sign)[2],
    )


def fill_accounts(bureau: Bureau, sign: str, prefix: str, _folder: Path) -> None:
    """A role lent to somebody who has no other; organisations and people are the bureau's own."""
    from notoneless.bureau.accounts import actions
    from notoneless.bureau.accounts.models import User

    who = people(bureau, prefix)
    friend = User.objects.create(username=f"friend{sign}", name=names(sign)[0] + sign)
    own = who["county_officer"].assignments.get()
    until = timezone.localdate() + dt.timedelta(days=7)
    actions.delegate(by=who["county_officer"], assignment=own, to=friend, until=until)


def nothing(*_: object) -> None:
    """Of an app that every other one fills."""


BUILDERS: dict[str, Callable[[Bureau, str, str, Path], None]] = {
    "accounts": fill_accounts,
    "audit": nothing,
    "intake": fill_intake,
    "people": fill_people,
    "cases": fill_cases,
    "attendance": fill_attendance,
    "rules": fill_rules,
    "ledger": fill_ledger,
    "aid": fill_aid,
    "inspections": fill_inspections,
    "placements": fill_placements,
    "recognition": fill_recognition,
    "reports": fill_reports,
    "api": fill_api,
    "sweeps": fill_sweeps,
}
