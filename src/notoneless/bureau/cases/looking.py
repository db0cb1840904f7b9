"""What the pages of cases show: a row of the list, the head of a case, a line of its timeline."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from notoneless import rosters
from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.queries import may
from notoneless.bureau.cases import grounds, moves, places, queries, timelines
from notoneless.bureau.cases.codes import positions, word
from notoneless.bureau.cases.deadlines import days_left
from notoneless.bureau.cases.models import Case, Entry, Responsible
from notoneless.bureau.cases.presence import Presence, presence
from notoneless.bureau.cases.transitions import Way, states, steps, ways, ways_from
from notoneless.bureau.language import space
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.actions import reveal
from notoneless.bureau.people.models import Child, Circumstance
from notoneless.bureau.people.panels import Panel, panels
from notoneless.bureau.people.standing import When
from notoneless.bureau.people.timeline import NEED
from notoneless.bureau.people.timeline import word as people_word
from notoneless.bureau.rules import queries as rules
from notoneless.calendar import SchoolCalendar
from notoneless.i18n import gettext

# --- a row ---------------------------------------------------------------------------------------------


def name(case: Case) -> str:
    """Of whom (or of what) it is."""
    return case.child.name if case.child else str(case.school or case.home or "")


def school(case: Case) -> str:
    """The school with the class."""
    place = case.school
    if place is None:
        return case.child.school_name if case.child else ""
    return f"{place.parent} {place}" if place.kind == "class" else str(place)


def state(case: Case) -> str:
    """The words of its state."""
    return str(states()[case.state].text)


def meaning(case: Case) -> str:
    """The colour of its state."""
    return states()[case.state].meaning


@lru_cache(maxsize=64)
def _calendar(county: int, day: dt.date, minute: int) -> SchoolCalendar:  # noqa: ARG001 - ages it
    return rules.calendar(county)


def calendar(county: int) -> SchoolCalendar:
    """A county's calendar, read anew each minute: a list asks for it at every row."""
    now = timezone.localtime()
    return _calendar(county, now.date(), now.hour * 60 + now.minute)


def left(case: Case) -> str:
    """How many school days are left, in words."""
    if not case.is_active:
        return ""
    days = days_left(case.deadline, timezone.localdate(), calendar(case.county_id))
    if days is None:
        return ""
    if days < 0:
        return gettext("逾期{days}天").format(days=-days)
    return gettext("还剩{days}天").format(days=days) if days else gettext("今天到期")


def step(case: Case) -> str:
    """How far up the lines it has climbed."""
    words = {1: gettext("村、班级"), 2: gettext("乡镇、学校"), 3: gettext("县")}
    return words[case.step]


def lead(case: Case) -> str:
    """Of which case a form is."""
    return f"{case.number} {name(case)}"


# --- the timeline --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline in words. ``struck``: a person decided that another one of the day stands."""

    entry: Entry
    line: str
    who: str
    what: str
    struck: bool = False

    @property
    def at(self) -> dt.datetime:
        """When it happened."""
        return timezone.localtime(self.entry.at)

    @property
    def written_day(self) -> str:
        """The day on which it arrived."""
        return f"{timezone.localtime(self.entry.written_at):%m-%d}"

    @property
    def late(self) -> bool:
        """It arrived a day or more after it happened: written without signal."""
        waited = self.entry.written_at - self.entry.at
        return self.entry.kind == "contact" and waited > dt.timedelta(days=1)


def line(entry: Entry, struck: frozenset[int] = frozenset()) -> Line:
    """A line in words."""
    lines = {"administration": gettext("行政线"), "education": gettext("教育线")}
    who = str(entry.by) if entry.by else gettext("系统")
    if entry.who:
        who = gettext("、").join((who, entry.who))
    shown = lines.get(entry.line, "" if entry.by else gettext("系统"))
    return Line(entry, shown, who, _what(entry), entry.pk in struck)


