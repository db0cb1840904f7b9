"""What a place settled: the nearest word counts, dated, with its source; nothing is overwritten."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from invented_bureau import logged_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.bureau.rules import actions, queries
from notoneless.bureau.rules.declared import Rule, rules
from notoneless.bureau.rules.models import CalendarSpan, Setting
from notoneless.faults import Refusal
from notoneless.i18n import Text

KEY = "attendance.suspected_day"
SINCE = dt.date(2026, 9, 1)


def settle(place, value, since=SINCE, by=SYSTEM, key=KEY, **more):
    """With a source that nobody could take for a document."""
    more.setdefault("source", "甲县会议纪要（虚构）")
    return actions.settle(by=by, organisation=place, key=key, value=value, valid_from=since, **more)


def test_what_nobody_settled_has_its_default(bureau) -> None:
    assert queries.value(KEY, bureau["class"], SINCE) == 5
    held = {one.rule.key: one for one in queries.holding(bureau["county"], SINCE)}[KEY]
    assert (held.status, held.setting) == ("unverified", None)
    assert held.source


def test_the_nearest_word_counts_from_its_day_on(bureau) -> None:
    settle(bureau["city"], 8)
    settle(bureau["county"], 6)
    settle(bureau["county"], 7, dt.date(2026, 10, 1))
    assert queries.value(KEY, bureau["class"], dt.date(2026, 8, 31)) == 5
    assert queries.value(KEY, bureau["class"], dt.date(2026, 9, 1)) == 6
    assert queries.value(KEY, bureau["school"], dt.date(2026, 10, 1)) == 7
    assert queries.value(KEY, bureau["other school"], dt.date(2026, 10, 1)) == 8
    settle(bureau["county"], None, dt.date(2026, 11, 1))
    assert queries.value(KEY, bureau["school"], dt.date(2026, 10, 31)) == 7
    assert queries.value(KEY, bureau["school"], dt.date(2026, 11, 1)) == 8


def test_many_places_are_asked_in_two_statements(bureau, django_assert_num_queries) -> None:
    settle(bureau["county"], 6)
    keys = [place.pk for place in bureau.places.values()]
    with django_assert_num_queries(2):
        found = queries.values(KEY, keys, SINCE)
    assert found[bureau["class"].pk] == 6
    assert found[bureau["other class"].pk] == 5
    assert found == {key: queries.value(KEY, key, SINCE) for key in keys}


def test_a_correction_keeps_what_stood(bureau) -> None:
    first = settle(bureau["county"], 6)
    second = settle(bureau["county"], 4)
    first.refresh_from_db()
    assert first.withdrawn_at is not None
    assert list(queries.history(bureau["county"], KEY)) == [second, first]
    assert queries.value(KEY, bureau["county"], SINCE) == 4
    assert Event.objects.filter(verb="rule.settled").count() == 2


@pytest.mark.parametrize("wrong", [0, 41, "五", "５", "", "1e3", "12345678901"])
def test_what_is_no_value_is_refused_with_what_would_be_one(bureau, wrong) -> None:
    with pytest.raises(Refusal) as refused:
        settle(bureau["county"], wrong)
    (fault,) = refused.value.faults
    assert fault.code == "B801"
    assert "1到40" in fault.next_step
    assert not Setting.objects.exists()


def test_without_source_nothing_is_settled(bureau) -> None:
    with pytest.raises(Refusal) as refused:
        settle(bureau["county"], 6, source="  ")
    assert refused.value.faults[0].code == "B802"
    with pytest.raises(Refusal):
        actions.settle_days(
            by=SYSTEM,
            organisation=bureau["county"],
            kind="holiday",
            first=SINCE,
            last=SINCE,
            name="停课",
            source="",
        )


def test_rights(bureau) -> None:
    settle(bureau["county"], 6, by=bureau["owner"])
    for name in ("stranger", "township_cadre", "school_head", "auditor"):
        with pytest.raises(PermissionDenied):
            settle(bureau["county"], 7, by=bureau[name])
    path = f"/rules/{bureau['county'].pk}/{KEY}"
    assert logged_in(bureau["owner"]).get(path).status_code == 200
    assert logged_in(bureau["stranger"]).get(path).status_code == 404
    assert logged_in(bureau["security_admin"]).get(path).status_code == 403
    school = logged_in(bureau["school_head"])
    assert school.get(path).status_code == 404
    assert "甲县会议纪要" in school.get(f"/rules/{bureau['school'].pk}/{KEY}").content.decode()
    refused = school.post(
        f"/rules/{bureau['school'].pk}/{KEY}",
        {"value": "9", "valid_from": "2026-09-01", "source": "自己定", "status": "unverified"},
    )
    assert refused.status_code == 403
    assert queries.value(KEY, bureau["school"], SINCE) == 6


def test_the_pages_tell_value_ground_and_history(bureau) -> None:
    browser = logged_in(bureau["owner"])
    place = f"/rules/{bureau['county'].pk}"
    assert browser.get("/rules").headers["Location"] == place
    sent = {"value": "6", "valid_from": "2026-09-01", "status": "verified"}
    page = browser.post(f"{place}/{KEY}", sent).content.decode()
    assert "写明依据" in page
    assert not Setting.objects.exists()
    sent["source"] = "甲县教〔2026〕0号（虚构）"
    assert browser.post(f"{place}/{KEY}", sent).status_code == 302
    page = browser.get(place).content.decode()
    assert "甲县教〔2026〕0号（虚构）" in page
    assert "已核对文件" in page
    assert browser.get(f"{place}?export=xlsx").headers["Content-Disposition"]
    assert browser.get(f"{place}?sort=-shown").status_code == 200
    assert browser.get(f"{place}/no.such_rule").status_code == 404


def test_the_calendar_of_a_place_and_below(bureau) -> None:
    day = dt.date(2026, 11, 23)

    def days(place, kind, name):
        return actions.settle_days(
            by=SYSTEM,
            organisation=bureau[place],
            kind=kind,
            first=day,
            last=day,
            name=name,
            source="通知（虚构）",
        )

    # Above after below: the lower place's word counts all the same.
    days("school", "school", "照常上课")
    closed = days("county", "holiday", "洪水停课")
    assert queries.calendar(bureau["class"]).is_school_day(day)
    assert not queries.calendar(bureau["sibling school"]).is_school_day(day)
    assert queries.calendar(bureau["other school"]).is_school_day(day)
    keys = [bureau[name].pk for name in ("class", "sibling school", "other school")]
    assert [one.is_school_day(day) for one in queries.calendars(keys).values()] == [
        True,
        False,
        True,
    ]
    with pytest.raises(Refusal):
        days("county", "holiday", "再定一次")
    actions.withdraw_days(by=bureau["owner"], span=closed)
    actions.withdraw_days(by=bureau["owner"], span=closed)
    assert queries.calendar(bureau["sibling school"]).is_school_day(day)
    assert Event.objects.filter(verb="calendar.withdrawn").count() == 1


def test_the_calendar_page(bureau) -> None:
    browser = logged_in(bureau["owner"])
    path = f"/rules/{bureau['county'].pk}/calendar"
    sent = {
        "kind": "term",
        "name": "2026年秋季学期",
        "first": "2026-09-01",
        "last": "2026-09-02",
        "source": "通知（虚构）",
        "status": "unverified",
    }
    assert "B805" in browser.post(path, sent).content.decode()
    assert "B804" in browser.post(path, {**sent, "last": "2026-08-02"}).content.decode()
    assert browser.post(path, {**sent, "last": "2027-01-29"}).status_code == 302
    span = CalendarSpan.objects.get()
    assert "2027-01-29" in browser.get(path).content.decode()
    assert queries.calendar(bureau["class"]).is_school_day(dt.date(2027, 1, 29))
    withdraw = f"/rules/calendar/{span.pk}/withdraw"
    assert logged_in(bureau["stranger"]).post(withdraw).status_code == 404
    assert browser.post(withdraw).status_code == 302
    assert not queries.calendar(bureau["class"]).is_school_day(dt.date(2027, 1, 29))


def test_every_declared_rule_is_sound(bureau) -> None:
    for rule in rules().values():
        assert rule.source
        assert rule.text.zh
        assert rule.text.en
        assert queries.value(rule.key, bureau["class"], SINCE) == rule.default


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit": "furlongs"},
        {"source": ""},
        {"status": "sure"},
        {"default": 99},
        {"default": "yes"},
        {"unit": "time", "default": "25:00"},
    ],
)
def test_a_rule_that_contradicts_itself_cannot_be_declared(wrong) -> None:
    sound = {"unit": "count", "default": 3, "source": "x", "status": "unverified", "most": 9}
    Rule(key="a.b", text=Text("甲"), **sound)
    with pytest.raises(ValueError, match=r"a\.b"):
        Rule(key="a.b", text=Text("甲"), **{**sound, **wrong})


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_eight_settle_the_same_at_once_and_one_stands(real_bureau) -> None:
    county = real_bureau["county"]

    def one(number: int) -> None:
        try:
            settle(county, number + 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    assert Setting.objects.filter(withdrawn_at__isnull=True).count() == 1
    assert Setting.objects.count() == 8
