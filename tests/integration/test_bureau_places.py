"""A list of places and schools puts up the tree at once, or says everything that is wrong with it."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from invented_bureau import logged_in

from notoneless.bureau.accounts import actions, place_list
from notoneless.bureau.accounts.models import Organisation, SchoolCode, User
from notoneless.bureau.accounts.queries import lineage_is_right
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.faults import Refusal

HEAD = "类别,名称,上级,代码,学段,所在乡镇\n"


def read(tmp_path: Path, rows: str, head: str = HEAD) -> list[place_list.Line]:
    path = tmp_path / "places.csv"
    path.write_text(head + rows, "utf-8")
    return place_list.read(path, "places.csv")


def refused(act) -> list[tuple[str, int]]:
    with pytest.raises(Refusal) as told:
        act()
    return [(fault.code, fault.details.get("row", 0)) for fault in told.value.faults]


@pytest.fixture
def city(bureau):
    """The invented county with a code, as it is given in the tables of divisions."""
    Organisation.objects.filter(pk=bureau["county"].pk).update(code="510699")
    return bureau


SMALL = """县,丙县,虚构市,510698000000,,
学校,丙镇教学点,丙镇中心小学,,小学,丙二村
学校,丙镇中心小学,,5106980001,小学、初中,丙镇
村,丙二村,丙镇,,,
村,丙一村,,510698001001,,
乡镇,丙镇,,510698001000,,
"""


def test_a_list_in_any_order_puts_up_the_tree_and_again_changes_nothing(city, tmp_path) -> None:
    lines = read(tmp_path, SMALL)
    done = actions.take_in_places(by=city["system_admin"], lines=lines)
    assert (len(done.new), done.unchanged) == (6, 0)
    assert lineage_is_right()
    village = Organisation.objects.get(name="丙一村")
    assert (village.parent.name, village.parent.parent.name) == ("丙镇", "丙县")
    assert village.code == "510698001001"
    assert Organisation.objects.get(name="丙县").code == "510698"
    centre = Organisation.objects.get(name="丙镇中心小学")
    assert (centre.parent.name, centre.located_in.name) == ("丙县", "丙镇")
    assert centre.school_codes.get().code == "5106980001"
    assert {one.stage for one in centre.stages.all()} == {"primary", "junior"}
    point = Organisation.objects.get(name="丙镇教学点")
    assert (point.parent, point.located_in.name) == (centre, "丙二村")
    count, told = Organisation.objects.count(), Event.objects.count()
    again = actions.take_in_places(by=city["system_admin"], lines=lines)
    assert (again.new, again.completed, again.unchanged) == ([], [], 6)
    assert (Organisation.objects.count(), Event.objects.count()) == (count, told)


def test_headings_in_english_and_a_workbook(city, tmp_path) -> None:
    import xlsxwriter

    path = tmp_path / "places.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        rows = (
            ("Places of the county",),
            ("Kind", "Name", "Parent", "Code", "Stages", "Located in"),
            ("township", "新镇", "甲县", 510699009, "", ""),
            ("school", "新镇小学", "甲县", "", "primary", "510699009"),
        )
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    done = actions.take_in_places(by=SYSTEM, lines=place_list.read(path, "places.xlsx"))
    assert [node.name for node in done.new] == ["新镇", "新镇小学"]
    school = Organisation.objects.get(name="新镇小学")
    assert (school.located_in.code, school.stages.get().stage) == ("510699009", "primary")


def test_what_stands_is_completed_never_overwritten(city, tmp_path) -> None:
    school = city["school"]
    lines = read(tmp_path, "学校,甲县一小,甲县,5106990001,小学,\n乡镇,甲一镇,甲县,510699001,,\n")
    done = actions.take_in_places(by=SYSTEM, lines=lines)
    assert len(done.completed) == 2
    assert SchoolCode.objects.get(school=school).code == "5106990001"
    assert Organisation.objects.get(name="甲一镇").code == "510699001"
    again = actions.take_in_places(by=SYSTEM, lines=lines)
    assert (again.completed, again.unchanged) == ([], 2)
    other = read(tmp_path, "学校,甲县一小,甲县,5106990002,初中,\n村,乙村,,510699001000,,\n")
    assert refused(lambda: actions.take_in_places(by=SYSTEM, lines=other)) == [("B226", 2)]
    renamed = read(tmp_path, "乡镇,甲三镇,甲县,510699001,,\n乡镇,甲一镇,乙县,510699001,,\n")
    assert refused(lambda: actions.take_in_places(by=SYSTEM, lines=renamed)) == [
        ("B224", 2),
        ("B223", 3),
    ]
    assert SchoolCode.objects.get(school=school).code == "5106990001"


def test_all_faults_of_the_cells_at_once(city, tmp_path) -> None:
    rows = (
        "厂,甲,,,,\n村,,甲一镇,,,\n乡镇,丁镇,,51069,,\n学校,丁小,甲县,,大学、小学,\n村,戊,,,小学,\n"
    )
    assert refused(lambda: read(tmp_path, rows)) == [
        ("B216", 2),
        ("B217", 3),
        ("B218", 4),
        ("B219", 5),
        ("B219", 6),
    ]
    assert refused(lambda: read(tmp_path, "", "姓名,学校\n甲,乙\n")) == [("B213", 0)]
    assert refused(lambda: read(tmp_path, "")) == [("B214", 0)]


def test_all_faults_against_the_tree_at_once_and_nothing_is_put_up(city, tmp_path) -> None:
    rows = """乡镇,好镇,甲县,510699002,,
