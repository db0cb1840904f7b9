"""The figures of cases: in work, opened and closed in a school year, by state, kind and source."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from notoneless.bureau.cases.codes import word
from notoneless.bureau.cases.models import Case
from notoneless.bureau.cases.transitions import FIRST, active, states
from notoneless.bureau.figures.kinds import Figure, Period, Records
from notoneless.calendar import Term, term_on
from notoneless.i18n import N_


def _literal(moment: dt.datetime) -> str:
    return f"'{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S.%f}'"


def _end(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.max, timezone.get_default_timezone())


def _states(on: dt.date, known_on: dt.date | None) -> str:
    """The state of each case at the end of a day, by its timeline, as known at the end of another."""
    known = f"AND e.written_at <= {_literal(_end(known_on))}" if known_on else ""
    return f"""
        SELECT c.id AS record, c.county_id AS place, c.kind, c.source, c.deadline,
               coalesce(m.state, '{FIRST}') AS state
        FROM cases_case c LEFT JOIN (
            SELECT e.case_id, e.state,
                   row_number() OVER (PARTITION BY e.case_id ORDER BY e.at DESC, e.id DESC) AS rank
            FROM cases_entry e
            WHERE e.kind = 'moved' AND e.at <= {_literal(_end(on))} {known}
        ) m ON m.case_id = c.id AND m.rank = 1
        WHERE c.joined_to_id IS NULL AND c.opened_on <= '{on.isoformat()}' {_known(known_on)}"""


def _known(known_on: dt.date | None) -> str:
    return f"AND c.opened_at <= {_literal(_end(known_on))}" if known_on else ""


def _in_work(on: dt.date, known_on: dt.date | None) -> str:
    listed = ", ".join(f"'{name}'" for name in active())
    return f"SELECT * FROM ({_states(on, known_on)}) s WHERE state IN ({listed})"


def _closed(on: dt.date, known_on: dt.date | None) -> str:
    """Cases that reached their final state in the term of the day, until that day."""
    first = _begin(term_on(on))
    listed = ", ".join(f"'{name}'" for name, state in states().items() if state.final)
    return f"""SELECT s.* FROM ({_states(on, known_on)}) s WHERE s.state IN ({listed}) AND EXISTS (
        SELECT 1 FROM cases_entry e WHERE e.case_id = s.record AND e.kind = 'moved'
        AND e.state = s.state AND e.at >= {_literal(first)} AND e.at <= {_literal(_end(on))})"""


def _opened(on: dt.date, known_on: dt.date | None) -> str:
    first = term_on(on).first_day
    return f"""SELECT s.* FROM ({_states(on, known_on)}) s JOIN cases_case c ON c.id = s.record
        WHERE c.opened_on >= '{first.isoformat()}'"""


def _late(on: dt.date, known_on: dt.date | None) -> str:
    return f"SELECT * FROM ({_in_work(on, known_on)}) w WHERE w.deadline < '{on.isoformat()}'"


def _begin(term: Term) -> dt.datetime:
    return dt.datetime.combine(term.first_day, dt.time(), timezone.get_default_timezone())


def _word(column: str, code: str) -> str:
    if column == "state":
        return str(states()[code].text)
    sections = {"kind": "kinds", "source": "sources"}
    return word(sections[column], code) if column in sections else code


def _numbers(keys: list[int]) -> dict[int, str]:
    return dict(Case.objects.filter(pk__in=keys).values_list("pk", "number"))


def _figure(
    name: str, text: str, what: str, records: Records, by: tuple[str, ...], period: Period = "term"
) -> Figure:
    return Figure(
        id=f"cases.{name}",
        text=text,
        unit=N_("案"),
        what=what,
        records=records,
        by=("county", *by),
        period=period,
        page="cases:case",
        permission="case.see",
        word=_word,
        shown=_numbers,
    )


FIGURES = (
    _figure(
        "in_work", N_("在办个案"), N_("当天还没有销号的个案，并案只计一次"),
        _in_work, ("state", "kind", "source"), "day",
    ),
    _figure(
        "opened", N_("本学期立案"), N_("本学期第一天到当天立的个案"), _opened, ("kind", "source"),
    ),
    _figure(
        "closed", N_("本学期销号"), N_("本学期第一天到当天销号、当天仍是销号的个案"),
        _closed, ("state", "kind"),
    ),
    _figure(
        "late", N_("逾期个案"), N_("当天还没有销号、现在的期限在当天以前的个案"),
        _late, ("state",), "day",
    ),
)  # fmt: skip
