"""School days: both sides of every count, and the days where calendars go wrong."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.calendar import SchoolCalendar, Span, Term, national, term_on

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2029, 12, 31))
ONE = dt.timedelta(days=1)


@st.composite
def calendars(draw: st.DrawFn) -> SchoolCalendar:
    """A calendar with some settled holidays and school days."""
    spans = []
    for kind in draw(st.lists(st.sampled_from(["holiday", "school"]), max_size=4)):
        first = draw(DAYS)
        spans.append(Span(kind, first, first + draw(st.integers(0, 12)) * ONE))
    return SchoolCalendar(tuple(spans))


def naive_add(_calendar: SchoolCalendar, day: dt.date, n: int) -> dt.date:
    """The mutant: knows weekends, but neither holidays nor terms."""
    while n:
        day += ONE
        n -= day.weekday() < 5
    return day


@given(calendars(), DAYS, st.integers(1, 60))
def test_adding_and_counting_are_inverse(calendar, day, n) -> None:
    there = calendar.add(day, n)
    assert calendar.is_school_day(there)
    assert calendar.count(day + ONE, there) == n
    assert calendar.count(day + ONE, there - ONE) == n - 1
    back = calendar.add(there, -n)
    assert back <= day
    assert calendar.count(back, there - ONE) == n


@given(calendars(), DAYS, st.integers(0, 400))
def test_days_are_counted_and_in_order(calendar, first, length) -> None:
    last = first + length * ONE
    days = calendar.days(first, last)
    assert calendar.count(first, last) == len(days) <= length + 1
    assert days == sorted(set(days))
    assert all(calendar.is_school_day(day) for day in days)


def test_the_mutant_counts_a_holiday_and_is_caught() -> None:
    before = dt.date(2026, 9, 30)
    assert SchoolCalendar().add(before, 1) == dt.date(2026, 10, 8)
    mutant = naive_add(SchoolCalendar(), before, 1)
    assert mutant != dt.date(2026, 10, 8)
    assert SchoolCalendar().count(before + ONE, mutant) == 0


@pytest.mark.parametrize(
    ("day", "school"),
    [
        ("2026-08-31", False),  # the last day of a school year, and the first of the next
        ("2026-09-01", True),
        ("2028-02-29", True),  # a Tuesday
        ("2026-10-01", False),
        ("2026-10-10", True),  # a Saturday made up for
        ("2026-09-20", True),  # a Sunday made up for
        ("2026-02-14", False),  # made up for at work, but in the winter holidays
        ("2026-11-21", False),
        ("2026-11-23", True),
        ("2026-12-31", True),
        ("2027-01-01", False),  # a year of which nothing is announced knows its fixed days
        ("2027-01-20", True),
        ("2027-01-21", False),
    ],
)
def test_days_that_are_easily_wrong(day: str, school: bool) -> None:
    assert SchoolCalendar().is_school_day(dt.date.fromisoformat(day)) is school


def test_a_settled_term_takes_the_place_of_the_usual_one() -> None:
    winter = Span("term", dt.date(2026, 8, 31), dt.date(2027, 1, 30), "2026秋")
    calendar = SchoolCalendar((winter,))
    assert calendar.is_school_day(dt.date(2026, 8, 31))
    assert calendar.is_school_day(dt.date(2027, 1, 29))
    assert calendar.term_days(Term(2026, "autumn")) == winter
    assert calendar.term_days(Term(2025, "autumn")) != winter


def test_of_two_words_about_a_day_the_later_counts() -> None:
    flood = Span("holiday", dt.date(2026, 11, 23), dt.date(2026, 11, 24), "洪水停课")
    back = Span("school", dt.date(2026, 11, 24), dt.date(2026, 11, 24), "复课")
    assert not SchoolCalendar((back, flood)).is_school_day(dt.date(2026, 11, 24))
    assert SchoolCalendar((flood, back)).is_school_day(dt.date(2026, 11, 24))
    assert not SchoolCalendar((flood, back)).is_school_day(dt.date(2026, 11, 23))


def test_where_no_school_is_the_count_ends() -> None:
    closed = SchoolCalendar((Span("holiday", dt.date(2000, 1, 1), dt.date(2100, 1, 1)),))
    with pytest.raises(OverflowError):
        closed.add(dt.date(2026, 9, 1), 1)
    with pytest.raises(ValueError, match="before it begins"):
        Span("holiday", dt.date(2026, 9, 2), dt.date(2026, 9, 1))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "Asia/Urumqi"])
def test_the_machine_s_zone_changes_nothing(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        test_days_that_are_easily_wrong("2026-09-01", True)
        assert SchoolCalendar().count(dt.date(2026, 9, 1), dt.date(2027, 1, 20)) == 97
    finally:
        monkeypatch.undo()
        time.tzset()


@given(DAYS)
def test_every_named_day_says_why(day: dt.date) -> None:
    known = national(day)
    if known:
        assert known.source
        assert known.status == "unverified"
        assert known.kind in ("holiday", "school")


@given(DAYS)
def test_each_school_day_lies_in_its_own_term(day: dt.date) -> None:
    if SchoolCalendar().is_school_day(day):
        assert day in SchoolCalendar().term_days(term_on(day))
