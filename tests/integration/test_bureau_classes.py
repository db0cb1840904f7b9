"""The classes that a roll names are put up in one act, and their children belong to them."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone
from handed_in import as_file, work
from handed_in import children as some
from invented_bureau import Bureau, logged_in
from small_county import roll

from notoneless.bureau.accounts import actions as accounts
from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import lineage_is_right
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.intake.models import Upload
from notoneless.bureau.people import actions, classes, queries, today
from notoneless.bureau.people.models import Child, Enrolment
from notoneless.bureau.people.places import class_name

BEGINS = dt.date(2026, 9, 1)


@pytest.fixture(autouse=True)
def _november(monkeypatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_: dt.date(2026, 11, 23))


def take_in(bureau: Bureau, path: Path) -> Upload:
    client = logged_in(bureau["owner"])
    client.post("/lists/new", {"organisation": bureau["county"].pk, "lists": [as_file(path)]})
    work()
    upload = Upload.objects.latest("pk")
    client.post(f"/lists/{upload.pk}/take-in")
    work()
    upload.refresh_from_db()
    assert upload.state == "committed", (upload.broken, upload.changes)
    return upload


def pupils() -> list:
    """Twelve children in 五年级1班, 2班 and 3班, of which the tree has none."""
    found = some(12)
    for at, child in enumerate(found):
        child.class_name = f"{at % 3 + 1}班"
    return found


def open_classes(school: Organisation) -> set[str]:
    return set(
        Organisation.objects.filter(
            parent=school, kind="class", valid_to__isnull=True, name__startswith="五年级"
        ).values_list("name", flat=True)
    )


@pytest.mark.parametrize(
    ("grade", "written", "name"),
    [
        (1, "1班", "一年级1班"),
        (9, "2601班", "九年级2601班"),
        (5, "五年级2班", "五年级2班"),
        (10, "2601班", "2601班"),
        (10, "3班", "高一3班"),
        (12, "高三（2）班", "高三（2）班"),
        (None, "大班", "大班"),
        (0, "大一班", "大一班"),
    ],
)
def test_how_a_class_is_named(grade: int | None, written: str, name: str) -> None:
    assert class_name(grade, written) == name


def test_what_a_roll_names_is_a_task_and_one_act_does_it(bureau, tmp_path) -> None:
    take_in(bureau, roll(tmp_path, pupils()))
    teacher = bureau["class_teacher"]
    for who in ("roll_keeper", "county_officer"):
        (task,) = today.tasks(bureau[who], BEGINS)
        assert task.count == 3, who
    for who in ("roll_keeper_乙", "stranger"):
        assert [task.count for task in today.tasks(bureau[who], BEGINS)] == [0]
    assert today.tasks(teacher, BEGINS) == []
    page = logged_in(bureau["roll_keeper"]).get("/children/classes").content.decode()
    assert "五年级1班、五年级2班、五年级3班" in page
    assert "甲县一小" in page
    done = logged_in(bureau["roll_keeper"]).post("/children/classes").content.decode()
    assert "建好了3个班，12名儿童归到了班里" in done
    assert open_classes(bureau["school"]) == {"五年级1班", "五年级2班", "五年级3班"}
    assert lineage_is_right()
    assert [task.count for task in today.tasks(bureau["owner"], BEGINS)] == [0]
    made = Organisation.objects.get(name="五年级2班")
    assert made.valid_from == BEGINS
    accounts.grant(by=SYSTEM, user=teacher, role="class_teacher", organisation=made)
    assert queries.children(teacher).count() == 4
    assert actions.make_classes(by=bureau["owner"]) == (0, 0)


def test_the_same_roll_again_is_unchanged_although_its_classes_stand_now(bureau, tmp_path) -> None:
    take_in(bureau, roll(tmp_path / "a", pupils()))
    actions.make_classes(by=bureau["owner"])
    led = set(Child.objects.values_list("school", flat=True))
    again = take_in(bureau, roll(tmp_path / "b", [*pupils(), some(13)[12]]))
    (sheet,) = again.changes["sheets"]
    assert (sheet["new"] + sheet["unplaced"], sheet["changed"], sheet["unchanged"]) == (1, 0, 12)
    assert led <= set(Child.objects.values_list("school", flat=True))
    assert Enrolment.objects.filter(retracted_at__isnull=False).count() == 0


def test_a_class_made_by_hand_gets_its_children(bureau, tmp_path) -> None:
    take_in(bureau, roll(tmp_path, pupils()))
    made = accounts.add_organisation(
        by=SYSTEM, kind="class", name="五年级1班", parent=bureau["school"]
    )
    assert actions.make_classes(by=bureau["owner"]) == (2, 12)
    assert Child.objects.filter(school=made).count() == 4


@pytest.mark.parametrize("end_old", [True, False])
def test_classes_of_the_year_before_end_when_asked(bureau, tmp_path, end_old: bool) -> None:
    old = {
        name: accounts.add_organisation(
            by=SYSTEM,
            kind="class",
            name=name,
            parent=bureau["school"],
            valid_from=dt.date(2025, 9, 1),
        )
        for name in ("五年级1班", "五年级9班")
    }
    take_in(bureau, roll(tmp_path, pupils()))
    new, _ = actions.make_classes(by=bureau["owner"], end_old=end_old)
    for one in old.values():
        one.refresh_from_db()
    if end_old:
        assert new == 3
        assert {one.valid_to for one in old.values()} == {dt.date(2026, 8, 31)}
        assert open_classes(bureau["school"]) == {"五年级1班", "五年级2班", "五年级3班"}
        assert not Child.objects.filter(school=old["五年级1班"]).exists()
    else:
        assert new == 2
        assert {one.valid_to for one in old.values()} == {None}
        assert Child.objects.filter(school=old["五年级1班"]).count() == 4
    assert actions.make_classes(by=bureau["owner"], end_old=end_old) == (0, 0)
    assert lineage_is_right()


def test_before_the_new_roll_is_in_nothing_is_asked(bureau, tmp_path, monkeypatch) -> None:
    take_in(bureau, roll(tmp_path, pupils()))
    assert len(classes.waiting(SYSTEM)) == 1
    monkeypatch.setattr(timezone, "localdate", lambda *_: dt.date(2027, 9, 3))
    assert classes.waiting(SYSTEM) == []


def test_a_keeper_puts_up_only_the_own_school(bureau, tmp_path) -> None:
    take_in(bureau, roll(tmp_path, pupils()))
    assert actions.make_classes(by=bureau["roll_keeper_乙"]) == (0, 0)
    with pytest.raises(PermissionDenied):
        actions.make_classes(by=bureau["class_teacher"])
    with pytest.raises(PermissionDenied):
        accounts.change_classes(
            by=bureau["roll_keeper_乙"], names=[(bureau["school"].pk, "五年级1班")], begins=BEGINS
        )
    assert open_classes(bureau["school"]) == set()


def test_many_schools_take_no_more_statements_than_one(bureau, tmp_path) -> None:
    from django.test.utils import CaptureQueriesContext

    counts = []
    for many in (1, 8):
        found = []
        for at in range(many):
            name = f"第{many}{at}小学"
            accounts.add_organisation(by=SYSTEM, kind="school", name=name, parent=bureau["county"])
            for child in some(12)[at : at + 1]:
                child.school, child.no = name, many * 20 + at
                found.append(child)
        take_in(bureau, roll(tmp_path / str(many), found))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert actions.make_classes(by=bureau["owner"])[0] == many
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 2


@pytest.mark.both_databases
def test_two_at_once_put_up_each_class_once(real_bureau, tmp_path) -> None:
    take_in(real_bureau, roll(tmp_path, pupils()))

    def act(_: int) -> tuple[int, int]:
        try:
            return actions.make_classes(by=real_bureau["owner"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(act, range(4))) == [(0, 0), (0, 0), (0, 0), (3, 12)]
    assert len(open_classes(real_bureau["school"])) == 3
    assert lineage_is_right()
