"""The only reads for others, scoped by who asks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.cases.models import (
    OPEN,
    Case,
    DepartmentTask,
    Document,
    Entry,
    Excuse,
    File,
    PublicWord,
    Responsible,
)
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.models import Child

WIDE = ("county", "city", "province")


def cases(by: User, permission: str = "case.see") -> QuerySet[Case]:
    """The cases at the places where somebody has a right; those offered to their county too."""
    here = reach(by, permission)
    if here.filter(above__kind__in=WIDE).exists():
        # Most cases are in reach: the sum hides the columns, so the planner begins with the order asked for.
        hidden = {f"at_{name}": F(f"{name}_id") + 0 for name in ("home", "school", "county")}
        rows = Case.objects.alias(**hidden)
        found = rows.filter(
            Q(at_county__in=here) | Q(at_home__in=here) | Q(at_school__in=here)
            | Q(destination__in=here)
        )  # fmt: skip
    else:
        found = Case.objects.filter(Q(home__in=here) | Q(school__in=here))
    return found


def listed(by: User) -> QuerySet[Case]:
    """The same with what a list shows, those due first."""
    return (
        cases(by)
        .filter(joined_to=None)
        .select_related("child", "school", "school__parent", "home", "county")
        .order_by(F("deadline").asc(nulls_last=True), "pk")
    )


def mine(by: User) -> Q:
    """The cases for which somebody answers on one of the lines."""
    answers = Responsible.objects.filter(case=OuterRef("pk"), user=by.pk, until=None)
    return Q(Exists(answers))


def turn(by: User) -> Q:
    """The cases that are now at this person's step of a line: theirs to work on today."""
    answers = Responsible.objects.filter(
        case=OuterRef("pk"), user=by.pk, until=None, step=OuterRef("step")
    )
    return Q(Exists(answers))


def without_person() -> Q:
    """Cases of which a step of a line is nobody's."""
    return Q(pk__in=Responsible.objects.filter(user=None, until=None).values("case"))


def of_child(by: User, child: Child) -> QuerySet[Case]:
    """The cases of one child, those in work first."""
    return cases(by).filter(child=child.person_id or child.pk).order_by("closed_on", "-pk")


def responsible(case: Case) -> dict[int, dict[str, Responsible]]:
    """Who answers now: by step from the top, by line. Keys of steps that neither line has are absent."""
    found: dict[int, dict[str, Responsible]] = {}
    rows = case.responsible.filter(until=None).select_related("user", "organisation")
    for one in rows.order_by("-step"):
        found.setdefault(one.step, {})[one.line] = one
    return found


def tasks(by: User, permission: str = "case.see") -> QuerySet[DepartmentTask]:
    """What departments were asked in cases in reach."""
    asked = _having(by, permission, DepartmentTask.objects.values("case"))
    return DepartmentTask.objects.filter(case__in=asked).select_related("case")


def _having(by: User, permission: str, few: QuerySet[Any, Any]) -> QuerySet[Case]:
    """The cases in reach among few (keys): the database begins with these, not with all in reach."""
    return cases(by, permission).filter(pk__in=few)


def documents(by: User, permission: str = "case.see") -> QuerySet[Document]:
    """The documents of cases in reach."""
    found = Document.objects.filter(
        case__in=_having(by, permission, Document.objects.values("case"))
    )
    return found.select_related("case", "case__child", "issuer")


def excuses(by: User, permission: str = "case.see") -> QuerySet[Excuse]:
    """Applications for lawful excuses of children in reach."""
    here = people.children(by, permission)
    return (
        Excuse.objects.filter(child__person__in=here)
        .select_related("child", "applied_by", "decided_by")
        .order_by("state", "until", "pk")
    )


def ending(by: User, on: dt.date, days: int) -> QuerySet[Excuse]:
    """Approved excuses that end within so many days."""
    last = on + dt.timedelta(days=days)
    return excuses(by, "excuse.apply").filter(state="approved", until__range=(on, last))


def files(by: User) -> QuerySet[File]:
    """Photos and scans of cases in reach, and of applications of children in reach."""
    return File.objects.filter(
        Q(case__in=cases(by)) | Q(excuse__child__person__in=people.children(by, "case.see"))
    )


def doubts(by: User) -> QuerySet[Entry]:
    """Contacts of one day by two people that this person may decide on."""
    decided = Entry.objects.filter(kind="decided", about__isnull=False).values("about")
    few = Entry.objects.filter(beside__isnull=False).values("case")
    return (
        Entry.objects.filter(beside__isnull=False, case__in=_having(by, "case.move", few))
        .exclude(pk__in=decided)
        .select_related("case", "beside")
    )


def public_words(by: User) -> QuerySet[PublicWord]:
    """What the public said, in the counties of this person; what waits for an answer first."""
    here = reach(by, "case.open")
    found = PublicWord.objects.filter(county__in=here).select_related("county", "case", "by")
    return found.order_by(F("answered_on").asc(nulls_first=True), "-pk")


def open_cases(by: User, permission: str = "case.see") -> QuerySet[Case]:
    """The cases in work."""
    return cases(by, permission).filter(OPEN)


def issuers(case: Case) -> QuerySet[Organisation]:
    """The offices above the child's home and school, from the lowest: one of them issues a document."""
    places = [key for key in (case.home_id, case.school_id, case.county_id) if key]
    found = Organisation.objects.filter(
        down__below__in=places, kind__in=("school", "village", "township", "county")
    )
    return found.distinct().order_by("kind", "name")