def _what(entry: Entry) -> str:
    said = entry.text.reveal() if entry.text else ""
    if entry.kind == "contact":
        next_step = entry.next_step.reveal() if entry.next_step else ""
        day = f"{entry.next_on:%m-%d}" if entry.next_on else ""
        parts = [
            gettext("{way}，{whom}。").format(
                way=word("ways", entry.way), whom=word("whom", entry.whom)
            ),
            said.rstrip("。.") + gettext("。"),
            word("results", entry.result) + gettext("。"),
            gettext("下一步：{day}{step}。").format(day=day, step=next_step)
            if next_step or day
            else "",
        ]
        return space().join(part.strip() for part in parts if part)
    if entry.kind == "moved":
        way = ways().get(entry.way or entry.code)
        reason = " ".join(
            f"{code} {word('reasons', code)}" if word("reasons", code) != code
            else word("placements", code)
            for code in entry.code.split()
        ) if entry.way else ""  # fmt: skip
        return gettext("。").join(
            filter(None, (str(way.text) if way else entry.code, reason, said))
        )
    if entry.kind == "document":
        kind, _, number = entry.code.partition(" ")
        done = {"issued": gettext("签发"), "served": gettext("送达")}.get(entry.result, "")
        return f"{done}《{word('documents', kind)}》{number}"
    told = {
        "opened": gettext("立案：{code}").format(code=_source(entry.code)),
        "gap_seen": gettext("又一处发现缺口：{code}").format(code=_source(entry.code)),
        "gap_back": gettext("再次发现缺口：{code}").format(code=_source(entry.code)),
        "gap_gone": gettext("{code}没有再发现缺口").format(code=word("sources", entry.code)),
        "climbed": gettext("{code}的期限已过，升上一级").format(code=entry.code),
        "handed_over": gettext("责任人有变动，已按岗位重新落实"),
        "joined": gettext("查明是同一个孩子，并入{code}").format(code=entry.code),
        "parted": gettext("查明不是同一个孩子，恢复单独办理"),
        "decided": gettext("判定同一天的两条：{code}").format(
            code={
                "both": gettext("两次都算"),
                "this": gettext("以后写的一条为准"),
                "other": gettext("以先写的一条为准"),
            }.get(entry.result, "")
        ),
    }
    return told.get(entry.kind, said)


def _source(code: str) -> str:
    """Who saw a gap, and the first day missed where it is known (`grounds.told`)."""
    source, _, since = code.partition(" ")
    said = word("sources", source)
    return gettext("{source}，{day}起未到校").format(source=said, day=since) if since else said


def timeline(case: Case) -> list[Line]:
    """Everything told of a case, the newest first."""
    entries = list(timelines.entries(case))
    struck = set()
    for one in entries:
        if one.kind == "decided" and one.about is not None:
            if one.result == "this" and one.about.beside_id:
                struck.add(one.about.beside_id)
            elif one.result == "other":
                struck.add(one.about_id or 0)
        elif one.kind == "contact" and one.about_id:
            struck.add(one.about_id)
    return [line(one, frozenset(struck)) for one in entries]


# --- one case ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Act:
    """Something this person can do now: a button."""

    text: str
    url: str


PRIMARY = {
    "suspected": ("contact",),
    "verified": ("persuade", "contact"),
    "persuading": ("contact",),
    "returned": ("place", "contact"),
    "watched": ("close", "contact"),
    "transferring": ("accept",),
    "outside": ("receipt",),
}
"""What the one button of a state is, for who may; the first that this person can do."""


