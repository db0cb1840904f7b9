"""Strict YAML: text nodes with positions, and nothing else YAML can do.

Anchors, aliases, tags, directives, several documents and doubled keys are refused; a scalar is
always text, whatever it looks like. Every fault found is kept, so that a person reads them all.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import yaml

from notoneless.faults import Fault, FaultKind, Place, Refusal
from notoneless.i18n import N_, gettext
from notoneless.kernel import faults as fk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LARGEST = 1_000_000
"""Characters in a rulebook, at most."""
DEEPEST = 12
"""Levels of nesting, at most; the format itself needs six."""

FULL_WIDTH = str.maketrans(
    "，（）：；＝＜＞！＋－＊／“”‘’、。［］｛｝％＆｜　",
    ",():;=<>!+-*/\"\"'',.[]{}%&| ",
)
"""Punctuation of a Chinese keyboard and what was meant."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A position in the text, both from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Scalar:
    """A text with the position of its first character and the raw characters it was read from."""

    text: str
    mark: Mark
    raw: str = field(repr=False, compare=False)

    @cached_property
    def _marks(self) -> list[Mark]:
        """The position of every character of ``text``, found again in the raw characters.

        Quotes, escapes and the line breaks of a folded text are in the raw characters only; each
        character of the text is the next equal one there, and a blank stands where its neighbour is.
        """
        marks: list[Mark] = []
        line, column, at = self.mark.line, self.mark.column, 0
        raw = self.raw

        def step() -> None:
            nonlocal line, column, at
            line, column = (line + 1, 1) if raw[at] == "\n" else (line, column + 1)
            at += 1

        if raw[:1] in ("|", ">"):
            while at < len(raw) and raw[at] != "\n":
                step()
        elif raw[:1] in ("'", '"'):
            step()
        for character in self.text:
            if not character.isspace():
                while at < len(raw) and raw[at] != character:
                    step()
            marks.append(Mark(line, column))
            if at < len(raw) and raw[at] == character:
                step()
        marks.append(Mark(line, column))
        return marks

    def mark_at(self, offset: int) -> Mark:
        """Where the character at this offset of ``text`` stands in the file."""
        return self._marks[min(max(offset, 0), len(self._marks) - 1)]


@dataclass(frozen=True)
class Mapping:
    """Keys with their values, in the order of the file; keys are distinct."""

    mark: Mark
    entries: dict[str, tuple[Scalar, Node]]


@dataclass(frozen=True)
class Sequence:
    """Items in order."""

    mark: Mark
    items: tuple[Node, ...]


Node = Scalar | Mapping | Sequence


@dataclass
class Report:
    """The faults of one file, as they are found."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def add(self, kind: FaultKind, mark: Mark | None, seen: str = "", **details: object) -> None:
        """Note one fault at a position."""
        place = (
            Place(self.file, row=mark.line, column=str(mark.column)) if mark else Place(self.file)
        )
        self.faults.append(kind.at(place, shorten(seen), **details))

    def refuse_if_any(self) -> None:
        """Raise a `Refusal` with all faults, in the order of the file, when there is an error."""
        if any(fault.kind.severity == "error" for fault in self.faults):
            by_place = {
                (fault.code, fault.place, fault.message): fault for fault in self.faults
            }.values()
            raise Refusal(
                sorted(by_place, key=lambda fault: (fault.place.row, int(fault.place.column or 0)))
            )


def shorten(text: str) -> str:
    """A text fit for one line of a message."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:57] + "…"


def hint(wanted: str, known: Iterable[str]) -> str:
    """``；是不是“…”？`` when a known name is close to the one written, else nothing."""
    close = difflib.get_close_matches(wanted.lower(), list(known), n=1, cutoff=0.6)
    return gettext("；是不是“{name}”？").format(name=close[0]) if close else ""


def read_text(path: Path, report: Report) -> str | None:
    """The text of a file, or None with a fault; a byte-order mark at its start is no fault."""
    try:
        data = path.read_bytes()
    except OSError as error:
        report.add(fk.UNREADABLE, None, why=why_unreadable(error))
        return None
    if len(data) > LARGEST * 3:
        report.add(fk.TOO_LARGE, None, what=f"{len(data):,} B")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        report.add(fk.NOT_UTF8, Mark(data[: error.start].count(b"\n") + 1, 1))
        return None


