"""In how many payments the award of a term is paid, how much each is, and from when it may be paid.

A term has five months (September to January, February to June). The instalments share them out: of two the
first is due in the first month, the second in the third; of five one each month. The fen that cannot be shared
come with the first. Worked: 62,501 fen in two is 31,251 and 31,250, due on 1 September and on 1 November.
"""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.rules import queries as rules
from notoneless.calendar import Term

MONTHS = 5
"""Months of a term."""


def number(county: Organisation, on: dt.date) -> int:
    """In how many payments a county pays a term's award, as settled on a day."""
    found = rules.value("aid.instalments", county, on)
    assert isinstance(found, int)
    return found


def part(amount: int, instalments: int, which: int) -> int:
    """Fen of one instalment (the first is 1)."""
    each, rest = divmod(amount, instalments)
    return each + rest if which == 1 else each


def due_on(term: Term, instalments: int, which: int) -> dt.date:
    """The first day on which an instalment may be paid."""
    months = term.first_day.month - 1 + (which - 1) * MONTHS // instalments
    return dt.date(term.first_day.year + months // 12, months % 12 + 1, 1)


def due_by(term: Term, instalments: int, on: dt.date) -> int:
    """How many instalments are due on a day."""
    return sum(due_on(term, instalments, which) <= on for which in range(1, instalments + 1))
