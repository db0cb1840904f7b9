"""Classes that a roll names: which of them the tree lacks, and to which each row of a roll belongs.

A class stands for one school year. Only schools whose roll is of this school year are looked at: before the
new roll is in, the children still stand in the classes of the year before.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from notoneless.bureau.accounts import tree
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people.contents import ROLLS
from notoneless.bureau.people.models import Source
from notoneless.bureau.people.places import class_name
from notoneless.calendar import school_year_on


@dataclass(slots=True)
class Named:
    """A class as the roll names it: its name in the tree, how many children, how the roll writes it.

    ``organisation``: the class of this school year that has the name; None when it lacks.
    """

    name: str
    children: int = 0
    written: set[tuple[int | None, str]] = field(default_factory=set)
    organisation: int | None = None


@dataclass(slots=True)
class SchoolClasses:
    """What is to be done in one school: children stand in no class of this year, old classes are open."""

    school: Organisation
    named: dict[str, Named] = field(default_factory=dict)
    old: list[Organisation] = field(default_factory=list)

    @property
    def lacking(self) -> list[Named]:
        """Those that the tree lacks, by name."""
        return sorted(
            (one for one in self.named.values() if one.organisation is None),
            key=lambda one: one.name,
        )

    @property
    def children(self) -> int:
        """How many children are waiting for their class."""
        return sum(one.children for one in self.named.values())


def year_begins(on: dt.date | None = None) -> dt.date:
    """The first day of the school year of a day (today)."""
    return dt.date(school_year_on(on or timezone.localdate()), 9, 1)


def waiting(by: User | audit.Actor, schools: Collection[int] | None = None) -> list[SchoolClasses]:
    """The schools in which this person may put up classes and children wait for theirs, by name."""
    begins = year_begins()
    mine = _schools(by)
    if schools is not None:
        mine = mine.filter(pk__in=schools)
    this_year = Source.objects.filter(
        line__in=ROLLS, list_date__gte=begins, undone_at__isnull=True
    ).exists()
    if not this_year:
        return []
    found = {one.pk: SchoolClasses(one) for one in mine}
    fresh: set[int] = set()
    for school, grade, written, children, newest in _unseated(begins, found):
        if school in found:
            name = class_name(grade, written)[:100]
            named = found[school].named.setdefault(name, Named(name))
            named.children += children
            named.written.add((grade, written))
            if str(newest)[:10] >= begins.isoformat():
                fresh.add(school)
    found = {key: one for key, one in found.items() if key in fresh}
    for one in Organisation.objects.filter(
        parent__in=found, kind="class", valid_to__isnull=True
    ).order_by("name"):
        if one.valid_from is not None and one.valid_from < begins:
            found[one.parent_id or 0].old.append(one)
        elif one.name in (named_here := found[one.parent_id or 0].named):
            named_here[one.name].organisation = one.pk
    return sorted(found.values(), key=lambda one: one.school.name)


def lock(by: User | audit.Actor, schools: Collection[int] | None) -> None:
    """Let nobody else put up classes in these schools meanwhile."""
    mine = _schools(by)
    tree.lock(mine if schools is None else mine.filter(pk__in=schools))


def _schools(by: User | audit.Actor) -> QuerySet[Organisation]:
    found = Organisation.objects.filter(kind="school", valid_to__isnull=True)
    if isinstance(by, User):
        return found.filter(pk__in=reach(by, "class.change"))
    return found if by is audit.SYSTEM else found.none()


def _unseated(
    begins: dt.date, schools: Iterable[int]
) -> list[tuple[int, int | None, str, int, object]]:
    """School, grade, class as written, how many children, the newest roll that says so.

    Of all children on a roll whose card leads to one of the schools but to none of its classes, or to an
    ended one or one of an earlier year. These are looked for first, place by place: mostly there are none, and
    every enrolment would be read for nothing.
    """
    ended = Q(valid_to__isnull=False) | Q(valid_from__lt=begins)
    places = [*schools]
    places += Organisation.objects.filter(ended, parent__in=places, kind="class").values_list(
        "pk", flat=True
    )
    if not places:
        return []
    lines = ", ".join(f"'{line}'" for line in sorted(ROLLS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH unseated AS MATERIALIZED (
                SELECT id, school_id, grade, class_name FROM people_child
                WHERE person_id = id AND on_roll AND class_name <> ''
                  AND school_id IN ({", ".join(map(str, places))}))
            SELECT CASE o.kind WHEN 'class' THEN o.parent_id ELSE o.id END AS school,
                   c.grade, c.class_name, count(DISTINCT c.id), max(s.list_date)
            FROM unseated c
            JOIN accounts_organisation o ON o.id = c.school_id
            JOIN people_enrolment f ON f.child_id = c.id AND f.retracted_at IS NULL
                 AND f.line IN ({lines})
            JOIN people_source s ON s.id = f.source_id
            GROUP BY 1, 2, 3"""
        )
        return list(cursor.fetchall())


def seat(schools: Collection[SchoolClasses]) -> set[int]:
    """Lead every row of a roll that goes on to the class it names, where that stands; whose rows (keys).

    Which class is meant was read out of the row before and is no word of its own: the row stays as it was
    said and only leads elsewhere.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS class_named")
        cursor.execute(
            "CREATE TEMP TABLE class_named "
            "(place BIGINT, grade INTEGER, written VARCHAR(40), class BIGINT)"
        )
        former = _former([one.school.pk for one in schools])
        rows = [
            (place, -1 if grade is None else grade, written, named.organisation)
            for one in schools
            for named in one.named.values()
            if named.organisation is not None
            for grade, written in named.written
            for place in (one.school.pk, *former[one.school.pk, named.name])
        ]
        cursor.executemany("INSERT INTO class_named VALUES (%s, %s, %s, %s)", rows)
        its = """people_enrolment.school_id = n.place AND people_enrolment.class_name = n.written
            AND coalesce(people_enrolment.grade, -1) = n.grade
            AND people_enrolment.retracted_at IS NULL AND people_enrolment.valid_to IS NULL"""
        cursor.execute(
            f"SELECT DISTINCT people_enrolment.child_id FROM people_enrolment, class_named n WHERE {its}"
        )
        children = {key for (key,) in cursor.fetchall()}
        cursor.execute(
            f"UPDATE people_enrolment SET school_id = n.class FROM class_named n WHERE {its}"
        )
        cursor.execute("DROP TABLE class_named")
    return children


def _former(schools: Collection[int]) -> dict[tuple[int, str], list[int]]:
    """The classes of these schools that are ended or of an earlier year, by school and name."""
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    earlier = Q(valid_to__isnull=False) | Q(valid_from__lt=year_begins())
    for key, school, name in Organisation.objects.filter(
        earlier, kind="class", parent__in=schools
    ).values_list("pk", "parent", "name"):
        if school is not None:
            found[school, name].append(key)
    return found
