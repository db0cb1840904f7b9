"""A changed rulebook made from the one in force: one amount, one policy's own lines, a policy more.

The text stays the text: what is not changed keeps its words, comments and order. Whether the result is a
rulebook is for the kernel to say; its faults name lines of the whole.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from notoneless.bureau.aid import faults, rulebook
from notoneless.faults import Refusal
from notoneless.kernel.expressions import Expression, Term, walk
from notoneless.kernel.form import is_name
from notoneless.kernel.words import yuan

_ENTRY = re.compile(r"  (\w+):\s*(#.*)?$")
_VALUE = re.compile(r"\s+- \{from: (\d{4}-\d\d-\d\d), ")


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one named entry: ``first`` counts from 1, as the rulebook's faults do."""

    first: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Its lines as one text."""
        return "\n".join(self.lines)


def block(text: str, section: str, name: str) -> Block | None:
    """An entry of a section (``params``, ``policies``), without the comments after it."""
    lines = text.split("\n")
    begin, end = _section(lines, section)
    starts = [number for number in range(begin, end) if _ENTRY.match(lines[number])]
    for at, start in enumerate(starts):
        found = _ENTRY.match(lines[start])
        if found and found[1] == name:
            stop = starts[at + 1] if at + 1 < len(starts) else end
            while stop > start and (
                not lines[stop - 1].strip() or lines[stop - 1].lstrip()[0] == "#"
            ):
                stop -= 1
            return Block(start + 1, tuple(lines[start:stop]))
    return None


def with_block(text: str, section: str, name: str, written: str) -> str:
    """The text with an entry written anew."""
    old = block(text, section, name)
    if old is None:
        raise Refusal([faults.NO_SUCH_ENTRY.at(name=name)])
    lines = text.split("\n")
    lines[old.first - 1 : old.first - 1 + len(old.lines)] = _tidy(written)
    return "\n".join(lines)


def with_more(text: str, section: str, written: str) -> str:
    """The text with one entry more at the end of a section."""
    lines = text.split("\n")
    begin, end = _section(lines, section)
    while end > begin and not lines[end - 1].strip():
        end -= 1
    lines[end:end] = _tidy(written)
    return "\n".join(lines)


def with_policy(text: str, name: str, written: str, *, new: bool) -> str:
    """The text with a policy written anew, or (``new``) one more; `Refusal` for a name that it has or has not."""
    if not new:
        return with_block(text, "policies", name, written)
    if block(text, "policies", name):
        raise Refusal([faults.NAME_TAKEN.at(name=name)])
    return with_more(text, "policies", written)


def terms_in(node: Expression) -> Iterator[Term]:
    """The named conditions that a condition is made of."""
    return (part for part in walk(node) if isinstance(part, Term))


def tidy(written: str) -> str:
    """A whole text as it is kept: lines end as on Linux, the last one too."""
    return "\n".join(_tidy(written)) + "\n"


def with_value(
    text: str, name: str, *, since: dt.date, value: int, source: str, status: str
) -> str:
    """The text with a parameter's value from a day on; one from the same day is written anew.

    ``value`` is in fen where the parameter is money, else as it counts.
    """
    old = block(text, "params", name)
    spec = rulebook.read(text).parameters.get(name)
    if old is None or spec is None:
        raise Refusal([faults.NO_SUCH_ENTRY.at(name=name)])
    number = yuan(value) if spec.unit == "yuan" else str(value)
    quoted = source.replace("\\", "").replace('"', "”")
    line = f'      - {{from: {since}, value: {number}, source: "{quoted}", status: {status}}}'
    lines: list[str] = []
    place = 0
    for each in old.lines:
        held = _VALUE.match(each)
        if held and held[1] == since.isoformat():
            place = place or len(lines)
            continue
        lines.append(each)
        if (held and held[1] < since.isoformat()) or each.strip() == "values:":
            place = len(lines)
    lines.insert(place, line)
    changed = with_block(text, "params", name, "\n".join(lines))
    told = rulebook.read(changed).parameters[name].on(since)
    if told is None or (told.start, told.value) != (since, value):
        # The entry is written in another way than this knows to add to.
        raise Refusal([faults.WRITE_IT_YOURSELF.at(name=name)])
    return changed


def name_of(written: str) -> str:
    """The name that a written entry begins with; `Refusal` when it does not begin with one."""
    first = next((line for line in _tidy(written) if line.lstrip()[:1] not in ("", "#")), "")
    found = _ENTRY.match(first)
    if not found or not is_name(found[1]):
        raise Refusal([faults.NOT_AN_ENTRY.at(seen=first.strip()[:40])])
    return found[1]


def _tidy(written: str) -> list[str]:
    """Lines as they go into the file: no carriage returns, no tail, nothing empty around them."""
    return [line.rstrip() for line in written.replace("\r", "").strip("\n").rstrip().split("\n")]


def _section(lines: list[str], section: str) -> tuple[int, int]:
    """The lines of a section, from after its heading to before the next."""
    begin = next((at for at, line in enumerate(lines, 1) if line.rstrip() == f"{section}:"), None)
    if begin is None:
        raise Refusal([faults.NO_SUCH_ENTRY.at(name=section)])
    for at in range(begin, len(lines)):
        if lines[at][:1] not in ("", " ", "#", "\r"):
            return begin, at
    return begin, len(lines)
