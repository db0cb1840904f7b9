"""Where a case is at home: who may see it and act on it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases.models import Case

AT_THE_COUNTY = frozenset(("case.close",))
"""Rights that count at the county that keeps the case, not at every place it touches."""


def may(by: User | audit.Actor, permission: str, case: Case) -> bool:
    """Has this person the right at the school, the home or the county of the case?

    To close it or hand it over, at the county that keeps it; to accept it, at the one it is offered to.
    """
    if by is audit.SYSTEM:
        return True
    if not isinstance(by, User):
        return False
    here = reach(by, permission)
    if permission == "case.accept":
        return here.filter(below=case.destination_id or 0).exists()
    if permission in AT_THE_COUNTY:
        return here.filter(below=case.county_id).exists()
    places = [key for key in (case.school_id, case.home_id, case.county_id) if key]
    return here.filter(below__in=places).exists()


def require(by: User | audit.Actor, permission: str, case: Case) -> None:
    """Refuse (`PermissionDenied`) who has not the right there."""
    if not may(by, permission, case):
        raise PermissionDenied


def within(by: User, permission: str) -> Q:
    """The cases at places where somebody has a right, those offered to them included."""
    here = reach(by, permission)
    return Q(home__in=here) | Q(school__in=here) | Q(county__in=here) | Q(destination__in=here)
