"""Pairs in doubt: shown side by side, decided once, by the right people."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from handed_in import as_file, children, work
from invented_bureau import Bureau, logged_in
from invented_lists import number
from small_county import Child, census, roll

from notoneless.bureau.audit.models import Event
from notoneless.bureau.intake import differences
from notoneless.bureau.intake.models import Doubt, Upload
from notoneless.bureau.people.models import Child as Known
from notoneless.bureau.people.models import Enrolment

BORN = "20150302"


def twins() -> list[Child]:
    """Two of one name born on one day: only a number tells them apart."""
    return [
        Child("罗梓萱", BORN, 41, "女", "甲一镇", "甲县一小"),
        Child("罗梓萱", BORN, 77, "女", "甲一镇", "甲县一小"),
    ]


def pupil() -> Child:
    """One of them on the roll, without a number."""
    return Child("罗梓萱", BORN, 1, "女", "甲一镇", "甲县一小", id_number=" ")


def take_in(client: Client, organisation: object, path: Path) -> Upload:
    client.post("/lists/new", {"organisation": organisation.pk, "lists": [as_file(path)]})
    work()
    upload = Upload.objects.latest("pk")
    client.post(f"/lists/{upload.pk}/take-in")
    work()
    upload.refresh_from_db()
    assert upload.state == "committed", (upload.broken, upload.changes)
    return upload


@pytest.fixture
def doubts(bureau: Bureau, tmp_path: Path) -> list[Doubt]:
    """A register with namesakes and a roll on which one of them stands without a number."""
    client = logged_in(bureau["owner"])
    take_in(client, bureau["county"], census(tmp_path, [*children(8), *twins()]))
    upload = take_in(client, bureau["county"], roll(tmp_path, [*children(8), pupil()]))
    assert upload.changes["sheets"][0]["doubtful"] == 1
    return list(Doubt.objects.order_by("pk"))


def test_the_evidence_is_told_in_the_readers_language(bureau: Bureau, doubts: list[Doubt]) -> None:
    client, page = logged_in(bureau["owner"]), f"/matches/{doubts[0].pk}"
    assert "姓名相同" in client.get(page).content.decode()
    client.get("/language/en?next=/")
    shown = client.get(page).content.decode()
    assert "same name" in shown
    assert "姓名相同" not in shown


def enrolled() -> set[int]:
    """Children who stand on the roll."""
    standing = Enrolment.objects.filter(retracted_at__isnull=True)
    return set(standing.values_list("child", flat=True))


def decide(user, doubt: Doubt, answer: str):
    response = logged_in(user).post(f"/matches/{doubt.pk}/answer", {"answer": answer})
    doubt.refresh_from_db()
    return response


def test_a_pair_is_shown_side_by_side(bureau: Bureau, doubts: list[Doubt]) -> None:
    client = logged_in(bureau["owner"])
    assert "判定是不是同一个孩子" in client.get("/").content.decode()
    answer = client.get("/matches", follow=True)
    shown = answer.content.decode()
    assert answer.request["PATH_INFO"] == f"/matches/{doubts[0].pk}"
    assert "同名、同日出生的不止一人" in shown
    for text in (
        "罗梓萱",
        "像：姓名相同",
        'data-key="j"',
        'data-key="k"',
        'data-key="l"',
        "keys.js",
    ):
        assert text in shown, text
    assert twins()[0].id_number not in shown
    assert Event.objects.filter(verb="match.read").count() == 1


def test_same_puts_the_row_to_the_child(bureau: Bureau, doubts: list[Doubt]) -> None:
    before = enrolled()
    assert len(doubts) == 2
    assert len(before) == 8, "what is in doubt is not recorded"
    decide(bureau["owner"], doubts[1], "same")
    assert enrolled() - before == {doubts[1].child_id}
    assert Known.objects.count() == 10
    doubts[0].refresh_from_db()
    assert doubts[0].answer == "withdrawn", "a row is one child's"
    event = Event.objects.get(verb="match.decided")
    assert event.actor == bureau["owner"].pk
    assert '"answer": "same"' in event.details
    assert "没有等着判的" in logged_in(bureau["owner"]).get("/matches").content.decode()


def test_different_from_all_is_another_child(bureau: Bureau, doubts: list[Doubt]) -> None:
    before = enrolled()
    decide(bureau["owner"], doubts[0], "different")
    assert enrolled() == before, "the other pair is still open"
    decide(bureau["owner"], doubts[1], "different")
    assert len(enrolled()) == 9
    assert Known.objects.count() == 11


def test_unknown_goes_to_a_colleague(bureau: Bureau, doubts: list[Doubt]) -> None:
    owner, colleague = bureau["owner"], bureau["city_officer"]
    before = enrolled()
    decide(owner, doubts[0], "unknown")
    assert enrolled() == before
    assert doubts[0].second_wanted
    assert decide(owner, doubts[0], "same").status_code == 409, "not by the same person"
    decide(colleague, doubts[0], "same")
    assert enrolled() - before == {doubts[0].child_id}
    assert decide(colleague, doubts[0], "different").status_code == 409, "it stands"


def test_a_second_opinion_overturns(bureau: Bureau, doubts: list[Doubt]) -> None:
    owner, colleague = bureau["owner"], bureau["city_officer"]
    before = enrolled()
    decide(owner, doubts[0], "same")
    logged_in(owner).post(f"/matches/{doubts[0].pk}/second")
    assert enrolled() - before == {doubts[0].child_id}, "until then the answer stands"
    decide(colleague, doubts[0], "different")
    doubts[1].refresh_from_db()
    assert doubts[1].answer == "", "the other pair is asked again"
    assert enrolled() == before
    decide(colleague, doubts[1], "same")
    assert enrolled() - before == {doubts[1].child_id}


def test_a_decision_stands_for_next_months_list(
    bureau: Bureau, doubts: list[Doubt], tmp_path: Path
) -> None:
    decide(bureau["owner"], doubts[0], "same")
    client = logged_in(bureau["owner"])
    again = roll(tmp_path, [pupil(), *children(8)], "学籍名册2026.10.9.csv")
    upload = take_in(client, bureau["county"], again)
    assert upload.changes["sheets"][0]["doubtful"] == 0
    assert doubts[0].child_id in enrolled()
    assert Known.objects.count() == 10


def test_undoing_the_list_takes_its_decisions_along(bureau: Bureau, doubts: list[Doubt]) -> None:
    decide(bureau["owner"], doubts[0], "same")
    logged_in(bureau["owner"]).post(f"/lists/{doubts[0].upload_id}/undo")
    assert Upload.objects.get(pk=doubts[0].upload_id).state == "undone"
    assert enrolled() == set()


def test_who_may_not_decide(bureau: Bureau, doubts: list[Doubt]) -> None:
    for user, status in ((bureau["stranger"], 404), (bureau["roll_keeper"], 403)):
        client = logged_in(user)
        assert client.get(f"/matches/{doubts[0].pk}").status_code == status
        for act in ("answer", "second"):
            answer = client.post(f"/matches/{doubts[0].pk}/{act}", {"answer": "same"})
            assert answer.status_code == status
    doubts[0].refresh_from_db()
    assert doubts[0].answer == ""


def test_two_valid_numbers_are_never_one_child(bureau: Bureau, tmp_path: Path) -> None:
    client = logged_in(bureau["owner"])
    known = Child("罗梓萱", BORN, 41, "女", "甲一镇", "甲县一小")
    take_in(client, bureau["county"], census(tmp_path, [*children(8), known]))
    doubt = Doubt(
        upload=Upload.objects.get(),
        county=bureau["county"],
        sheet=0,
        row=2 << 6,
        child=Known.objects.first(),
        key="x",
        probability=0.9,
        step="two_numbers",
        left=f'{{"id_number": "{number(BORN, 82)}"}}',
        right=f'{{"id_number": "{number(BORN, 84)}"}}',
    )
    doubt.save()
    answer = decide(bureau["owner"], doubt, "same")
    assert answer.status_code == 409
    assert "两个有效而不同的身份证号" in answer.content.decode()
    assert doubt.answer == ""

    # A guardian's number in the child's column is not the child's.
    doubt.left = f'{{"name": "某", "id_number": "{number("19850101", 1)}"}}'
    doubt.right = f'{{"id_number": "{number(BORN, 84)}", "guardian_id": "{number("19850101", 1)}"}}'
    doubt.save()
    shown = logged_in(bureau["owner"]).get(f"/matches/{doubt.pk}").content.decode()
    assert "左边填的是监护人的号码" in shown
    assert decide(bureau["owner"], doubt, "same").status_code == 302
    assert doubt.answer == "same"


def test_differences_are_marked_and_said() -> None:
    left = {"name": "罗梓萱", "id_number": number(BORN, 82), "sex": "F", "village": "石板村四组"}
    wrong = number(BORN, 82)[:13] + "9" + number(BORN, 82)[14:]
    right = {"name": "罗子萱", "id_number": wrong, "sex": "F", "village": "石板村"}
    lines = {line.label: line for line in differences.lines(left, right)}
    assert lines["姓名"].left == [("罗", False), ("梓", True), ("萱", False)]
    assert lines["性别"].sign == "＝"
    id_line = lines["身份证件号"]
    assert id_line.say == "只差第14位；右边校验不符"
    assert "".join(text for text, _ in id_line.right) == "*" * 13 + "9" + wrong[14:].rjust(4, "*")
    assert [text for text, differs in id_line.left if differs] == [number(BORN, 82)[13]]
    assert lines["村（社区）"].sign == "≈"
    assert lines["村（社区）"].say == "右边少写"
