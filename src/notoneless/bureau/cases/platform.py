"""The national platform's lists (domain facts 1.5): what it sends down is answered row by row.

A list comes in through the intake like any other, so its names are matched by the product's own matching and
what is doubtful waits for a person there. Of each child that it then names either the records know where it is
(an answer, with what shows it), or there is a case. Nobody is left out: a row that matched nobody is a child of
whom only the platform has told, and has a case too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet

from notoneless.bureau.accounts.models import User
from notoneless.bureau.cases.codes import out_of_school
from notoneless.bureau.cases.models import CHILD, OPEN, Case, Ground, PlatformAnswer
from notoneless.bureau.cases.openings import Opening
from notoneless.bureau.cases.transitions import states
from notoneless.bureau.offers import found
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.people.models import Child, Circumstance, RollCall
from notoneless.bureau.people.standing import When
from notoneless.bureau.people.timeline import word as people_word
from notoneless.i18n import gettext

KIND = SOURCE = "platform"
"""What the list is called in the intake, and what cases call it."""

GUARANTEES = {"absent": "in_class", "no_place": "school_place"}
"""What is not kept, by the kind of case."""

RECENT = dt.timedelta(days=30)
"""A roll-call says where a child is for so long."""


def listed(by: User | None = None) -> QuerySet[Circumstance]:
    """The rows that the platform sent and that stand, newest list first; ``by``: of children in reach."""
    rows = Circumstance.objects.filter(kind=KIND, retracted_at__isnull=True)
    if by is not None:
        rows = rows.filter(child__person__in=people.children(by, "case.see"))
    return rows.select_related("child__person", "source").order_by(
        "-valid_from", "source", "row", "pk"
    )


@dataclass(frozen=True, slots=True)
class Work:
    """What came of rows that nobody answered yet: gaps for cases, and answers of the records."""

    openings: list[Opening]
    answers: list[PlatformAnswer]


def new(on: dt.date) -> Work:
    """Each row that has neither a case since it came nor an answer; nothing is written."""
    taken = Ground.objects.filter(
        source=SOURCE,
        case__subject_kind=CHILD,
        case__child=OuterRef("child__person"),
        last_seen_on__gte=OuterRef("valid_from"),
    )
    given = PlatformAnswer.objects.filter(
        child__person=OuterRef("child__person"), listed_on=OuterRef("valid_from")
    )
    rows = list(listed().filter(~Exists(taken), ~Exists(given)))
    known = answers({row.child.person_id or 0 for row in rows}, on)
    used, work, answered = _used(), Work([], []), set()
    for row in rows:
        child = row.child.person
        assert child is not None  # a key is its own root at least
        if (said := known.get(child.pk)) is not None:
            if (child.pk, row.valid_from) not in answered:
                answered.add((child.pk, row.valid_from))
                work.answers.append(
                    PlatformAnswer(
                        child=child,
                        listed_on=row.valid_from,
                        text=said.text[:200],
                        evidence=said.evidence[:300],
                        answered_on=on,
                    )
                )
            continue
        kind = "absent" if child.on_roll else "no_place"
        number = row.document[:40]
        if number in used:
            number = ""  # one of two cases has it; no row is lost for that
        used.add(number)
        work.openings.append(
            Opening(
                subject=child.pk,
                kind=kind,
                guarantee=GUARANTEES[kind],
                source=SOURCE,
                on=on,
                reason=gettext("国家平台{day}下发名单第{row}行").format(
                    day=row.valid_from, row=row.row
                ),
                home=child.home_id or row.source.organisation_id,
                platform_number=number,
            )
        )
    return work


def _used() -> set[str]:
    """The platform's numbers of cases in work."""
    rows = Case.objects.filter(OPEN).exclude(platform_number="")
    return set(rows.values_list("platform_number", flat=True))


