"""The only reads for others, scoped by who asks."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from django.db import connection
from django.db.models import F, Q, QuerySet

from notoneless import vault
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people.models import Child, Identity
from notoneless.bureau.people.standing import When, pick


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


def _first(table: Any, child: Child, when: When) -> Any:
    facts = pick(table._meta.model_name, "f.id", when, within="asked")
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH asked AS (SELECT {int(child.person_id or child.pk)} AS person) {facts}"
        )
        found = cursor.fetchone()
    return table._default_manager.select_related("source").get(pk=found[1]) if found else None


MATCHING = ("row", "name", "id_number", "birth_date", "sex", "guardian_name", "guardian_id",
            "phone", "township", "village", "school")  # fmt: skip


def matching_table(*, by: User | audit.Actor, organisation: Organisation) -> pa.Table:
    """Every child under an organisation as `identity` wants people; read in memory, never shown.

    Columns ``row`` (the child's key) and those of `identity.normalise.COLUMNS`, numbers in the clear.
    The reading is recorded.
    """
    raise NotImplementedError
