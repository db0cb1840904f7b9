"""Two rows side by side: what is alike, what differs and where, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from notoneless import rosters
from notoneless.bureau.intake import preview
from notoneless.check.rows import PERSON
from notoneless.i18n import gettext
from notoneless.rosters import id_number

NUMBERS = ("id_number", "guardian_id", "phone")
_FEW = 3
"""So many differing characters of a number may be seen; where more differ, they say nothing."""

Parts = list[tuple[str, bool]]
"""A text in pieces, each with whether it differs."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that both rows may say: its field, both texts, ``＝ ≠ ≈`` or "", and a sentence."""

    name: str
    left: Parts
    right: Parts
    sign: str
    say: str

    @property
    def label(self) -> str:
        """What the field is called."""
        return str(rosters.fields()[self.name].label)

    @property
    def differs(self) -> bool:
        """Both say something, and not the same."""
        return self.sign in ("≠", "≈")


def lines(left: Mapping[str, str], right: Mapping[str, str]) -> list[Line]:
    """What either of the two says, in the order of a list's columns."""
    found = [
        _line(name, left.get(name, ""), right.get(name, ""))
        for name in PERSON
        if left.get(name) or right.get(name)
    ]
    guardians = {values["guardian_id"] for values in (left, right) if values.get("guardian_id")}
    for side, values in ((gettext("左边"), left), (gettext("右边"), right)):
        if values.get("id_number") in guardians:
            say = gettext("{side}填的是监护人的号码").format(side=side)
            found = [replace(line, say=say) if line.name == "id_number" else line for line in found]
    return found


def _line(name: str, left: str, right: str) -> Line:
    shown = preview.value(name, left), preview.value(name, right)
    if not left or not right:
        return Line(name, [(shown[0], False)], [(shown[1], False)], "", "")
    if left == right:
        return Line(name, [(shown[0], False)], [(shown[1], False)], "＝", "")
    if name in NUMBERS:
        return _numbers(name, left, right, shown)
    one, two = marked(*shown)
    alike = left in right or right in left
    return Line(name, one, two, "≈" if alike else "≠", _say(left, right))


def marked(left: str, right: str) -> tuple[Parts, Parts]:
    """Both texts cut where they differ."""
    one: Parts = []
    two: Parts = []
    for what, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if a < b:
            one.append((left[a:b], what != "equal"))
        if c < d:
            two.append((right[c:d], what != "equal"))
    return one, two


def _numbers(name: str, left: str, right: str, shown: tuple[str, str]) -> Line:
    """Masked, but for the few characters that differ."""
    said = _state(name, left, right)
    at = [n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b]
    if len(left) != len(right):
        said = gettext("位数不同") + (gettext("；") + said if said else "")
        return Line(name, [(shown[0], True)], [(shown[1], True)], "≠", said)
    if len(at) > _FEW:
        return Line(name, [(shown[0], True)], [(shown[1], True)], "≠", said)
    where = gettext("、").join(str(n + 1) for n in at)
    say = gettext("只差第{where}位").format(where=where) + (gettext("；") + said if said else "")
    return Line(name, _digits(left, shown[0], at), _digits(right, shown[1], at), "≠", say)


def _digits(number: str, shown: str, at: list[int]) -> Parts:
    return [(number[n] if n in at else mask, n in at) for n, mask in enumerate(shown)]


def _state(name: str, left: str, right: str) -> str:
    if name == "phone":
        return ""
    wrong = [id_number.state(number) != "valid" for number in (left, right)]
    if all(wrong):
        return gettext("两边校验都不符")
    if any(wrong):
        return gettext("左边校验不符") if wrong[0] else gettext("右边校验不符")
    return gettext("两个号码都有效")


def _say(left: str, right: str) -> str:
    if left in right:
        return gettext("左边少写")
    if right in left:
        return gettext("右边少写")
    if len(left) == len(right):
        count = sum(a != b for a, b in zip(left, right, strict=True))
        return gettext("差{count}个字").format(count=count)
    return ""
