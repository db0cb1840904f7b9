"""Maker and checker are two people, whatever roles they hold and whoever lent them."""

from __future__ import annotations

from notoneless.bureau.accounts.models import Lineage, Organisation, User
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.accounts.queries import assignments_in_force
from notoneless.bureau.aid import faults
from notoneless.bureau.audit import actions as audit
from notoneless.faults import Refusal


def require_another(
    by: User | audit.Actor, permission: str, at: Organisation, maker: int | None
) -> None:
    """Refuse who proposed it himself, and who only acts for the one who did.

    ``maker`` is the key of the user who proposed. A role that the maker lent to somebody is the maker's: a
    checker needs the right by a role of his own, or one lent by a third.
    """
    if not isinstance(by, User) or by.pk == maker:
        raise Refusal([faults.SAME_PERSON.at()])
    here = Lineage.objects.filter(below=at).values("above")
    own = assignments_in_force(by).filter(
        role__in=policy().roles_with(permission), organisation__in=here
    )
    if maker is not None:
        own = own.exclude(delegated_from__isnull=False, delegated_from__user_id=maker)
    if not own.exists():
        raise Refusal([faults.SAME_PERSON.at()])
