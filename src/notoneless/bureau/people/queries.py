"""The only reads for others, scoped by who asks."""

from __future__ import annotations

from typing import TypeVar

from django.db import connection
from django.db.models import F, Q, QuerySet

from notoneless import vault
from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.people.matching import matching_table
from notoneless.bureau.people.models import Child, Fact, Identity
from notoneless.bureau.people.standing import When, pick

__all__ = ["children", "matching_table", "search", "standing_identity"]

F_ = TypeVar("F_", bound=Fact)


def children(by: User) -> QuerySet[Child]:
    """The children whom this person may see: living, at school or in class where they are responsible."""
    here = reach(by, "child.see")
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


def _first(table: type[F_], child: Child, when: When) -> F_ | None:
    facts = pick(table._meta.model_name or "", "f.id", when, within="asked")
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH asked AS (SELECT {int(child.person_id or child.pk)} AS person) {facts}"
        )
        found = cursor.fetchone()
    manager = table._default_manager.select_related("source")
    return manager.get(pk=found[1]) if found else None
