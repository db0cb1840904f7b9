"""The ledgers of suspected dropouts and of dropouts (domain facts 1.11), told from the timelines of cases.

What stood on a day, as known at the end of another, is what the lines of the timeline that happened by the one
and were written by the other say; nothing else is asked.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.cases.codes import visits, word, words
from notoneless.bureau.cases.deadlines import Deadlines
from notoneless.bureau.cases.models import Case, Document, Entry, Responsible
from notoneless.bureau.cases.transitions import FIRST, active, states, ways
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.people.standing import When
from notoneless.bureau.reports.figures import DROPOUT, OF_CHILD, STATE, SUSPECTED, midnight, until
from notoneless.bureau.reports.ledger_people import Cells, Told
from notoneless.calendar import term_on
from notoneless.i18n import N_, gettext


def suspected(place: Organisation, when: When) -> QuerySet[Case]:
    """Cases of children suspected on that day, and those that were this school year, judged since."""
    return _cases(place, when, f"t.last IN {_listed(SUSPECTED)} OR t.opened_this_year = 1")


def dropout(place: Organisation, when: When) -> QuerySet[Case]:
    """Cases found to be dropouts by that day, in work on it or closed in its school year."""
    going_on = f"t.last IN {_listed(active())}"
    return _cases(place, when, f"t.was_out = 1 AND ({going_on} OR t.moved_this_year = 1)")


def _listed(states: Collection[str]) -> str:
    return "(" + ", ".join(f"'{state}'" for state in states) + ")"


def _told(when: When) -> str:
    """A condition over a line ``e``: it happened by the day, and was written by the one of knowing."""
    known = f" AND e.written_at < {until(when.known_on)}" if when.known_on else ""
    return f"e.at < {until(when.on)}{known}"


def _last(when: When, case: str) -> str:
    """The state of one case then."""
    return f"""coalesce((SELECT {STATE} FROM cases_entry e WHERE e.case_id = {case}
        AND ({STATE}) <> '' AND {_told(when)} ORDER BY e.at DESC, e.id DESC LIMIT 1), '')"""


def _cases(place: Organisation, when: When, condition: str) -> QuerySet[Case]:
    """The cases of a place of which their lines by then say so: one pass over the lines of that place."""
    begin = midnight(dt.date(term_on(when.on).school_year, 9, 1))
    below = f"SELECT below_id FROM accounts_lineage WHERE above_id = {int(place.pk)}"
    here = {
        "county": f"c.county_id = {int(place.pk)}",
        "school": f"c.school_id IN ({below})",
    }.get(place.kind, f"c.home_id IN ({below})")

    def ever(what: str) -> str:
        return f"max(CASE WHEN {what} THEN 1 ELSE 0 END) OVER (PARTITION BY e.case_id)"

    keys = f"""SELECT t.case_id FROM (
        SELECT e.case_id, {STATE} AS last,
               row_number() OVER (PARTITION BY e.case_id ORDER BY e.at DESC, e.id DESC) AS place,
               {ever(f"e.kind = 'opened' AND e.at >= {begin}")} AS opened_this_year,
               {ever(f"e.kind = 'moved' AND e.at >= {begin}")} AS moved_this_year,
               {ever(f"{STATE} IN {_listed(DROPOUT)}")} AS was_out
        FROM cases_case c JOIN cases_entry e ON e.case_id = c.id
        WHERE {OF_CHILD} AND c.joined_to_id IS NULL AND {here}
          AND e.kind IN ('opened', 'moved') AND {_told(when)}
    ) t WHERE t.place = 1 AND ({condition})"""
    # Only days, keys and states of our own tables are written into it.
    found = Case.objects.filter(pk__in=RawSQL(keys, ()))  # noqa: S611
    return found.select_related("county").order_by("opened_on", "pk")


def states_then(cases: Collection[int], when: When) -> dict[int, str]:
    """The state of each of these cases then; those that were not open yet, or closed, are left out."""
    found: dict[int, str] = {}
    for keys in chunks(cases):
        rows = Case.objects.filter(pk__in=keys).annotate(
            then=RawSQL(_last(when, "cases_case.id"), ())  # noqa: S611 - only days of our own
        )
        found.update(
            {key: state for key, state in rows.values_list("pk", "then") if state in active()}
        )
    return found


# --- a case as its timeline tells it -------------------------------------------------------------------


@dataclass(slots=True)
class Story:
    """What the lines of a case say until a moment, in the order in which they happened."""

    state: str = ""
    source: str = ""
    found_on: dt.date | None = None
    since: dt.date | None = None
    contacts: list[Entry] = field(default_factory=list)
    judged: Entry | None = None
    returned: Entry | None = None
    closed: Entry | None = None
    reason: str = ""
    placement: str = ""
    place: str = ""
    papers: dict[str, dict[str, dt.date]] = field(default_factory=dict)

    def add(self, one: Entry) -> None:
        """One line more."""
        day = timezone.localdate(one.at)
        if one.kind in ("opened", "gap_seen", "gap_back"):
            source, _, told = one.code.partition(" ")
            since = dt.date.fromisoformat(told) if told else None
            if one.kind == "opened" and not self.state:
                self.state, self.source, self.found_on = FIRST, source, day
            if one.kind == "gap_back":
                self.since = since or self.since
            elif since is not None:
                self.since = min(since, self.since or since)
        elif one.kind == "contact":
            self.contacts.append(one)
        elif one.kind == "document":
            self.papers.setdefault(one.code, {})[one.result] = day
        elif one.kind == "moved":
            self._move(one)

    def _move(self, one: Entry) -> None:
        if self.state == FIRST and self.judged is None:
            self.judged = one
        self.state = one.state
        for code in one.code.split():
            if code in words("reasons"):
                self.reason = code
            elif code in words("placements"):
                self.placement = code
        if one.way in ("hand_over", "hand_outside"):
            self.place = one.code.split()[-1] if one.code else ""
        if one.state == "returned":
            self.returned = one
        elif one.state in DROPOUT:
            self.returned = None
        self.closed = one if states()[one.state].final else None

    @property
    def judgement(self) -> str:
        """What the suspicion came to: back, lawful, or a dropout; "" while nobody knows."""
        if self.judged is None:
            return ""
        to = self.judged.state
        if to in DROPOUT:
            return gettext("辍学")
        return gettext("返校") if to in ("returned", "watched", "closed") else gettext("合法")


def stories(cases: Sequence[Case], when: When) -> dict[int, Story]:
    """What each case's lines, and those of the cases joined to it, tell by then."""
    found: dict[int, Story] = defaultdict(Story)
    roots = {case.pk: case.pk for case in cases}
    for keys in chunks(list(roots)):
        joined = Case.objects.filter(joined_to__in=keys).values_list("pk", "joined_to")
        roots.update({key: int(root or 0) for key, root in joined})
    for keys in chunks(roots):
        lines = Entry.objects.filter(case__in=keys, at__lt=_moment(when.on))
        if when.known_on is not None:
            lines = lines.filter(written_at__lte=when.end)
        for one in lines.select_related("by").order_by("at", "pk"):
            if one.kind == "moved" and one.case_id != roots[one.case_id]:
                continue  # the state is that of the case into which the other was joined
            found[roots[one.case_id]].add(one)
    return found


