"""A small invented county held against its guarantees: gaps, excuses, unknowns, and people in need."""

from __future__ import annotations

import datetime as dt

import pytest
from invented_bureau import Bureau
from invented_children import row, taken_in

LAST_MONTH, TODAY = dt.date(2026, 10, 31), dt.date(2026, 11, 23)

CHILDREN = 24
NOT_ON_ROLL = (20, 21, 22)
ABSENT = (2, 5, 12)
POOR = (2, 3, 20)
DISABLED = (4, 21)


def _told(sequence: int, **more: object) -> dict[str, object]:
    """Children 1 to 12 of the first township and school, 13 to 24 of the second; all in grade 1."""
    first = sequence <= CHILDREN // 2
    return row(
        sequence,
        f"童{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥春夏'[sequence - 1]}",
        sex="MF"[sequence % 2],
        township="甲一镇" if first else "甲二镇",
        village="甲一村" if first else "甲二村",
        school="甲县一小" if first else "甲县二小",
        class_name="1班" if sequence % 2 else "2班",
        **more,
    )


def judge(bureau: Bureau) -> None:
    """Lists of September to November, and a sweep at the end of last month and today.

    The second school was not called; the list of disabled people covers the first township only; so some are
    unknown, and of some it is not known whether the guarantee holds for them. One has an excuse.
    """
    from notoneless.bureau.accounts import actions as accounts
    from notoneless.bureau.audit.actions import SYSTEM
    from notoneless.bureau.people.models import Child
    from notoneless.bureau.sweeps import actions

    def add(kind: str, name: str, parent: str, key: str) -> None:
        bureau.places[key] = accounts.add_organisation(
            by=SYSTEM, kind=kind, name=name, parent=bureau[parent]
        )

    add("township", "甲二镇", "county", "second township")
    add("village", "甲二村", "second township", "second village")
    add("class", "一年级1班", "sibling school", "third class")
    every = range(1, CHILDREN + 1)
    taken_in(bureau, [_told(n) for n in every])
    keys = dict(Child.objects.values_list("name", "pk"))

    def known(sequence: int, **more: object) -> dict[str, object]:
        told = _told(sequence, **more)
        return {**told, "child": keys[told["name"]]}

    on_roll = [n for n in every if n not in NOT_ON_ROLL]
    taken_in(bureau, [known(n) for n in on_roll], "roll")
    for line, some in (
        ("poverty_relieved", POOR),
        ("monitored", ()),
        ("poverty_relieved_ended", ()),
    ):
        people = [{"row": n, "child": known(n)["child"], "name": known(n)["name"]} for n in some]
        taken_in(bureau, people, line)
    taken_in(
        bureau,
        [{"row": n, "child": known(n)["child"], "name": known(n)["name"]} for n in DISABLED],
        "disabled",
        whole=False,
        covers=(bureau["township"],),
    )
    taken_in(
        bureau,
        [{"row": 3, "child": known(22)["child"], "name": known(22)["name"], "excuse": "deferred",
          "excuse_until": dt.date(2027, 8, 31), "document": "甲教〔2026〕7号"}],
        "excused",
    )  # fmt: skip

    def called(day: dt.date, absent: tuple[int, ...]) -> None:
        here = [n for n in on_roll if n <= CHILDREN // 2]
        taken_in(
            bureau,
            [known(n, attendance="absent" if n in absent else "present") for n in here],
            "rollcall",
            day,
            whole=False,
            covers=(bureau["school"],),
        )

    called(dt.date(2026, 10, 30), ABSENT[:1])
    actions.sweep(by=SYSTEM, on=LAST_MONTH)
    called(dt.date(2026, 11, 20), ABSENT)
    actions.sweep(by=SYSTEM, on=TODAY)


@pytest.fixture
def judged(bureau: Bureau) -> Bureau:
    """The invented bureau after two sweeps, in a transaction that is rolled back."""
    judge(bureau)
    return bureau


@pytest.fixture
def really_judged(real_bureau: Bureau) -> Bureau:
    """The same in committed rows, for a server that runs beside."""
    judge(real_bureau)
    return real_bureau
