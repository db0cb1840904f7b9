"""Lists of other systems: OneRoster exports, and plain CSV with English headings."""

from __future__ import annotations

import zipfile
from pathlib import Path

import oneroster_export as export
import pyarrow.parquet as pq
import pytest
from invented_lists import number
from small_county import write

from notoneless import rosters
from notoneless.rosters.books import oneroster
from notoneless.rosters.faults import BAD_ENCODING


def read(path: Path, into: Path) -> rosters.Reading:
    return rosters.read(path, into=into)


def rows(reading: rosters.Reading) -> list[dict[str, object]]:
    (sheet,) = reading.recognised
    assert sheet.path is not None
    return pq.read_table(sheet.path).to_pylist()


def test_a_oneroster_export_is_a_roll(tmp_path: Path) -> None:
    reading = read(export.write(tmp_path / "export.zip"), tmp_path / "rows")
    (sheet,) = reading.recognised
    assert (sheet.kind, sheet.schools, sheet.accepted) == ("roll", ("甲县一小",), 3)
    found = rows(reading)
    wanted = ("row", "name", "id_number", "sex", "school", "school_code", "grade", "class_name")
    assert [tuple(one[name] for name in wanted) for one in found] == [
        (2, "张小禾", export.ZHANG, "F", "甲县一小", "2151069901", 5, "1班"),
        (4, "李小荷", export.LI, "M", "甲县一小", "2151069901", 4, None),
        (6, "Anna Maria Long", export.LONG, None, "甲县一小", "2151069901", None, None),
    ]
    assert str(found[0]["birth_date"]) == "2015-03-02"


def test_the_teacher_and_who_was_deleted_are_no_pupils(tmp_path: Path) -> None:
    names = {one["name"] for one in rows(read(export.write(tmp_path / "e.zip"), tmp_path / "rows"))}
    assert "王老师" not in names
    assert "赵走了" not in names


def test_a_naive_reader_would_take_the_teacher(tmp_path: Path) -> None:
    """The mutant: everybody in users.csv is a pupil."""
    book = oneroster.open_oneroster(export.write(tmp_path / "e.zip"))
    roll = book.sheets[0]
    roll._is_pupil = lambda *_: True  # type: ignore[attr-defined]
    assert any(cells[0] == "王老师" for _, cells in roll.rows())


def test_version_1_1_has_the_role_in_users(tmp_path: Path) -> None:
    users = [
        ["sourcedId", "status", "orgSourcedIds", "role", "givenName", "familyName", "grades"],
        ["u1", "", "s", "student", "小禾", "张", "05"],
        ["t1", "", "s", "teacher", "老师", "王", ""],
    ]
    manifest = [["propertyName", "value"], ["oneroster.version", "1.1"]]
    changed = {"users": users, "roles": None, "manifest": manifest}
    found = rows(read(export.write(tmp_path / "e.zip", changed), tmp_path / "rows"))
    assert [(one["name"], one["school"], one["class_name"]) for one in found] == [
        ("张小禾", "甲县一小", "1班")
    ]


def test_the_tables_may_stand_in_a_folder_of_the_zip(tmp_path: Path) -> None:
    flat = export.write(tmp_path / "flat.zip")
    with zipfile.ZipFile(flat) as source, zipfile.ZipFile(tmp_path / "deep.zip", "w") as target:
        for name in source.namelist():
            target.writestr(f"export/2026/{name}", source.read(name))
    assert len(rows(read(tmp_path / "deep.zip", tmp_path / "rows"))) == 3


DELTA = [["propertyName", "value"], ["oneroster.version", "1.2"], ["file.users", "delta"]]
OLD = [["propertyName", "value"], ["oneroster.version", "1.0"]]


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        ({"orgs": None}, "L056", "orgs.csv"),
        ({"users": None, "orgs": export.TABLES["orgs"]}, "L056", "users.csv"),
        ({"manifest": OLD}, "L057", "1.0"),
        ({"manifest": DELTA}, "L058", "delta"),
    ],
)
def test_what_cannot_be_used_says_why(tmp_path: Path, changed, code: str, says: str) -> None:
    reading = read(export.write(tmp_path / "e.zip", changed), tmp_path / "rows")
    assert reading.refused
    (fault,) = reading.faults
    assert fault.code == code
    assert says in fault.message
    assert fault.next_step


def test_a_bomb_and_bytes_of_no_text_are_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orgs.csv", "sourcedId\n")
        archive.writestr("users.csv", b"0" * (60 << 20))
    assert read(bomb, tmp_path / "rows").refused
    odd = tmp_path / "odd.zip"
    with zipfile.ZipFile(odd, "w") as archive:
        archive.writestr("orgs.csv", "sourcedId,name\ns,x\n")
        archive.writestr("users.csv", b"sourcedId,role,familyName\nu1,student," + b"\xff\xfe\n")
    assert [fault.code for fault in read(odd, tmp_path / "rows2").faults] == [BAD_ENCODING.code]


ENGLISH = ("Student name", "ID number", "Date of birth", "Gender", "School", "Grade", "Class")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("school roll 2026-09-02.csv", "roll"),
        ("Students_2026-09-02.csv", "roll"),
        ("roll-call 2026-09-21.csv", "rollcall"),
        ("household register 2026-09-01.csv", "census"),
    ],
)
def test_plain_csv_with_english_headings(tmp_path: Path, name: str, kind: str) -> None:
    values = [("张小禾", number("20150302", 11), "2015-03-02", "F", "甲县一小", "5", "1班")]
    reading = read(write(tmp_path / name, ENGLISH, values, "utf-8"), tmp_path / "rows")
    (sheet,) = reading.recognised
    assert sheet.kind == kind, reading.faults
    (one,) = rows(reading)
    assert (one["name"], one["id_number"], one["sex"]) == ("张小禾", number("20150302", 11), "F")
    assert (one["school"], one["grade"], one["class_name"]) == ("甲县一小", 5, "1班")
    assert str(one["birth_date"]) == "2015-03-02"