def _moment(day: dt.date) -> dt.datetime:
    """The first moment after a day."""
    return dt.datetime.combine(
        day + dt.timedelta(days=1), dt.time(), timezone.get_default_timezone()
    )


def fill(lot: Sequence[Case], when: When, need: bool) -> None:
    """Give each case its cells of both ledgers, ``row.ledger``; in some thirty statements for all."""
    told = Told([case.child_id for case in lot if case.child_id], when)
    known = stories(lot, when)
    people = _responsible(lot, when.on)
    papers = _papers(lot)
    days: dict[int, Deadlines] = {}
    for case in lot:
        story, child = known[case.pk], case.child_id or 0
        calendar = days.setdefault(case.county_id, Deadlines(case.county_id, when.on)).calendar
        first, last = (story.contacts[0], story.contacts[-1]) if story.contacts else (None, None)
        visited = next((one for one in story.contacts if one.way in visits()), None)
        until_day = timezone.localdate(story.returned.at) if story.returned else when.on
        judged, closed, seat = story.judged, story.closed, told.block(child)
        cells: Cells = {
            **seat,
            "source": word("sources", story.source),
            "found_on": story.found_on,
            "since": story.since,
            "days": calendar.count(story.since, until_day) if story.since else None,
            "first_contact": _said(first, word("ways", first.way)) if first else "",
            "visited_on": timezone.localdate(visited.at) if visited else None,
            "whereabouts": _whereabouts(story),
            "reason": f"{story.reason} {word('reasons', story.reason)}" if story.reason else "",
            "judged": story.judgement,
            "judged_on": timezone.localdate(judged.at) if judged else None,
            "judged_by": str(judged.by or gettext("系统")) if judged else "",
            "reported_on": _issued(story, "report"),
            "platform_number": case.platform_number,
            "seat_before": f"{seat['school']}{seat['grade']}{seat['class']}",
            "household": told.household(child) if need else "",
            "administration": people.get((case.pk, "administration"), ""),
            "education": people.get((case.pk, "education"), ""),
            "contacts": len(story.contacts),
            "last_contact": _said(last, word("results", last.result)) if last else "",
            "papers": "；".join(papers.get(case.pk, {}).get(code, _paper(code, at))
                               for code, at in story.papers.items()),
            "returned_on": timezone.localdate(story.returned.at) if story.returned else None,
            "placement": word("placements", story.placement),
            "after": _after(story),
            "closed_on": timezone.localdate(closed.at) if closed else None,
            "closed_by_evidence": " ".join(filter(None, (str(ways()[closed.way].text), closed.code)))
            if closed and closed.way in ways() else "",
            "reviewed_by": str(closed.by or "") if closed else "",
        }  # fmt: skip
        case.ledger = cells  # type: ignore[attr-defined]  # read by the columns


