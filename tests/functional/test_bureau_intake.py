"""Lists through the pages: handed in, looked at, taken in, undone; by whom and by whom not."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from handed_in import as_file, children, work
from invented_bureau import Bureau, logged_in
from python_calamine import CalamineWorkbook
from small_county import Child, census, listed, roll, write
from watched_files import spilling, written

from notoneless.bureau.accounts.models import Assignment
from notoneless.bureau.audit.models import Event
from notoneless.bureau.intake import actions, storage
from notoneless.bureau.intake.models import Layout, Upload
from notoneless.bureau.people.models import Child as Known
from notoneless.bureau.people.models import Identity, Source


def hand_in(client: Client, organisation: object, *paths: Path) -> Upload:
    """Drop the files and let them be read; the last of them."""
    files = [as_file(path) for path in paths]
    answer = client.post("/lists/new", {"organisation": organisation.pk, "lists": files})
    assert answer.status_code == 302, answer.content.decode()
    work()
    return Upload.objects.latest("pk")


def take_in(client: Client, upload: Upload) -> Upload:
    """Press the button and let it be recorded."""
    client.post(f"/lists/{upload.pk}/take-in")
    work()
    upload.refresh_from_db()
    assert upload.state == "committed", (upload.broken, upload.changes)
    return upload


def counts(upload: Upload) -> dict[str, int]:
    sheet = upload.changes["sheets"][0]
    return {name: sheet[name] for name in ("new", "changed", "gone", "unchanged")}


def page(client: Client, upload: Upload) -> str:
    answer = client.get(f"/lists/{upload.pk}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_county_officer_takes_a_register_in_and_back(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    who = children(12)
    upload = hand_in(client, bureau["county"], census(tmp_path, who))
    assert upload.state == "read", upload.broken
    shown = page(client, upload)
    assert "户籍适龄儿童名单" in shown
    assert who[0].name in shown
    assert who[0].id_number not in shown, "numbers are masked"
    assert counts(upload) == {"new": 12, "changed": 0, "gone": 0, "unchanged": 0}
    assert not Known.objects.exists(), "nothing is in before a person says so"
    assert "已读完，看过变化再入库" in client.get("/").content.decode()

    take_in(client, upload)
    assert Known.objects.count() == 12
    assert "已读完，看过变化再入库" not in client.get("/").content.decode()

    asked = client.get(f"/lists/{upload.pk}/undo").content.decode()
    assert '只有这份名单说到他们</td><td class="n">12</td>' in asked
    upload.refresh_from_db()
    assert upload.state == "committed", "to ask changes nothing"
    client.post(f"/lists/{upload.pk}/undo")
    upload.refresh_from_db()
    assert upload.state == "undone"
    assert not Identity.objects.filter(retracted_at__isnull=True).exists()
    again = hand_in(client, bureau["county"], census(tmp_path, who))
    assert again != upload, "what was taken back can be handed in again"
    assert again.state == "read"


def test_the_next_list_says_what_it_would_change(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    who = children(12)
    take_in(client, hand_in(client, bureau["county"], census(tmp_path, who)))
    moved = Child(
        who[3].name, who[3].born, 4, who[3].sex, id_number=who[3].id_number, township="甲二镇"
    )
    later = [*who[:3], moved, *who[4:10], *children(14)[12:]]
    path = census(tmp_path, later, "户籍适龄儿童名单2026.10.1.csv")
    upload = hand_in(client, bureau["county"], path)
    wanted = {"new": 2, "changed": 1, "gone": 2, "unchanged": 9}
    assert counts(upload) == wanted
    take_in(client, upload)
    assert counts(upload) == wanted
    assert Known.objects.count() == 14


def test_a_list_that_a_later_one_builds_on_says_which(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    who = children(6)
    first = take_in(client, hand_in(client, bureau["county"], census(tmp_path, who)))
    path = census(tmp_path, who[:4], "户籍适龄儿童名单2026.10.1.csv")
    second = take_in(client, hand_in(client, bureau["county"], path))
    asked = client.get(f"/lists/{first.pk}/undo").content.decode()
    assert f'href="/lists/{second.pk}"' in asked
    assert "<button" not in asked.split("</header>")[1], "nothing to press"
    assert client.post(f"/lists/{first.pk}/undo").status_code == 409
    asked = client.get(f"/lists/{second.pk}/undo").content.decode()
    ended = Identity.objects.filter(retracted_in__isnull=False).count()
    assert ended >= 2
    assert "恢复：这份名单改动或结束的</td>" in asked
    client.post(f"/lists/{second.pk}/undo")
    client.post(f"/lists/{first.pk}/undo")
    first.refresh_from_db()
    assert first.state == "undone"


def test_the_same_file_twice_changes_nothing_and_says_so(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    path = census(tmp_path, children(5))
    take_in(client, hand_in(client, bureau["county"], path))
    before = (Known.objects.count(), Identity.objects.count(), Source.objects.count())
    answer = client.post(
        "/lists/new", {"organisation": bureau["county"].pk, "lists": [as_file(path)]}, follow=True
    )
    assert "一字不差，没有改动任何数据" in answer.content.decode()
    assert not work()
    assert Upload.objects.count() == 1
    assert before == (Known.objects.count(), Identity.objects.count(), Source.objects.count())


def test_several_files_at_once(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    who = children(6)
    hand_in(client, bureau["county"], census(tmp_path, who), roll(tmp_path, who))
    assert set(Upload.objects.values_list("state", flat=True)) == {"read"}
    for upload in Upload.objects.order_by("pk"):
        take_in(client, upload)
    assert Known.objects.count() == 6, "the roll found the register's children"


def test_a_part_of_a_roll_ends_nobody_of_another_school(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    here, there = children(6)[:3], children(6)[3:]
    for child in there:
        child.school = "甲县二小"
    take_in(client, hand_in(client, bureau["county"], roll(tmp_path, here)))
    other = hand_in(client, bureau["county"], roll(tmp_path, there, "学籍名册二小2026.9.3.csv"))
    assert counts(other) == {"new": 3, "changed": 0, "gone": 0, "unchanged": 0}
    take_in(client, other)
    less = hand_in(client, bureau["county"], roll(tmp_path, here[:2], "学籍名册2026.10.3.csv"))
    assert counts(less) == {"new": 0, "changed": 0, "gone": 1, "unchanged": 2}


def test_a_roll_keeper_hands_in_the_own_school_only(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["roll_keeper"])
    who = children(4)
    upload = hand_in(client, bureau["school"], roll(tmp_path, who))
    take_in(client, upload)
    assert Known.objects.filter(school__isnull=False).count() == 4

    who[0].school = "甲县二小"
    upload = hand_in(client, bureau["school"], roll(tmp_path, who, "学籍名册2026.10.2.csv"))
    shown = page(client, upload)
    assert "名单里有别处的人：甲县二小" in shown
    assert "B403" in shown
    assert client.post(f"/lists/{upload.pk}/take-in").status_code == 409

    poor = hand_in(client, bureau["school"], listed(tmp_path, "农村低保备案表.csv", who))
    assert "农村低保不由学校交" in page(client, poor)

    for elsewhere in ("county", "sibling school", "other school"):
        files = {"organisation": bureau[elsewhere].pk, "lists": [as_file(roll(tmp_path, who))]}
        before = Upload.objects.count()
        assert client.post("/lists/new", files).status_code == 200, "the form says what is wrong"
        assert Upload.objects.count() == before


def test_another_countys_list_is_missing_to_a_stranger(bureau: Bureau, tmp_path: Path) -> None:
    owner, stranger = logged_in(bureau["owner"]), logged_in(bureau["stranger"])
    upload = hand_in(owner, bureau["county"], census(tmp_path, children(3)))
    for path in ("", "/remarks", "/undo"):
        assert owner.get(f"/lists/{upload.pk}{path}", follow=True).status_code == 200
        assert stranger.get(f"/lists/{upload.pk}{path}").status_code == 404
    for act in ("take-in", "discard", "undo", "again", "layout"):
        assert stranger.post(f"/lists/{upload.pk}/{act}").status_code == 404
    assert upload.name not in stranger.get("/lists").content.decode()
    upload.refresh_from_db()
    assert upload.state == "read"
    assert logged_in(bureau["class_teacher"]).get("/lists").status_code == 403
    sibling = logged_in(bureau["roll_keeper"])
    assert sibling.get(f"/lists/{upload.pk}").status_code == 404, (
        "the county's list is not a school's"
    )


def test_a_hostile_file_is_answered_with_its_sentence(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    bad = tmp_path / "学籍名册.xlsx"
    bad.write_bytes(b"PK\x03\x04" + b"\0" * 400)
    upload = hand_in(client, bureau["county"], bad)
    assert upload.state == "refused"
    shown = page(client, upload)
    fault = upload.understood().faults[0]
    assert fault.code in shown
    assert fault.message in shown
    assert "Traceback" not in shown
    assert client.post(f"/lists/{upload.pk}/take-in").status_code == 409


def test_nothing_from_a_list_becomes_markup(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    evil = "<script>alert(1)</script>"
    heading = ("乡镇", "姓名", "身份证号", f"备注{evil}")
    who = children(3)
    rows = [
        (evil, f"{c.name}{evil}" if n else c.name, c.id_number, evil) for n, c in enumerate(who)
    ]
    path = write(tmp_path / "户籍适龄儿童名单<img src=x onerror=alert(1)>.csv", heading, rows)
    upload = hand_in(client, bureau["county"], path)
    for shown in (page(client, upload), client.get("/lists").content.decode()):
        assert "<script>alert" not in shown
        assert "<img" not in shown
    assert "&lt;script&gt;" in page(client, upload), "it was there to be escaped"


def test_the_sheet_comes_back_with_remarks(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    who = children(3)
    who[1].id_number = "5.10699E+17"
    upload = hand_in(client, bureau["county"], census(tmp_path, who))
    answer = client.get(f"/lists/{upload.pk}/remarks")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert "备注" in str(rows[0][-1])
    assert "L" in str(rows[2][-1]), "the second child's row has its code"
    assert Event.objects.filter(verb="upload.remarks.read").count() == 1
    leader = logged_in(bureau["county_leader"])
    assert "/remarks" in page(client, upload)
    assert "/remarks" not in page(leader, upload), "the sheet has whole numbers"
    assert leader.get(f"/lists/{upload.pk}/remarks").status_code == 403


def test_the_sheet_with_remarks_lies_on_no_disk(
    bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in(bureau["owner"])
    upload = hand_in(client, bureau["county"], census(tmp_path, children(3)))
    with written() as files:
        assert client.get(f"/lists/{upload.pk}/remarks").status_code == 200
    assert files == []
    spilling(monkeypatch)
    with written() as files:
        assert client.get(f"/lists/{upload.pk}/remarks").status_code == 200
    assert files


def test_a_corrected_layout_is_remembered_by_the_organisation(
    bureau: Bureau, tmp_path: Path
) -> None:
    client = logged_in(bureau["owner"])
    who = children(4)
    heading = ("乡镇", "姓名", "身份证号", "随便")
    rows = [(c.township, c.name, c.id_number, "某村") for c in who]
    upload = hand_in(client, bureau["county"], write(tmp_path / "花名册9月.csv", heading, rows))
    assert "种类没有认出" in page(client, upload)
    form = {"sheet": "", "kind": "census", "column0": "as-read", "column1": "as-read"}
    client.post(f"/lists/{upload.pk}/layout", form | {"column2": "as-read", "column3": "village"})
    work()
    upload.refresh_from_db()
    assert upload.changes["sheets"][0]["new"] == 4
    assert Layout.objects.get().organisation == bureau["county"]
    rows[0] = ("甲一镇", "王新来", children(9)[8].id_number, "某村")
    after = hand_in(client, bureau["county"], write(tmp_path / "花名册10月.csv", heading, rows))
    sheet = after.understood().sheets[0]
    assert (sheet.kind, sheet.why) == ("census", "remembered")
    assert "village" in sheet.fields


def test_what_is_given_up_is_gone(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    upload = hand_in(client, bureau["county"], census(tmp_path, children(3)))
    client.post(f"/lists/{upload.pk}/discard")
    upload.refresh_from_db()
    assert upload.state == "discarded"
    with pytest.raises(FileNotFoundError):
        storage.rows(upload.pk, 0)
    assert client.post(f"/lists/{upload.pk}/take-in").status_code == 409


def test_no_number_lies_in_the_data_folder_in_clear(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    who = children(6)
    take_in(client, hand_in(client, bureau["county"], census(tmp_path, who)))
    files = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert len(files) >= 2, "the file and its rows"
    for path in files:
        assert path.stat().st_mode & 0o077 == 0, path
        assert not any(child.id_number.encode() in path.read_bytes() for child in who)
    assert not list(Path(settings.MEDIA_ROOT).glob("work-*"))
    for event in Event.objects.all():
        assert not any(child.id_number in event.details for child in who)


def test_a_crash_while_recording_leaves_nothing(
    bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = logged_in(bureau["owner"])
    upload = hand_in(client, bureau["county"], census(tmp_path, children(5)))
    with monkeypatch.context() as broken:

        def crash(*_: object) -> None:
            assert Known.objects.count() == 5, "it breaks after the rows were written"
            raise MemoryError("王小明 510699201501010017")

        broken.setattr(actions, "_ask", crash)
        client.post(f"/lists/{upload.pk}/take-in")
        work()
    upload.refresh_from_db()
    assert (Known.objects.count(), Source.objects.count()) == (0, 0)
    assert upload.broken == "MemoryError", "the kind of the error, never its text"
    shown = page(client, upload)
    assert "再读一次" in shown
    assert "王小明" not in shown
    client.post(f"/lists/{upload.pk}/again")
    work()
    upload.refresh_from_db()
    take_in(client, upload)
    assert Known.objects.count() == 5


def test_a_right_taken_away_stops_the_waiting_job(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    files = {"organisation": bureau["county"].pk, "lists": [as_file(census(tmp_path, children(2)))]}
    client.post("/lists/new", files)
    Assignment.objects.filter(user=bureau["owner"]).delete()
    with pytest.raises(PermissionDenied):
        work()
    assert Upload.objects.get().state == "reading"


def test_a_roll_call_knows_pupils_by_their_roll_number(bureau: Bureau, tmp_path: Path) -> None:
    """Two namesakes of one school, born on different days: their numbers tell them, nobody is asked."""
    client = logged_in(bureau["owner"])
    first, other = children(2)
    other = replace(other, name=first.name, sex=first.sex)
    take_in(client, hand_in(client, bureau["county"], census(tmp_path, [first, other])))
    heading = (
        "学生姓名",
        "身份证件号",
        "性别",
        "出生日期",
        "学校名称",
        "年级",
        "班级",
        "全国学籍号",
        "就读方式",
    )
    on_roll = [
        (c.name, c.id_number, c.sex, c.born, c.school, "五年级", "1班", f"G{c.id_number}", "走读")
        for c in (first, other)
    ]
    roll_of = write(tmp_path / "20260904在校生信息.csv", heading, on_roll)
    take_in(client, hand_in(client, bureau["county"], roll_of))
    called = [
        (c.school, "五年级", "1班", c.name, c.sex, f"G{c.id_number}", mark)
        for c, mark in ((first, "到课"), (other, "旷课"))
    ]
    heading = ("学校", "年级", "班级", "姓名", "性别", "学籍号", "到课情况")
    sheet = write(tmp_path / "在校学生点名册(2026年9月21日).csv", heading, called)
    upload = take_in(client, hand_in(client, bureau["county"], sheet))
    counted = upload.changes["sheets"][0]
    assert (counted["new"], counted["doubtful"], counted["unplaced"]) == (2, 0, 0)
    assert Known.objects.count() == 2
