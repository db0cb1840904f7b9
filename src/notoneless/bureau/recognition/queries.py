"""The only reads for others, scoped by who asks; and what anyone may see by a code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models import When as WhenCase

from notoneless import rosters, vault
from notoneless.bureau import publication
from notoneless.bureau.accounts.models import Lineage, Organisation, User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.models import Child, Circumstance
from notoneless.bureau.people.standing import When
from notoneless.bureau.recognition.levels import lists
from notoneless.bureau.recognition.models import Application, Decision, Notice, Objection, Round
from notoneless.bureau.recognition.steps import LIVE
from notoneless.i18n import N_, gettext

NEXT = {
    "received": N_("学校评议小组正在评议，不用再交材料"),
    "reviewed": N_("评议已经完成，等学校公示"),
    "published": N_("正在公示，只公布姓名、学校、年级、班级；期满没有异议就认定"),
    "objected": N_("公示中有人提出异议，学校正在核实，会把结果告诉您"),
    "recognised": N_("资助按学期发放。家里情况变了，请告诉学校资助专干"),
    "refused": N_("到学校问原因；不同意，可以向县学生资助中心反映"),
    "withdrawn": N_("想再申请，请找班主任"),
    "joined": N_("孩子另有一份申请在办，到学校问那一份"),
}
"""What comes next, in words for a family, by the state of the application."""


def school_of(seat: Organisation) -> Organisation:
    """The school of a seat: itself, or the one a class stands under."""
    if seat.kind == Organisation.Kind.CLASS and seat.parent is not None:
        return seat.parent
    return seat


def fingerprint(code: str) -> str:
    """Of a guardian's code, however it is typed."""
    return vault.blind("application_code", "".join(code.replace("-", " ").split()).upper())


def applications(by: User, permission: str = "recognition.see") -> QuerySet[Application]:
    """The applications in reach, the newest first, each with ``level``: the newest not dropped one."""
    told = Decision.objects.filter(application=OuterRef("pk")).exclude(outcome="dropped")
    return (
        Application.objects.filter(seat__in=reach(by, permission))
        .select_related("child__person", "school", "seat", "notice", "received_by")
        .annotate(level=Subquery(told.order_by("-pk").values("level")[:1]))
        .order_by("-school_year", "-pk")
    )


def to_check(by: User, state: str, on: dt.date) -> QuerySet[Decision]:
    """What others proposed and this person must check, of applications in a state; a notice must be over."""
    found = Decision.objects.filter(
        outcome="",
        application__state=state,
        application__seat__in=reach(by, "recognition.publish"),
    ).exclude(proposed_by=by)
    return found.filter(application__notice__last__lt=on) if state == "published" else found


def of_round(one: Round) -> QuerySet[Application]:
    """The applications of a school's year."""
    return Application.objects.filter(school=one.school_id, school_year=one.school_year)


def rounds(by: User) -> QuerySet[Round]:
    """The schools' years in reach, the newest first."""
    return (
        Round.objects.filter(school__in=reach(by, "recognition.see"))
        .select_related("school")
        .order_by("-school_year", "school__name", "pk")
    )


def schools(by: User, permission: str) -> QuerySet[Organisation]:
    """The open schools where a person has a right."""
    return Organisation.objects.filter(
        pk__in=reach(by, permission), kind="school", valid_to__isnull=True
    ).order_by("name")


def counts(one: Round) -> dict[str, int]:
    """How many applications of a school's year stand where."""
    told = of_round(one).values_list("state").annotate(Count("pk"))
    return dict(told)


def notices(by: User) -> QuerySet[Notice]:
    """The notices of the schools in reach, the newest first, with how many ``names`` are on each."""
    on_it = Q(applications__state__in=("published", "objected", "recognised"))
    return (
        Notice.objects.filter(round__school__in=reach(by, "recognition.see"))
        .select_related("round__school", "opened_by")
        .annotate(names=Count("applications", filter=on_it))
        .order_by("-first", "-pk")
    )


