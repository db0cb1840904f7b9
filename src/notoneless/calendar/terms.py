"""School years and terms, and who is of age in them.

A school year runs from 1 September to 31 August and has two terms (domain facts 0). The month in
which the spring term begins is by custom February; aid rules say "since spring 2024" and mean this.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import total_ordering
from typing import Literal

Season = Literal["spring", "autumn"]


@total_ordering
@dataclass(frozen=True)
class Term:
    """One of the two terms of a year: ``2026-autumn``. Ordered in time."""

    year: int
    season: Season

    def __post_init__(self) -> None:
        """Refuse any season but the two."""
        if self.season not in ("spring", "autumn"):
            raise ValueError(f"no such season: {self.season}")

    def __str__(self) -> str:
        """The stable form, ``2026-autumn``."""
        return f"{self.year}-{self.season}"

    def __lt__(self, other: Term) -> bool:
        """Spring comes before autumn of the same calendar year."""
        return (self.year, self.season == "autumn") < (other.year, other.season == "autumn")

    @property
    def label(self) -> str:
        """As offices write it: ``2026秋``."""
        return f"{self.year}{'秋' if self.season == 'autumn' else '春'}"

    @property
    def first_day(self) -> dt.date:
        """1 September or 1 February."""
        return dt.date(self.year, 9 if self.season == "autumn" else 2, 1)

    @property
    def school_year(self) -> int:
        """The calendar year in which the term's school year began."""
        return self.year if self.season == "autumn" else self.year - 1


_CHINA = dt.timezone(dt.timedelta(hours=8))


def today(moment: dt.datetime | None = None) -> dt.date:
    """The day it is in China, now or at a moment with a zone, wherever the machine thinks it stands.

    All of China has one time, without summer time since 1991.
    """
    return (moment or dt.datetime.now(_CHINA)).astimezone(_CHINA).date()


def term_on(day: dt.date) -> Term:
    """The term a day falls in; January still belongs to autumn, August to spring."""
    if day.month >= 9:
        return Term(day.year, "autumn")
    if day.month >= 2:
        return Term(day.year, "spring")
    return Term(day.year - 1, "autumn")


def school_year_on(day: dt.date) -> int:
    """The calendar year in which the school year of this day began."""
    return term_on(day).school_year


def of_age_window(school_year: int, entry_age: int = 6, years: int = 9) -> tuple[dt.date, dt.date]:
    """First and last birth date of children of compulsory age in this school year.

    Aged ``entry_age`` or more and less than ``entry_age + years`` on 31 August of the school year's
    first calendar year (domain facts 1.9): for 2026, born 2011-09-01 to 2020-08-31.
    """
    return (
        dt.date(school_year - entry_age - years, 9, 1),
        dt.date(school_year - entry_age, 8, 31),
    )


_TERM = re.compile(
    r"(?P<year>20\d\d)\s*(?:-\s*(?P<next>20\d\d))?\s*(?:学年|年)?\s*[-第]?\s*"
    r"(?P<season>autumn|spring|秋|春|上|下|一|二|1|2)"
)


def parse_term(text: str) -> Term | None:
    """Read ``2026-autumn``, ``2026秋``, ``2026年秋季学期``, ``2025-2026学年第二学期``; None if not a term."""
    found = _TERM.search(text)
    if not found:
        return None
    year = int(found["year"])
    autumn = found["season"] in ("autumn", "秋", "上", "一", "1")
    # "2025-2026学年第二学期" and "2025学年下" name the year in which the school year began or both.
    named_by_school_year = bool(found["next"]) or (
        found["season"] in ("下", "二", "2") and "学年" in text
    )
    if named_by_school_year and not autumn:
        year += 1
    return Term(year, "autumn" if autumn else "spring")
