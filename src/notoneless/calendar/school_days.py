"""On which days there is school: terms, weekends, holidays, working days made up for.

Deadlines and absences are counted in school days (domain facts 1.6), so both sides of every count stand
here: `SchoolCalendar.add` goes forward so many school days, `SchoolCalendar.count` says how many lie
between. A day is a day of the bureau's clock; moments become days before they come here.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal

from notoneless.calendar.terms import Season, Term, term_on
from notoneless.i18n import N_

Kind = Literal["term", "holiday", "school"]
Status = Literal["verified", "unverified"]

_FARTHEST = 366 * 6
"""Days looked at before giving up on finding a school day: longer than any count of the rules."""

_ONE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """What is settled of some days, both ends included: a term, days without school, or days with it.

    ``name`` is what people call it (国庆节), ``source`` and ``status`` why it holds.
    """

    kind: Kind
    first: dt.date
    last: dt.date
    name: str = ""
    source: str = ""
    status: Status = "unverified"

    def __post_init__(self) -> None:
        """Refuse a span that ends before it begins."""
        if self.last < self.first:
            raise ValueError(f"{self.name} ends {self.last} before it begins {self.first}")

    def __contains__(self, day: dt.date) -> bool:
        """Does the day lie in it?"""
        return self.first <= day <= self.last

    @property
    def term(self) -> Term:
        """The term that a span of the kind ``term`` is: the one its middle lies in."""
        return term_on(self.first + (self.last - self.first) / 2)


@dataclass(frozen=True)
class SchoolCalendar:
    """The school days of a place. ``spans`` are what it settled, the last of two about one day counts.

    A term that nobody settled has its usual days; outside of terms there is no school. Inside, what is
    settled of a day counts, then the national days, then the week.
    """

    spans: tuple[Span, ...] = ()

    def term_days(self, term: Term) -> Span:
        """First and last school day of a term, and why."""
        settled = [span for span in self.spans if span.kind == "term" and span.term == term]
        return settled[-1] if settled else term_days(term)

    def why(self, day: dt.date) -> Span | None:
        """What makes this day different from its day of the week; None when nothing does."""
        settled = [span for span in self.spans if span.kind != "term" and day in span]
        return settled[-1] if settled else national(day)

    def in_term(self, day: dt.date) -> bool:
        """Does the day lie in a term? A term that runs long or begins early counts with its own days."""
        term = term_on(day)
        return any(day in self.term_days(near) for near in (_before(term), term, _after(term)))

    def is_school_day(self, day: dt.date) -> bool:
        """Is there school on this day?"""
        if day not in self._asked:
            self._asked[day] = self._is_school_day(day)
        return self._asked[day]

    @cached_property
    def _asked(self) -> dict[dt.date, bool]:
        return {}

    def _is_school_day(self, day: dt.date) -> bool:
        settled = [span for span in self.spans if span.kind != "term" and day in span]
        if settled:
            return settled[-1].kind == "school"
        if not self.in_term(day):
            return False
        known = national(day)
        return known.kind == "school" if known else day.weekday() < 5

    def add(self, day: dt.date, n: int) -> dt.date:
        """The n-th school day after a day; before it for a negative n, the day itself for 0.

        For n ≥ 1, ``count(day + 1 day, add(day, n))`` is n. `OverflowError` when there are none in years.
        """
        step, left = (_ONE if n > 0 else -_ONE), abs(n)
        for _ in range(_FARTHEST + 2 * left):
            if not left:
                return day
            day += step
            left -= self.is_school_day(day)
        raise OverflowError(f"no {n} school days near {day}")

    def count(self, first: dt.date, last: dt.date) -> int:
        """How many school days there are from ``first`` to ``last``, both included; 0 when reversed."""
        return sum(1 for _ in self._between(first, last))

    def days(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """The school days from ``first`` to ``last``, both included, in order."""
        return list(self._between(first, last))

    def _between(self, first: dt.date, last: dt.date) -> Iterator[dt.date]:
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day = dt.date.fromordinal(ordinal)
            if self.is_school_day(day):
                yield day


def _before(term: Term) -> Term:
    return Term(term.year - 1, "autumn") if term.season == "spring" else Term(term.year, "spring")


def _after(term: Term) -> Term:
    return Term(term.year + 1, "spring") if term.season == "autumn" else Term(term.year, "autumn")


@dataclass(frozen=True, slots=True)
class _National:
    days: dict[dt.date, Span]
    every_year: frozenset[tuple[int, int]]
    terms: dict[Season, tuple[tuple[int, int], tuple[int, int]]]
    years: frozenset[int]
    source: str
    status: Status


def national(day: dt.date) -> Span | None:
    """What the national calendar says of a day: a holiday, a working day made up for, or nothing."""
    known = _national()
    if day.year in known.years:
        return known.days.get(day)
    if (day.month, day.day) in known.every_year:
        return Span("holiday", day, day, N_("法定节日"), known.source, known.status)
    return None


@cache
def term_days(term: Term) -> Span:
    """The usual first and last day of a term, where no place settled its own."""
    known = _national()
    first, last = (
        dt.date(term.year + (month < 8 and term.season == "autumn"), month, day)
        for month, day in known.terms[term.season]
    )
    return Span("term", first, last, term.label, known.source, known.status)


@cache
def _national() -> _National:
    content = tomllib.loads(files(__package__).joinpath("holidays.toml").read_text("utf-8"))
    source, status = content["source"], content["status"]
    days: dict[dt.date, Span] = {}
    for year in content["year"]:
        why = (year["source"], year["status"])
        for row in year["holidays"]:
            span = Span("holiday", row["first"], row["last"], row["name"], *why)
            days.update(dict.fromkeys(_each(span), span))
        for day in year["made_up"]:
            days[day] = Span("school", day, day, N_("调休上课"), *why)
    return _National(
        days,
        frozenset(map(_month_day, content["every_year"])),
        {
            season: (_month_day(ends["first"]), _month_day(ends["last"]))
            for season, ends in content["terms"].items()
        },
        frozenset(year["year"] for year in content["year"]),
        source,
        status,
    )


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def _each(span: Span) -> Iterable[dt.date]:
    return (span.first + n * _ONE for n in range((span.last - span.first).days + 1))