def compose(text: str, report: Report) -> Node | None:
    """The one document of a text as nodes, or None; everything YAML can do beyond text is a fault."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LARGEST:
        report.add(fk.TOO_LARGE, None, what=f"{len(text):,}")
        return None
    tabs = False
    for number, line in enumerate(text.split("\n"), 1):
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            report.add(fk.TAB, Mark(number, indent.index("\t") + 1))
            tabs = True
    if tabs:
        return None
    try:
        return _Composer(text, report).document()
    except yaml.YAMLError as error:
        _broken(text, error, report)
    except _TooDeep as deep:
        report.add(fk.TOO_LARGE, deep.mark, what=str(DEEPEST))
    return None


_PROBLEMS = {
    "could not find expected ':'": N_("缺少冒号"),
    "mapping values are not allowed": N_("这里不该有冒号；含冒号的文字要加引号"),
    "expected <block end>": N_("缩进没有对齐"),
    "unexpected end of stream": N_("引号没有配对"),
    "expected ',' or": N_("括号没有配对，或者缺少逗号"),
    "cannot start any token": N_("有不能用在这里的字符"),
    "special characters are not allowed": N_("有不能用的控制字符"),
}
"""What PyYAML says, in words a person can act on."""


def _broken(text: str, error: yaml.YAMLError, report: Report) -> None:
    """One fault for text that is no YAML: often it is a colon or bracket of a Chinese keyboard."""
    marks = [getattr(error, which, None) for which in ("problem_mark", "context_mark")]
    at = next((Mark(mark.line + 1, mark.column + 1) for mark in marks if mark), Mark(1, 1))
    lines = text.split("\n")
    for number in sorted({at.line, at.line - 1, *(mark.line + 1 for mark in marks if mark)}):
        line = lines[number - 1] if 0 < number <= len(lines) else ""
        wide = next((c for c in line if c in "：｛｝［］"), "")
        if wide and '"' not in line:
            report.add(fk.FULL_WIDTH, Mark(number, line.index(wide) + 1), wide, ascii=narrow(wide))
            return
    problem = str(getattr(error, "problem", "") or error)
    why = next((words for known, words in _PROBLEMS.items() if known in problem), N_("写法不对"))
    report.add(fk.BAD_YAML, at, why=gettext(why))


def why_unreadable(error: OSError) -> str:
    """Why a file cannot be opened, in words."""
    match error:
        case FileNotFoundError():
            return gettext("没有这个文件")
        case PermissionError():
            return gettext("没有权限")
        case IsADirectoryError():
            return gettext("这是一个文件夹")
        case _:
            return type(error).__name__


def narrow(text: str) -> str:
    """Full-width punctuation as the half-width that was meant."""
    return text.translate(FULL_WIDTH)


class _TooDeep(Exception):  # noqa: N818 - internal signal
    def __init__(self, mark: Mark) -> None:
        self.mark = mark


class _Composer:
    """Turns PyYAML's events into nodes; PyYAML itself never builds an object from them."""

    def __init__(self, text: str, report: Report) -> None:
        self.text, self.report = text, report
        self.events = yaml.parse(text, Loader=yaml.SafeLoader)
        self.event = next(self.events)

    def advance(self) -> yaml.Event:
        event = self.event
        self.event = next(self.events, event)
        return event

    def document(self) -> Node | None:
        self.advance()  # the stream's start
        roots: list[Node] = []
        while not isinstance(self.event, yaml.StreamEndEvent):
            start = self.advance()
            if isinstance(start, yaml.DocumentStartEvent) and (start.version or start.tags):
                what = gettext("指令")
                self.report.add(fk.NOT_PLAIN, _mark(start), self.raw(start), what=what)
            roots.append(self.node(1))
            self.advance()  # the document's end
        if len(roots) != 1 or (isinstance(roots[0], Scalar) and not roots[0].text):
            count = len(roots) if len(roots) > 1 else 0
            self.report.add(
                fk.NOT_ONE_DOCUMENT, roots[1].mark if count else Mark(1, 1), count=count
            )
            return None
        return roots[0]

    def node(self, depth: int) -> Node:
        event = self.advance()
        mark = _mark(event)
        if depth > DEEPEST:
            raise _TooDeep(mark)
        if isinstance(event, yaml.AliasEvent):
            self.report.add(fk.NOT_PLAIN, mark, f"*{event.anchor}", what=gettext("引用"))
            return Scalar("", mark, "")
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor:
            self.report.add(fk.NOT_PLAIN, mark, f"&{anchor}", what=gettext("锚点"))
        if tag:
            self.report.add(fk.NOT_PLAIN, mark, str(tag), what=gettext("标签"))
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, mark, self.raw(event))
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(self.event, yaml.SequenceEndEvent):
                items.append(self.node(depth + 1))
            self.advance()
            return Sequence(mark, tuple(items))
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(self.event, yaml.MappingEndEvent):
            key, value = self.node(depth + 1), self.node(depth + 1)
            if not isinstance(key, Scalar):
                self.report.add(fk.WRONG_SHAPE, key.mark, wanted=gettext("一个名字"))
            elif key.text in entries:
                first = entries[key.text][0].mark.line
                self.report.add(fk.DUPLICATE_KEY, key.mark, key.text, first=first)
            else:
                entries[key.text] = (key, value)
        self.advance()
        return Mapping(mark, entries)

    def raw(self, event: yaml.Event) -> str:
        start, end = event.start_mark, event.end_mark
        return self.text[start.index : end.index] if start and end else ""


def _mark(event: yaml.Event) -> Mark:
    start = event.start_mark
    return Mark(start.line + 1, start.column + 1) if start else Mark(1, 1)
