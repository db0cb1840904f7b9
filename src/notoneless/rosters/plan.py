"""From headings to columns: which column feeds which field of whom.

One thing under two names, a household's members side by side, a pupil's family, a day per column:
headings that look alike mean different things in different kinds of list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from notoneless.rosters.books.sheet import letter
from notoneless.rosters.fields import data, fields
from notoneless.rosters.headings import BRACKETS, Heading, Table, normal
from notoneless.rosters.reading import Column


@cache
def _of_kind(kind: str) -> list[tuple[str, int, re.Pattern[str]]]:
    return [
        (field, rank, re.compile(pattern))
        for field, patterns in data("headings.toml")["of_kind"].get(kind, {}).items()
        for rank, pattern in enumerate(patterns, 100)
    ]


_PERSON = frozenset(
    ["name", "id_number", "relation", "sex", "birth_date", "nation", "id_type", "former_name",
     "disability_kind", "disability_level", "school", "grade", "class_name", "stage"]
)  # fmt: skip
_NEXT_MEMBER = frozenset(["name", "id_number", "relation"])
_MERGED = frozenset(
    [
        "name",
        "id_number",
        "sex",
        "birth_date",
        "roll_number",
        "school",
        "class_name",
        "grade",
        "phone",
    ]
)
_FAMILY = {
    "name": "family_name",
    "id_number": "family_id",
    "phone": "family_phone",
    "relation": "family_relation",
    "family_relation": "family_relation",
    "family_guardian": "family_guardian",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Which column feeds which field of which member; ``columns`` is what is shown.

    ``sources`` gives for (member, field) the column indices in order of preference: several when one
    thing stands under two names. Members of a pupil's family are numbered from 101.
    """

    columns: tuple[Column, ...]
    sources: Mapping[tuple[int, str], tuple[int, ...]]
    days: tuple[tuple[int, str], ...] = ()

    @property
    def members(self) -> int:
        """The highest member that stands in one row, 0 when a row is one person."""
        return max((member for member, _ in self.sources if member < FAMILY), default=0)

    @property
    def family(self) -> tuple[int, ...]:
        """The numbers of the family blocks, in order."""
        return tuple(sorted({member for member, _ in self.sources if member >= FAMILY}))


FAMILY = 101
"""From this number on, a member is a pupil's relative and not a row."""


def make_plan(table: Table, *, household: bool, kind: str = "") -> Plan:
    """Decide what becomes of every column of a list of this kind.

    ``household``: repeated name and number columns are further members and not one column doubled.
    """
    headings = _heads(_by_kind(table, kind), household=household)
    chosen: dict[tuple[int, str], list[tuple[int, int]]] = {}
    member, seen = 0, set[str]()
    family = FAMILY - 1
    family_seen = set[str]()
    columns: list[Column] = []
    days: list[tuple[int, str]] = []
    for at, heading in enumerate(headings):
        column = Column(letter(heading.index), heading.text, left_out=heading.left_out)
        field = heading.field
        if heading.day:
            if kind == "rollcall":
                days.append((heading.index, heading.day))
                columns.append(replace(column, left_out="earlier_day"))
            else:
                columns.append(replace(column, left_out="unknown"))
            continue
        if not field:
            columns.append(column if column.left_out else replace(column, left_out="unknown"))
            continue
        if not household and (
            family >= FAMILY
            or heading.member
            or field.startswith("family_")
            or _starts_family(headings, at, chosen)
        ):
            kept = _FAMILY.get(field, "")
            starts = heading.member or field.startswith("family_") or family >= FAMILY
            if kept in ("family_name", "family_id", "family_relation") and (
                family < FAMILY or kept in family_seen
            ):
                family += 1
                family_seen = set()
            if kept and (starts or family >= FAMILY) and family >= FAMILY:
                family_seen.add(kept)
                chosen.setdefault((family, kept), []).append((heading.rank, heading.index))
                shown = {"family_name": "guardian_name", "family_id": "guardian_id",
                         "family_phone": "phone"}.get(kept, "")  # fmt: skip
                columns.append(
                    replace(column, field=shown, member=0, left_out="" if shown else "unneeded")
                )
            else:
                columns.append(replace(column, left_out="unneeded"))
            continue
        if household and field == "family_relation":
            field = "relation"
        if household and field in _PERSON:
            begins = (heading.member and member == 0) or (field in seen and field in _NEXT_MEMBER)
            if begins and (member or seen or heading.member):
                member += 1
                seen = set()
            seen.add(field)
        owner = member if household and field in _PERSON else 0
        chosen.setdefault((owner, field), []).append((heading.rank, heading.index))
        columns.append(replace(column, field=field, member=owner))
    sources: dict[tuple[int, str], tuple[int, ...]] = {}
    for key, found in chosen.items():
        ordered = [index for _, index in sorted(found)]
        sources[key] = tuple(ordered) if key[1] in _MERGED else (ordered[0],)
    kept_indices = {index for indices in sources.values() for index in indices}
    by_letter = {letter(index) for index in kept_indices}
    columns = [
        replace(column, field="", left_out="second")
        if column.field and column.letter not in by_letter
        else _public(column)
        for column in columns
    ]
    if not member:
        sources |= _head_beside(table, sources)
        heads = {letter(index) for index in sources.get((0, "head_name"), ())}
        columns = [
            replace(column, field="head_name", left_out="")
            if column.letter in heads and not column.field
            else column
            for column in columns
        ]
    return Plan(tuple(columns), sources, tuple(days))


