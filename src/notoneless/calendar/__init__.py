"""School years and terms, who is of age in them, and on which days there is school."""

from notoneless.calendar.school_days import SchoolCalendar, Span, Status, national, term_days
from notoneless.calendar.terms import (
    Season,
    Term,
    of_age_window,
    parse_term,
    school_year_on,
    term_on,
    today,
)

__all__ = [
    "SchoolCalendar",
    "Season",
    "Span",
    "Status",
    "Term",
    "national",
    "of_age_window",
    "parse_term",
    "school_year_on",
    "term_days",
    "term_on",
    "today",
]
