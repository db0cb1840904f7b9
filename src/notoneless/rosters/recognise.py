"""Which kind of list a sheet is, from its titles, its sheet name, the file's name and its fields.

Words above the table speak for the sheet, words of the file's name for all of it; where they do not
agree, or say too little, nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from notoneless.rosters.cells import nfkc
from notoneless.rosters.fields import data, kinds

if TYPE_CHECKING:
    from notoneless.rosters.headings import Table


@dataclass(frozen=True, slots=True)
class Layout:
    """How one kind of list says what it is; see ``layouts.toml`` for the meaning of each entry."""

    id: str
    kind: str
    words: tuple[re.Pattern[str], ...] = ()
    without: tuple[re.Pattern[str], ...] = ()
    headings: frozenset[str] = frozenset()
    shape: frozenset[str] = frozenset()
    shape_without: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()
    position: int = 0
    household: bool = False


@dataclass(frozen=True, slots=True)
class Recognised:
    """The one layout, or the several it might be (then nothing is used); ``by`` tells from what.

    ``ended`` is the word that says that people on the list lost what it is about.
    """

    layout: Layout | None
    choices: tuple[Layout, ...] = ()
    by: str = ""
    ended: str = ""


@cache
def layouts() -> dict[str, Layout]:
    """Every layout by its id."""
    found = {}
    for entry in data("layouts.toml")["layout"]:
        found[entry["id"]] = Layout(
            id=entry["id"],
            kind=entry["kind"],
            words=tuple(re.compile(word) for word in entry.get("words", ())),
            without=tuple(re.compile(word) for word in entry.get("without", ())),
            headings=frozenset(entry.get("headings", ())),
            shape=frozenset(entry.get("shape", ())),
            shape_without=frozenset(entry.get("shape_without", ())),
            over=frozenset(entry.get("over", ())),
            position=entry.get("position", 0),
            household=entry.get("household", False),
        )
    return found


def of_kind(kind: str) -> Layout:
    """The layout of a kind that a person named."""
    return next(layout for layout in layouts().values() if layout.kind == kind)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", nfkc(text))


@cache
def _ended() -> re.Pattern[str]:
    return re.compile(data("layouts.toml")["ended"])


ENDED_KINDS = frozenset(["poverty_relieved_ended", "monitored_cleared"])
"""Kinds of people who are no longer entitled."""


def _by_words(text: str, fields: frozenset[str], position: int | None) -> list[Layout]:
    matching = [
        layout
        for layout in layouts().values()
        if layout.words
        and all(word.search(text) for word in layout.words)
        and not any(word.search(text) for word in layout.without)
        and layout.headings <= fields
        and (not layout.position or position is None or layout.position == position)
    ]
    overruled = {name for layout in matching for name in layout.over}
    return [layout for layout in matching if layout.id not in overruled]


def _by_shape(fields: frozenset[str]) -> list[Layout]:
    matching = [
        layout
        for layout in layouts().values()
        if layout.shape and layout.shape <= fields and not layout.shape_without & fields
    ]
    overruled = {name for layout in matching for name in layout.over}
    return [layout for layout in matching if layout.id not in overruled]


def recognise(table: Table, *, file: str, sheet: str, position: int) -> Recognised:
    """Tell the kind of a sheet. ``position`` counts the book's sheets from 1."""
    told = _recognise(table, file=file, sheet=sheet, position=position)
    if told.layout and kinds()[told.layout.kind].entitles and told.layout.kind not in ENDED_KINDS:
        said = _ended().search(_plain(" ".join((*table.titles, sheet, file))))
        if said:
            return Recognised(None, (told.layout,), told.by, said[0])
    return told


def _recognise(table: Table, *, file: str, sheet: str, position: int) -> Recognised:
    fields = table.fields
    if any(heading.day for heading in table.headings) or fields & {
        "attendance_am",
        "attendance_pm",
    }:
        fields |= {"attendance"}
    own = _plain(" ".join((*table.titles, sheet)))
    stem = _plain(re.sub(r"\.[A-Za-z]{1,7}$", "", file))
    by_title = _by_words(own, fields, position)
    by_file = _by_words(stem, fields, position)
    if by_title and by_file:
        both = [layout for layout in by_title if layout in by_file]
        if both:
            return _decided(both, "title and file name")
        over_title = {name for layout in by_file for name in layout.over}
        over_file = {name for layout in by_title for name in layout.over}
        left = [layout for layout in by_title if layout.id not in over_title]
        left += [layout for layout in by_file if layout.id not in over_file]
        if _covers(by_file, by_title):
            left = by_title
        return _decided(left, "title and file name")
    if by_title:
        return _decided(by_title, "title")
    if by_file:
        return _decided(by_file, "file name")
    together = _by_words(f"{own} {stem}", fields, position)
    if together:
        return _decided(together, "title and file name")
    if _by_words(f"{own} {stem}", fields, None):
        # The file is of a kind whose lists stand on other sheets: this one is something else.
        return Recognised(None)
    return _decided(_by_shape(fields), "headings")


