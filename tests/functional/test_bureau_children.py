"""A child's page, the list and the search, as the owner, a colleague and a stranger see them."""

from __future__ import annotations

import pytest
from invented_bureau import logged_in
from invented_children import number, row, taken_in

from notoneless.bureau.audit.models import Event
from notoneless.bureau.people.models import Child

pytestmark = pytest.mark.django_db


def everything(child: Child) -> list[str]:
    return [f"/children/{child.pk}{rest}" for rest in
            ("", "/need", "/number", "/exemption", "/correction", "/merge")]  # fmt: skip


def test_a_stranger_sees_nothing(bureau) -> None:
    taken_in(bureau, [row(1)])
    child = Child.objects.get()
    owner, stranger = logged_in(bureau["owner"]), logged_in(bureau["stranger"])
    for path in everything(child):
        assert owner.get(path).status_code == 200, path
        assert stranger.get(path).status_code == 404, path
    assert "陈小禾" not in stranger.get("/children").content.decode()
    found = stranger.post("/children/find", {"q": "陈小禾"}, follow=True)
    assert "2015-03-12" not in found.content.decode()


def test_no_number_stands_on_a_page(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")])
    owner = logged_in(bureau["owner"])
    child = Child.objects.order_by("pk")[0]
    owner.post("/children/find", {"q": number(1)})
    for path in [
        *everything(child),
        "/children",
        "/children/find?search=1",
        "/children?export=xlsx",
    ]:
        page = owner.get(path).content.decode("utf-8", "replace")
        for secret in (number(1), number(1, "19850101"), "13800000001", "四组17号"):
            assert secret not in page, path


def test_a_number_is_shown_for_a_purpose_that_is_logged(bureau) -> None:
    taken_in(bureau, [row(1)])
    child = Child.objects.get()
    owner = logged_in(bureau["owner"])
    page = owner.post(f"/children/{child.pk}/number", {"purpose": "核对公安户籍名单"})
    assert number(1) in page.content.decode()
    event = Event.objects.filter(verb="child.revealed").get()
    assert (event.purpose, event.subject) == ("核对公安户籍名单", str(child.pk))
    assert number(1) not in event.details
    assert number(1) not in owner.post(f"/children/{child.pk}/number", {}).content.decode()
    leader = logged_in(bureau["county_leader"])
    assert leader.post(f"/children/{child.pk}/number", {"purpose": "看看号码"}).status_code == 403


def test_reading_is_recorded(bureau) -> None:
    taken_in(bureau, [row(1)])
    child = Child.objects.get()
    logged_in(bureau["owner"]).get(f"/children/{child.pk}")
    assert Event.objects.filter(verb="child.read", subject=str(child.pk)).count() == 1


def test_need_is_shown_only_to_who_works_on_it(bureau) -> None:
    taken_in(bureau, [row(1)], "roll")
    child = Child.objects.get()
    taken_in(bureau, [{"row": 46, "child": child.pk, "name": "陈小禾"}], "rural_minimum")
    aid, teacher = logged_in(bureau["school_aid_officer"]), logged_in(bureau["class_teacher"])
    assert "农村低保 2026-09-01，第46行" in aid.get(f"/children/{child.pk}").content.decode()
    page = teacher.get(f"/children/{child.pk}")
    assert page.status_code == 200
    assert "农村低保" not in page.content.decode()
    assert teacher.get(f"/children/{child.pk}/need").status_code == 403


def test_what_is_searched_for_stands_in_no_address(bureau) -> None:
    taken_in(bureau, [row(1), row(2), row(3, "陈小豆")])
    owner = logged_in(bureau["owner"])
    bar = owner.get("/").content.decode()
    assert '<form method="post" action="/children/find"' in bar
    answer = owner.post("/children/find", {"q": "陈"})
    assert (answer.status_code, answer["Location"]) == (302, "/children/find?search=1")
    page = owner.get(answer["Location"]).content.decode()
    assert "陈小豆" in page
    assert 'value="陈"' in page
    assert owner.get(answer["Location"]).content.decode().count("陈小豆") == page.count("陈小豆")
    found = owner.post("/children/find", {"q": number(3)}, follow=True)
    child = Child.objects.get(name="陈小豆")
    steps = [address for address, _ in found.redirect_chain]
    assert steps == ["/children/find?search=2", f"/children/{child.pk}"]
    assert "陈小豆" in owner.get("/children/find?search=1").content.decode(), "one can go back"


def test_a_search_belongs_to_its_session_and_is_kept_sealed(bureau) -> None:
    taken_in(bureau, [row(1), row(2), row(3)])
    owner, other = logged_in(bureau["owner"]), logged_in(bureau["owner"])
    for words in ["陈", number(1)] * 6:
        owner.post("/children/find", {"q": words})
    assert "这次查找的内容已经不在了" in other.get("/children/find?search=11").content.decode()
    assert "已经不在了" in owner.get("/children/find?search=1").content.decode(), "long ago"
    assert "陈" not in owner.get("/children/find?q=陈").content.decode().split("<main")[1]
    kept = str(dict(owner.session.items()))
    assert number(1) not in kept
    assert "陈" not in kept


def test_acts_on_the_page(bureau) -> None:
    taken_in(bureau, [row(1)])
    child = Child.objects.get()
    owner = logged_in(bureau["owner"])
    sent = {
        "excuse": "deferred",
        "valid_from": "2026-09-01",
        "until": "2027-08-31",
        "document": "甲教〔2026〕7号",
    }
    assert owner.post(f"/children/{child.pk}/exemption", sent).status_code == 302
    page = owner.get(f"/children/{child.pk}").content.decode()
    assert "甲教〔2026〕7号" in page
    assert "延缓入学" in page
    again = owner.post(f"/children/{child.pk}/exemption", sent)
    assert "B310" in again.content.decode()
    sent = {"name": "陈小荷", "sex": "F", "birth_date": "2015-03-12", "reason": "见户口簿"}
    assert owner.post(f"/children/{child.pk}/correction", sent).status_code == 302
    assert "陈小荷" in owner.get(f"/children/{child.pk}").content.decode()
