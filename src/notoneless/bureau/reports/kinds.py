"""The kinds of reports (``kinds.toml``) and their periods."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from notoneless.bureau.language import term_name
from notoneless.calendar import Term, term_on
from notoneless.i18n import Text, gettext

PERIODS = {
    "month": re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
    "quarter": re.compile(r"(\d{4})-Q([1-4])"),
    "term": re.compile(r"(\d{4})-(spring|autumn)"),
    "year": re.compile(r"(\d{4})"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the four: whose (``at``, a kind of organisation), of which ``period``, which figures."""

    id: str
    text: Text
    at: str
    period: str
    due: str
    figures: tuple[str, ...]

    def period_of(self, day: dt.date) -> str:
        """The period that a day falls in: ``2026-11``, ``2026-Q4``, ``2026-autumn``, ``2026``."""
        if self.period == "month":
            return f"{day:%Y-%m}"
        if self.period == "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        return str(term_on(day)) if self.period == "term" else str(term_on(day).school_year)

    def before(self, period: str) -> str:
        """The period before."""
        return self.period_of(self.first(period) - dt.timedelta(days=1))

    def first(self, period: str) -> dt.date:
        """The first day of a period. ValueError when it is none of this kind."""
        found = PERIODS[self.period].fullmatch(period)
        if found is None:
            raise ValueError(period)
        year = int(found[1])
        if self.period == "month":
            return dt.date(year, int(found[2]), 1)
        if self.period == "quarter":
            return dt.date(year, 3 * int(found[2]) - 2, 1)
        if self.period == "term":
            return Term(year, "spring" if found[2] == "spring" else "autumn").first_day
        return dt.date(year, 9, 1)

    def last(self, period: str) -> dt.date:
        """The last day of a period."""
        first = self.first(period)
        if self.period == "month":
            return first.replace(day=calendar.monthrange(first.year, first.month)[1])
        days = {"quarter": 100, "term": 230, "year": 380}[self.period]
        after = first + dt.timedelta(days=days)
        while self.period_of(after) != period:
            after -= dt.timedelta(days=1)
        return after

    def label(self, period: str) -> str:
        """As offices write it: 2026年11月, 2026年四季度, 2026秋, 2026学年."""
        first = self.first(period)
        if self.period == "month":
            return gettext("{year}年{month}月").format(year=first.year, month=first.month)
        if self.period == "quarter":
            return gettext("{year}年第{quarter}季度").format(
                year=first.year, quarter=(first.month + 2) // 3
            )
        if self.period == "term":
            return term_name(term_on(first))
        return gettext("{year}学年").format(year=first.year)


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by its id, in the order of the file."""
    rows = tomllib.loads(files(__package__).joinpath("kinds.toml").read_text("utf-8"))
    return {
        name: Kind(
            name,
            Text(row["zh"], row["en"]),
            row["at"],
            row["period"],
            row["due"],
            tuple(row["figures"]),
        )
        for name, row in rows.items()
    }
