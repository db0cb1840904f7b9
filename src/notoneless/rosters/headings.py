"""The heading of a table: where it is, and which field each column is.

A heading has one to three lines. Merged cells arrive as one text and blanks, so a group above is
spread to the right over the columns that have a text below it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from notoneless.rosters.books.sheet import Cell, Row, letter
from notoneless.rosters.cells import nfkc
from notoneless.rosters.fields import data, fields
from notoneless.rosters.reading import Column, LeftOut

SAMPLE = 60
"""Rows looked at to find the heading: no title is longer."""


@dataclass(frozen=True, slots=True)
class Heading:
    """One column as its heading says.

    ``field`` is a field or one of the reader's own, ``rank`` how good the match is (0 best),
    ``member`` whether it is about a further member, ``day`` the day of a roll-call's column.
    """

    index: int
    text: str
    field: str = ""
    rank: int = 0
    member: bool = False
    left_out: LeftOut = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The heading found: its rows as numbered in the sheet, its columns, and the titles above."""

    rows: tuple[int, ...]
    headings: tuple[Heading, ...]
    titles: tuple[str, ...]

    @property
    def fields(self) -> frozenset[str]:
        """Every field some column was matched with."""
        return frozenset(heading.field for heading in self.headings if heading.field)


_IGNORED = re.compile(r"[\s*:：★☆#]+")
_BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")
_NUMBERING = re.compile(r"^\d{1,2}[.、)]|^[A-Z]\d{1,2}[.、]?(?=[^\x00-\x7f])")
_MEMBER = re.compile(
    r"(?:(?:共同生活(?:的)?)?(?:家庭)?成员(?:或监护人)?)(?:[1-9]|[一二三四五六七八])?(?=.)"
)
_TRAILING_NUMBER = re.compile(r"(?<=[^\x00-\x7f])(?:[1-9]|[一二三四五六七八])$")


@lru_cache(maxsize=8192)
def normal(text: str) -> str:
    """A heading without spaces, stars, colons and numbering, in ordinary characters."""
    return _NUMBERING.sub("", _IGNORED.sub("", nfkc(text)))


@cache
def _patterns() -> list[tuple[str, int, re.Pattern[str]]]:
    return [
        (field, rank, re.compile(pattern, re.IGNORECASE))
        for field, patterns in data("headings.toml")["fields"].items()
        for rank, pattern in enumerate(patterns)
    ]


@cache
def _of_kind(kind: str) -> list[tuple[str, int, re.Pattern[str]]]:
    return [
        (field, rank, re.compile(pattern))
        for field, patterns in data("headings.toml")["of_kind"].get(kind, {}).items()
        for rank, pattern in enumerate(patterns, 100)
    ]


@cache
def _left_out() -> list[tuple[LeftOut, re.Pattern[str]]]:
    return [
        (reason, re.compile(pattern, re.IGNORECASE))
        for reason, patterns in data("headings.toml")["left_out"].items()
        for pattern in patterns
    ]


@cache
def _groups() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile("|".join(patterns))
        for name, patterns in data("headings.toml")["groups"].items()
    }


@lru_cache(maxsize=8192)
def _match(written: str) -> tuple[str, int, LeftOut]:
    """The field, how good the match is, or why the column is left out; all blank when unknown."""
    attempts = [written]
    if (shorter := _BRACKETS.sub("", written)) != written and shorter:
        attempts.append(shorter)
    attempts += [re.sub(r"[()\[\]【】、,/及和-]", "", attempt) for attempt in attempts[:1]]
    for attempt in attempts:
        for reason, pattern in _left_out():
            if reason == "forbidden" and pattern.fullmatch(attempt):
                return "", 0, reason
        for field, rank, pattern in _patterns():
            if pattern.fullmatch(attempt):
                return field, rank, ""
        for reason, pattern in _left_out():
            if pattern.fullmatch(attempt):
                return "", 0, reason
    return "", 0, ""


