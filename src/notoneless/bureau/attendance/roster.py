"""Who is expected in a class: enrolled there now, and lawfully nowhere else.

A class of the tree has the children whose card names it, and those whose card names its school with the
class's name. Who is taught at home, studies elsewhere, is excused or gone is not expected and no absentee;
pages show him with the reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Q, QuerySet

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.language import gettext_lazy as _
from notoneless.bureau.people.models import Child
from notoneless.bureau.people.standing import When, persons

GRADES = "一二三四五六七八九"

ELSEWHERE = {
    "suspended": _("休学"),
    "home": _("送教上门"),
    "elsewhere": _("在外地就读"),
    "attending": _("在别校借读"),
    "excused": _("依法除外"),
    "gone": _("已离开"),
    "left": _("学籍不在读"),
}
"""Lawful states in which nobody expects a child in this room, and what they are called."""


@dataclass(frozen=True, slots=True)
class Roster:
    """A class's children: ``expected`` in the order of their names, ``elsewhere`` with the state."""

    school_class: Organisation
    expected: tuple[Child, ...]
    elsewhere: tuple[tuple[Child, str], ...] = ()


def seated(school_class: Organisation) -> QuerySet[Child]:
    """Every child whose card says this class, expected or not."""
    grade, year, rest = school_class.name.partition("年级")
    named = Q(class_name=school_class.name)
    if year and grade in GRADES:
        named |= Q(grade=GRADES.index(grade) + 1, class_name=rest)
    return Child.objects.filter(
        Q(school=school_class.pk) | (Q(school=school_class.parent_id) & named),
        person=F("pk"),
        on_roll=True,
    ).order_by("initials", "name", "pk")


def expected(school_class: Organisation, on: dt.date) -> frozenset[int]:
    """The keys of those expected in a class on a day: `roster` without what a page shows."""
    rows = seated(school_class).order_by().values_list("pk", "attending_id")
    here = (None, school_class.pk, school_class.parent_id)
    keys = [key for key, attending in rows if attending in here]
    return frozenset(keys) - elsewhere(on, keys).keys()


def roster(school_class: Organisation, on: dt.date) -> Roster:
    """The children of a class on a day."""
    children = list(seated(school_class))
    away = elsewhere(on, [child.pk for child in children])
    for child in children:
        attending = child.attending_id
        if attending and attending not in (school_class.pk, school_class.parent_id):
            away.setdefault(child.pk, "attending")
    return Roster(
        school_class,
        tuple(child for child in children if child.pk not in away),
        tuple((child, str(ELSEWHERE[away[child.pk]])) for child in children if child.pk in away),
    )


def elsewhere(on: dt.date, children: Collection[int] | None = None) -> dict[int, str]:
    """Who of these children (None: of all) is lawfully not in the room, and which state that is.

    Special placement in a regular class is no reason to be away; suspended, taught at home, studying
    elsewhere, excused until a day, gone (domain facts 1.7) are.
    """
    if children is not None and not children:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_elsewhere(on, children))
        return dict(reversed(cursor.fetchall()))


def _elsewhere(on: dt.date, children: Collection[int] | None) -> str:
    when = When(on)
    inside = ", ".join(str(int(key)) for key in children or ())
    within = (
        f"AND f.child_id IN (SELECT id FROM people_child WHERE person_id IN ({inside}))"
        if inside
        else ""
    )
    # Few rows say such a thing, so each question begins with them, not with the children.
    return f"""
        WITH told AS (
            SELECT p.person, CASE WHEN f.roll_state = 'suspended' THEN 'suspended' ELSE 'left' END
                   AS state, 3 AS place
            FROM people_enrolment f JOIN ({persons(when)}) p ON p.child = f.child_id
            WHERE f.roll_state NOT IN ('', 'enrolled') AND {when.holds("f")} {within}
              AND NOT EXISTS (
                SELECT 1 FROM people_enrolment f JOIN people_child c ON c.id = f.child_id
                WHERE c.person_id = p.person AND f.roll_state IN ('', 'enrolled')
                  AND {when.holds("f")})
            UNION ALL
            SELECT p.person, 'home', 1
            FROM people_enrolment f JOIN ({persons(when)}) p ON p.child = f.child_id
            WHERE f.placement = 'home' AND {when.holds("f")} {within}
            UNION ALL
            SELECT p.person,
                   CASE f.kind WHEN 'special' THEN 'home'
                        WHEN 'excused' THEN CASE f.value WHEN 'suspended' THEN 'suspended' ELSE 'excused' END
                        ELSE f.kind END, 2
            FROM people_circumstance f JOIN ({persons(when)}) p ON p.child = f.child_id
            WHERE {when.holds("f")} {within}
              AND ((f.kind = 'special' AND f.value = 'home') OR f.kind IN ('elsewhere', 'gone')
                   OR (f.kind = 'excused' AND (f.until IS NULL OR f.until >= '{on}')))
        )
        SELECT person, state FROM told ORDER BY person, place"""


_WRITTEN = "CASE c.grade {} ELSE '' END || c.class_name".format(
    " ".join(f"WHEN {number} THEN '{digit}年级'" for number, digit in enumerate(GRADES, 1))
)


def seats(school: int | None = None, children: Collection[int] | None = None) -> str:
    """``SELECT child, seat``: the class (an organisation's key) of every child on a roll that has one.

    ``school`` narrows it to one school, ``children`` to these (keys). The same rule as `seated`, for all
    classes in one statement.
    """
    of_class = "" if school is None else f"AND o.parent_id = {int(school)}"
    of_school = "" if school is None else f"AND c.school_id = {int(school)}"
    standing = "c.person_id = c.id AND c.on_roll AND o.kind = 'class' AND o.valid_to IS NULL"
    if children is not None:
        standing += f" AND c.id IN ({', '.join(str(int(key)) for key in children) or 'NULL'})"
    return f"""
        SELECT c.id AS child, o.id AS seat, c.attending_id AS attending, o.parent_id AS school
        FROM people_child c JOIN accounts_organisation o ON o.id = c.school_id
        WHERE {standing} {of_class}
        UNION ALL
        SELECT c.id, o.id, c.attending_id, o.parent_id
        FROM people_child c JOIN accounts_organisation o
          ON o.parent_id = c.school_id AND o.name IN ({_WRITTEN}, c.class_name)
        WHERE {standing} AND c.class_name <> '' {of_school}"""


def expected_seats(
    on: dt.date, school: int | None = None, children: Collection[int] | None = None
) -> str:
    """`seats` less those whom nobody expects in the room."""
    return f"""
        SELECT child, seat FROM ({seats(school, children)}) s
        WHERE (attending IS NULL OR attending IN (seat, school))
          AND child NOT IN (SELECT person FROM ({_elsewhere(on, children)}) away)"""