村,无主村,没有的镇,,,
乡镇,两县镇,,,,
村,重村,好镇,,,
村,重村,好镇,,,
村,错村,甲一镇,510699002003,,
学校,远小,甲县,,,没有的镇
"""
    before = Organisation.objects.count()
    lines = read(tmp_path, rows)
    assert refused(lambda: actions.take_in_places(by=SYSTEM, lines=lines)) == [
        ("B221", 3),
        ("B222", 4),
        ("B220", 6),
        ("B223", 7),
        ("B227", 8),
    ]
    assert Organisation.objects.count() == before


def test_a_county_administrator_reaches_only_the_county(city, tmp_path) -> None:
    local = User.objects.create(username="local", name="县系统管理员")
    actions.grant(by=SYSTEM, user=local, role="system_admin", organisation=city["county"])
    lines = read(tmp_path, "县,甲县,虚构市,510699,,\n乡镇,新镇,,510699003,,\n")
    done = actions.take_in_places(by=local, lines=lines)
    assert (len(done.new), done.unchanged) == (1, 1)
    beyond = read(tmp_path, "乡镇,外镇,乙县,,,\n")
    assert refused(lambda: actions.take_in_places(by=local, lines=beyond)) == [("B221", 2)]
    with pytest.raises(PermissionDenied):
        actions.take_in_places(by=city["owner"], lines=lines)


@pytest.mark.parametrize("text", ["", "{", "[1]", '[[2,"class","x","","",[],""]]', '[[2,"村"]]'])
def test_rows_that_were_tampered_with_are_refused(city, text: str) -> None:
    with pytest.raises(ValueError, match="list of places"):
        place_list.from_json(text)
    client = logged_in(city["system_admin"])
    assert "B214" in client.post("/organisations/places/take-in", {"lines": text}).content.decode()


def test_the_page_shows_first_and_puts_up_then(city, tmp_path) -> None:
    client = logged_in(city["system_admin"])
    sent = SimpleUploadedFile("p.csv", (HEAD + SMALL).encode())
    before = Organisation.objects.count()
    page = client.post("/organisations/places", {"file": sent})
    assert Organisation.objects.count() == before
    assert "丙镇中心小学" in page.content.decode()
    lines = page.context["lines"]
    assert len(json.loads(lines)) == 6
    done = client.post("/organisations/places/take-in", {"lines": lines}).content.decode()
    assert "建好了6个机构" in done
    assert Organisation.objects.count() == before + 6
    bad = SimpleUploadedFile("p.csv", (HEAD + "厂,甲,,,,\n").encode())
    assert "B216" in client.post("/organisations/places", {"file": bad}).content.decode()
    example = client.get("/organisations/places/example").content
    (tmp_path / "e.csv").write_bytes(example)
    assert len(place_list.read(tmp_path / "e.csv", "e.csv")) == 5
    assert logged_in(city["owner"]).get("/organisations/places").status_code == 403


def test_begin_puts_up_the_whole_tree_or_nothing(db, tmp_path) -> None:
    who = {"kind": "city", "place": "虚构市", "code": "510600", "username": "a", "name": "甲"}
    bad = read(tmp_path, "村,无主村,没有的镇,,,\n")
    assert refused(lambda: actions.begin(**who, places=bad)) == [("B221", 2)]
    assert not Organisation.objects.exists()
    actions.begin(**who, places=read(tmp_path, SMALL))
    assert Organisation.objects.count() == 7
    assert lineage_is_right()


def test_2500_rows_in_two_seconds_and_few_statements(
    city, tmp_path, django_assert_max_num_queries
) -> None:
    rows = [f"乡镇,镇{t},,510699{t:03},," for t in range(100, 200)]
    rows += [f"村,村{v},,510699{100 + v % 100:03}{v // 100 + 1:03},," for v in range(1900)]
    rows += [f"学校,校{s},,51069{s:05},小学,510699{100 + s % 100:03}" for s in range(500)]
    lines = read(tmp_path, "\n".join(rows))
    started = time.process_time()
    with django_assert_max_num_queries(80):
        done = actions.take_in_places(by=city["system_admin"], lines=lines)
    took = time.process_time() - started
    assert len(done.new) == 2500
    assert lineage_is_right()
    assert took < 2


@pytest.mark.both_databases
def test_two_administrators_at_once_put_up_each_place_once(real_bureau, tmp_path) -> None:
    lines = read(tmp_path, SMALL)

    def act(_: int) -> int:
        try:
            return len(actions.take_in_places(by=real_bureau["system_admin"], lines=lines).new)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(act, range(4))) == [0, 0, 0, 6]
    assert Organisation.objects.filter(name="丙镇中心小学").count() == 1
    assert lineage_is_right()
