"""What people confirmed about lists, kept in a small file beside them for next month's list.

A list is known again by the words of its file name without numbers and dates, and by its headings.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from notoneless.faults import Place, Refusal
from notoneless.rosters import faults
from notoneless.rosters.cells import nfkc
from notoneless.rosters.fields import fields, kinds
from notoneless.rosters.headings import Table, normal

FILE = "notoneless-layouts.toml"
"""The file's name, beside the lists."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a person said: the kind of a list, and headings with the field each stands for.

    Keys of ``columns`` are normalised headings; "" leaves the column out. ``stem`` and ``headings``
    say which lists it is about; without ``sheet`` every sheet with these headings.
    """

    kind: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    stem: str = ""
    sheet: str = ""
    headings: str = ""

    def fits(self, table: Table) -> bool:
        """Whether the headings are those that were confirmed."""
        return self.headings == fingerprint(table)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class LayoutMemory:
    """Every layout confirmed so far, the latest last."""

    entries: tuple[Remembered, ...] = ()

    def of_file(self, file: str, sheet: str) -> list[Remembered]:
        """What was said about files of this name, latest first; whether it `fits` is to be seen."""
        wanted = stem(file)
        return [
            entry
            for entry in reversed(self.entries)
            if entry.stem == wanted and entry.sheet in ("", sheet)
        ]

    def with_entry(self, new: Remembered) -> LayoutMemory:
        """With one layout more, in the place of what was said of the same lists before."""
        kept = [
            entry
            for entry in self.entries
            if (entry.stem, entry.sheet, entry.headings) != (new.stem, new.sheet, new.headings)
        ]
        return LayoutMemory((*kept, new))

    def to_json(self) -> list[dict[str, Any]]:
        """As plain JSON values; `from_json` gives the same memory back."""
        return [entry.to_json() for entry in self.entries]

    @classmethod
    def from_json(cls, entries: Iterable[Mapping[str, Any]]) -> LayoutMemory:
        """The memory that `to_json` wrote."""
        return cls(tuple(Remembered(**entry) for entry in entries))


_EXTENSION = re.compile(r"\.[A-Za-z]{1,7}$")
_MONTH = re.compile(r"[(（]?\d{1,2}月份?[)）]?")
_COUNT = re.compile(r"\d+\s*(?:人|名|条)")
_CHANGING = re.compile(r"[\d\s._\-—()（）年月日号]+")


def stem(file: str) -> str:
    """A file's name without extension, numbers, dates and counts: the same next month."""
    plain = _EXTENSION.sub("", nfkc(file))
    return _CHANGING.sub("", _COUNT.sub("", _MONTH.sub("", plain)))


def fingerprint(table: Table) -> str:
    """Sixteen characters that stand for the headings, days of a roll-call left aside."""
    texts = "|".join(normal(heading.text) for heading in table.headings if not heading.day)
    return hashlib.sha256(texts.encode()).hexdigest()[:16]


def load(path: Path) -> LayoutMemory:
    """The memory in a file; an empty one when there is no file.

    Raises `Refusal` when the file is not what `save` writes: it is made to be edited by hand.
    """
    if not path.exists():
        return LayoutMemory()
    try:
        entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8-sig")).get(
            "list", []
        )
        return LayoutMemory(tuple(_entry(entry) for entry in entries))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError, AttributeError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError | ValueError) else ""
        raise Refusal([faults.MEMORY_UNREADABLE.at(Place(path.name), reason=reason)]) from None


def _entry(entry: Mapping[str, Any]) -> Remembered:
    kind, columns = entry.get("kind", ""), entry.get("columns", {})
    if kind and kind not in kinds():
        raise ValueError(f"kind = {kind!r}")
    for heading, chosen in columns.items():
        if chosen and chosen not in fields():
            raise ValueError(f"{heading} = {chosen!r}")
    return Remembered(
        kind=kind,
        columns={normal(heading): chosen for heading, chosen in columns.items()},
        stem=entry.get("name", ""),
        sheet=entry.get("sheet", ""),
        headings=entry.get("headings", ""),
    )


_TOP = """\
# 由 notoneless read --confirm 写成：人确认过的名单表式，下个月同样的表据此认读。可以手改，删掉一段即忘记一种。
# name 文件名去掉数字和日期；headings 表头的指纹；kind 名单种类；columns 表头 = 字段（空字串为不要这一列）。
"""


def save(memory: LayoutMemory, path: Path) -> None:
    """Write the memory, whole or not at all."""
    parts = [_TOP]
    for entry in memory.entries:
        lines = ["[[list]]", f"name = {_quoted(entry.stem)}"]
        if entry.sheet:
            lines.append(f"sheet = {_quoted(entry.sheet)}")
        lines.append(f"headings = {_quoted(entry.headings)}")
        if entry.kind:
            lines.append(f"kind = {_quoted(entry.kind)}  # {kinds()[entry.kind].label.zh}")
        if entry.columns:
            lines.append("[list.columns]")
            lines += [f"{_quoted(key)} = {_quoted(value)}" for key, value in entry.columns.items()]
        parts.append("\n".join(lines) + "\n")
    beside = path.with_name(f"{path.name}.part")
    beside.write_text("\n".join(parts), encoding="utf-8")
    beside.replace(path)


def _quoted(text: str) -> str:
    """A basic string of TOML, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)
