"""The figures of reports and rates: children of age, enrolled ones, cases by what was known of them."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache, partial
from importlib.resources import files

from django.db import connection
from django.utils import timezone

from notoneless.bureau.cases.codes import out_of_school
from notoneless.bureau.cases.transitions import FIRST
from notoneless.bureau.figures.kinds import Figure, Records
from notoneless.bureau.people.figures import names
from notoneless.bureau.people.standing import ENROLLED_FIRST, RANK, When, persons, pick
from notoneless.calendar import term_on
from notoneless.i18n import N_

SUSPECTED = ("suspected",)
DROPOUT = ("verified", "persuading", "transferring", "outside")
"""States of a case (`cases/transitions.toml`): the suspected and the dropout ledger (domain facts 1.11)."""

RETURNED = ("returned",)
CLOSED = ("closed", "data_error", "excused", "elsewhere", "handed_out")
"""The child is in class again; nothing is owed any more."""

IN_SCHOOL = ("", "enrolled")
"""States of a roll that count; who is suspended counts again when he comes back (domain facts 1.9)."""

HIGHER = {
    "primary": ("primary", "junior", "senior", "vocational", "higher"),
    "junior": ("junior", "senior", "vocational", "higher"),
}
"""A stage and those above it."""


@cache
def ages() -> dict[str, tuple[int, int]]:
    """From which age to below which a child is of a stage, on 31 August (``ages.toml``)."""
    rows = tomllib.loads(files(__package__).joinpath("ages.toml").read_text("utf-8"))["ages"]
    return {stage: (row["from"], row["below"]) for stage, row in rows.items()}


def _born(stage: str, on: dt.date) -> tuple[dt.date, dt.date]:
    """First and last birthday of who is of age for a stage in the school year of a day (domain 1.9)."""
    youngest, below = ages()[stage]
    year = term_on(on).school_year
    return dt.date(year - below, 9, 1), dt.date(year - youngest, 8, 31)


def born_of_age(on: dt.date) -> tuple[dt.date, dt.date]:
    """First and last birthday of who is of age for compulsory education in the school year of a day."""
    return _born("compulsory", on)


def _of_age(stage: str, on: dt.date, known_on: dt.date | None) -> str:
    """Children of the register, of age: ``record``, ``place``."""
    when, (first, last) = When(on, known_on), _born(stage, on)
    return f"""
        SELECT n.person AS record, coalesce(r.place_id, n.told_to) AS place FROM (
            SELECT p.person, min(s.organisation_id) AS told_to
            FROM people_identity f JOIN ({persons(when)}) p ON p.child = f.child_id
            JOIN people_source s ON s.id = f.source_id
            WHERE f.line = 'census' AND {when.holds("f")} GROUP BY p.person
        ) n JOIN ({pick("identity", "f.birth_date", when)}) b ON b.person = n.person
        LEFT JOIN ({pick("residence", "f.place_id", when)}) r ON r.person = n.person
        WHERE b.birth_date >= '{first}' AND b.birth_date <= '{last}'"""


def _seats(on: dt.date, known_on: dt.date | None, stages: tuple[str, ...]) -> str:
    """Who is enrolled at one of these stages: ``person``, ``seat``, ``stage``."""
    columns = "coalesce(f.school_id, s.organisation_id) AS seat, f.stage, f.roll_state"
    seats = pick("enrolment", columns, When(on, known_on), order=f"{ENROLLED_FIRST}, {RANK}")
    listed = ", ".join(f"'{stage}'" for stage in stages)
    states = ", ".join(f"'{state}'" for state in IN_SCHOOL)
    return (
        f"SELECT person, seat, stage FROM ({seats}) e "
        f"WHERE roll_state IN ({states}) AND stage IN ({listed})"
    )


def _of_age_enrolled(stage: str, on: dt.date, known_on: dt.date | None) -> str:
    stages = HIGHER["primary" if stage == "compulsory" else stage]
    return f"""
        SELECT a.record, a.place FROM ({_of_age(stage, on, known_on)}) a
        JOIN ({_seats(on, known_on, stages)}) e ON e.person = a.record"""


def _pupils(stage: str, on: dt.date, known_on: dt.date | None) -> str:
    stages = ("primary", "junior") if stage == "compulsory" else (stage,)
    return f"SELECT person AS record, seat AS place FROM ({_seats(on, known_on, stages)}) e"


def _pupils_at_start(stage: str, on: dt.date, known_on: dt.date | None) -> str:
    """Those who were enrolled in October of the school year, when the rolls of September are in."""
    return _pupils(stage, min(on, dt.date(term_on(on).school_year, 10, 31)), known_on)


_OUT = ", ".join(f"'{kind}'" for kind in out_of_school())
OF_CHILD = f"c.kind IN ({_OUT}) AND c.child_id IS NOT NULL"
"""A condition over a case: it is of a child out of school; money owed has cases of its own kind."""

_PLACE = "coalesce(c.school_id, c.home_id, c.county_id)"


STATE = f"CASE WHEN e.kind = 'opened' THEN '{FIRST}' ELSE e.state END"
"""The state after a line of the timeline; "" where it says nothing of it."""


def midnight(day: dt.date) -> str:
    """The first moment of a local day, as an SQL literal that both databases compare rightly."""
    moment = dt.datetime.combine(day, dt.time.min, timezone.get_default_timezone())
    text = f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}"
    return f"'{text}'" if connection.vendor == "sqlite" else f"TIMESTAMPTZ '{text}+00'"


def until(day: dt.date) -> str:
    """The end of a local day: what is before this was of the day or earlier."""
    return midnight(day + dt.timedelta(days=1))


def _in_state(states: tuple[str, ...], on: dt.date, known_on: dt.date | None) -> str:
    """Children's cases whose last word on that day was one of these states."""
    listed = ", ".join(f"'{state}'" for state in states)
    known = f"AND e.written_at < {until(known_on)}" if known_on else ""
    return f"""
        SELECT c.id AS record, {_PLACE} AS place FROM cases_case c
        WHERE {OF_CHILD} AND c.joined_to_id IS NULL AND (
            SELECT {STATE} FROM cases_entry e
            WHERE e.case_id = c.id AND ({STATE}) <> '' AND e.at < {until(on)} {known}
            ORDER BY e.at DESC, e.id DESC LIMIT 1) IN ({listed})"""


