"""Whatever lists come: the hard rules hold, and the order of rows does not matter."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from invented_lists import number, table

from notoneless.engines.duckdb import connect
from notoneless.identity import group, link
from notoneless.identity.normalise import ADULT_YEARS
from notoneless.rosters import id_number

BORN = ["20150102", "20150201", "20150103"]
CHILDREN = [number(born, sequence) for born in BORN for sequence in (12, 13)]
ADULTS = [number("19850607", 2), number("19880101", 4)]
WRONG = [text[:17] + ("1" if text[17] == "0" else "0") for text in CHILDREN[:3]] + [
    CHILDREN[0][:9] + CHILDREN[0][10:],
    CHILDREN[1][:14] + CHILDREN[1][15] + CHILDREN[1][14] + CHILDREN[1][16:],
    "无",
]

ROW = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["张伟", "张炜", "张子涵", "张子萱", "张子\ue123", "李伟", None]),
        "id_number": st.sampled_from([None, None, *CHILDREN, *WRONG, *ADULTS]),
        "birth_date": st.sampled_from([*BORN, *BORN, None]).map(
            lambda day: dt.date.fromisoformat(day) if day else None
        ),
        "sex": st.sampled_from(["M", "M", "M", "F", None]),
        "guardian_id": st.sampled_from([*ADULTS, None]),
        "township": st.sampled_from(["甲镇", "甲镇", "乙镇", None]),
        "village": st.sampled_from(["一村", "二村", None]),
    }
)
LIST = st.lists(ROW, max_size=7).map(lambda rows: [row | {"row": n} for n, row in enumerate(rows)])
QUICK = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def db():
    with connect() as opened:
        yield opened


def own_number(row: dict[str, Any]) -> str | None:
    """The number of the row's own child, told in plain Python: valid, no adult's, no guardian's."""
    text = row["id_number"]
    if id_number.state(text) != "valid" or text == row["guardian_id"]:
        return None
    inside = id_number.birth_date(text)
    assert inside
    if row["birth_date"] and row["birth_date"].year - inside.year >= ADULT_YEARS:
        return None
    return text


def violations(left: list[dict], right: list[dict], links: list[tuple[int, int]]) -> list[str]:
    """Which hard rules these links break."""
    found = []
    for row, times in Counter(pair[0] for pair in links).items():
        if times > 1:
            found.append(f"left row {row} is linked {times} times")
    partners: dict[int, set[str]] = {}
    namesakes = Counter((row["name"], row["birth_date"]) for row in left)
    others = Counter((row["name"], row["birth_date"]) for row in right)
    for at_left, at_right in links:
        one, two = left[at_left], right[at_right]
        numbers = {own_number(one), own_number(two)} - {None}
        partners.setdefault(at_right, set()).update(numbers)
        if len({own_number(one), own_number(two)} - {None}) == 2:
            found.append(f"{at_left}-{at_right}: two numbers")
        same_number = one["id_number"] == two["id_number"] is not None
        if not same_number and None in (own_number(one), own_number(two)):
            for row in (one, two):
                key = (row["name"], row["birth_date"])
                if namesakes[key] > 1 or others[key] > 1:
                    found.append(f"{at_left}-{at_right}: a namesake of the same day")
            if one["sex"] and two["sex"] and one["sex"] != two["sex"]:
                found.append(f"{at_left}-{at_right}: another sex")
            if {one["name"], two["name"]} == {"张子涵", "张子萱"}:
                found.append(f"{at_left}-{at_right}: two names")
    found += [f"right row {row} ties {len(n)} numbers" for row, n in partners.items() if len(n) > 1]
    return found


def links_of(db, left: list[dict], right: list[dict]) -> set[tuple]:
    links = link(db, table(db, "a", left), table(db, "b", right))
    return set(
        db.execute(f"SELECT left_row, right_row, decision, step FROM {links.table}").fetchall()
    )


@QUICK
@given(left=LIST, right=LIST, order=st.randoms(use_true_random=False))
def test_hard_rules_hold_in_any_order(db, left, right, order: random.Random) -> None:
    found = links_of(db, left, right)
    linked = [(one, two) for one, two, decision, _ in found if decision == "linked"]
    assert not violations(left, right, linked)
    assert links_of(db, order.sample(left, len(left)), order.sample(right, len(right))) == found


@QUICK
@given(rows=LIST)
def test_a_group_holds_one_number(db, rows) -> None:
    persons = dict(db.execute(f"FROM {group(db, table(db, 'c', rows)).table}").fetchall())
    assert set(persons) == {row["row"] for row in rows}
    for row, person in persons.items():
        assert person <= row
        assert persons[person] == person
    numbers: dict[int, set[str]] = {}
    for row in rows:
        if own_number(row):
            numbers.setdefault(persons[row["row"]], set()).add(own_number(row))
    assert all(len(held) == 1 for held in numbers.values())


def naive(left: list[dict], right: list[dict]) -> list[tuple[int, int]]:
    """What a week of VLOOKUP does: the number, else name and birth date, the first that fits."""
    found = []
    for one in left:
        for two in right:
            if one["id_number"] and one["id_number"] == two["id_number"]:
                found.append((one["row"], two["row"]))
                break
            if (
                one["name"]
                and one["name"] == two["name"]
                and one["birth_date"] == two["birth_date"]
            ):
                found.append((one["row"], two["row"]))
                break
    return found


def test_the_rules_would_catch_a_naive_matcher() -> None:
    """The property can fail: the naive matcher is caught within the same kind of lists."""
    caught = []

    @settings(QUICK, max_examples=200, phases=[Phase.generate], derandomize=True)
    @given(left=LIST, right=LIST)
    def run(left, right) -> None:
        caught.extend(violations(left, right, naive(left, right)))

    run()
    assert any("two numbers" in fault for fault in caught)
    assert any("namesake" in fault for fault in caught)
