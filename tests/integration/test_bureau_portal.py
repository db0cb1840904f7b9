"""What is my child owed: the same rules as everywhere, plain answers, nothing kept."""

import datetime as dt

import pytest
from django.test import Client

from notoneless.bureau.aid import actions, drafting, rulebook
from notoneless.bureau.portal.answers import CIRCUMSTANCES, STAGES, Answers, answer

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 9, 21)


def told(**more):
    known = {
        "learns": "primary", "age": 8, "boards": False, "lists": frozenset(),
        "recognised": "none", "rural": True,
    } | more  # fmt: skip
    return {one.name.zh: one for one in answer(Answers(**known), DAY)}


LIVING = "家庭经济困难寄宿生生活补助"
LIVING_DAY = "家庭经济困难非寄宿生生活补助"


def test_a_boarder_of_a_poor_family_in_junior_school():
    found = told(learns="junior", age=13, boards=True, lists=frozenset({"rural_minimum"}))
    assert (found[LIVING].state, found[LIVING].fen) == ("owed", 150_000)
    assert found[LIVING_DAY].state == "not_owed"


def test_a_day_pupil_of_the_four_classes_gets_half():
    found = told(lists=frozenset({"disabled"}))
    assert (found[LIVING_DAY].state, found[LIVING_DAY].fen) == ("owed", 62_500)
    assert found[LIVING].state == "not_owed"
    assert told(lists=frozenset({"orphan"}))[LIVING_DAY].state == "not_owed"


def test_who_does_not_know_is_neither_promised_nor_denied():
    unsure = told(boards=None, lists=None, recognised=None)
    assert unsure[LIVING].state == "depends"
    assert "住校" in unsure[LIVING].why
    assert told(boards=True, lists=None, recognised="general")[LIVING].state == "owed"


def test_what_is_waived_is_owed_also_where_the_fee_is_not_known():
    found = told(learns="senior", age=16, lists=frozenset({"rural_minimum"}))
    assert found["普通高中免学杂费"].state == "owed"
    assert found["普通高中免学杂费"].fen is None


@pytest.mark.parametrize("learns", list(STAGES))
@pytest.mark.parametrize("listed", [None, frozenset(), frozenset(CIRCUMSTANCES)])
def test_every_answer_has_words_and_no_money_for_schools(learns, listed):
    found = told(learns=learns, lists=listed, boards=None, recognised=None, rural=None)
    assert found
    assert all(one.why for one in found.values())
    assert all("公用经费" not in name for name in found)
    assert all(one.why.startswith("还要看") for one in found.values() if one.state == "depends")


def test_the_page_needs_no_login_keeps_nothing_and_says_what_is_wrong(db):
    from django.db import connection

    page = Client().get("/open/owed")
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    with connection.execute_wrapper(_no_writing):
        done = Client().post(
            "/open/owed",
            {
                "learns": "junior",
                "age": "13",
                "boards": "yes",
                "known": "some",
                "lists": ["orphan"],
            },
        )
    assert "1,500.00" in done.content.decode()
    wrong = Client().post("/open/owed", {"learns": "junior", "age": "130", "known": "some"})
    text = wrong.content.decode()
    assert wrong.status_code == 200
    assert "勾选在哪些名单上" in text


def _no_writing(execute, sql, params, many, context):
    assert not sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")), sql
    return execute(sql, params, many, context)


def test_the_page_answers_by_the_rules_in_force(bureau) -> None:
    """A raise that was approved today is what a family is told today; before, it was not."""
    asked = {"learns": "primary", "age": 8, "boards": "yes", "recognised": "none", "rural": "yes"}
    asked |= {"known": "some", "lists": ["rural_minimum"]}
    assert "1,250" in Client().post("/open/owed", asked).content.decode()
    text = drafting.with_value(
        rulebook.text(), "living_boarder_primary", since=dt.date(2026, 9, 1), value=140_000,
        source="虚构文件", status="unverified",
    )  # fmt: skip
    officer = bureau["city_officer"]
    change = actions.propose_change(by=officer, text=text, what="提高", source="虚构文件")
    actions.try_change(by=officer, change=change)
    assert "1,250" in Client().post("/open/owed", asked).content.decode()
    actions.approve_change(by=bureau["city_leader"], change=change)
    page = Client().post("/open/owed", asked).content.decode()
    assert "1,400" in page
    assert "1,250" not in page
