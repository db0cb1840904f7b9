"""The figures of a morning: how many were expected, there, missing by kind, and of how many nothing is known."""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.attendance.models import Half, State
from notoneless.bureau.attendance.roster import expected_seats
from notoneless.bureau.figures.kinds import Figure
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.standing import When
from notoneless.i18n import N_, gettext


def _calls(on: dt.date, known_on: dt.date | None) -> str:
    """The morning's calls that counted then."""
    known = When(on, known_on).known
    believed = (
        f"at <= {known} AND (replaced_at IS NULL OR replaced_at > {known})"
        if known
        else "replaced_at IS NULL"
    )
    return (
        "SELECT id, school_class_id FROM attendance_call "
        f"WHERE day = '{on}' AND half = '{Half.MORNING}' AND {believed}"
    )


def _expected(on: dt.date, known_on: dt.date | None) -> str:  # noqa: ARG001 - the cards are of today
    return f"SELECT child AS record, seat AS place FROM ({expected_seats(on)}) s"


def _marked(on: dt.date, known_on: dt.date | None) -> str:
    return f"""
        SELECT p.person_id AS record, c.school_class_id AS place, m.state
        FROM ({_calls(on, known_on)}) c JOIN attendance_mark m ON m.call_id = c.id
        JOIN people_child p ON p.id = m.child_id"""


def _missing(on: dt.date, known_on: dt.date | None) -> str:
    return f"SELECT * FROM ({_marked(on, known_on)}) k WHERE state <> '{State.LATE}'"


def _present(on: dt.date, known_on: dt.date | None) -> str:
    return f"""
        SELECT child AS record, seat AS place FROM ({expected_seats(on)}) s
        WHERE seat IN (SELECT school_class_id FROM ({_calls(on, known_on)}) c)
          AND child NOT IN (SELECT record FROM ({_missing(on, known_on)}) k)"""


def _not_called(on: dt.date, known_on: dt.date | None) -> str:
    return f"""
        SELECT child AS record, seat AS place FROM ({expected_seats(on)}) s
        WHERE seat NOT IN (SELECT school_class_id FROM ({_calls(on, known_on)}) c)"""


def _word(column: str, code: str) -> str:
    return str(dict(State.choices).get(code, code)) if column == "state" else gettext(code)


def _names(keys: list[int]) -> dict[int, str]:
    return dict(Child.objects.filter(pk__in=keys).values_list("pk", "name"))


FIGURES = tuple(
    Figure(
        id=f"attendance.{name}",
        text=text,
        unit=N_("人"),
        what=what,
        records=records,
        by=by,
        page="people:child",
        word=_word,
        shown=_names,
    )
    for name, text, what, records, by in (
        (
            "expected",
            N_("应到学生"),
            N_(
                "班级名单上应当在教室的学生，每人计一次；休学、送教上门、在外地就读、依法除外的不计"
            ),
            _expected,
            ("county",),
        ),
        (
            "present",
            N_("上午到课学生"),
            N_("上午点了名的班里到课的学生，迟到计为到课"),
            _present,
            ("county",),
        ),
        (
            "missing",
            N_("上午未到学生"),
            N_("上午点名未到的学生，分请假、无故未到和实习"),
            _missing,
            ("county", "state"),
        ),
        (
            "not_called",
            N_("上午没有点名的学生"),
            N_("上午没有点名的班里应到的学生，到没到不知道"),
            _not_called,
            ("county",),
        ),
    )
)
