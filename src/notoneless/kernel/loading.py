"""Reading a rulebook: from a file to a `Rulebook`, or to all its faults at once."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, cast

from notoneless.faults import Fault, Refusal
from notoneless.i18n import gettext
from notoneless.kernel import expressions as ex
from notoneless.kernel import faults as fk
from notoneless.kernel import rulebook as rb
from notoneless.kernel.bounds import bounds
from notoneless.kernel.contradictions import impossible, reversed_range
from notoneless.kernel.facts import FactSchema, Subject, load_facts
from notoneless.kernel.form import Form, amount, good_name, scalar
from notoneless.kernel.parsing import parse_amount, parse_condition
from notoneless.kernel.source import (
    Mapping,
    Mark,
    Node,
    Report,
    Scalar,
    Sequence,
    compose,
    hint,
    read_text,
)
from notoneless.kernel.tokens import Scope, terms_named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BOOK_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def load_rulebook(path: Path, facts: FactSchema | None = None) -> rb.Rulebook:
    """Read one rulebook against the facts (the shipped ones if not given).

    Raises `Refusal` with every fault of the file: ``file:line:column``, code, what is wrong, what
    to do next.
    """
    schema = facts or load_facts(rb.shipped("facts"))
    report = Report(path.name)
    text = read_text(path, report)
    root = compose(text, report) if text is not None else None
    book = _Loading(schema, report, path).book(root) if root is not None else None
    report.refuse_if_any()
    assert book is not None
    return book


def load_rulebooks(paths: Iterable[Path], facts: FactSchema | None = None) -> list[rb.Rulebook]:
    """Read several; the faults of all of them come in one `Refusal`."""
    schema = facts or load_facts(rb.shipped("facts"))
    books: list[rb.Rulebook] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            books.append(load_rulebook(path, schema))
        except Refusal as refusal:
            faults += refusal.faults
    if faults:
        raise Refusal(faults)
    return books


class _Loading:
    """One file being read: the scope grows as its parts are."""

    def __init__(self, schema: FactSchema, report: Report, path: Path) -> None:
        self.schema, self.report, self.path = schema, report, path
        self.parameters: dict[str, rb.ParameterSpec] = {}
        self.parameter_marks: dict[str, Scalar] = {}
        self.scope = Scope({})
        self.ids: dict[str, str] = {}

    def book(self, root: Node) -> rb.Rulebook | None:
        form = Form(
            root,
            self.report,
            required=("rulebook", "title", "subject"),
            optional=("params", "terms", "guarantees", "policies", "groups"),
        )
        if form.broken:
            return None
        name = form.scalar("rulebook")
        if name and not BOOK_ID.fullmatch(name.text):
            self.report.add(fk.BAD_ID, name.mark, name.text)
        title = form.bilingual("title")
        subject = self.subject(form)
        self.read_parameters(form)
        self.scope = Scope(
            subject.facts if subject else {},
            {
                spec.name: ex.Parameter(spec.name, spec.kind, spec.text)
                for spec in self.parameters.values()
            },
            broken_parameters=frozenset(set(self.parameter_marks) - set(self.parameters)),
        )
        if subject is None:
            return None
        term_marks = self.read_terms(form)
        groups = self.read_groups(form)
        guarantees = [self.guarantee(key, node) for key, node in form.named("guarantees")]
        policies = [self.policy(key, node, groups) for key, node in form.named("policies")]
        if not guarantees and not policies:
            self.report.add(fk.NOTHING_PROMISED, form.mark)
        self.unused(term_marks, groups, [policy for policy in policies if policy])
        return rb.Rulebook(
            name.text if name else "",
            title,
            subject.name,
            self.path.name,
            rb.digest(self.path.read_bytes()),
            self.parameters,
            tuple(g for g in guarantees if g),
            tuple(p for p in policies if p),
            groups,
        )

    def subject(self, form: Form) -> Subject | None:
        found = form.scalar("subject")
        if found is None:
            return None
        known = list(self.schema.subjects)
        if found.text not in known:
            self.report.add(
                fk.UNKNOWN_SUBJECT,
                found.mark,
                found.text,
                known="、".join(known),
                hint=hint(found.text, known),
            )
            return None
        return self.schema.subjects[found.text]

    # -- parameters -----------------------------------------------------------------------------

    def read_parameters(self, form: Form) -> None:
        for name, node in form.named("params"):
            self.parameter_marks[name.text] = name
            entry = Form(node, self.report, required=("text", "unit", "values"))
            if entry.broken:
                continue
            text = entry.bilingual("text")
            unit = entry.choice("unit", rb.UNITS)
            values: list[rb.DatedValue] = []
            good = bool(unit)
            items = entry.items("values", gettext("一列值，每个有 from、value、source、status"))
            if "values" in entry.entries and not items:
                self.report.add(fk.EMPTY_TEXT, entry.mark_of("values"), key="values")
            for item in items:
                value = self.dated_value(item, unit, values[-1].start if values else None)
                if value:
                    values.append(value)
                else:
                    good = False
            if good and values:
                self.parameters[name.text] = rb.ParameterSpec(
                    name.text, text, cast("rb.Unit", unit), tuple(values)
                )

    def dated_value(self, node: Node, unit: str, before: dt.date | None) -> rb.DatedValue | None:
        form = Form(node, self.report, required=("from", "value", "source", "status"))
        if form.broken:
            return None
        start = form.day("from")
        found = form.scalar("value")
        value = amount(found, unit, self.report) if found and unit else None
        source = form.text("source")
        status = form.choice("status", rb.STATUSES)
        if start and before and start <= before:
            self.report.add(fk.DATES_OUT_OF_ORDER, form.mark_of("from"), str(start), before=before)
        if start is None or value is None or not source or not status:
            return None
        return rb.DatedValue(start, value, source, cast("rb.Status", status))

    # -- terms ----------------------------------------------------------------------------------

    def read_terms(self, form: Form) -> dict[str, Scalar]:
        """Read the terms, each after those it uses; the order in the file does not matter."""
        marks: dict[str, Scalar] = {}
        written: dict[str, tuple[Form, Scalar]] = {}
        for name, node in form.named("terms"):
            if name.text in self.scope.facts:
                self.report.add(fk.NAME_TAKEN, name.mark, name.text, other=gettext("事实"))
                continue
            marks[name.text] = name
            entry = Form(node, self.report, required=("text", "when"))
            when = entry.scalar("when")
            if when:
                written[name.text] = (entry, when)
        uses = {
            name: [used for used in terms_named(when.text) if used in written]
            for name, (_, when) in written.items()
        }
        terms: dict[str, ex.Term] = {}
        self.scope.terms = terms
        self.scope.other_terms = frozenset(marks)
        done: set[str] = set()

        def read(name: str, path: list[str]) -> None:
            if name in path:
                circle = " → ".join([*path[path.index(name) :], name])
                self.report.add(fk.CYCLE, marks[path[path.index(name)]].mark, circle)
                return
            if name in done:
                return
            for used in uses[name]:
                read(used, [*path, name])
            if name in done:
                return
            done.add(name)
            entry, when = written[name]
            text = entry.bilingual("text")
            condition = parse_condition(when, self.scope, self.report)
            if condition is not None:
                self.possible([rb.Line(when.text, when.mark.line, condition)], [when.mark])
                terms[name] = ex.Term(name, text, condition)

        for term in written:
            read(term, [])
        return marks

    # -- conditions ------------------------------------------------------------------------------

    def line(self, found: Scalar) -> rb.Line | None:
        condition = parse_condition(found, self.scope, self.report)
        return rb.Line(found.text, found.mark.line, condition) if condition is not None else None

    def lines(self, form: Form, key: str, name: str) -> list[rb.Line]:
        """The conditions of a list that could be read."""
        node = form.node(key)
        if node is None:
            return []
        items = node.items if isinstance(node, Sequence) else None
        if items is None:
            wanted = gettext("一列条件，如 [a, b]")
            self.report.add(fk.WRONG_SHAPE, node.mark, wanted=wanted)
            return []
        if not items:
            self.report.add(fk.NO_CONDITIONS, node.mark, name=name)
            return []
        lines: list[rb.Line] = []
        marks: list[Mark] = []
        for item in items:
            found = scalar(item, self.report, key)
            line = self.line(found) if found else None
            if line is None or found is None:
                continue
            if any(line.condition == other.condition for other in lines):
                self.report.add(fk.REPEATED_CONDITION, found.mark, found.text)
            lines.append(line)
            marks.append(found.mark)
        self.possible(lines, marks)
        return lines

    def possible(self, lines: list[rb.Line], marks: list[Mark]) -> None:
        """Refuse conditions that nobody can ever meet together, at the line that makes them so."""
        for count, (line, mark) in enumerate(zip(lines, marks, strict=True), 1):
            reversed_ends = reversed_range(line.condition, self.parameters)
            if reversed_ends:
                low, high = reversed_ends
                self.report.add(fk.REVERSED_RANGE, mark, low=low, high=high)
                return
            if self.impossible(lines[:count]):
                core = lines[:count]
                for other in lines[: count - 1]:
                    without = [part for part in core if part is not other]
                    core = without if self.impossible(without) else core
                seen = gettext("；").join(part.written for part in core)
                self.report.add(fk.CONTRADICTION, mark, seen)
                return

    def impossible(self, lines: list[rb.Line]) -> bool:
        return impossible([line.condition for line in lines], self.parameters)

    # -- promises --------------------------------------------------------------------------------

    def take(self, name: Scalar, what: str) -> None:
        if name.text in self.ids:
            self.report.add(fk.NAME_TAKEN, name.mark, name.text, other=self.ids[name.text])
        self.ids[name.text] = what

    def ways(self, form: Form, key: str, universe: list[rb.Line]) -> list[rb.Way]:
        required = ("id", "text", "when")
        ways: list[rb.Way] = []
        for node in form.items(key, gettext("一列，每项有 id、text、when")):
            entry = Form(node, self.report, required=required, optional=("source",))
            if entry.broken:
                continue
            name, when = entry.scalar("id"), entry.scalar("when")
            text, source = entry.bilingual("text"), entry.text("source")
            if name and not good_name(name, self.report):
                name = None
            line = self.line(when) if when else None
            if line and when and not self.impossible(universe):
                self.possible([*universe, line], [when.mark] * (len(universe) + 1))
            if name and any(name.text == way.id for way in ways):
                self.report.add(fk.NAME_TAKEN, name.mark, name.text, other=key)
            elif name and line:
                ways.append(rb.Way(name.text, text, line, source))
        return ways

    def guarantee(self, name: Scalar, node: Node) -> rb.Guarantee | None:
        self.take(name, gettext("保障"))
        form = Form(
            node,
            self.report,
            required=("text", "source", "status", "universe", "kept", "case"),
            optional=("excused", "since", "place"),
        )
        if form.broken:
            return None
        universe = self.lines(form, "universe", name.text)
        kept = self.ways(form, "kept", universe)
        if "kept" in form.entries and not form.items("kept", ""):
            self.report.add(fk.NO_KEPT, form.mark_of("kept"), name=name.text)
        excused = self.ways(form, "excused", universe)
        for twice in {way.id for way in kept} & {way.id for way in excused}:
            self.report.add(fk.NAME_TAKEN, form.mark_of("kept"), twice, other="excused")
        case = form.scalar("case")
        if case:
            good_name(case, self.report)
        since = self.since(form, name.text)
        return rb.Guarantee(
            name.text,
            form.bilingual("text"),
            form.text("source"),
            cast("rb.Status", form.choice("status", rb.STATUSES, "unverified")),
            tuple(universe),
            tuple(kept),
            tuple(excused),
            case.text if case else "",
            name.mark.line,
            since,
            cast("rb.CountedAt", form.choice("place", rb.PLACES, "home")),
        )

    def policy(self, name: Scalar, node: Node, groups: dict[str, rb.Group]) -> rb.Policy | None:
        self.take(name, gettext("政策"))
        form = Form(
            node,
            self.report,
            required=("text", "source", "status", "kind", "period", "conditions", "amount"),
            optional=("also", "instalments", "deadline", "group", "since"),
        )
        if form.broken:
            return None
        also = tuple(
            found.text.strip()
            for item in form.items("also", gettext("一列名称"))
            if (found := scalar(item, self.report, "also"))
        )
        conditions = self.lines(form, "conditions", name.text)
        written = form.scalar("amount")
        value = parse_amount(written, self.scope, self.report) if written else None
        if value is not None and written and bounds(value)[1] <= 0:
            self.report.add(fk.ALWAYS_ZERO, written.mark, name=name.text)
        group = form.scalar("group")
        if group and group.text not in groups and group.text not in self.group_marks:
            self.report.add(
                fk.UNKNOWN_GROUP, group.mark, group.text, hint=hint(group.text, self.group_marks)
            )
        since = self.since(form, name.text)
        return rb.Policy(
            name.text,
            form.bilingual("text"),
            also,
            form.text("source"),
            cast("rb.Status", form.choice("status", rb.STATUSES, "unverified")),
            cast("rb.BenefitKind", form.choice("kind", rb.BENEFIT_KINDS, "cash_student")),
            cast("rb.Period", form.choice("period", rb.PERIODS, "year")),
            form.whole("instalments", 1),
            self.deadline(form),
            tuple(conditions),
            value if value is not None else ex.Constant(0, "money"),
            written.text if written else "",
            group.text if group else "",
            name.mark.line,
            since,
        )

    def since(self, form: Form, name: str) -> dt.date | None:
        """The first day of a promise; every parameter it uses must have a value by then."""
        day = form.day("since")
        if day is None:
            return None
        texts = [
            node for node, _ in _scalars(form) if isinstance(node, Scalar) and ":" in node.text
        ]
        for text in texts:
            for used in re.finditer(r":([a-z][a-z0-9_]*)", text.text):
                spec = self.parameters.get(used[1])
                if spec and spec.values[0].start > day:
                    self.report.add(
                        fk.BEFORE_FIRST_VALUE,
                        text.mark_at(used.start()),
                        used[1],
                        name=name,
                        since=day,
                        first=spec.values[0].start,
                    )
        return day

    def deadline(self, form: Form) -> dict[str, tuple[int, int]]:
        """``{spring: "05-31", autumn: "10-31"}`` as month and day."""
        days: dict[str, tuple[int, int]] = {}
        node = form.node("deadline")
        if node is None:
            return days
        entry = Form(node, self.report, optional=rb.SEASONS)
        for season in rb.SEASONS:
            found = entry.scalar(season)
            if found is None:
                continue
            try:
                # A common year: a deadline must exist every year.
                day = dt.date.fromisoformat(f"2001-{found.text}")
                days[season] = (day.month, day.day)
            except ValueError:
                self.report.add(fk.BAD_DATE, found.mark, found.text)
        return days

    def read_groups(self, form: Form) -> dict[str, rb.Group]:
        groups: dict[str, rb.Group] = {}
        self.group_marks: dict[str, Scalar] = {}
        for name, node in form.named("groups"):
            self.group_marks[name.text] = name
            entry = Form(node, self.report, required=("text", "rule"), optional=("amount",))
            if entry.broken:
                continue
            rule = entry.choice("rule", rb.GROUP_RULES)
            written = entry.scalar("amount")
            cap = None
            if rule == "cap" and "amount" not in entry.entries:
                self.report.add(fk.MISSING_KEY, entry.mark, key="amount")
            elif rule != "cap" and "amount" in entry.entries:
                mark = entry.entries["amount"][0].mark
                self.report.add(fk.UNKNOWN_KEY, mark, "amount", known="text、rule", hint="")
            elif written:
                cap = parse_amount(written, self.scope, self.report)
            if rule:
                groups[name.text] = rb.Group(
                    name.text, entry.bilingual("text"), cast("rb.GroupRule", rule), cap
                )
        return groups

    # -- the whole --------------------------------------------------------------------------------

    def unused(
        self,
        term_marks: dict[str, Scalar],
        groups: dict[str, rb.Group],
        policies: list[rb.Policy],
    ) -> None:
        for name, mark in self.parameter_marks.items():
            if name not in self.scope.used_parameters:
                self.report.add(fk.UNUSED_PARAMETER, mark.mark, name)
        for name, mark in term_marks.items():
            if name not in self.scope.used_terms:
                self.report.add(fk.UNUSED_TERM, mark.mark, name)
        for group in groups:
            members = [policy for policy in policies if policy.group == group]
            mark_of_group = self.group_marks[group].mark
            if len(members) < 2:
                self.report.add(fk.UNUSED_GROUP, mark_of_group, group, count=len(members))
            periods = sorted({policy.period for policy in members})
            if len(periods) > 1:
                words = "、".join(gettext(rb.PERIODS[period]) for period in periods)
                self.report.add(fk.GROUP_PERIODS, mark_of_group, group, periods=words)


def _scalars(form: Form) -> list[tuple[Node, str]]:
    """Every scalar of the parts of a promise that hold expressions."""
    found: list[tuple[Node, str]] = []

    def go(node: Node, key: str) -> None:
        if isinstance(node, Scalar):
            found.append((node, key))
        elif isinstance(node, Sequence):
            for item in node.items:
                go(item, key)
        elif isinstance(node, Mapping):
            for inner, (_, value) in node.entries.items():
                if inner == "when":
                    go(value, key)

    for key in ("conditions", "amount", "universe", "kept", "excused"):
        node = form.node(key)
        if node is not None:
            go(node, key)
    return found