_OF_GROUP = {
    "head": {"name": "head_name", "id_number": "head_id"},
    "guardian": {"name": "guardian_name", "id_number": "guardian_id"},
}


_DAY = re.compile(
    r"(?:20\d\d[-/.年])?(1[0-2]|0?[1-9])[-/.月](3[01]|[12]\d|0?[1-9])日?(?:\(?(?:周|星期).\)?)?"
    r"|(3[01]|[12]\d|0?[1-9])日(?:\(?(?:周|星期).\)?)?"
)


def _one(index: int, lines: Sequence[str]) -> Heading:
    """What a column is, from the texts above it, the lowest last."""
    texts = [normal(line) for line in lines]
    shown = "/".join(line.strip().replace("\n", "") for line in lines)
    lowest, above = texts[-1], texts[:-1]
    member = any("成员" in text for text in texts)
    lowest = _MEMBER.sub("", lowest) or lowest
    if _DAY.fullmatch(lowest):
        return Heading(index, shown, day="".join(texts))
    if above:
        field, rank, reason = _match("".join(texts))
        if field or reason == "forbidden":
            return Heading(index, shown, field, rank, member, reason)
    field, rank, reason = _match(lowest)
    if not field and not reason and (bare := _TRAILING_NUMBER.sub("", lowest)) != lowest:
        field, rank, reason = _match(bare)
        member = member or field in ("name", "id_number", "relation")
    group = next(
        (name for text in above for name, pattern in _groups().items() if pattern.fullmatch(text)),
        "",
    )
    field = _OF_GROUP.get(group, {}).get(field, field)
    return Heading(index, shown, field, rank, member or group == "member", reason)


def _as_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, dt.date):
        return f"{cell.year}-{cell.month:02d}-{cell.day:02d}"
    return ""


_DATA = re.compile(r"\d{6,}|^\d+(\.\d+)?$")


Corrections = Mapping[str, str]
"""Normalised heading to field, as a person said; "" leaves the column out."""


def _known(cells: Sequence[Cell], corrections: Corrections) -> int:
    """How many cells of a row are headings of ours."""
    return sum(
        1
        for cell in cells
        if isinstance(cell, str)
        and len(cell) <= 60
        and (any(_match(normal(cell))[::2]) or normal(cell) in corrections)
    )


_KEYS = ("name", "id_number", "head_name", "head_id")


def _keys(cells: Sequence[Cell], corrections: Corrections) -> bool:
    """Whether a row has a heading that tells who somebody is."""
    return any(
        isinstance(cell, str)
        and (
            corrections.get(normal(cell)) in _KEYS
            or _match(_TRAILING_NUMBER.sub("", _MEMBER.sub("", normal(cell))))[0] in _KEYS
        )
        for cell in cells
    )


def _is_heading_line(cells: Sequence[Cell]) -> bool:
    texts = [_as_text(cell) for cell in cells if cell is not None]
    texts = [text for text in texts if text]
    if not texts or any(
        _DATA.search(normal(text)) and not _DAY.fullmatch(normal(text)) for text in texts
    ):
        return False
    return not any(isinstance(cell, float) for cell in cells)