def _said(one: Entry, what: str) -> str:
    return f"{timezone.localdate(one.at)} {what}"


WHEREABOUTS = {"D2": N_("外出务工"), "D8": N_("在家或在培训机构"), "B2": N_("市内外县"),
               "B3": N_("省内市外"), "B4": N_("省外"), "B6": N_("境外"), "E1": N_("查无此人")}  # fmt: skip
"""What a reason says of where the child is; what was heard on visits stands in the case, not in a list."""


def _whereabouts(story: Story) -> str:
    return story.place or gettext(WHEREABOUTS.get(story.reason, ""))


def _issued(story: Story, kind: str) -> dt.date | None:
    days = [at.get("issued") for code, at in story.papers.items() if code.split()[0] == kind]
    return min((day for day in days if day), default=None)


def _paper(code: str, at: dict[str, dt.date]) -> str:
    """Kind, number, day served of a document."""
    kind, _, number = code.partition(" ")
    served = gettext("{day}送达").format(day=at["served"]) if "served" in at else gettext("未送达")
    return f"{word('documents', kind)} {number} {served}"


def _papers(cases: Sequence[Case]) -> dict[int, dict[str, str]]:
    """Of documents that were served: who served it, and whether there is a receipt; by case and code."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for keys in chunks([case.pk for case in cases]):
        rows = Document.objects.filter(case__in=keys, state="served").prefetch_related("files")
        for one in rows:
            receipt = any(file.name.startswith("receipt-") for file in one.files.all())
            code = f"{one.kind} {one.number}"
            served = {"served": one.served_on} if one.served_on else {}
            found[one.case_id][code] = "，".join((
                _paper(code, served), one.served_by,
                gettext("有回证") if receipt else gettext("无回证"),
            ))  # fmt: skip
    return found


def _after(story: Story) -> str:
    """How it went on after the child came back."""
    if story.state == "watched":
        return gettext("稳控中")
    if story.state == "closed":
        return gettext("稳定在校")
    if story.state == "returned":
        return gettext("待安置")
    return ""


def _responsible(cases: Sequence[Case], on: dt.date) -> dict[tuple[int, str], str]:
    """Who answered for each case that day at the first step of each line."""
    found: dict[tuple[int, str], str] = {}
    for keys in chunks([case.pk for case in cases]):
        rows = Responsible.objects.filter(
            Q(until__isnull=True) | Q(until__gte=on), case__in=keys, step=1, since__lte=on
        ).select_related("user", "organisation")
        for one in rows.order_by("since", "pk"):
            who = str(one.user) if one.user else gettext("没有责任人")
            found[one.case_id, one.line] = f"{one.organisation.name} {who}"
    return found
