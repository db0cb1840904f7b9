"""What the rows of a list say, table by table: a row of `rosters` becomes contents of facts.

A content is a tuple of plain values in the order of `COLUMNS`; its digest tells whether a list says
something new. Sealing comes later, and only for what is new.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pypinyin import Style, lazy_pinyin

from notoneless import vault
from notoneless.bureau.people.models import (
    Circumstance,
    Enrolment,
    Fact,
    Guardian,
    Identity,
    Residence,
    RollCall,
)
from notoneless.bureau.people.places import Places
from notoneless.masking import mask_id
from notoneless.rosters import id_number

Content = tuple[Any, ...]

COLUMNS: dict[type[Fact], tuple[str, ...]] = {
    Identity: ("name", "initials", "former_name", "sex", "birth_date", "id_number", "nation"),
    Residence: ("household", "relation", "place_id", "place_text", "address", "head"),
    Guardian: ("name", "id_number", "phone"),
    Enrolment: (
        "school_id",
        "school_name",
        "attending_id",
        "stage",
        "grade",
        "class_name",
        "roll_number",
        "roll_state",
        "enrolled_month",
        "boards",
        "placement",
        "migrant",
        "left_behind",
    ),
    Circumstance: ("kind", "value", "level", "until", "document"),
    RollCall: ("school_id", "attendance", "half"),
}
"""What each table holds beside its dates. ``household`` is the number, a row of its own when written."""

NAMING = frozenset({"census", "roll", "vocational_roll"})
"""Kinds that say who a child is; the others name only children whom nobody else knows."""

ROLLS = frozenset({"roll", "vocational_roll"})
NOT_HERE = frozenset({"payments"})

VALUE_OF = {
    "special": "placement",
    "elsewhere": "elsewhere",
    "excused": "excuse",
    "gone": "gone",
    "recognition": "recognised",
}
"""The field that a kind's ``value`` is taken from."""

HEAD = "户主"
"""The relation of who is the head of the household himself."""

_ID_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")


@cache
def _initial(character: str) -> str:
    if not _HAN.match(character):
        return character.lower() if character.isalnum() else ""
    read = lazy_pinyin(character, style=Style.FIRST_LETTER, errors="ignore")
    return read[0][:1].lower() if read else "?"  # a character without a known reading


def initials(name: str) -> str:
    """The first letters of the pinyin: ``陈小禾`` is ``cxh``; letters stay, dots go."""
    return "".join(map(_initial, name))[:60]


def digest(content: Content) -> str:
    """A keyed fingerprint of a content (it may hold numbers, which a plain hash would give away)."""
    return vault.blind("people.fact", "\x1f".join("" if v is None else str(v) for v in content))


def _text(row: Mapping[str, Any], field: str, most: int) -> str:
    return str(row.get(field) or "")[:most]


def _number(row: Mapping[str, Any], field: str, least: int, most: int) -> int | None:
    value = row.get(field)
    return int(value) if value is not None and least <= value <= most else None


def of_row(
    line: str, row: Mapping[str, Any], places: Places, *, names: bool
) -> Iterator[tuple[type[Fact], Content]]:
    """The contents of one row of a list of the kind ``line``; ``names``: its name counts."""
    if names:
        yield Identity, identity(row)
    if line in NAMING:
        yield from _residence(row, places, always=line == "census")
        guardian = (
            _text(row, "guardian_name", 60),
            row.get("guardian_id") or None,
            row.get("phone") or None,
        )
        if any(guardian):
            yield Guardian, guardian
    if line in ROLLS:
        yield Enrolment, _enrolment(line, row, places)
    elif line == "rollcall":
        school = places.school(_text(row, "school_code", 20), _text(row, "school", 100))
        yield RollCall, (school, row.get("attendance") or "present", _text(row, "half", 2))
        if row.get("attendance_am"):
            yield RollCall, (school, row["attendance_am"], "am")
    elif line != "census":
        yield (
            Circumstance,
            (
                line,
                _text(row, VALUE_OF[line], 20) if line in VALUE_OF else "",
                _number(row, "disability_level", 1, 4) if line == "disabled" else None,
                row.get("excuse_until") if line == "excused" else None,
                _document(line, row),
            ),
        )


def _document(line: str, row: Mapping[str, Any]) -> str:
    """What a row can be referred to by: the paper of an excuse, the platform's number of a suspicion."""
    if line == "excused":
        return _text(row, "document", 100)
    return without_numbers(_text(row, "platform_number", 100)) if line == "platform" else ""


def identity(row: Mapping[str, Any]) -> Content:
    """Who the row says it is; a valid number tells the birth date and the sex where the row does not."""
    name, number = _text(row, "name", 60), row.get("id_number") or None
    born, sex = row.get("birth_date"), _text(row, "sex", 1)
    if number and not (born and sex) and id_number.state(number) == "valid":
        born, sex = born or id_number.birth_date(number), sex or id_number.sex(number) or ""
    nation = _text(row, "nation", 20) or None
    return (name, initials(name), _text(row, "former_name", 60), sex, born, number, nation)


def _residence(
    row: Mapping[str, Any], places: Places, *, always: bool
) -> Iterator[tuple[type[Fact], Content]]:
    where = [_text(row, field, 40) for field in ("county", "township", "village")]
    address, household = row.get("address") or None, row.get("household_no") or None
    if always or any(where) or address or household:
        home = places.home(*where) if always or any(where) else None
        relation = _text(row, "relation", 20)
        head = _text(row, "head_name", 60) or (_text(row, "name", 60) if relation == HEAD else "")
        yield Residence, (household, relation, home, " ".join(filter(None, where)), address, head)


def _enrolment(line: str, row: Mapping[str, Any], places: Places) -> Content:
    grade = _number(row, "grade", 0, 20)
    stage = row.get("stage") or _stage(line, grade)
    name, class_name = _text(row, "school", 100), _text(row, "class_name", 40)
    school = places.school(_text(row, "school_code", 20), name)
    return (
        places.class_(school, grade, class_name) or school,
        name,
        None,  # a roll names the school that keeps the record; another one is a person's word
        stage,
        grade,
        class_name,
        row.get("roll_number") or None,
        _text(row, "roll_state", 16),
        _text(row, "enrolled_month", 7),
        row.get("boards"),
        _text(row, "placement", 16),
        row.get("migrant"),
        row.get("left_behind"),
    )


def _stage(line: str, grade: int | None) -> str:
    if line == "vocational_roll":
        return "vocational"
    if grade is None or not 1 <= grade <= 12:
        return ""
    return "primary" if grade <= 6 else "junior" if grade <= 9 else "senior"


def without_numbers(text: str) -> str:
    """A file's name or a reason without ID numbers: only their last four characters stay."""
    return _ID_NUMBER.sub(lambda found: mask_id(found[0]), text)


def valid_on(
    line: str, row: Mapping[str, Any], list_date: dt.date
) -> tuple[dt.date, dt.date | None]:
    """From when a row's content is true, and until when: a roll-call is true on its day."""
    if line == "rollcall":
        day = row.get("call_date") or list_date
        return day, day
    return list_date, None
