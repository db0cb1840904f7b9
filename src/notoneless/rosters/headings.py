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
from notoneless.rosters.fields import data
from notoneless.rosters.reading import LeftOut

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
BRACKETS = re.compile(r"[(\[【〔].*?[)\]】〕]")
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
    if (shorter := BRACKETS.sub("", written)) != written and shorter:
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
_HALF = re.compile(r"上午|下午")


def _one(index: int, lines: Sequence[str]) -> Heading:
    """What a column is, from the texts above it, the lowest last."""
    texts = [normal(line) for line in lines]
    shown = "/".join(line.strip().replace("\n", "") for line in lines)
    lowest, above = texts[-1], texts[:-1]
    member = any("成员" in text for text in texts)
    lowest = _MEMBER.sub("", lowest) or lowest
    day = above[-1] if above and _HALF.fullmatch(lowest) else _HALF.sub("", lowest)
    if _DAY.fullmatch(day):
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
        and (any(_match(_MEMBER.sub("", normal(cell)))[::2]) or normal(cell) in corrections)
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


def _corrected(heading: Heading, corrections: Corrections) -> Heading:
    chosen = corrections.get(normal(heading.text))
    if chosen is None:
        return heading
    return replace(heading, field=chosen, rank=-1, left_out="" if chosen else "unneeded", day="")
