"""The figure of recognition: recognised students by level, school and county."""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.figures.kinds import Figure
from notoneless.bureau.people.figures import names
from notoneless.bureau.recognition.levels import word
from notoneless.calendar import school_year_on
from notoneless.i18n import N_


def _recognised(on: dt.date, known_on: dt.date | None) -> str:
    known = f" AND d.settled_at < '{known_on + dt.timedelta(days=1)}'" if known_on else ""
    return f"""
        SELECT record, place, school, level FROM (
            SELECT c.person_id AS record, a.seat_id AS place, a.school_id AS school, d.level,
                   row_number() OVER (PARTITION BY c.person_id
                                      ORDER BY d.settled_at DESC, d.id DESC) AS newest
            FROM recognition_decision d
            JOIN recognition_application a ON a.id = d.application_id
            JOIN people_child c ON c.id = a.child_id
            WHERE d.outcome = 'confirmed' AND d.valid_from <= '{on}'
              AND a.school_year = {school_year_on(on)}{known}
        ) n WHERE newest = 1 AND level <> 'none'"""


def _word(column: str, code: str) -> str:
    if column == "level":
        return word(code)
    if column != "school":
        return code
    return Organisation.objects.filter(pk=code).values_list("name", flat=True).first() or ""


FIGURES = (
    Figure(
        id="recognition.recognised",
        text=N_("认定的家庭经济困难学生"),
        unit=N_("人"),
        what=N_(
            "本学年经评议、公示认定的学生，每人计一次，按最近一次确认的档次；按名单认定的不在内"
        ),
        records=_recognised,
        by=("county", "school", "level"),
        period="year",
        page="people:child",
        permission="recognition.see",
        word=_word,
        shown=names,
    ),
)