def find(sample: Sequence[Row], corrections: Corrections | None = None) -> Table | None:
    """The heading among the first rows of a sheet, or None when it has no name or number column."""
    corrections = corrections or {}
    best, most = -1, 0
    for at, (_, cells) in enumerate(sample):
        known = _known(cells, corrections)
        width = sum(1 for cell in cells if _as_text(cell))
        enough = known >= 2 or (known == 1 and width <= 2)
        if (
            enough
            and known > most
            and (_keys(cells, corrections) or _below_has_keys(sample, at, corrections))
        ):
            best, most = at, known
    if best < 0:
        return None
    first = last = best
    # A line above belongs to the heading when it names groups or columns; a title does not.
    while first > 0 and first > best - 2 and _is_upper_line(sample[first - 1][1]):
        first -= 1
    while (
        last + 1 < len(sample)
        and last < first + 2
        and _known(sample[last + 1][1], corrections) >= 1
        and _is_heading_line(sample[last + 1][1])
        and _continues(sample[last][1], sample[last + 1][1])
    ):
        last += 1
    lines = [[_as_text(cell) for cell in cells] for _, cells in sample[first : last + 1]]
    width = max(map(len, lines))
    for line in lines:
        line.extend([""] * (width - len(line)))
    _spread(lines)
    headings = []
    for index in range(width):
        texts = list(dict.fromkeys(line[index] for line in lines if line[index]))
        if texts:
            headings.append(_corrected(_one(index, texts), corrections))
    if not any(heading.field in _KEYS for heading in headings):
        return None
    titles = tuple(
        text
        for _, cells in sample[:first]
        for cell in cells
        if (text := _as_text(cell)) and not isinstance(cell, float)
    )
    return Table(tuple(number for number, _ in sample[first : last + 1]), tuple(headings), titles)


def _below_has_keys(sample: Sequence[Row], at: int, corrections: Corrections) -> bool:
    if at + 1 >= len(sample):
        return False
    below = sample[at + 1][1]
    return _keys(below, corrections) and _is_heading_line(below)


def _is_upper_line(upper: Sequence[Cell]) -> bool:
    texts = [normal(_as_text(cell)) for cell in upper if _as_text(cell)]
    if len(texts) < 2 or not _is_heading_line(upper):
        return False
    grouped = any(pattern.fullmatch(text) for text in texts for pattern in _groups().values())
    return grouped or _known(upper, {}) >= 2


def _continues(upper: Sequence[Cell], lower: Sequence[Cell]) -> bool:
    """Whether a line completes the one above: somewhere it fills a blank or stands under a group."""
    below = [at for at, cell in enumerate(lower) if _as_text(cell)]
    over = [_as_text(upper[at]) if at < len(upper) else "" for at in below]
    blanks = sum(1 for text in over if not text)
    return blanks > 0 or any(
        pattern.fullmatch(normal(text)) for text in over if text for pattern in _groups().values()
    )


def _spread(lines: list[list[str]]) -> None:
    """Spread each group to the right over the columns that have a text below."""
    for depth, line in enumerate(lines[:-1]):
        group = ""
        for index, text in enumerate(line):
            below = any(lower[index] for lower in lines[depth + 1 :])
            if text:
                group = text if below else ""
            elif below:
                line[index] = group


def unnamed_columns(table: Table, sample: Sequence[Row]) -> str:
    """The letters of columns full of data without a heading, when they are most of the table.

    Then the heading was damaged, and what is left of it may name the wrong columns.
    """
    below = [cells for number, cells in sample if number > table.rows[-1]]
    width = max(map(len, below), default=0)
    named = {heading.index for heading in table.headings}
    full = [
        index
        for index in range(width)
        if 2 * sum(1 for cells in below if index < len(cells) and cells[index] is not None)
        > len(below)
    ]
    unnamed = [index for index in full if index not in named]
    if len(unnamed) >= 3 and 2 * len(unnamed) > len(full):
        return ",".join(map(letter, unnamed[:6]))
    return ""


# -- from headings to columns --------------------------------------------------------------------------

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


def plan(table: Table, *, household: bool, kind: str = "") -> Plan:
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
    return Plan(tuple(columns), sources, tuple(days))


def _public(column: Column) -> Column:
    """A field of the reader's own is shown as what it becomes."""
    if not column.field or column.field in fields():
        return column
    shown = {"head_name": "guardian_name", "head_id": "guardian_id", "grade_class": "class_name"}
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
        lowest = _BRACKETS.sub("", normal(heading.text.split("/")[-1]))
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


def _corrected(heading: Heading, corrections: Corrections) -> Heading:
    chosen = corrections.get(normal(heading.text))
    if chosen is None:
        return heading
    return replace(heading, field=chosen, rank=-1, left_out="" if chosen else "unneeded", day="")


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