def _head_beside(
    table: Table, sources: Mapping[tuple[int, str], object]
) -> dict[tuple[int, str], tuple[int, ...]]:
    """The head of the household where each row is another person: kept as such, guardian or not."""
    found = next((one.index for one in table.headings if one.field == "head_name"), None)
    if found is None or (0, "name") not in sources or sources[0, "name"] == (found,):
        return {}
    return {(0, "head_name"): (found,)}


def _public(column: Column) -> Column:
    """A field of the reader's own is shown as what it becomes."""
    if not column.field or column.field in fields():
        return column
    shown = {
        "head_name": "guardian_name",
        "head_id": "guardian_id",
        "grade_class": "class_name",
        "attendance_pm": "attendance",
    }
    if column.field == "remark":
        return replace(column, field="", left_out="unneeded")
    return replace(column, field=shown.get(column.field, ""))


def _by_kind(table: Table, kind: str) -> list[Heading]:
    """The headings, with words that mean something in this kind of list only.

    A field that a column of its own already gives is not looked for in a more general one.
    """
    have = set(table.fields)
    found = []
    for heading in table.headings:
        if (
            (heading.field and heading.field != "remark")
            or heading.day
            or (heading.left_out == "forbidden")
        ):
            found.append(heading)
            continue
        lowest = BRACKETS.sub("", normal(heading.text.split("/")[-1]))
        match = next(
            (
                (field, rank)
                for field, rank, pattern in _of_kind(kind)
                if field not in have and pattern.fullmatch(lowest)
            ),
            None,
        )
        if match and heading.rank >= 0:
            found.append(replace(heading, field=match[0], rank=match[1], left_out=""))
        else:
            found.append(heading)
    return found


def _heads(headings: list[Heading], *, household: bool) -> list[Heading]:
    """Say what the head of the household is in this list.

    Member 0 of a row that holds a household; in a list with a row per person, the guardian.
    """
    plain = [heading for heading in headings if heading.field in ("name", "id_number")]
    names = [heading for heading in plain if heading.field == "name" and not heading.member]
    repeated = len(names) > 1 or any(heading.member for heading in plain)
    has_head = any(heading.field in ("head_name", "head_id") for heading in headings)
    if (household and has_head and (repeated or not names)) or (has_head and not plain):
        as_person = {"head_name": "name", "head_id": "id_number"}
    else:
        guardian = any(heading.field == "guardian_name" for heading in headings)
        as_person = {"head_name": "", "head_id": ""} if guardian else {
            "head_name": "guardian_name", "head_id": "guardian_id"}  # fmt: skip
    return [
        replace(
            heading,
            field=as_person[heading.field],
            left_out="" if as_person[heading.field] else "unneeded",
        )
        if heading.field in as_person
        else heading
        for heading in headings
    ]


def _starts_family(
    headings: list[Heading], at: int, chosen: Mapping[tuple[int, str], object]
) -> bool:
    """A second ``姓名`` with ``关系`` right behind it begins the pupil's family."""
    if headings[at].field != "name" or (0, "name") not in chosen:
        return False
    return any("关系" in heading.text for heading in headings[at + 1 : at + 3])
