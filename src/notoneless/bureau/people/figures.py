"""The figures of children: how many are in the register, how many are enrolled."""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.figures.kinds import Figure
from notoneless.bureau.people.models import Child, Identity
from notoneless.bureau.people.standing import ENROLLED_FIRST, RANK, When, persons, pick
from notoneless.bureau.people.timeline import word
from notoneless.i18n import N_


def _in_register(on: dt.date, known_on: dt.date | None) -> str:
    when = When(on, known_on)
    return f"""
        SELECT n.person AS record, coalesce(r.place_id, n.told_to) AS place FROM (
            SELECT p.person, min(s.organisation_id) AS told_to
            FROM people_identity f JOIN ({persons(when)}) p ON p.child = f.child_id
            JOIN people_source s ON s.id = f.source_id
            WHERE f.line = 'census' AND {when.holds("f")} GROUP BY p.person
        ) n LEFT JOIN ({pick("residence", "f.place_id", when)}) r ON r.person = n.person"""


def _enrolled(on: dt.date, known_on: dt.date | None) -> str:
    columns = "coalesce(f.school_id, s.organisation_id) AS seat, f.stage, f.roll_state"
    seats = pick("enrolment", columns, When(on, known_on), order=f"{ENROLLED_FIRST}, {RANK}")
    return (
        "SELECT person AS record, seat AS place, stage "
        f"FROM ({seats}) e WHERE roll_state IN ('', 'enrolled')"
    )


def names(keys: list[int]) -> dict[int, str]:
    """The name of each child, as it is called now; who has left the lists keeps the last name."""
    names = dict(Child.objects.filter(pk__in=keys).exclude(name="").values_list("pk", "name"))
    left = Identity.objects.filter(child__in=set(keys) - set(names), retracted_at__isnull=True)
    return {**dict(left.order_by("pk").values_list("child", "name")), **names}


FIGURES = (
    Figure(
        id="people.in_register",
        text=N_("户籍名单上的儿童"),
        unit=N_("人"),
        what=N_("户籍适龄儿童名单上的儿童，每人计一次，按住处归县"),
        records=_in_register,
        page="people:child",
        shown=names,
    ),
    Figure(
        id="people.enrolled",
        text=N_("在读学生"),
        unit=N_("人"),
        what=N_("学籍名册上状态为在读或未写状态的学生，每人计一次，按学校归县"),
        records=_enrolled,
        by=("county", "stage"),
        page="people:child",
        word=word,
        shown=names,
    ),
)
