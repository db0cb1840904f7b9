"""Each child ends in one state; small folders in, a state and its reason out."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_county import Child, census, listed, read, roll, rollcall, write

from notoneless.check import Settings, check

HERE = [Child(f"王小{c}", no=n) for n, c in enumerate("一二三四五六七八", 1)]
"""Eight children of one class, so that a roll-call of it is a roll-call."""


def states(tmp_path: Path, **settings: object) -> dict[str, dict[str, str]]:
    lists = tmp_path / "lists"
    out = tmp_path / "out"
    check(Settings(lists, out, **settings))  # type: ignore[arg-type]
    return {row["name"]: row for row in read(out / "children.csv")}


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    return tmp_path / "lists"


def test_register_roll_and_rollcall(tmp_path: Path, lists: Path) -> None:
    unenrolled = Child("李不见", no=21)
    absent = Child("赵没来", no=22)
    unlisted = Child("钱没名", no=23)
    ill = Child("孙请假", no=24)
    census(lists, [*HERE, unenrolled, absent, unlisted, ill])
    roll(lists, [*HERE, absent, unlisted, ill])
    rollcall(lists, [*HERE, absent, ill], ["到课"] * 8 + ["旷课", "病假"])
    found = states(tmp_path)
    assert {row["state"] for name, row in found.items() if name.startswith("王")} == {"in_class"}
    assert found["李不见"]["state"] == "suspected_no_place"
    assert found["赵没来"]["state"] == "suspected_absent"
    assert found["钱没名"]["state"] == "suspected_absent"
    assert found["孙请假"]["state"] == "excused"
    assert "请假" in found["孙请假"]["reason"]
    assert found["赵没来"]["state_label"] == "疑似辍学"
    assert "2026-09-21" in found["赵没来"]["reason"]


def test_without_a_rollcall_the_roll_is_all_that_is_known(tmp_path: Path, lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    assert {row["state"] for row in states(tmp_path).values()} == {"on_roll"}


def test_without_a_roll_nobody_can_be_told(tmp_path: Path, lists: Path) -> None:
    census(lists, HERE)
    assert {row["state"] for row in states(tmp_path).values()} == {"unknown"}


def test_a_rollcall_speaks_for_the_schools_it_names_only(tmp_path: Path, lists: Path) -> None:
    there = [
        Child(f"陈小{c}", no=n, school="柳林镇中心小学") for n, c in enumerate("一二三四五六", 41)
    ]
    census(lists, [*HERE, *there])
    roll(lists, [*HERE, *there])
    rollcall(lists, HERE)
    found = states(tmp_path)
    assert {found[child.name]["state"] for child in there} == {"on_roll"}
    assert {found[child.name]["state"] for child in HERE} == {"in_class"}


def test_a_class_without_a_single_pupil_called_was_not_called(tmp_path: Path, lists: Path) -> None:
    other = [Child(f"陈小{c}", no=n, class_name="2班") for n, c in enumerate("一二三四五六", 41)]
    census(lists, [*HERE, *other])
    roll(lists, [*HERE, *other])
    rollcall(lists, HERE)
    assert {states(tmp_path)[child.name]["state"] for child in other} == {"on_roll"}


@pytest.mark.parametrize(
    ("file", "more", "state", "says"),
    [
        ("4-县外就读适龄儿童名单.csv", {"就读地": ["省外"]}, "elsewhere", "省外"),
        (
            "4-延缓入学审批名册.csv",
            {"情形": ["延缓入学"], "截止日期": ["2027-08-31"]},
            "excused",
            "延缓入学",
        ),
        (
            "4-休学审批名册.csv",
            {"情形": ["休学"], "截止日期": ["2026-09-01"]},
            "suspected_no_place",
            "2026-09-01",
        ),
        ("4-迁出死亡名单.csv", {"去向": ["死亡"]}, "gone", "死亡"),
        ("4-送教上门学生名册.csv", {}, "special", ""),
    ],
)
def test_a_list_that_clears(
    tmp_path: Path, lists: Path, file: str, more: dict[str, list[str]], state: str, says: str
) -> None:
    away = Child("李在外", no=31)
    census(lists, [*HERE, away])
    roll(lists, HERE)
    rollcall(lists, HERE)
    listed(lists, file, [away], more)
    found = states(tmp_path)["李在外"]
    assert (found["state"], says in found["reason"]) == (state, True)


def test_who_was_seen_in_class_is_in_class_whatever_else_a_list_says(
    tmp_path: Path, lists: Path
) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    rollcall(lists, HERE)
    listed(lists, "4-迁出死亡名单.csv", HERE[:1], {"去向": ["迁出"]})
    assert states(tmp_path)[HERE[0].name]["state"] == "in_class"


def test_a_record_that_was_closed_is_no_place(tmp_path: Path, lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE, states=["在读"] * 7 + ["转学(转出)"])
    rollcall(lists, HERE[:7])
    found = states(tmp_path)[HERE[7].name]
    assert found["state"] == "suspected_no_place"
    assert "转出" in found["reason"]


def test_a_child_nobody_can_be_told_from_is_a_data_problem(tmp_path: Path, lists: Path) -> None:
    nobody = Child("吴无日", id_number="5.10699E+17")
    path = census(lists, [*HERE, nobody])
    text = path.read_text(encoding="utf-8-sig").replace(str(nobody.birth_date), "")
    # Only this child's birth date is taken away: the others have the same day on purpose.
    lines = text.splitlines()
    kept = census(lists, HERE).read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\ufeff" + "\r\n".join([*kept, lines[-1]]) + "\r\n", encoding="utf-8")
    roll(lists, HERE)
    rollcall(lists, HERE)
    assert states(tmp_path)["吴无日"]["state"] == "data_problem"


def test_out_of_age_is_nobodys_gap(tmp_path: Path, lists: Path) -> None:
    census(lists, [*HERE, Child("周还小", born="20200901"), Child("郑刚好", born="20200831")])
    roll(lists, HERE)
    found = states(tmp_path)
    assert found["周还小"]["state"] == "excused"
    assert found["郑刚好"]["state"] == "suspected_no_place"


def test_a_missing_child_with_a_doubtful_pair_stays_suspected(tmp_path: Path, lists: Path) -> None:
    """Two namesakes born on one day, one on the roll without a number: nobody may clear the other."""
    one, two = Child("刘同名", no=51), Child("刘同名", no=52)
    census(lists, [*HERE, one, two])
    seen = Child("刘同名", no=51)
    seen.id_number = ""
    roll(lists, [*HERE, seen])
    out = tmp_path / "out"
    check(Settings(lists, out))
    namesakes = [row for row in read(out / "children.csv") if row["name"] == "刘同名"]
    missing = [row for row in namesakes if row["universe"] == "register"]
    assert [row["state"] for row in missing] == ["suspected_no_place"] * 2
    assert all("疑似同一人" in row["reason"] for row in missing)
    assert len(read(out / "review.csv")) == 2


def test_pupils_who_are_not_registered_here_are_counted_beside_the_register(
    tmp_path: Path, lists: Path
) -> None:
    guest = Child("何外来", no=61)
    census(lists, HERE)
    roll(lists, [*HERE, guest])
    rollcall(lists, HERE)
    found = states(tmp_path)
    assert (found["何外来"]["universe"], found["何外来"]["state"]) == ("roll", "suspected_absent")


def test_a_place_in_kindergarten_is_no_school_place(tmp_path: Path, lists: Path) -> None:
    small = Child("许还在园", born="20200302", grade="大班", class_name="", no=71)
    census(lists, [*HERE, small])
    roll(lists, HERE)
    listed(lists, "幼儿园学籍名册.csv", [small], {"学校名称": ["云溪镇幼儿园"], "学段": ["学前"]})
    found = states(tmp_path)["许还在园"]
    assert (found["state"], "幼儿园" in found["reason"]) == ("suspected_no_place", True)


def test_whereabouts_unknown_on_the_roll_clears_nobody(tmp_path: Path, lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE, states=["在读"] * 7 + ["下落不明"])
    found = states(tmp_path)[HERE[7].name]
    assert (found["state"], "下落不明" in found["reason"]) == ("suspected_no_place", True)


def test_the_last_change_on_the_national_sheet_is_the_state_since(
    tmp_path: Path, lists: Path
) -> None:
    census(lists, HERE)
    path = roll(lists, HERE, states=[""] * 6 + ["转学(转入)", "转学(转出)"])
    text = path.read_text(encoding="utf-8-sig").replace("学籍状态", "学籍变动情况")
    path.write_text("\ufeff" + text, encoding="utf-8")
    found = states(tmp_path)
    assert found[HERE[6].name]["state"] == "on_roll"
    assert found[HERE[7].name]["state"] == "suspected_no_place"


@pytest.mark.parametrize("mark", ["", "去向不明"])
def test_no_readable_mark_among_ticks_is_not_presence(
    tmp_path: Path, lists: Path, mark: str
) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    rollcall(lists, HERE, ["√"] * 7 + [mark])
    assert states(tmp_path)[HERE[7].name]["state"] == "suspected_absent"


def test_where_only_the_absent_are_marked_the_others_were_there(
    tmp_path: Path, lists: Path
) -> None:
    other = [Child(f"陈小{c}", no=n, class_name="2班") for n, c in enumerate("一二三四五六", 41)]
    census(lists, [*HERE, *other])
    roll(lists, [*HERE, *other])
    rollcall(lists, [*HERE, *other], [""] * 7 + ["旷课"] + ["√"] * 6)
    found = states(tmp_path)
    assert {found[child.name]["state"] for child in [*HERE[:7], *other]} == {"in_class"}
    assert found[HERE[7].name]["state"] == "suspected_absent"


def test_a_class_sheet_that_names_its_school_in_the_title_only(tmp_path: Path, lists: Path) -> None:
    census(lists, HERE)
    roll(lists, HERE)
    title = f"{HERE[0].school}{HERE[0].class_name}点名册"
    rows = [("姓名", "9.16到校"), *((c.name, "√") for c in HERE[:7]), (HERE[7].name, "")]
    write(lists / "点名册.csv", (title, ""), rows)
    found = states(tmp_path)
    assert {found[child.name]["state"] for child in HERE[:7]} == {"in_class"}
    assert found[HERE[7].name]["state"] == "suspected_absent"


def test_an_ended_list_is_no_ground_for_aid(tmp_path: Path, lists: Path) -> None:
    roll(lists, HERE)
    listed(lists, "脱贫户信息-继续享受政策.csv", HERE)
    listed(lists, "脱贫户信息-脱贫不享受政策.csv", HERE)
    states(tmp_path)
    owed = [row for row in read(tmp_path / "out" / "aid.csv") if row["verdict"] == "owed"]
    assert owed
    assert all("（继续享受政策）" in row["reason"] for row in owed)
    assert not any("不享受政策" in row["reason"] for row in owed)
