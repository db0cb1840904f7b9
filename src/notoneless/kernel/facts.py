"""``facts.yaml``: the contract between data and rules.

For each subject (a child, a school) its key and the facts that may be known of it. A fact has a
type; money is whole fen; an unknown value is null and never means "no".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from notoneless.i18n import Text, gettext
from notoneless.kernel import faults as fk
from notoneless.kernel.form import Form, bilingual, good_name
from notoneless.kernel.source import Mapping as MappingNode
from notoneless.kernel.source import Report, compose, read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Kind = Literal["int", "money", "bool", "date", "enum"]
KINDS: tuple[Kind, ...] = ("int", "money", "bool", "date", "enum")

LIMITS: Mapping[str, int] = {"int": 10_000_000, "money": 100_000_000_000}
"""The largest value of a fact either way (money in fen); with it no sum or product can overflow."""

VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,47}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that may be known of a subject; its name is the column's name."""

    name: str
    text: Text
    kind: Kind
    values: Mapping[str, Text]
    nullable: bool = False

    def __hash__(self) -> int:
        """Two facts of one schema differ in their names."""
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing that is owed something: its key column and its facts."""

    name: str
    key: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class FactSchema:
    """All subjects by name."""

    subjects: Mapping[str, Subject]


def load_facts(path: Path) -> FactSchema:
    """Read a ``facts.yaml``; a `Refusal` names every fault with its line and column."""
    report = Report(path.name)
    text = read_text(path, report)
    root = compose(text, report) if text is not None else None
    subjects: dict[str, Subject] = {}
    if root is not None:
        form = Form(root, report, required=("subjects",))
        for name, node in form.named("subjects"):
            entry = Form(node, report, required=("key", "facts"))
            facts: dict[str, Fact] = {}
            for fact_name, fact_node in entry.named("facts"):
                facts[fact_name.text] = _fact(
                    fact_name.text,
                    Form(
                        fact_node,
                        report,
                        required=("text", "type"),
                        optional=("values", "nullable"),
                    ),
                )
            key = entry.scalar("key")
            if key and good_name(key, report) and key.text in facts:
                report.add(fk.NAME_TAKEN, key.mark, key.text, other=gettext("事实"))
            subjects[name.text] = Subject(name.text, key.text if key else "", facts)
    report.refuse_if_any()
    return FactSchema(subjects)


def _fact(name: str, form: Form) -> Fact:
    kind: Kind = form.choice("type", KINDS, "bool")  # type: ignore[assignment] # one of KINDS
    values: dict[str, Text] = {}
    node = form.node("values")
    if (kind == "enum") != (node is not None) and form.node("type") is not None:
        if kind == "enum":
            form.report.add(fk.MISSING_KEY, form.mark, key="values")
        else:
            form.report.add(
                fk.UNKNOWN_KEY,
                form.mark_of("values"),
                "values",
                known="text、type、nullable",
                hint="",
            )
    elif node is not None:
        if isinstance(node, MappingNode) and node.entries:
            for value, text in node.entries.values():
                if not VALUE.fullmatch(value.text):
                    form.report.add(fk.BAD_ID, value.mark, value.text)
                values[value.text] = bilingual(text, form.report)
        else:
            form.report.add(fk.WRONG_SHAPE, node.mark, wanted=gettext("若干“取值: 说明”"))
    nullable = form.choice("nullable", ("true", "false"), "false") == "true"
    return Fact(name, form.bilingual("text"), kind, values, nullable)
