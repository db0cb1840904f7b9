"""The list that a county hands in to the national platform: every case in work, and what became of its rows.

It is the one list of ours with ID numbers in the clear: the platform matches by them. Who takes it says for what
(`actions.platform.give_platform_list`).
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from django.utils import timezone

from notoneless.bureau.cases.codes import word
from notoneless.bureau.cases.models import Case, Entry, Ground
from notoneless.bureau.cases.platform import answers
from notoneless.bureau.cases.transitions import states
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.people.models import Enrolment, Identity
from notoneless.bureau.people.standing import ENROLLED_FIRST, RANK, When
from notoneless.bureau.people.timeline import grade_text
from notoneless.bureau.people.timeline import word as people_word


@cache
def columns() -> dict[str, str]:
    """The columns of the list handed in, by name: their headings (``platform.toml``)."""
    told = tomllib.loads(files(__package__).joinpath("platform.toml").read_text("utf-8"))["columns"]
    if unknown := set(told) - CELLS:
        raise ValueError(f"platform.toml: no such columns: {sorted(unknown)}")
    return dict(told)


CELLS = frozenset(
    {"platform_number", "number", "name", "id_number", "sex", "birth_date", "school", "grade",
     "class_name", "roll_number", "source", "since", "found_on", "reason", "contacts",
     "last_contact", "answer", "evidence"}
)  # fmt: skip
"""What a column of that list can be."""


def handed_in(cases: Sequence[Case], on: dt.date) -> list[dict[str, object]]:
    """The cells of the list handed in to the platform, case by case; numbers in the clear."""
    children = [case.child_id for case in cases if case.child_id]
    when = When(on)
    who = people.counting(Identity, children, when)
    seats = people.counting(Enrolment, children, when, order=f"{ENROLLED_FIRST}, {RANK}")
    known = answers(children, on)
    contacts: dict[int, list[str]] = defaultdict(list)
    since: dict[int, dt.date] = {}

    for keys in chunks([case.pk for case in cases]):
        lines = Entry.objects.filter(case__in=keys, kind="contact").order_by("at", "pk")
        for line in lines:
            contacts[line.case_id].append(
                f"{timezone.localdate(line.at)} {word('results', line.result)}"
            )
        for ground in Ground.objects.filter(case__in=keys, since__isnull=False):
            assert ground.since is not None
            since[ground.case_id] = min(ground.since, since.get(ground.case_id, ground.since))
    rows: list[dict[str, object]] = []
    for case in cases:
        child = case.child_id or 0
        identity, seat = who.get(child), seats.get(child)
        answer = known.get(child)
        rows.append({
            "platform_number": case.platform_number,
            "number": case.number,
            "name": identity.name if identity else "",
            "id_number": identity.id_number.reveal() if identity and identity.id_number else "",
            "sex": people_word("sex", identity.sex) if identity else "",
            "birth_date": identity.birth_date if identity else None,
            "school": seat.school_name if seat else "",
            "grade": grade_text(seat.grade) if seat else "",
            "class_name": seat.class_name if seat else "",
            "roll_number": seat.roll_number.reveal() if seat and seat.roll_number else "",
            "source": word("sources", case.source),
            "since": since.get(case.pk),
            "found_on": case.opened_on,
            "reason": f"{case.reason_code} {word('reasons', case.reason_code)}"
            if case.reason_code else "",
            "contacts": len(contacts[case.pk]),
            "last_contact": contacts[case.pk][-1] if contacts[case.pk] else "",
            "answer": str(states()[case.state].text),
            "evidence": answer.evidence if answer else "",
        })  # fmt: skip
    return rows
