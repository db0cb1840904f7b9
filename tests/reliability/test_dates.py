"""The day it is, terms, school years and birthdays: the same in every zone, none twice, none missing.

The machine may stand in UTC, or think it is in Urumqi; the day is China's. Rules are asked on the days on
which they are easily wrong, and each naive version is seen to be wrong there.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from invented_aid import students
from invented_bureau import Bureau
from invented_children import number, row, taken_in

from notoneless import calendar
from notoneless.bureau.aid import actions as aid
from notoneless.bureau.aid.models import Award
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people.models import Child
from notoneless.bureau.sweeps import actions as sweeps
from notoneless.bureau.sweeps import nightly
from notoneless.bureau.sweeps.models import Night, Standing, Sweep
from notoneless.calendar import Term, of_age_window, parse_term, school_year_on, term_on
from notoneless.faults import Refusal
from notoneless.kernel.reference import age

ZONES = ("UTC", "Asia/Shanghai", "Asia/Urumqi")
DAY = dt.timedelta(days=1)
NEW_YEAR = dt.datetime(2026, 8, 31, 16, 30, tzinfo=dt.UTC)
"""Half past midnight of 1 September in China; in UTC still August."""


def in_zone(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()


@pytest.fixture(autouse=True)
def own_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    monkeypatch.undo()
    time.tzset()


def machines_day(moment: dt.datetime) -> dt.date:
    """The mutant: the day of whatever zone the machine is in."""
    return moment.astimezone().date()


def days_in_zones(
    day: Callable[[dt.datetime], dt.date], monkeypatch: pytest.MonkeyPatch
) -> set[dt.date]:
    found = set()
    for zone in ZONES:
        in_zone(zone, monkeypatch)
        found.add(day(NEW_YEAR))
    return found


def test_a_check_has_the_day_of_china_in_every_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert days_in_zones(calendar.today, monkeypatch) == {dt.date(2026, 9, 1)}
    assert len(days_in_zones(machines_day, monkeypatch)) == 2


# --- terms and school years -------------------------------------------------------------------------


def wrong_terms(term: Callable[[dt.date], Term]) -> list[str]:
    """Going through forty years day by day: a term that comes twice, is left out, or is not read back."""
    wrong, day, before = [], dt.date(2000, 9, 1), Term(2000, "spring")
    while day < dt.date(2040, 9, 1):
        now = term(day)
        if now != before:
            follows = (
                Term(before.year, "autumn")
                if before.season == "spring"
                else Term(before.year + 1, "spring")
            )
            if now != follows or now.first_day != day:
                wrong.append(f"{day}: {before} is followed by {now}")
            if parse_term(str(now)) != now or parse_term(now.label) != now:
                wrong.append(f"{now} is not read back")
            before = now
        day += DAY
    return wrong


def test_no_term_comes_twice_and_none_is_missing() -> None:
    assert not wrong_terms(term_on)


@pytest.mark.parametrize(
    "naive",
    [
        lambda day: Term(day.year, "autumn" if day.month >= 9 else "spring"),
        lambda day: term_on(day + DAY),
    ],
    ids=["January is spring", "a day early"],
)
def test_a_naive_term_is_caught(naive: Callable[[dt.date], Term]) -> None:
    assert wrong_terms(naive)


@pytest.mark.parametrize(
    ("day", "year"),
    [("2026-08-31", 2025), ("2026-09-01", 2026), ("2027-02-28", 2026), ("2028-02-29", 2027)],
)
def test_the_school_year_turns_on_the_first_of_september(day: str, year: int) -> None:
    assert school_year_on(dt.date.fromisoformat(day)) == year


# --- birthdays --------------------------------------------------------------------------------------

BIRTHDAYS = [
    # born, years, the day on which they are complete
    ("2020-08-31", 6, "2026-08-31"),
    ("2020-09-01", 6, "2026-09-01"),
    ("2012-12-31", 14, "2026-12-31"),
    ("2008-09-01", 18, "2026-09-01"),
    ("2020-02-29", 6, "2026-03-01"),
    ("2012-02-29", 14, "2026-03-01"),
    ("2008-02-29", 18, "2026-03-01"),
    ("2008-02-29", 20, "2028-02-29"),
]


def wrong_birthdays(years: Callable[[dt.date, dt.date], int]) -> list[str]:
    """Not complete the day before, or not on the day."""
    wrong = []
    for born_text, complete, day_text in BIRTHDAYS:
        born, day = dt.date.fromisoformat(born_text), dt.date.fromisoformat(day_text)
        if (years(born, day - DAY), years(born, day)) != (complete - 1, complete):
            wrong.append(f"born {born}: {complete} on {day}")
    return wrong


def test_birthdays_of_six_fourteen_and_eighteen() -> None:
    assert not wrong_birthdays(age)


@pytest.mark.parametrize(
    "naive",
    [lambda born, day: (day - born).days * 4 // 1461, lambda born, day: day.year - born.year],
    ids=["days over 365.25", "years only"],
)
def test_a_naive_age_is_caught(naive: Callable[[dt.date, dt.date], int]) -> None:
    assert wrong_birthdays(naive)


def test_of_age_is_six_to_fourteen_on_the_last_of_august() -> None:
    """Two ways to say it, for every day of birth of sixteen years."""
    for year in (2025, 2026, 2027, 2028):
        first, last = of_age_window(year)
        born = dt.date(2010, 1, 1)
        while born < dt.date(2026, 1, 1):
            assert (first <= born <= last) == (6 <= age(born, dt.date(year, 8, 31)) < 15), born
            born += DAY


# --- the bureau -------------------------------------------------------------------------------------

EDGES = ["2010-08-31", "2010-09-01", "2011-08-31", "2011-09-01", "2012-02-29", "2019-08-31",
         "2019-09-01", "2020-02-29", "2020-08-31", "2020-09-01"]  # fmt: skip


def at_the_edges(bureau: Bureau) -> None:
    """Children on the register and on no roll, born where a school year begins or ends."""
    rows = [
        row(at, f"童{at}", birth_date=dt.date.fromisoformat(born),
            id_number=number(at, born.replace("-", "")))
        for at, born in enumerate(EDGES, 1)
    ]  # fmt: skip
    taken_in(bureau, rows, day=dt.date(2026, 8, 1))
    taken_in(bureau, [row(50, "在籍")], "roll", day=dt.date(2026, 8, 1))


def owed() -> set[str]:
    """Birth dates of the children who are owed a place, and have none."""
    return {
        standing.child.birth_date.isoformat()
        for standing in Standing.objects.filter(until=None).select_related("child", "pattern")
        if standing.pattern.outcomes.get(guarantee="school_place").verdict == "gap"
    }


def expected(day: dt.date) -> set[str]:
    first, last = of_age_window(school_year_on(day))
    return {born for born in EDGES if first <= dt.date.fromisoformat(born) <= last}


@pytest.mark.django_db
@pytest.mark.both_databases
def test_who_is_owed_a_place_changes_in_the_night_to_september(bureau: Bureau) -> None:
    at_the_edges(bureau)
    last, first = dt.date(2026, 8, 31), dt.date(2026, 9, 1)
    sweeps.sweep(by=SYSTEM, on=last)
    assert owed() == expected(last)
    sweeps.sweep(by=SYSTEM, on=first)
    assert owed() == expected(first) != expected(last)


@pytest.mark.django_db
@pytest.mark.both_databases
@pytest.mark.parametrize("zone", ZONES)
def test_a_sweep_is_of_chinas_day_in_every_zone(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    at_the_edges(bureau)
    in_zone(zone, monkeypatch)
    monkeypatch.setattr(timezone, "now", lambda: NEW_YEAR)
    sweeps.sweep(by=SYSTEM)
    assert owed() == expected(dt.date(2026, 9, 1))


@pytest.mark.django_db
def test_a_sweep_of_the_machines_day_is_caught(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_edges(bureau)
    in_zone("UTC", monkeypatch)
    monkeypatch.setattr(timezone, "localdate", lambda *_: machines_day(NEW_YEAR))
    sweeps.sweep(by=SYSTEM)
    assert owed() != expected(dt.date(2026, 9, 1))


@pytest.mark.django_db
@pytest.mark.both_databases
def test_a_clock_set_back_changes_nothing(bureau: Bureau, monkeypatch) -> None:
    """Neither the sweep nor the night is done again for a day that was, and nothing is lost by it."""
    at_the_edges(bureau)
    evening = NEW_YEAR + dt.timedelta(days=3)
    monkeypatch.setattr(timezone, "now", lambda: evening)
    nightly.run(timezone.localdate())
    before = list(Standing.objects.order_by("pk").values_list("child", "pattern", "since", "until"))
    assert len(before) == len(EDGES) + 1
    monkeypatch.setattr(timezone, "now", lambda: evening - dt.timedelta(days=2))
    with pytest.raises(Refusal, match="B5"):
        sweeps.sweep(by=SYSTEM)
    monkeypatch.setattr(timezone, "now", lambda: evening + dt.timedelta(hours=1))
    sweeps.sweep(by=SYSTEM)
    after = Standing.objects.order_by("pk").values_list("child", "pattern", "since", "until")
    assert list(after) == before
    assert Night.objects.count() == 1
    assert Sweep.objects.filter(state="done").count() == 2


@pytest.mark.django_db
@pytest.mark.both_databases
def test_no_term_is_awarded_twice_or_left_out(bureau: Bureau) -> None:
    """Proposed on each side of a term's end, again, and with the clock set back."""
    students(bureau, 3)
    each: dict[str, list[tuple[int, str]]] = {}

    def propose(day: str) -> None:
        aid.propose_term(by=SYSTEM, on=dt.date.fromisoformat(day))
        for term in set(Award.objects.values_list("term", flat=True)):
            found = Award.objects.filter(term=term, state="proposed").order_by("child", "policy")
            kept = list(found.values_list("child", "policy"))
            assert len(kept) == len(set(kept))
            assert each.setdefault(term, kept) == kept

    for day in ("2027-01-30", "2027-01-31", "2027-02-01", "2027-01-31", "2027-02-01"):
        propose(day)
    assert set(each) == {"2026-autumn", "2027-spring"}
    assert each["2026-autumn"]
    assert each["2026-autumn"] == each["2027-spring"]
    assert {child for child, _ in each["2027-spring"]} == set(
        Child.objects.values_list("pk", flat=True)
    )
    with pytest.raises(Refusal, match="S109"):
        propose("2027-01-30")
