"""From rulebooks to one pass: the conditions as numbered bits, the parameters as their values.

A sweep is made for one day. Every distinct deciding condition (`Atom`) has one bit: bit ``i`` is in
word ``i // 64`` at place ``i % 64``. A child's *signature* has the bits of the conditions that are
true, its *unknown* words the bits of those that cannot be decided; a bit in neither is false. From
these words follow all verdicts, and their explanations.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

from notoneless.calendar import term_on
from notoneless.faults import Refusal
from notoneless.kernel import expressions as ex
from notoneless.kernel import faults as fk
from notoneless.kernel.explanations import Explanation, explain_guarantee, explain_policy
from notoneless.kernel.rulebook import Group, Guarantee, Line, Policy, Rulebook, Way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from notoneless.kernel.facts import Fact, FactSchema, Subject

WORD = 64
VERDICTS = ("outside", "excused", "kept", "gap", "unknown")
"""What a guarantee's verdict can be."""


@dataclass(frozen=True)
class Sweep:
    """Everything a set of rulebooks says of one subject on one day. Made by `compile_sweep`.

    Guarantees, policies and groups have their parameters and dates filled in. ``not_in_force`` has
    the promises that begin only later, with the day: nobody is inside them yet.
    """

    subject: Subject
    as_of: dt.date
    books: tuple[tuple[str, str], ...]
    """Each rulebook's id and hash."""
    guarantees: tuple[Guarantee, ...]
    policies: tuple[Policy, ...]
    groups: Mapping[str, Group]
    not_in_force: Mapping[str, dt.date]
    atoms: tuple[ex.Atom, ...]

    @property
    def words(self) -> int:
        """How many 64-bit words a signature has; at least one."""
        return max(1, -(-len(self.atoms) // WORD))

    @cached_property
    def bits(self) -> Mapping[ex.Atom, int]:
        """The bit of each condition."""
        return {atom: bit for bit, atom in enumerate(self.atoms)}

    @cached_property
    def hash(self) -> str:
        """One hash for rulebooks and day, kept with the results."""
        told = "\n".join([self.as_of.isoformat(), *(f"{name} {h}" for name, h in self.books)])
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def facts(self) -> Mapping[str, Fact]:
        """The facts that the sweep asks for."""
        return {name: fact for name, fact in self.subject.facts.items() if name in self._asked}

    @cached_property
    def _asked(self) -> frozenset[str]:
        names: set[str] = set()
        for atom in self.atoms:
            names |= set(ex.facts_in(atom))
        for policy in self.policies:
            names |= set(ex.facts_in(policy.amount))
        for group in self.groups.values():
            if group.cap is not None:
                names |= set(ex.facts_in(group.cap))
        return frozenset(names)

    def in_force(self, promise: Guarantee | Policy) -> bool:
        """Whether a promise has begun on the sweep's day."""
        return promise.id not in self.not_in_force

    def members(self, group: str) -> tuple[Policy, ...]:
        """The policies of a group that are in force, in the order of the rulebook."""
        return tuple(p for p in self.policies if p.group == group and self.in_force(p))

    def truth(self, sig: Sequence[int], unk: Sequence[int]) -> dict[ex.Atom, bool | None]:
        """What a signature says of every condition: true, false or unknown."""
        return {
            atom: None
            if unk[bit // WORD] >> (bit % WORD) & 1
            else bool(sig[bit // WORD] >> (bit % WORD) & 1)
            for atom, bit in self.bits.items()
        }

    def explain(self, sig: Sequence[int], unk: Sequence[int]) -> dict[str, Explanation]:
        """The words for every guarantee and policy of one distinct signature, by id."""
        truth = self.truth(sig, unk)
        told: dict[str, Explanation] = {}
        for guarantee in self.guarantees:
            begins = self.not_in_force.get(guarantee.id)
            told[guarantee.id] = explain_guarantee(guarantee, truth, begins)
        for policy in self.policies:
            begins = self.not_in_force.get(policy.id)
            told[policy.id] = explain_policy(policy, self.groups.get(policy.group), truth, begins)
        return told


def compile_sweep(
    rulebooks: Rulebook | Sequence[Rulebook], facts: FactSchema, as_of: dt.date
) -> Sweep:
    """Put rulebooks of one subject together for one day.

    A promise whose ``since`` or whose parameter's first value lies after ``as_of`` is not in force.
    Raises `Refusal` when the rulebooks have different subjects or share the id of a promise.
    """
    books = [rulebooks] if isinstance(rulebooks, Rulebook) else list(rulebooks)
    subject = _one_subject(books, facts)
    guarantees: list[Guarantee] = []
    policies: list[Policy] = []
    groups: dict[str, Group] = {}
    later: dict[str, dt.date] = {}
    for book in books:
        resolve = _Resolver(book, as_of)
        # Groups of two rulebooks may bear the same name and still be two groups.
        for group in book.groups.values():
            cap = resolve.value(group.cap) if group.cap is not None else None
            groups[f"{book.id}/{group.id}"] = replace(group, cap=cap)
        guarantees += map(resolve.guarantee, book.guarantees)
        for policy in book.policies:
            named = f"{book.id}/{policy.group}" if policy.group else ""
            policies.append(replace(resolve.policy(policy), group=named))
        later |= resolve.later
    running: list[ex.Expression] = []
    for guarantee in guarantees:
        if guarantee.id not in later:
            running += [line.condition for line in guarantee.universe]
            running += [way.line.condition for way in (*guarantee.excused, *guarantee.kept)]
    for policy in policies:
        if policy.id not in later:
            running += [line.condition for line in policy.conditions]
            running.append(policy.amount)
    running += [
        group.cap
        for name, group in groups.items()
        if group.cap is not None and any(p.group == name and p.id not in later for p in policies)
    ]
    atoms: dict[ex.Atom, None] = {}
    for node in running:
        atoms |= dict.fromkeys(ex.atoms(node))
        if ex.kind_of(node) != "bool":
            # An amount can also be unknown for a fact's own sake; its bit says so.
            atoms |= dict.fromkeys(
                ex.IsNull(ex.FactOf(fact))
                for fact in ex.facts_in(node).values()
                if fact.nullable and fact.kind in ("int", "money", "date")
            )
    return Sweep(
        subject,
        as_of,
        tuple((book.id, book.hash) for book in books),
        tuple(guarantees),
        tuple(policies),
        groups,
        later,
        tuple(atoms),
    )


def _one_subject(books: Sequence[Rulebook], facts: FactSchema) -> Subject:
    names = {book.subject for book in books}
    if len(names) != 1:
        raise Refusal([fk.DIFFERENT_SUBJECTS.at(seen="、".join(sorted(names)))])
    seen: set[str] = set()
    faults = []
    for book in books:
        for name in [g.id for g in book.guarantees] + [p.id for p in book.policies]:
            if name in seen:
                faults.append(fk.SAME_PROMISE.at(seen=name))
            seen.add(name)
    if faults:
        raise Refusal(faults)
    return facts.subjects[names.pop()]


def clocks(as_of: dt.date) -> dict[str, dt.date]:
    """The dates that follow from the day of a sweep (domain facts 0 and 1.9)."""
    term = term_on(as_of)
    return {
        "as_of": as_of,
        "term_start": term.first_day,
        "school_year_start": dt.date(term.school_year, 9, 1),
        "age_day": dt.date(term.school_year, 8, 31),
    }


class _Resolver:
    """Fills in the parameters and dates of one rulebook for one day."""

    def __init__(self, book: Rulebook, as_of: dt.date) -> None:
        self.book, self.as_of = book, as_of
        self.clocks = clocks(as_of)
        self.later: dict[str, dt.date] = {}
        self.promise = ""

    def wait(self, day: dt.date) -> None:
        self.later[self.promise] = max(day, self.later.get(self.promise, day))

    def leaf(self, node: ex.Expression) -> ex.Expression:
        if isinstance(node, ex.Clock):
            return replace(node, value=self.clocks[node.name])
        if isinstance(node, ex.Parameter):
            spec = self.book.parameters[node.name]
            held = spec.on(self.as_of)
            if held is None:
                self.wait(spec.values[0].start)
            return replace(node, value=(held or spec.values[0]).value)
        return node

    def value(self, node: ex.Expression) -> ex.Expression:
        return ex.rebuild(node, self.leaf)

    def line(self, line: Line) -> Line:
        return replace(line, condition=cast("ex.Condition", self.value(line.condition)))

    def way(self, way: Way) -> Way:
        return replace(way, line=self.line(way.line))

    def begin(self, promise: Guarantee | Policy) -> None:
        self.promise = promise.id
        if promise.since and promise.since > self.as_of:
            self.wait(promise.since)

    def guarantee(self, guarantee: Guarantee) -> Guarantee:
        self.begin(guarantee)
        return replace(
            guarantee,
            universe=tuple(map(self.line, guarantee.universe)),
            kept=tuple(map(self.way, guarantee.kept)),
            excused=tuple(map(self.way, guarantee.excused)),
        )

    def policy(self, policy: Policy) -> Policy:
        self.begin(policy)
        group = self.book.groups.get(policy.group)
        if group and group.cap is not None:
            self.value(group.cap)
        return replace(
            policy,
            conditions=tuple(map(self.line, policy.conditions)),
            amount=self.value(policy.amount),
        )