def numbers() -> dict[int, str]:
    """By case in work that has none: the platform's number of its child, where no other case has it."""
    used, wanted = _used(), {}
    rows = listed().exclude(document="").values_list("child__person", "document")
    by_child = {int(child or 0): number[:40] for child, number in rows}
    for keys in chunks(by_child):
        cases = Case.objects.filter(
            OPEN, child__in=keys, platform_number="", kind__in=out_of_school()
        ).order_by("pk")
        for key, child in cases.values_list("pk", "child"):
            number = by_child[int(child or 0)]
            if number not in used:
                used.add(number)
                wanted[key] = number
    return wanted


# --- where the records know the child to be -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What the records say of a child that the platform suspects: in words, and what shows it."""

    text: str
    evidence: str


def answers(children: Collection[int], on: dt.date) -> dict[int, Answer]:
    """The children (keys) of whom the records know where they are; in a few statements for all."""
    told: dict[int, Answer] = {}
    cards = Child.objects.in_bulk(list(children))
    for child, (day, where) in _seen(children, on).items():
        card = cards[child]
        if card.on_roll:
            said = gettext("点名{day}到校").format(day=day) + where
            seat = f"{card.school_name}{card.class_name}"
            told[child] = Answer(gettext("在校：{school}").format(school=seat), said)
    for keys in chunks(children):
        rows = Circumstance.objects.filter(
            When(on).held, child__person__in=keys, kind__in=("excused", "elsewhere", "gone")
        ).select_related("child", "source__by")
        for row in rows:
            if row.until is not None and row.until < on:
                continue
            text, field = {
                "excused": (gettext("依法不在校：{what}"), "excuse"),
                "elsewhere": (gettext("在县外就读：{what}"), "elsewhere"),
                "gone": (gettext("已离开：{what}"), "gone"),
            }[row.kind]
            evidence = " ".join(filter(None, (row.document, str(row.source))))
            told[row.child.person_id or 0] = Answer(
                text.format(what=people_word(field, row.value)), evidence
            )
    return told


def _seen(children: Collection[int], on: dt.date) -> dict[int, tuple[dt.date, str]]:
    """Whom the newest roll-call saw in class, and when, if that was not long ago."""
    found_: dict[int, tuple[dt.date, str]] = {}
    newest: dict[int, tuple[dt.date, str]] = {}
    for app in found("class_days"):
        newest.update(app.last_words(children, on))
    for keys in chunks(children):
        rows = RollCall.objects.filter(
            child__person__in=keys, retracted_at__isnull=True, valid_from__lte=on
        ).order_by("valid_from", "pk")
        for child, day, said in rows.values_list("child__person", "valid_from", "attendance"):
            if day > newest.get(int(child or 0), (dt.date.min, ""))[0]:
                newest[int(child or 0)] = day, said
    for key, (day, said) in newest.items():
        if said == "present" and day >= on - RECENT:
            found_[key] = day, ""
    return found_


# --- a row of the page and of the file ----------------------------------------------------------------


def tell(rows: Sequence[Circumstance]) -> None:
    """Give each row what became of it: ``row.case``, ``row.answer``, and whether only the platform knows it."""
    children = {row.child.person_id or 0 for row in rows}
    cases, given = cases_of(children), {}
    for keys in chunks(children):
        for one in PlatformAnswer.objects.filter(child__person__in=keys).select_related("child"):
            given[one.child.person_id or 0, one.listed_on] = one
    for row in rows:
        child = row.child.person
        assert child is not None  # a key is its own root at least
        answer = given.get((child.pk, row.valid_from))
        row.answer = answer  # type: ignore[attr-defined]  # read by the columns
        row.case = cases.get(child.pk) if answer is None else None  # type: ignore[attr-defined]
        row.stranger = not (child.in_register or child.on_roll)  # type: ignore[attr-defined]


def cases_of(children: Iterable[int]) -> dict[int, Case]:
    """By child the case that answers the platform: the one in work, else the last."""
    found_: dict[int, Case] = {}
    for keys in chunks(children):
        rows = Case.objects.filter(child__in=keys, joined_to=None, kind__in=out_of_school())
        for case in rows.order_by(F("closed_on").asc(nulls_last=True), "pk"):
            found_[case.child_id or 0] = case
    return found_


def said_of(case: Case) -> str:
    """A case as an answer: its number and state."""
    return f"{case.number} {states()[case.state].text}"
