"""What is filled into a document of a case, its number, and the files made of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.accounts.queries import above
from notoneless.bureau.cases import drafting, timelines
from notoneless.bureau.cases.codes import word
from notoneless.bureau.cases.grounds import missing_since
from notoneless.bureau.cases.models import Case, Document, DocumentNumbering
from notoneless.bureau.people import queries as people
from notoneless.bureau.people.standing import When
from notoneless.bureau.people.timeline import word as people_word


def _day(day: dt.date | None) -> str:
    """As official papers write it."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def fills(case: Case, issuer: Organisation, deadline: dt.date | None) -> dict[str, str]:
    """The fields of a template (`drafting.FIELDS`) as known now; what is not known is left out.

    The ID number stays masked: whoever issues the paper writes it in, or reveals it with a purpose.
    """
    contacts = timelines.entries(case).filter(kind="contact")
    last = contacts.first()
    ground = case.grounds.order_by("seen_on", "pk").first()
    found_on, since = _day(ground.seen_on if ground else case.opened_on), missing_since(case)
    line = {one.kind: one.name for one in above(case.home or case.school or case.county)}
    school = case.school
    found = {
        "school": f"{school.parent}{school}"
        if school and school.kind == "class"
        else str(school or ""),
        "case": case.number,
        "issuer": _office(issuer),
        "county": case.county.name,
        "township": line.get("township", ""),
        "today": _day(timezone.localdate()),
        "deadline": _day(deadline),
        "found": found_on,
        "since": _day(since),
        "absence": f"自{_day(since)}起没有到校" if since else f"{found_on}发现没有到校",
        "gap": _gap(case),
        "reason": word("reasons", case.reason_code),
        "contacts": str(contacts.count()),
        "last_contact": f"{_day(timezone.localdate(last.at))} {word('ways', last.way)}"
        if last
        else "",
    }
    found["pupil"] = f"{found['school']}学生" if found["school"] else "还没有学籍"
    if case.child is None:
        return found
    when = When.now()
    identity = people.standing_identity(case.child, when)
    guardians = people.guardians(case.child, when)
    home = people.home(case.child, when)
    return found | {
        "child": case.child.name,
        "sex": people_word("sex", case.child.sex) if case.child.sex else "",
        "born": _day(case.child.birth_date),
        "id_number": str(identity.id_number) if identity and identity.id_number else "",
        "guardian": guardians[0].name if guardians else "",
        "home": str(home.place_text or home.place or "") if home else str(case.home or ""),
    }


def _gap(case: Case) -> str:
    """What is wrong in a few words; the sweep's own reason names rows of a rulebook and is for the page."""
    kind = word("kinds", case.kind)
    told = case.grounds.exclude(source="sweep").exclude(reason="").order_by("seen_on", "pk").first()
    return f"{kind}：{told.reason}" if told else kind


def _office(issuer: Organisation) -> str:
    """What an organisation signs as."""
    endings = {"township": "人民政府", "county": "教育和体育局", "village": "村（居）民委员会"}
    ending = endings.get(issuer.kind, "")
    return issuer.name if issuer.name.endswith(ending) else issuer.name + ending


def next_number(issuer: Organisation, on: dt.date) -> str:
    """The office's next number of the year; its row is held until the end of the transaction."""
    with_row = DocumentNumbering.objects.select_for_update()
    try:
        with transaction.atomic():
            DocumentNumbering.objects.get_or_create(issuer=issuer, year=on.year)
    except IntegrityError:  # somebody began it at the same moment
        pass
    row = with_row.get(issuer=issuer, year=on.year)
    row.last += 1
    row.save(update_fields=("last",))
    return f"{issuer.name}控辍〔{on.year}〕{row.last}号"


def of(document: Document) -> dict[str, str]:
    """What was filled in, with the number and the day under which it was issued."""
    found: dict[str, str] = json.loads(document.fills.reveal())
    found["number"] = document.number or "（草稿，未编号）"
    if document.issued_on:
        found["today"] = _day(document.issued_on)
    return found


def files_of(document: Document) -> Iterator[tuple[str, bytes]]:
    """The files made of a document now: suffix and content."""
    filled = of(document)
    yield "docx", drafting.docx(document.kind, filled)
    if (pdf := drafting.pdf(document.kind, filled)) is not None:
        yield "pdf", pdf
