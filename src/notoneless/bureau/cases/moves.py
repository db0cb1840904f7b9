"""May a case go this way now: what the table asks for, and what of it is missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases.codes import words
from notoneless.bureau.cases.deadlines import Deadlines
from notoneless.bureau.cases.models import Case, Entry, Excuse
from notoneless.bureau.cases.presence import presence
from notoneless.bureau.cases.transitions import Way, states
from notoneless.i18n import N_, gettext

BY_PEOPLE = ("contact", "note", "moved")
"""Entries that somebody wrote."""

MISSING = {
    "contact": N_("至少一次联系或家访的记录"),
    "reason": N_("原因码"),
    "word": N_("一句说明"),
    "proof": N_("证明的文号"),
    "excuse": N_("已批准、还没有到期的依法除外"),
    "placement": N_("安置方式"),
    "destination": N_("转到哪里"),
    "second": N_("另一个人先记过情况（办的人不能自己复核自己）"),
    "waited": N_("稳控期还没有满"),
    "attended": N_("点名没有显示孩子到校，也没有写明凭什么认定在校"),
}
"""What a person reads when a piece of evidence is not there."""


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody who moves a case says with it.

    ``instead``: on what ground the child is known to be in class where roll-calls do not show it.
    """

    on: dt.date
    reason: str = ""
    word: str = ""
    proof: str = ""
    placement: str = ""
    destination: Organisation | None = None
    place: str = ""
    instead: str = ""

    @property
    def code(self) -> str:
        """The part of it that is no person's value, for the timeline."""
        parts = (self.reason, self.placement, self.proof, self.place)
        where = self.destination.name if self.destination else ""
        return " ".join(filter(None, (*parts, where)))


def missing(case: Case, way: Way, told: Told, by: User | audit.Actor) -> list[str]:
    """The words of each piece of evidence that the way asks for and that is not there."""
    return [
        gettext(MISSING[piece])
        for piece in sorted(way.evidence)
        if not _there(piece, case, way, told, by)
    ]


def _there(piece: str, case: Case, way: Way, told: Told, by: User | audit.Actor) -> bool:
    if piece == "contact":
        return case.entries.filter(kind="contact").exists()
    if piece == "reason":
        return told.reason in words("reasons") and told.reason[0] in way.reasons
    if piece == "placement":
        return told.placement in words("placements")
    if piece == "destination":
        if way.id == "hand_outside":
            return bool(told.place.strip())
        other = told.destination
        return other is not None and other.kind == "county" and other.pk != case.county_id
    if piece == "excuse":
        return Excuse.objects.filter(
            child__person=case.child_id,
            state=Excuse.State.APPROVED,
            valid_from__lte=told.on,
            until__gte=told.on,
        ).exists()
    if piece == "second":
        return _another(case, by)
    if piece == "waited":
        return told.on >= watched_until(case)
    if piece == "attended":
        seen = presence(case, way, told.on)
        return bool(told.instead.strip()) or (seen is not None and seen.shown)
    return bool((told.word if piece == "word" else told.proof).strip())


def said(case: Case, way: Way, told: Told) -> str:
    """The words that go into the timeline: the sentence, what roll-calls show, what is known instead."""
    seen = presence(case, way, told.on)
    parts = (told.word.strip().rstrip("。"), str(seen or ""), told.instead.strip().rstrip("。"))
    return "。".join(filter(None, parts)) if seen else told.word


def _another(case: Case, by: User | audit.Actor) -> bool:
    """The last word on the case is somebody else's: who closes has not written it alone."""
    last = Entry.objects.filter(case=case, kind__in=BY_PEOPLE, by__isnull=False).order_by("-pk")
    latest = last.values_list("by", flat=True).first()
    return latest is not None and latest != by.pk


def watched_until(case: Case) -> dt.date:
    """The first day on which a case may leave its state because its school days are over."""
    start = Deadlines(case.county_id, case.state_since)
    key = states()[case.state].deadline
    return start.after(key) if key else case.state_since
