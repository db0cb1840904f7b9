"""The invented county's own truth at 20,000 children: who is out of school is found, nobody is mixed up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from small_county import read

from notoneless import demo
from notoneless.check import Settings, check

CHILDREN = 20_000
SUSPECTED = {"suspected_no_place", "suspected_absent"}

Row = Mapping[str, str]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    made = demo.make_county(CHILDREN, 7)
    demo.write_lists(made, folder / "lists")
    demo.write_truth(made, folder / "truth")
    check(Settings(folder / "lists", folder / "result"))
    return folder


@pytest.fixture(scope="module")
def found(county: Path) -> list[tuple[Row, set[str]]]:
    """Each child of the result with the true children its rows are about."""
    whose: dict[tuple[str, str], set[str]] = {}
    for row in read(county / "truth" / "rows.csv"):
        whose.setdefault((row["file"], row["row"]), set()).add(row["child"])
    files = "|".join(sorted({re.escape(file) for file, _ in whose}, key=len, reverse=True))
    cited = re.compile(rf"({files})(?: \[.*?\])? 第(\d+)行")
    result = []
    for row in read(county / "result" / "children.csv"):
        cites = [whose[place] for place in cited.findall(row["evidence"]) if place in whose]
        # A household's row is about several children: whoever all rows have in common is meant.
        common = set.intersection(*cites) if cites else set()
        result.append((row, common if cites else {""}))
    return result


def truth(county: Path) -> Iterator[Row]:
    yield from read(county / "truth" / "children.csv")


def test_every_child_out_of_school_is_suspected(
    county: Path, found: list[tuple[Row, set[str]]]
) -> None:
    suspected = set().union(*(whose for row, whose in found if row["state"] in SUSPECTED))
    out = {row["child"] for row in truth(county) if row["truly_out_of_school"] == "true"}
    assert len(out) >= 20
    assert out - suspected == set()


def test_hardly_anybody_is_suspected_wrongly(
    county: Path, found: list[tuple[Row, set[str]]]
) -> None:
    out = {row["child"] for row in truth(county) if row["truly_out_of_school"] == "true"}
    wrongly = [row for row, whose in found if row["state"] in SUSPECTED and not whose & out]
    assert len(wrongly) < 0.005 * len(found)


def test_no_two_children_are_taken_for_one(found: list[tuple[Row, set[str]]]) -> None:
    mixed = [row["evidence"] for row, whose in found if not whose]
    assert mixed == []


def test_little_is_left_for_people_to_decide(
    county: Path, found: list[tuple[Row, set[str]]]
) -> None:
    assert len(read(county / "result" / "review.csv")) < 0.01 * len(found)


def test_the_findings_about_aid_are_true(county: Path, found: list[tuple[Row, set[str]]]) -> None:
    """What was owed, short, doubled or not owed is found, and nothing is invented.

    Children whose rows could not be joined are left out: their aid cannot be told (and is under 1 %).
    """
    plain = {
        row["id_number"]: next(iter(whose))
        for row, whose in found
        if len(whose) == 1 and row["id_number"]
    }
    true = {
        (row["child"], row["policy"]): row["finding"]
        for row in read(county / "truth" / "aid.csv")
        if row["term"] == "2026-autumn"
    }
    seen = {
        (plain[row["id_number"]], row["policy_id"]): row["verdict"]
        for row in read(county / "result" / "aid.csv")
        if row["id_number"] in plain and row["verdict"] != "needs_data"
    }
    faults = ("owed", "short", "paid_twice", "paid_not_owed")
    missed = [
        key for key, verdict in true.items() if verdict in faults and seen.get(key) != verdict
    ]
    invented = [
        key for key, verdict in seen.items() if verdict in faults and true.get(key) != verdict
    ]
    findings = sum(verdict in faults for verdict in true.values())
    assert findings > 50
    assert len(missed) <= 0.02 * findings, missed[:5]
    assert len(invented) <= 0.02 * findings, invented[:5]