def objections(by: User, permission: str = "recognition.see") -> QuerySet[Objection]:
    """The objections in reach, open ones first."""
    return (
        Objection.objects.filter(application__seat__in=reach(by, permission))
        .select_related("application__child__person", "recorded_by", "settled_by")
        .order_by("outcome", "recorded_at")
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """A child is on a list: which, since when, and which list of which day says so."""

    label: str
    since: dt.date
    source: str


def evidence(by: User | audit.Actor, child: Child) -> list[Listed]:
    """The lists that stand for a recognition and that name a child now; nothing for who may not know."""
    if (
        isinstance(by, User)
        and not people.children(by, "child.need").filter(pk=child.person_id or child.pk).exists()
    ):
        return []
    held = Circumstance.objects.filter(
        When.now().held, child__person=child.person_id or child.pk, kind__in=lists()
    ).select_related("source")
    return [_listed(one) for one in held.order_by("kind", "pk")]


def _listed(one: Circumstance) -> Listed:
    return Listed(str(rosters.kinds()[one.kind].label), one.valid_from, str(one.source))


def listed_children(by: User, school: Organisation) -> QuerySet[Child]:
    """The pupils of a school who are recognised by list, for who may know of it."""
    held = Circumstance.objects.filter(When.now().held, kind__in=lists())
    below = Lineage.objects.filter(above=school).values("below")
    return (
        people.children(by, "child.need")
        .filter(school__in=below, pk__in=held.values("child__person"))
        .order_by("grade", "class_name", "name", "pk")
    )


def tell_lists(children: Sequence[Child]) -> None:
    """Add ``listed`` to each child of a page: one statement."""
    held = Circumstance.objects.filter(
        When.now().held, child__person__in=[one.pk for one in children], kind__in=lists()
    ).select_related("source", "child")
    found: dict[int, list[Listed]] = {}
    for one in held.order_by("kind", "pk"):
        found.setdefault(one.child.person_id or one.child_id, []).append(_listed(one))
    for child in children:
        child.listed = found.get(child.pk, [])  # type: ignore[attr-defined]  # for the page


def of_person(person: int, school_year: int) -> QuerySet[Application]:
    """The live applications of a child (its root's key) in a year, the furthest first."""
    far = [WhenCase(state=state, then=at) for at, state in enumerate(reversed(LIVE))]
    return (
        Application.objects.filter(child__person=person, school_year=school_year, state__in=LIVE)
        .select_related("child__person")
        .annotate(behind=Case(*far))
        .order_by("behind", "received_at", "pk")
    )


# --- for anyone with a code ---------------------------------------------------------------------------


def open_notice(code: str, on: dt.date | None = None) -> Notice | None:
    """The notice at a random address while it is up."""
    return publication.up(Notice.objects.select_related("round__school"), code, on)


def names(notice: Notice) -> list[publication.Name]:
    """Who is on a notice now: a name that was withdrawn or refused is gone at once."""
    return publication.names(
        Child.objects.filter(
            merged__recognitions__notice=notice,
            merged__recognitions__state__in=("published", "objected", "recognised"),
        )
    )


@dataclass(frozen=True, slots=True)
class State:
    """What a guardian sees: the first character of the name, the state and what comes next, in words."""

    name: str
    state: str
    next_step: str


def state_of(code: str) -> State | None:
    """The state of the application with this code; None when there is none."""
    found = (
        Application.objects.filter(fingerprint=fingerprint(code))
        .select_related("child__person")
        .first()
    )
    if found is None:
        return None
    if found.state == "joined":  # what counts for the child is the one that goes on
        found = of_person(found.child.person_id or 0, found.school_year).first() or found
    child = found.child.person or found.child
    first = child.name[:1]
    return State(
        f"{first}*" if first else "*", found.get_state_display(), gettext(NEXT[found.state])
    )