def acts(by: User, case: Case) -> list[Act]:
    """What this person can do now, the most likely first; what the table does not allow is not shown."""
    if not case.is_active and not any(
        way.id == "reopen" for way in ways_from(case.state, case.kind)
    ):
        return []
    found: dict[str, Act] = {}
    if case.is_active and places.may(by, "case.write", case):
        address = reverse("cases:contact", args=(case.pk,))
        found["contact"] = Act(gettext("记一次家访或联系"), address)
    if case.joined_to_id is None:
        for way in ways_from(case.state, case.kind):
            if places.may(by, way.permission, case) and _ready(way, case):
                address = reverse("cases:move", args=(case.pk, way.id))
                found[way.id] = Act(str(way.text), address)
    first = next((key for key in PRIMARY.get(case.state, ()) if key in found), None)
    return (
        [found[first], *(a for key, a in found.items() if key != first)]
        if first
        else [*found.values()]
    )


def _ready(way: Way, case: Case) -> bool:
    """Not before the days of watching are over."""
    return "waited" not in way.evidence or timezone.localdate() >= moves.watched_until(case)


def stations(case: Case, lines: list[Line]) -> list[tuple[str, str, str]]:
    """The row of steps: each in words, whether it is behind, here or to come, and its day."""
    days = {"suspected": f"{case.opened_on:%m-%d}"}
    for one in reversed(lines):
        if one.entry.kind == "moved":
            days[one.entry.state] = f"{one.at:%m-%d}"
    here = states()[case.state].line or states()["persuading"].line
    return [
        (
            gettext("销号") if state.final else str(state.text),
            "here" if state.line == here else "behind" if state.line < here else "ahead",
            days.get(state.id, "") if state.line <= here else "",
        )
        for state in steps()
    ]


def page(by: User, case: Case) -> dict[str, Any]:
    """Everything on the page of a case."""
    child, when = case.child, When.now()
    lines = timeline(case)
    today = timezone.localdate()
    identity = people.standing_identity(child, when) if child else None
    offered: list[Panel] = panels(by, child, when) if child else []
    can = acts(by, case)
    return {
        "case": case,
        "name": name(case),
        "child": child,
        "identity": identity,
        "age": _age(child.birth_date, today) if child and child.birth_date else None,
        "sex": people_word("sex", child.sex) if child and child.sex else "",
        "school": school(case),
        "kind": word("kinds", case.kind),
        "since": grounds.missing_since(case),
        "state": states()[case.state],
        "attended": _attended(case, today),
        "left": left(case),
        "late": bool(case.deadline and case.deadline < today and case.is_active),
        "step": step(case),
        "next_step": case.next_step.reveal() if case.next_step else "",
        "reason": f"{case.reason_code} {word('reasons', case.reason_code)}"
        if case.reason_code
        else "",
        "placement": word("placements", case.placement),
        "acts": can,
        "stations": stations(case, lines),
        "grounds": [
            (one, word("sources", one.source)) for one in case.grounds.order_by("seen_on", "pk")
        ],
        "lines": lines,
        "contacts": sum(one.entry.kind == "contact" for one in lines),
        "doubts": timelines.in_doubt(case).count(),
        "duties": _duties(case, lines),
        "tasks": [
            (one, word("departments", one.department), one.what.reveal())
            for one in case.tasks.order_by("-pk")
        ],
        "documents": list(case.documents.select_related("issuer").order_by("pk")),
        "excuses": [
            (one, people_word("excuse", one.excuse))
            for one in (child.excuses.order_by("-pk") if child else ())
        ],
        "panels": [one for one in offered if one.template != OWN_PANEL],
        "may_write": places.may(by, "case.write", case) and case.is_active,
        "may_move": places.may(by, "case.move", case) and case.is_active,
        "may_reveal": child is not None
        and people.children(by, "child.reveal").filter(pk=child.pk).exists(),
        "today": today,
    }


def _attended(case: Case, on: dt.date) -> Presence | None:
    """What roll-calls show of a child who is said to be back, for the next step that asks for it."""
    asking = (way for way in ways_from(case.state, case.kind) if way.attended and case.is_active)
    return next((seen for way in asking if (seen := presence(case, way, on))), None)


OWN_PANEL = "cases/_child.html"


