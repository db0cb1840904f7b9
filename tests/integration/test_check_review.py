"""Answers of people come back and stand; two runs can be compared."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from small_county import Child, census, read, roll, rollcall

from notoneless.check import Settings, check
from notoneless.faults import Refusal

HERE = [Child(f"王小{c}", no=n) for n, c in enumerate("一二三四五六七八", 1)]


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """Two namesakes born on one day in the register, one of them on the roll without a number."""
    folder = tmp_path / "lists"
    one, two = Child("刘同名", no=51), Child("刘同名", no=52)
    seen = Child("刘同名", no=51)
    seen.id_number = ""
    census(folder, [*HERE, one, two])
    roll(folder, [*HERE, seen])
    return folder


def answer(review: Path, answers: dict[str, str], out: Path) -> Path:
    rows = read(review)
    for row in rows:
        right = row["right_id"] or row["left_id"]
        row["answer"] = answers.get(right, "")
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return out


def test_an_answer_links_the_right_child_and_frees_the_other(lists: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    check(Settings(lists, out))
    first, second = Child("刘同名", no=51).id_number, Child("刘同名", no=52).id_number
    answers = answer(out / "review.csv", {first: "same", second: "不同"}, tmp_path / "answers.csv")
    check(Settings(lists, out, decisions=answers))
    found = {row["id_number"]: row for row in read(out / "children.csv")}
    assert found[first]["state"] == "on_roll"
    assert "由人判定" in found[first]["evidence"]
    assert found[second]["state"] == "suspected_no_place"
    assert "疑似" not in found[second]["reason"]
    assert read(out / "review.csv") == []


def test_an_answer_stands_in_next_months_lists(lists: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    check(Settings(lists, out))
    answers = answer(
        out / "review.csv",
        {Child("刘同名", no=51).id_number: "same", Child("刘同名", no=52).id_number: "different"},
        tmp_path / "answers.csv",
    )
    newcomer = Child("新来的", no=90)
    with next(lists.glob("1-*")).open("a", encoding="utf-8") as file:
        file.write(f"11,云溪镇,{newcomer.name},男,{newcomer.id_number},{newcomer.birth_date}\r\n")
    check(Settings(lists, out, decisions=answers))
    assert read(out / "review.csv") == []


def test_an_answer_nobody_understands_is_named_with_its_row(lists: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    check(Settings(lists, out))
    first = Child("刘同名", no=51).id_number
    answers = answer(out / "review.csv", {first: "大概是"}, tmp_path / "answers.csv")
    with pytest.raises(Refusal, match="C014"):
        check(Settings(lists, out, decisions=answers))
    with pytest.raises(Refusal, match="C015"):
        check(Settings(lists, out, decisions=out / "children.csv"))


def test_new_resolved_and_still_open(tmp_path: Path) -> None:
    lists, before, after = tmp_path / "lists", tmp_path / "before", tmp_path / "after"
    found, lost, missing = Child("已找到", no=31), Child("新不见", no=32), Child("还不见", no=33)
    census(lists, [*HERE, found, lost, missing])
    roll(lists, [*HERE, lost])
    rollcall(lists, [*HERE, lost])
    check(Settings(lists, before))
    roll(lists, [*HERE, lost, found])
    rollcall(lists, [*HERE, found])
    check(Settings(lists, after, previous=before))
    changes = {row["name"]: row["change"] for row in read(after / "changes.csv")}
    assert changes == {"已找到": "resolved", "新不见": "new", "还不见": "open"}


def test_a_masked_result_cannot_be_compared_with(tmp_path: Path) -> None:
    lists = tmp_path / "lists"
    census(lists, [*HERE, Child("还不见", no=33)])
    roll(lists, HERE)
    check(Settings(lists, tmp_path / "before", mask=True))
    with pytest.raises(Refusal, match="C020"):
        check(Settings(lists, tmp_path / "after", previous=tmp_path / "before"))
    with pytest.raises(Refusal, match="C016"):
        check(Settings(lists, tmp_path / "after", previous=lists))
