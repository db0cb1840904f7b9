"""The only reads for others, scoped by who asks."""

from __future__ import annotations

from typing import TypeVar

from django.db import connection
from django.db.models import F, Q, QuerySet

from notoneless import vault
from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import reach
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


def children(by: User, permission: str = "child.see") -> QuerySet[Child]:
    """The children in reach of a person: living, at school or in class where they are responsible."""
    here = reach(by, permission)
    return Child.objects.filter(
        Q(home__in=here) | Q(school__in=here) | Q(attending__in=here), person=F("pk")
    )


def search(by: User, words: str) -> QuerySet[Child]:
    """Children in reach by name, pinyin initials, ID number, school or class; nothing for no words.

    A number finds whoever has or had it, by its blind index; it never reaches a log or an address.
    """
    words = words.strip()
    found = children(by)
    if not words:
        return found.none()
    if len(words) >= 15 and words[:-1].isdigit():
        index = vault.blind("id_number", words.upper())
        keys = Identity.objects.filter(id_index=index, retracted_at__isnull=True)
        return found.filter(pk__in=keys.values("child__person"))
    if words.isascii():
        return found.filter(initials__startswith=words.lower()).order_by("initials", "pk")
    named = Q(name__startswith=words)
    return found.filter(
        named | Q(school_name__startswith=words) | Q(school__name__startswith=words)
    ).order_by("name", "pk")


def standing_identity(child: Child, when: When | None = None) -> Identity | None:
    """Who the child is, by the word that counts; None when nothing stands."""
    return _first(Identity, child, when or When.now())


def child(by: User, key: int) -> Child | None:
    """A child in reach; None when there is none of the key, or not for this person."""
    return children(by).select_related("home", "school").filter(pk=key).first()


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
    return (
        children(by)
        .filter(Q(pk__in=there.values("child__person")) | Q(pk__in=theirs.values("child__person")))
        .exclude(pk=one.pk)
        .order_by("birth_date", "pk")
    )


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