def _age(born: dt.date, on: dt.date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True)
class Duty:
    """A step of a line: where, who, what they did last."""

    place: str
    user: str
    last: str
    duty: str


def _duties(case: Case, lines: list[Line]) -> list[tuple[Duty | None, Duty | None]]:
    """Rows of both lines from the top: administration and education side by side."""
    last: dict[int, dt.datetime] = {}
    for told in lines:
        if told.entry.by_id:
            last.setdefault(told.entry.by_id, told.at)

    def duty(one: Responsible | None) -> Duty | None:
        if one is None:
            return None
        at = last.get(one.user_id or 0)
        return Duty(
            str(one.organisation),
            str(one.user or ""),
            f"{at:%m-%d}" if at else "",
            word("duties", one.duty),
        )

    return [
        (duty(both.get("administration")), duty(both.get("education")))
        for both in queries.responsible(case).values()
    ]


def ten_parts(by: User, case: Case) -> dict[str, Any]:
    """What the case file shows beyond the page: family, study record, aid (domain facts 1.11)."""
    child, when = case.child, When.now()
    if child is None:
        return {}
    need = may(by, "child.need", people.where(child))
    moved = [one for one in timeline(case) if one.entry.kind == "moved"]
    return {
        "home": people.home(child, when),
        "lists": _lists(child, when) if need else "",
        "ending": max(moved, key=lambda one: (one.entry.at, one.entry.pk))
        if moved and case.closed_on
        else None,
        "guardians": people.guardians(child, when),
        "siblings": people.siblings(by, child),
        "seat": people.seat(child, when),
        "roll_state": people_word("roll_state", seat.roll_state)
        if (seat := people.seat(child, when)) and seat.roll_state
        else "",
        "sees_need": need,
        "all_positions": positions(),
    }


def _lists(child: Child, when: When) -> str:
    """On which lists of need the child's family stands, in words; who may not know it is not asked for."""
    kinds = rosters.kinds()
    said = Circumstance.objects.filter(when.held, child__person=child, kind__in=NEED)
    listed = sorted(set(said.values_list("kind", flat=True)) & kinds.keys())
    return gettext("、").join(str(kinds[kind].label) for kind in listed)


# --- doors to knock on ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Door:
    """A child to visit: the case, the village, what was agreed and said last; the address when asked for."""

    case: Case
    name: str
    place: str
    state: str
    left: str
    next_step: str
    said: str
    late: bool
    key: uuid.UUID
    address: str = ""
    phone: str = ""


DOORS = 30
"""Doors on one page."""


def doors(by: User, on: dt.date) -> list[Door]:
    """The cases for which this person answers, those with a day agreed on first, then by deadline."""
    rows = queries.listed(by).filter(queries.mine(by), closed_on=None)
    found = []
    for case in rows.order_by(F("next_on").asc(nulls_last=True), "deadline", "pk")[:DOORS]:
        last = case.entries.filter(kind="contact").select_related("by").order_by("-at").first()
        found.append(
            Door(
                case,
                name(case),
                str(case.home or ""),
                state(case),
                left(case),
                case.next_step.reveal() if case.next_step else "",
                line(last).what if last else "",
                bool(case.deadline and case.deadline < on),
                uuid.uuid4(),
            )
        )
    return found


def revealed(by: User, found: list[Door], purpose: str) -> list[Door]:
    """The same doors with address and phone, for a purpose that goes to the log, child by child."""
    shown = []
    reached = set(
        people.children(by, "child.reveal")
        .filter(pk__in=[door.case.child_id for door in found])
        .values_list("pk", flat=True)
    )
    for door in found:
        child = door.case.child
        if child is None or child.pk not in reached:
            shown.append(door)
            continue
        numbers = reveal(by=by, child=child, purpose=purpose)
        shown.append(
            replace(door, address=numbers.get("address", ""), phone=numbers.get("phone", ""))
        )
    return shown
