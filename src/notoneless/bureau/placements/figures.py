"""Figures: placements of disabled children, admissions of migrant workers' children."""

from __future__ import annotations

import datetime as dt

from notoneless.bureau.figures.kinds import Figure
from notoneless.bureau.placements.models import Admission, Kind
from notoneless.i18n import N_, gettext


def _known(column: str, known_on: dt.date | None) -> str:
    return f" AND {column} < '{known_on + dt.timedelta(days=1)}'" if known_on else ""


def _placed(on: dt.date, known_on: dt.date | None) -> str:
    return f"""
        SELECT c.person_id AS record, p.school_id AS place, p.kind
        FROM placements_placement p JOIN people_child c ON c.id = p.child_id
        WHERE p.first <= '{on}' AND (p.last IS NULL OR p.last >= '{on}')
        {_known("p.entered_at", known_on)}"""


def _enrolled(on: dt.date, known_on: dt.date | None) -> str:
    return f"""
        SELECT a.child_id AS record, a.county_id AS place, a.funding, a.origin
        FROM placements_admission a
        WHERE a.state = 'enrolled' AND a.settled_on <= '{on}'{_known("a.settled_on", known_on)}"""


def _word(column: str, code: str) -> str:
    if column == "kind":
        return str(Kind(code).label)
    if column == "funding":
        return str(Admission.Funding(code).label)
    return gettext("外省") if code == "other" else gettext("本省外县")


FIGURES = (
    Figure(
        id="placements.placed",
        text=N_("特教安置的残疾儿童"),
        unit=N_("人"),
        what=N_(
            "登记了安置（特教学校、随班就读、特教班、送教上门）的残疾儿童，每人计一次，按负责的学校归县"
        ),
        records=_placed,
        by=("county", "kind"),
        page="placements:child",
        permission="placement.see",
        word=_word,
    ),
    Figure(
        id="placements.migrants_enrolled",
        text=N_("申请后入学的随迁子女"),
        unit=N_("人"),
        what=N_("提出入学申请、已经入学的随迁子女，每人计一次，按受理的县"),
        records=_enrolled,
        by=("county", "funding", "origin"),
        page="people:child",
        permission="admission.see",
        word=_word,
    ),
)