def _begun(period: str, on: dt.date) -> dt.date:
    """The first day of the month, quarter, term or school year that a day lies in."""
    if period == "month":
        return on.replace(day=1)
    if period == "quarter":
        return dt.date(on.year, (on.month - 1) // 3 * 3 + 1, 1)
    return term_on(on).first_day if period == "term" else dt.date(term_on(on).school_year, 9, 1)


def _moved_in(period: str, states: tuple[str, ...], on: dt.date, known_on: dt.date | None) -> str:
    """Children's cases that came into one of these states in the period of the day, up to it."""
    listed = ", ".join(f"'{state}'" for state in states)
    known = f"AND e.written_at < {until(known_on)}" if known_on else ""
    return f"""
        SELECT DISTINCT c.id AS record, {_PLACE} AS place FROM cases_case c
        JOIN cases_entry e ON e.case_id = c.id
        WHERE {OF_CHILD} AND c.joined_to_id IS NULL AND {STATE} IN ({listed})
          AND e.at >= {midnight(_begun(period, on))} AND e.at < {until(on)} {known}"""


def _dropped_out(on: dt.date, known_on: dt.date | None) -> str:
    """Children who were found to be out of school in the school year up to the day, each once."""
    listed = ", ".join(f"'{state}'" for state in DROPOUT)
    known = f"AND e.written_at < {until(known_on)}" if known_on else ""
    return f"""
        SELECT c.child_id AS record, min({_PLACE}) AS place FROM cases_case c
        JOIN cases_entry e ON e.case_id = c.id
        WHERE {OF_CHILD} AND {STATE} IN ({listed})
          AND e.at >= {midnight(dt.date(term_on(on).school_year, 9, 1))} AND e.at < {until(on)} {known}
        GROUP BY c.child_id"""


FIVE_YEARS = 5


def _migrants(on: dt.date, known_on: dt.date | None) -> str:
    """Distinct migrant workers' children on a roll of compulsory education in the five school years to a day."""
    first = dt.date(term_on(on).school_year - FIVE_YEARS + 1, 9, 1)
    when = When(on, known_on)
    return f"""
        SELECT p.person AS record, min(coalesce(f.school_id, s.organisation_id)) AS place
        FROM people_enrolment f JOIN ({persons(when)}) p ON p.child = f.child_id
        JOIN people_source s ON s.id = f.source_id
        WHERE {when.believed("f")} AND f.stage IN ('primary', 'junior')
          AND f.valid_from <= '{on}' AND (f.valid_to IS NULL OR f.valid_to >= '{first}')
          AND (f.migrant OR f.child_id IN (
              SELECT m.child_id FROM people_circumstance m
              WHERE m.kind = 'migrant' AND {when.believed("m")} AND m.valid_from <= '{on}'
                AND (m.valid_to IS NULL OR m.valid_to >= '{first}')))
        GROUP BY p.person"""


def _case_numbers(keys: list[int]) -> dict[int, str]:
    from notoneless.bureau.cases.models import Case

    return dict(Case.objects.filter(pk__in=keys).values_list("pk", "number"))


def _people(id: str, text: str, what: str, records: Records) -> Figure:  # noqa: A002 - a figure's id
    return Figure(
        id=id,
        text=text,
        unit=N_("人"),
        what=what,
        records=records,
        page="people:child",
        shown=names,
    )


def _cases(id: str, text: str, what: str, records: Records) -> Figure:  # noqa: A002 - the same
    return Figure(
        id=id,
        text=text,
        unit=N_("案"),
        what=what,
        records=records,
        page="cases:case",
        permission="case.see",
        shown=_case_numbers,
    )


MOVED = (
    (SUSPECTED, "month", "suspected_new", N_("本月新增疑似辍学"), N_("当月1日到当天新立的个案")),
    (
        SUSPECTED,
        "quarter",
        "suspected_quarter",
        N_("本季新增疑似辍学"),
        N_("本季第一天到当天新立的个案"),
    ),
    (
        SUSPECTED,
        "term",
        "suspected_term",
        N_("本学期新增疑似辍学"),
        N_("本学期第一天到当天新立的个案"),
    ),
    (SUSPECTED, "year", "suspected_year", N_("本学年新增疑似辍学"), N_("9月1日到当天新立的个案")),
    (RETURNED, "month", "returned_new", N_("本月返校"), N_("当月1日到当天返校的个案")),
    (RETURNED, "quarter", "returned_quarter", N_("本季返校"), N_("本季第一天到当天返校的个案")),
    (RETURNED, "term", "returned_term", N_("本学期返校"), N_("本学期第一天到当天返校的个案")),
    (RETURNED, "year", "returned_year", N_("本学年返校"), N_("9月1日到当天返校的个案")),
    (CLOSED, "month", "closed_new", N_("本月销号"), N_("当月1日到当天销号的个案")),
    (CLOSED, "quarter", "closed_quarter", N_("本季销号"), N_("本季第一天到当天销号的个案")),
    (CLOSED, "term", "closed_term", N_("本学期销号"), N_("本学期第一天到当天销号的个案")),
    (CLOSED, "year", "closed_year", N_("本学年销号"), N_("9月1日到当天销号的个案")),
)
"""What came into a state in a period: the states, the period, the figure, its name, how it is counted."""

FIGURES = (
    _people(
        id="reports.of_age",
        text=N_("义务教育适龄儿童"),
        records=partial(_of_age, "compulsory"),
        what=N_("户籍名单上当年8月31日满六周岁、不满十五周岁的儿童，按住处归县"),
    ),
    _people(
        id="reports.of_age_enrolled",
        text=N_("适龄儿童在读"),
        records=partial(_of_age_enrolled, "compulsory"),
        what=N_("其中学籍状态为在读的（小学及以上学段），休学的复学以后再计"),
    ),
    _people(
        id="reports.primary_age",
        text=N_("小学学龄儿童"),
        records=partial(_of_age, "primary"),
        what=N_("户籍名单上当年8月31日达到小学学龄的儿童，按住处归县"),
    ),
    _people(
        id="reports.primary_age_enrolled",
        text=N_("小学学龄儿童已入学"),
        records=partial(_of_age_enrolled, "primary"),
        what=N_("其中在小学或以上学段在读的"),
    ),
    _people(
        id="reports.junior_age",
        text=N_("初中学龄儿童"),
        records=partial(_of_age, "junior"),
        what=N_("户籍名单上当年8月31日达到初中学龄的儿童，按住处归县"),
    ),
    _people(
        id="reports.junior_age_enrolled",
        text=N_("初中学龄儿童已入学"),
        records=partial(_of_age_enrolled, "junior"),
        what=N_("其中在初中或以上学段在读的"),
    ),
    _people(
        id="reports.primary_pupils",
        text=N_("小学在校生"),
        records=partial(_pupils, "primary"),
        what=N_("小学在读学生，不论年龄，按学校归县"),
    ),
    _people(
        id="reports.junior_pupils",
        text=N_("初中在校生"),
        records=partial(_pupils, "junior"),
        what=N_("初中在读学生，不论年龄，按学校归县"),
    ),
    _people(
        id="reports.pupils_at_start",
        text=N_("学年初在校生"),
        records=partial(_pupils_at_start, "compulsory"),
        what=N_("本学年10月31日（未到则当天）小学、初中在读学生，按学校归县"),
    ),
    _people(
        id="reports.dropped_out",
        text=N_("本学年辍学学生"),
        records=_dropped_out,
        what=N_("本学年核实为应在校而不在的儿童，每人计一次，返校的也计"),
    ),
    _cases(
        id="reports.suspected",
        text=N_("疑似辍学"),
        records=partial(_in_state, SUSPECTED),
        what=N_("到当天还没有核实的个案"),
    ),
    _cases(
        id="reports.dropout",
        text=N_("辍学在办"),
        records=partial(_in_state, DROPOUT),
        what=N_("到当天已核实、还没有返校的个案"),
    ),
    *(
        _cases(
            id=f"reports.{name}", text=text, what=what, records=partial(_moved_in, period, states)
        )
        for states, period, name, text, what in MOVED
    ),
    _people(
        id="enrolment.migrant_children",
        text=N_("五学年来在读的随迁子女"),
        records=_migrants,
        what=N_(
            "到这一天为止五个学年里在小学、初中在读过的进城务工人员随迁子女，每人计一次，按学校归县"
        ),
    ),
)
