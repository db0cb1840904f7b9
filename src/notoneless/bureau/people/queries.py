"""The only reads for others, scoped by who asks."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from django.db import connection
from django.db.models import F, Q, QuerySet

from notoneless import vault
from notoneless.bureau.accounts.models import Lineage, Organisation, User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.people.matching import matching_table
from notoneless.bureau.people.models import (
    Child,
    Enrolment,
    Fact,
    Guardian,
    Identity,
    Merge,
    Residence,
)
from notoneless.bureau.people.standing import ENROLLED_FIRST, RANK, When, pick

__all__ = [
    "child",
    "children",
    "counting",
    "guardians",
    "home",
    "matching_table",
    "merges",
    "search",
    "seat",
    "siblings",
    "standing_identity",
]

F_ = TypeVar("F_", bound=Fact)


FEW = 300
"""So many places are named in a statement one by one, three times over: under what any database allows."""


def children(by: User, permission: str = "child.see") -> QuerySet[Child]:
    """The children in reach of a person: living, at school or in class where they are responsible."""
    here = reach(by, permission)
    rows = Child.objects.filter(person=F("pk"))
    few = list(here[: FEW + 1])
    if len(few) > FEW:
        return _within(rows, here)
    # By name, so that both databases begin with the places; PostgreSQL reads every child for an OR of selects.
    return rows.filter(Q(home__in=few) | Q(school__in=few) | Q(attending__in=few))


def _within(rows: QuerySet[Child], here: QuerySet[Lineage, int]) -> QuerySet[Child]:
    """Those of ``rows`` who are at these places; the database must not begin with them.

    Where most children are in reach, or a name is the shorter way: the sum hides the column from the planner.
    """
    hidden = {f"at_{name}": F(f"{name}_id") + 0 for name in ("home", "school", "attending")}
    found = rows.alias(**hidden)
    return found.filter(Q(at_home__in=here) | Q(at_school__in=here) | Q(at_attending__in=here))


def search(by: User, words: str) -> QuerySet[Child]:
    """Children in reach by name, pinyin initials, ID number, school or class; nothing for no words.

    A number finds whoever has or had it, by its blind index; it never reaches a log or an address.
    """
    words = words.strip()
    here = reach(by, "child.see")
    found = _within(Child.objects.filter(person=F("pk")), here)
    if not words:
        return found.none()
    if len(words) >= 15 and words[:-1].isdigit():
        index = vault.blind("id_number", words.upper())
        keys = Identity.objects.filter(id_index=index, retracted_at__isnull=True)
        return found.filter(pk__in=keys.values("child__person"))
    if words.isascii():
        return found.filter(_begins("initials", words.lower())).order_by("initials", "pk")
    named = found.filter(_begins("name", words))
    if named.exists():
        return named.order_by("name", "pk")
    return _of_seats(by, words.split()).order_by("name", "pk")


def _of_seats(by: User, words: list[str]) -> QuerySet[Child]:
    """The children of the schools and classes that each word is part of: ``柳浦 2601班`` is one class."""
    found = children(by)
    for word in words:
        places = Organisation.objects.filter(
            pk__in=reach(by, "child.see"), kind__in=("school", "class"), name__contains=word
        )
        found = found.filter(school__in=Lineage.objects.filter(above__in=places).values("below"))
    return found


def _begins(field: str, words: str) -> Q:
    """A column begins with the words, so that an index helps: LIKE has none on SQLite."""
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": words, f"{field}__lt": words + "\U0010ffff"})
    return Q(**{f"{field}__startswith": words})


def standing_identity(child: Child, when: When | None = None) -> Identity | None:
    """Who the child is, by the word that counts; None when nothing stands."""
    return _first(Identity, child, when or When.now())


def child(by: User, key: int) -> Child | None:
    """A child in reach; None when there is none of the key, or not for this person."""
    rows = Child.objects.filter(person=F("pk"), pk=key)
    one = rows.select_related("home", "school").first()
    if one is None:
        return None
    # The child first, then whether it is in reach: a county's places need not be gone through for one.
    places = {one.home_id, one.school_id, one.attending_id} - {None}
    return one if reach(by, "child.see").filter(below__in=places).exists() else None


def seat(one: Child, when: When) -> Enrolment | None:
    """The row of a roll that counts."""
    return _first(Enrolment, one, when, order=f"{ENROLLED_FIRST}, {RANK}")


def home(one: Child, when: When) -> Residence | None:
    """Where the child lives, by the word that counts."""
    return _first(Residence, one, when)


def guardians(one: Child, when: When) -> list[Guardian]:
    """Who answers for the child: everyone that a list or a person names on the day, once."""
    facts = Guardian.objects.filter(when.held, child__person=one.person_id)
    found: dict[tuple[str, str | None], Guardian] = {}
    for fact in facts.order_by("-valid_from", "pk"):
        found.setdefault((fact.name, fact.id_index or fact.phone_index), fact)
    return list(found.values())


def siblings(by: User, one: Child) -> QuerySet[Child]:
    """Other children in reach of the same household, or with a guardian of the same number."""
    homes = Residence.objects.filter(
        child__person=one.person_id, retracted_at__isnull=True, household__isnull=False
    ).values("household")
    numbers = Guardian.objects.filter(
        child__person=one.person_id, retracted_at__isnull=True, id_index__isnull=False
    ).values("id_index")
    there = Residence.objects.filter(household__in=homes, retracted_at__isnull=True)
    theirs = Guardian.objects.filter(id_index__in=numbers, retracted_at__isnull=True)
    # Who they are first, a handful; then which of them are in reach.
    found: set[int] = set()
    for facts in (there, theirs):
        keys = facts.values_list("child__person", flat=True)
        found.update(key for key in keys if key and key != one.pk)
    return children(by).filter(pk__in=found).order_by("birth_date", "pk")


def merges(one: Child) -> QuerySet[Merge]:
    """What was merged into a child and still is."""
    return Merge.objects.filter(
        child__person=one.person_id, retracted_at__isnull=True
    ).select_related("by")


def _first(table: type[F_], one: Child, when: When, order: str = RANK) -> F_ | None:
    facts = pick(table._meta.model_name or "", "f.id", when, order=order, within="asked")
    with connection.cursor() as cursor:
        cursor.execute(f"WITH asked AS (SELECT {int(one.person_id or one.pk)} AS person) {facts}")
        found = cursor.fetchone()
    manager = table._default_manager.select_related("source")
    return manager.get(pk=found[1]) if found else None


def counting(
    table: type[F_], children: Collection[int], when: When, *, order: str = RANK
) -> dict[int, F_]:
    """The fact that counts of each of these children (keys of roots), many at once; who has none is left out."""
    found: dict[int, int] = {}
    facts = pick(table._meta.model_name or "", "f.id", when, order=order, within="asked")
    with connection.cursor() as cursor:
        for keys in chunks(children):
            asked = ", ".join(f"({int(key)})" for key in keys)
            cursor.execute(f"WITH asked(person) AS (VALUES {asked}) {facts}")
            found.update({row[0]: row[1] for row in cursor.fetchall()})
    rows: dict[int, F_] = {}
    for keys in chunks(found.values()):
        rows.update({row.pk: row for row in table._default_manager.filter(pk__in=keys)})
    return {child: rows[key] for child, key in found.items()}


def where(child: Child) -> int:
    """The organisation that answers for a child: the school or class, else the home; 0 for nobody's."""
    root = Child.objects.get(merged=child.pk)
    return root.school_id or root.home_id or 0
