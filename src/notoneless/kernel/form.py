"""A mapping of strict YAML read as a form: known keys only, each asked for once, every fault kept."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from notoneless.i18n import Text, gettext
from notoneless.kernel import faults as fk
from notoneless.kernel.source import Mapping, Mark, Node, Report, Scalar, Sequence, hint, narrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ID = re.compile(r"[a-z][a-z0-9_]{0,47}")
RESERVED = frozenset({
    "and", "or", "not", "in", "between", "is", "null", "case", "when", "then", "else", "end",
    "date", "true", "false", "like", "select", "from", "where", "as_of", "term_start",
    "school_year_start", "age_day", "days_between", "age_on", "least", "greatest", "as", "by",
    "on", "to", "all", "any", "exists", "distinct", "cast", "order", "group", "having", "union",
    "limit", "with", "interval",
})  # fmt: skip
"""Words of the language, or of SQL, that cannot be names."""

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LARGEST_YUAN = 1_000_000_000
LARGEST_COUNT = 10_000_000
_NOTHING = ("", "~", "null", "Null", "NULL")


def is_name(text: str) -> bool:
    """Whether a text can name a fact, term, parameter, guarantee, policy or group."""
    return bool(ID.fullmatch(text)) and text not in RESERVED


class Form:
    """The entries of one mapping. ``Form(node, report, required, optional)`` reports the keys."""

    def __init__(
        self,
        node: Node,
        report: Report,
        required: tuple[str, ...] = (),
        optional: tuple[str, ...] = (),
    ) -> None:
        self.report = report
        self.mark = node.mark
        self.entries: dict[str, tuple[Scalar, Node]] = {}
        known = (*required, *optional)
        if not isinstance(node, Mapping):
            wanted = gettext("若干“名字: 内容”（{known}）").format(known="、".join(known))
            report.add(fk.WRONG_SHAPE, node.mark, wanted=wanted)
            self.broken = True
            return
        self.broken = False
        for key, (name, value) in node.entries.items():
            if key in known:
                self.entries[key] = (name, value)
            elif narrow(key) != key:
                wide = next(c for c in key if narrow(c) != c)
                mark = name.mark_at(key.index(wide))
                report.add(fk.FULL_WIDTH, mark, wide, ascii=narrow(wide))
            else:
                report.add(
                    fk.UNKNOWN_KEY, name.mark, key, known="、".join(known), hint=hint(key, known)
                )
        for key in required:
            if key not in self.entries:
                kind = fk.NO_SOURCE if key == "source" else fk.MISSING_KEY
                report.add(kind, node.mark, key=key)

    def node(self, key: str) -> Node | None:
        """The value of a key, or None when it is not there."""
        return self.entries[key][1] if key in self.entries else None

    def mark_of(self, key: str) -> Mark:
        """Where the value of a key begins; where the form begins when it is not there."""
        node = self.node(key)
        return node.mark if node else self.mark

    def scalar(self, key: str) -> Scalar | None:
        """The text of a key with its position; empty or of another shape is a fault and None."""
        node = self.node(key)
        return None if node is None else scalar(node, self.report, key)

    def text(self, key: str) -> str:
        """The text of a key, or "" (with a fault if it is there but empty)."""
        found = self.scalar(key)
        return found.text.strip() if found else ""

    def bilingual(self, key: str) -> Text:
        """``{zh: …, en: …}``; Chinese is required."""
        node = self.node(key)
        if node is None:
            return Text("")
        return bilingual(node, self.report)

    def choice(self, key: str, choices: Iterable[str], default: str = "") -> str:
        """One of some words; anything else is a fault and the default."""
        found = self.scalar(key)
        if found is None:
            return default
        known = list(choices)
        if found.text not in known:
            self.report.add(
                fk.NOT_A_CHOICE,
                found.mark,
                found.text,
                key=key,
                known="、".join(known),
                hint=hint(found.text, known),
            )
            return default
        return found.text

    def items(self, key: str, wanted: str) -> tuple[Node, ...]:
        """The items of a list; () when it is not there."""
        node = self.node(key)
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            self.report.add(fk.WRONG_SHAPE, node.mark, wanted=wanted)
            return ()
        return node.items

    def named(self, key: str) -> Iterator[tuple[Scalar, Node]]:
        """The entries of a mapping from names; a bad name is a fault and left out."""
        node = self.node(key)
        if node is None or (isinstance(node, Scalar) and node.text in _NOTHING):
            return
        if not isinstance(node, Mapping):
            self.report.add(fk.WRONG_SHAPE, node.mark, wanted=gettext("若干“名字: 内容”"))
            return
        for name, value in node.entries.values():
            if good_name(name, self.report):
                yield name, value

    def day(self, key: str) -> dt.date | None:
        """A day written ``2024-02-29``; one that does not exist is a fault."""
        found = self.scalar(key)
        if found is None:
            return None
        if DAY.fullmatch(found.text):
            try:
                return dt.date.fromisoformat(found.text)
            except ValueError:
                pass
        self.report.add(fk.BAD_DATE, found.mark, found.text)
        return None

    def whole(self, key: str, default: int, lowest: int = 1, highest: int = 12) -> int:
        """A whole number between two limits."""
        found = self.scalar(key)
        if found is None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", found.text) or not lowest <= int(found.text) <= highest:
            wanted = gettext("{low} 到 {high} 的整数").format(low=lowest, high=highest)
            self.report.add(fk.BAD_NUMBER, found.mark, found.text, wanted=wanted)
            return default
        return int(found.text)


def scalar(node: Node, report: Report, key: str) -> Scalar | None:
    """A node as a text that is not empty, else None with a fault."""
    if not isinstance(node, Scalar):
        report.add(fk.WRONG_SHAPE, node.mark, wanted=gettext("一段文字（{key}）").format(key=key))
        return None
    if not node.text.strip() or (node.text in _NOTHING and node.raw[:1] not in ("'", '"')):
        kind = fk.NO_SOURCE if key == "source" else fk.EMPTY_TEXT
        report.add(kind, node.mark, key=key)
        return None
    return node


def good_name(name: Scalar, report: Report) -> bool:
    """Whether a key can name something; if not, a fault."""
    if is_name(name.text):
        return True
    wide = next((c for c in name.text if narrow(c) != c), "")
    if wide:
        report.add(fk.FULL_WIDTH, name.mark_at(name.text.index(wide)), wide, ascii=narrow(wide))
    else:
        report.add(fk.BAD_ID, name.mark, name.text)
    return False


def bilingual(node: Node, report: Report) -> Text:
    """``{zh: …, en: …}`` as a `Text`."""
    form = Form(node, report, required=("zh",), optional=("en",))
    return Text(form.text("zh"), form.text("en"))


def amount(found: Scalar, unit: str, report: Report) -> int | None:
    """A parameter's value: yuan become fen, other units stay whole numbers; else a fault."""
    text = found.text.strip()
    if re.fullmatch(r"-[0-9]+(\.[0-9]+)?", text):
        report.add(fk.NEGATIVE, found.mark, text)
        return None
    if unit != "yuan":
        if not re.fullmatch(r"[0-9]+", text):
            report.add(fk.BAD_NUMBER, found.mark, text, wanted=gettext("整数"))
            return None
        if int(text) > LARGEST_COUNT:
            report.add(fk.TOO_BIG, found.mark, text, limit=f"{LARGEST_COUNT:,}")
            return None
        return int(text)
    if re.fullmatch(r"[0-9]+\.[0-9]{3,}", text):
        report.add(fk.TOO_MANY_DECIMALS, found.mark, text)
        return None
    if not re.fullmatch(r"[0-9]+(\.[0-9]{1,2})?", text):
        report.add(fk.BAD_NUMBER, found.mark, text, wanted=gettext("以元为单位的金额"))
        return None
    if Decimal(text) > LARGEST_YUAN:
        report.add(fk.TOO_BIG, found.mark, text, limit=f"{LARGEST_YUAN:,}")
        return None
    return int(Decimal(text) * 100)
