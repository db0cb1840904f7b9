"""Both counties of the invented bureau filled with objects of every app, and whose each object is.

Every key is one object's only: each table counts from a number of its own, so that an address asked with
a key can mean one thing. Every text of 甲县 holds the sign 甲, so that it is seen wherever it turns up.
`PAYLOADS` are names that would become markup or formulas if somebody forgot.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, models
from handed_in import work
from invented_bureau import Bureau, build
from invented_children import row, taken_in
from small_county import Child as Listed
from small_county import census

MONDAY = dt.date(2026, 11, 16)
PAYLOADS = (
    "{sign}<b data-injected>粗</b>",
    '{sign}"><img src=x data-injected onerror=alert(1)>',
    "{sign}<script data-injected>alert(1)</script>",
    "={sign}1+1",
    "+{sign}1",
    "-{sign}1",
    "@SUM({sign})",
    "\t={sign}1",
    "\r={sign}1",
    "＝{sign}1+1",
    '=HYPERLINK("http://evil.example","{sign}")',
    "{sign}' data-injected onclick='alert(1)",
    "{{{{ 7|add:7 }}}}{sign}",
)

Rows = dict[type[models.Model], set[int]]
"""Keys of rows by their model."""

Filled = tuple[Bureau, Rows, Rows]
"""The bureau, and what belongs to 甲县 and what to 乙县."""

NOT_YET = {
    "inspections",
    "ledger",
    "aid",
    "api",
    "placements",
    "portal",
    "recognition",
    "reports",
}
"""Apps that have no builder here so far."""


def ours() -> list[type[models.Model]]:
    """The models of our apps that have a number as their key."""
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith("notoneless.bureau")
        and isinstance(model._meta.pk, models.AutoField | models.BigAutoField)
    ]


def keys() -> Rows:
    """All there is now."""
    return {model: set(model._default_manager.values_list("pk", flat=True)) for model in ours()}


def names(sign: str) -> list[str]:
    """The payloads with the sign of a county in them."""
    return [payload.format(sign=sign) for payload in PAYLOADS]


def fill(folder: Path) -> Filled:
    """Build it all."""
    with connection.cursor() as cursor:
        for number, model in enumerate(apps.get_models(), 1):
            name = model._meta.db_table
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [name])
            cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [name, number * 100_000])
    bureau = build()
    begun = keys()
    for builder in BUILDERS.values():
        builder(bureau, "甲", "", folder / "甲")
    one = keys()
    for builder in BUILDERS.values():
        builder(bureau, "乙", "other ", folder / "乙")
    two = keys()
    first = {model: one[model] - begun[model] for model in one}
    second = {model: two[model] - one[model] for model in two}
    from notoneless.bureau.accounts.models import Assignment, Organisation, User

    for rows, sign in ((first, "甲"), (second, "乙")):
        rows[Organisation] |= set(
            Organisation.objects.filter(name__contains=sign).values_list("pk", flat=True)
        )
        people = User.objects.filter(name__endswith=sign)
        rows[User] |= set(people.values_list("pk", flat=True))
        theirs = Assignment.objects.filter(user__in=people)
        rows[Assignment] |= set(theirs.values_list("pk", flat=True))
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
            guardian_name=name,
            address=name,
        )

    rows = [told(number, name) for number, name in enumerate(names(sign), 1)]
    where: dict[str, Any] = {"organisation": bureau[prefix + "county"]}
    before = set(Child.objects.values_list("pk", flat=True))
    taken_in(bureau, rows, **where)
    children = list(Child.objects.exclude(pk__in=before).order_by("pk"))
    known = [{**one, "child": child.pk} for one, child in zip(rows, children, strict=True)]
    taken_in(bureau, known[:-2], "roll", **where)
    taken_in(bureau, known[:5], "poverty_relieved", **where)
    officer = bureau["county_officer" + ("_乙" if prefix else "")]
    actions.correct_identity(
        by=officer, child=children[0], reason=names(sign)[0], name=names(sign)[0] + "二"
    )
    twin = row(700 + bool(prefix), children[-1].name, id_number=None, township=f"{sign}一镇")
    twin["county"], twin["village"] = f"{sign}县", f"{sign}一村"
    before = set(Child.objects.values_list("pk", flat=True))
    taken_in(bureau, [*known, twin], "census", dt.date(2026, 10, 2), **where)
    [new] = Child.objects.exclude(pk__in=before)
    actions.merge(by=SYSTEM, child=new, into=children[-1], reason=names(sign)[1])


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


def fill_cases(bureau: Bureau, _sign: str, prefix: str, _folder: Path) -> None:
    """A case of a child who is not in class."""
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.cases import actions
    from notoneless.bureau.cases.openings import Opening
    from notoneless.bureau.people.models import Child

    child = Child.objects.filter(school=bureau[prefix + "school"]).first()
    child = child or Child.objects.filter(home=bureau[prefix + "village"]).first()
    assert child is not None
    opening = Opening(
        subject=child.pk, kind="absent", guarantee="in_class", source="sweep", on=MONDAY
    )
    actions.open_cases(by=SYSTEM, openings=[opening])


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
    """Days settled by the county, with a source."""
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.rules import actions

    actions.settle_days(
        by=SYSTEM,
        organisation=bureau[prefix + "county"],
        kind="holiday",
        first=dt.date(2026, 12, 7),
        last=dt.date(2026, 12, 7),
        name=names(sign)[0],
        source=names(sign)[2],
    )


def nothing(*_: object) -> None:
    """An app whose objects the bureau itself has (accounts), or that has none of its own."""


BUILDERS: dict[str, Callable[[Bureau, str, str, Path], None]] = {
    "accounts": nothing,
    "audit": nothing,
    "people": fill_people,
    "intake": fill_intake,
    "cases": fill_cases,
    "attendance": fill_attendance,
    "rules": fill_rules,
    "sweeps": fill_sweeps,
}
