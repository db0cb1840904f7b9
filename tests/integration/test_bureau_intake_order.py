"""Lists in any order come to the same; a roll-call without ID numbers is joined as a check joins it."""

from __future__ import annotations

from pathlib import Path

import pytest
from handed_in import children, work
from invented_bureau import Bureau
from small_county import Child as Written
from small_county import census, roll, write

from notoneless.bureau.intake import actions, jobs, waits
from notoneless.bureau.intake.models import Upload
from notoneless.bureau.people.models import Child, Circumstance, RollCall
from notoneless.check import seats

pytestmark = pytest.mark.django_db

POOR = "1-脱贫户信息_20260902-继续享受政策.csv"
CALL = "3-在校点名册2026.9.21.csv"


def poor(folder: Path, who: list[Written]) -> Path:
    return write(folder / POOR, ("姓名", "身份证号"), [(one.name, one.id_number) for one in who])


def call(folder: Path, who: list[Written], marks: list[str]) -> Path:
    """A roll-call as schools keep it: no ID numbers."""
    rows = [
        (one.school, one.grade, one.class_name, one.name, mark)
        for one, mark in zip(who, marks, strict=True)
    ]
    return write(folder / CALL, ("学校", "年级", "班级", "姓名", "到课情况"), rows)


def hand_in(bureau: Bureau, path: Path) -> Upload:
    upload, _ = actions.hand_in(
        by=bureau["owner"],
        organisation=bureau["county"],
        name=path.name,
        content=path.read_bytes(),
    )
    work()
    upload.refresh_from_db()
    assert upload.state == "read", upload.changes
    return upload


def take_in(bureau: Bureau, upload: Upload) -> None:
    actions.ask_to_take_in(by=bureau["owner"], upload=upload)
    work()
    upload.refresh_from_db()
    assert upload.state == "committed", upload.changes


def what_is_known() -> dict[str, set[str]]:
    """Of each child by name: who is poor, who was there."""
    standing = {"retracted_at__isnull": True, "valid_to__isnull": True}
    known: dict[str, set[str]] = {
        name: set() for name in Child.objects.values_list("name", flat=True)
    }
    for name, kind in Circumstance.objects.filter(**standing).values_list("child__name", "kind"):
        known[name].add(kind)
    called = RollCall.objects.filter(retracted_at__isnull=True)
    for name, mark in called.values_list("child__name", "attendance"):
        known[name].add(mark)
    return known


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 3, 1, 0), (2, 0, 3, 1)], ids=str)
def test_every_order_comes_to_the_same(bureau: Bureau, tmp_path: Path, order) -> None:
    who = children(6)
    marks = ["√", "缺勤", "√", "√", "√", "√"]
    files = [
        census(tmp_path, who),
        roll(tmp_path, who),
        poor(tmp_path, who[2:4]),
        call(tmp_path, who, marks),
    ]
    for at in order:
        take_in(bureau, hand_in(bureau, files[at]))
    wanted: dict[str, set[str]] = {one.name: {"present"} for one in who}
    wanted[who[1].name] = {"absent"}
    for one in who[2:4]:
        wanted[one.name].add("poverty_relieved")
    assert what_is_known() == wanted
    counts = [sheet["unplaced"] for one in Upload.objects.all() for sheet in one.changes["sheets"]]
    assert counts == [0, 0, 0, 0]


def test_without_placing_again_they_would_stay_nobodys(bureau, tmp_path, monkeypatch) -> None:
    """The mutant: what was nobody's when it came stays so."""
    monkeypatch.setattr(waits, "to_compare", lambda _upload: [])
    who = children(6)
    take_in(bureau, hand_in(bureau, poor(tmp_path, who[:2])))
    take_in(bureau, hand_in(bureau, census(tmp_path, who)))
    assert all(not known for known in what_is_known().values())


def test_what_waits_for_a_decision_is_compared_again(bureau: Bureau, tmp_path: Path) -> None:
    who = children(6)
    waiting = hand_in(bureau, poor(tmp_path, who[:2]))
    assert waiting.changes["sheets"][0]["unplaced"] == 2
    take_in(bureau, hand_in(bureau, census(tmp_path, who)))
    waiting.refresh_from_db()
    assert waiting.state == "read"
    assert (waiting.changes["sheets"][0]["unplaced"], waiting.changes["sheets"][0]["new"]) == (0, 2)