def _covers(by_file: list[Layout], by_title: list[Layout]) -> bool:
    """The file's name speaks of several kinds and the sheet of one of them."""
    return bool(by_file) and all(layout.position for layout in by_file) and len(by_title) == 1


def _decided(found: list[Layout], by: str) -> Recognised:
    kinds = {layout.kind for layout in found}
    if len(kinds) == 1:
        return Recognised(found[0], by=by)
    return Recognised(None, tuple(found), by)


_DATE_IN_NAME = re.compile(
    r"(?<!\d)(20\d{2})(?:(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)"
    r"|[.\-_/年](1[0-2]|0?[1-9])(?!\d)(?:[.\-_/月](3[01]|[12]\d|0?[1-9])(?!\d)日?|月)?)"
)


def list_date(texts: Sequence[str]) -> dt.date | None:
    """The first date in a file's name or title; a month alone is its first day."""
    for text in texts:
        for match in _DATE_IN_NAME.finditer(nfkc(text)):
            year, month, day = match[1], match[2] or match[4], match[3] or match[5] or "1"
            if not month:
                continue
            try:
                return dt.date(int(year), int(month), int(day))
            except ValueError:
                continue
    return None


_COUNT = re.compile(r"(?<!\d)(\d{1,7})(?:人|名|条)(?!次|均)")


def said_count(text: str) -> int | None:
    """The number of people that a file's name gives (``608人``)."""
    found = _COUNT.search(nfkc(text))
    return int(found[1]) if found else None


_SPLIT = re.compile(r"[-_.、,()\[\]【】《》\s\d:]+|月份|年|月|日")
_COUNTY = re.compile(r"^.{2,6}?[县市区旗](?=.)")
_WHOLE_COUNTY = re.compile(r"^[一-鿿]{2,5}?(?<![社小校片地街农城])[县市区旗](?!外|内|级|以)")
_TOWNSHIP = re.compile(r"([一-鿿]{1,6}?(?:镇|乡|街道))")
_SCHOOL = re.compile(
    r"([一-鿿]{2,25}?(?:小学校?|中学校?|初中|高中|学校|中心校|教学点|幼儿园))(?!生|学生|等)"
)
_SEVERAL = re.compile(r"等.{0,3}[0-9一二三四五六七八九十]+(?:个|所)?(?:乡|镇|街道|校|学校|单位)")
_NOT_A_PLACE = (
    "城乡",
    "各乡",
    "个乡",
    "全乡",
    "本乡",
    "乡镇",
    "全镇",
    "各镇",
    "义务",
    "普通",
    "特殊",
)


def _said(pattern: re.Pattern[str], titles: Sequence[str]) -> tuple[str, ...]:
    """Names at the start of a title's pieces; none when a title says that there are more."""
    if any(_SEVERAL.search(_plain(title)) for title in titles):
        return ()
    found = []
    for title in titles:
        for piece in _SPLIT.split(nfkc(title)[:80]):
            rest = _COUNTY.sub("", piece)
            match = pattern.match(rest) or pattern.match(piece)
            if match and not match[1].startswith(_NOT_A_PLACE) and len(match[1]) > 2:
                found.append(match[1])
    return tuple(dict.fromkeys(found))


def townships_said(titles: Sequence[str]) -> tuple[str, ...]:
    """Townships that a title names: ``××县××镇2025年9月…``; empty when it names none or ``等3个乡镇``."""
    return _said(_TOWNSHIP, titles)


def schools_said(titles: Sequence[str]) -> tuple[str, ...]:
    """Schools that a title names: ``××小学2025年秋季学籍名册``."""
    return _said(_SCHOOL, titles)


def county_said(titles: Sequence[str]) -> str:
    """The county that a title names for the whole list: ``××县2026年9月…``; "" when it names less."""
    several = any(_SEVERAL.search(_plain(title)) for title in titles)
    if several or townships_said(titles) or schools_said(titles):
        return ""
    for title in titles:
        for piece in _SPLIT.split(nfkc(title)[:80]):
            match = _WHOLE_COUNTY.match(piece)
            if match:
                return match[0]
    return ""