def test_a_list_waits_for_the_register_that_is_being_taken_in(bureau, tmp_path) -> None:
    from django_tasks_db.models import DBTaskResult

    who = children(6)
    first, second = hand_in(bureau, poor(tmp_path, who[:2])), hand_in(bureau, census(tmp_path, who))
    for one in (first, second):
        actions.ask_to_take_in(by=bureau["owner"], upload=one)
    DBTaskResult.objects.all().delete()
    jobs.take_in.call(first.pk, bureau["owner"].pk)
    first.refresh_from_db()
    assert first.state == "committing", "it waits"
    (later,) = DBTaskResult.objects.all()
    assert later.run_after is not None
    jobs.take_in.call(second.pk, bureau["owner"].pk)
    jobs.take_in.call(first.pk, bureau["owner"].pk)
    first.refresh_from_db()
    assert first.changes["sheets"][0]["unplaced"] == 0


def test_undoing_takes_back_also_what_was_placed_later(bureau: Bureau, tmp_path: Path) -> None:
    who = children(6)
    early = hand_in(bureau, poor(tmp_path, who[:2]))
    take_in(bureau, early)
    take_in(bureau, hand_in(bureau, census(tmp_path, who)))
    assert sum(map(len, what_is_known().values())) == 2
    early.refresh_from_db()
    actions.undo(by=bureau["owner"], upload=early)
    assert sum(map(len, what_is_known().values())) == 0


def test_an_older_list_does_not_come_back(bureau: Bureau, tmp_path: Path) -> None:
    """September's list waited for its children; October's has come in the meantime."""
    who = children(6)
    take_in(bureau, hand_in(bureau, poor(tmp_path, who[:2])))
    newer = tmp_path / "1-脱贫户信息_20261002-继续享受政策.csv"
    newer.write_bytes(poor(tmp_path / "x", who[1:2]).read_bytes())
    take_in(bureau, hand_in(bureau, newer))
    take_in(bureau, hand_in(bureau, census(tmp_path, who)))
    assert {name for name, known in what_is_known().items() if known} == {who[1].name}


def test_a_roll_call_by_name_is_joined_as_a_check_joins_it(bureau, tmp_path, monkeypatch) -> None:
    """Two namesakes in two classes are told apart; two in one class are not, and nor is a stranger."""
    who = children(8)
    who[1].name = who[0].name
    who[1].class_name = "2班"
    who[3].name = who[2].name
    who[7].name = "生面孔"
    files = [census(tmp_path, who[:7]), roll(tmp_path, who[:7]), call(tmp_path, who, ["√"] * 8)]
    answers = checked(tmp_path, monkeypatch)
    for path in files:
        take_in(bureau, hand_in(bureau, path))
    ours = {
        (row, who.index(next(c for c in who if c.id_number == number))) for row, number in placed()
    }
    assert ours == answers
    assert {(2, 0), (3, 1)} <= ours
    assert not {row for row, _ in ours} & {4, 5, 9}


def placed() -> set[tuple[int, str]]:
    """The rows of the roll-call in the bureau, and whose they are, by ID number."""
    found = set()
    for fact in RollCall.objects.filter(retracted_at__isnull=True):
        identity = fact.child.identitys.filter(line="census").get()
        found.add((fact.row, identity.id_number.reveal()))
    return found


def checked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> set[tuple[int, int]]:
    """The same of a check of the folder: what its own step linked, row by row, as places in the register."""
    from notoneless.check import run

    links: list[tuple[int, int]] = []
    link = seats.link

    def watched(con, *tables: str) -> None:
        link(con, *tables)
        links.extend(
            con.execute(
                "SELECT (k.left_row >> 6) & 67108863, ((r.census_row >> 6) & 67108863) - 2 "
                "FROM kind_links k JOIN registry r ON r.child = k.right_row"
            ).fetchall()
        )

    monkeypatch.setattr(seats, "link", watched)
    run.check(run.Settings(folder=folder, out=folder / "out"))
    monkeypatch.setattr(seats, "link", link)
    return set(links)
