"""The expressions of a rulebook as a tree that means one thing on every engine.

A condition is true, false or unknown (`None`), as in SQL; unknown comes only from facts that are
not known. The leaves that decide, `Atom`, are what a verdict remembers: one bit each. Everything
above them is `And`, `Or`, `Not` and the named terms.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notoneless.i18n import Text
    from notoneless.kernel.facts import Fact, Kind

Value = int | str | bool | dt.date
Operator = Literal["=", "<>", "<", "<=", ">", ">="]
CLOCKS = ("as_of", "term_start", "school_year_start", "age_day")
"""Dates that follow from the day a sweep is made for."""


@dataclass(frozen=True, slots=True)
class FactOf:
    """The value of a fact; a bool fact is a condition by itself."""

    fact: Fact

    @property
    def kind(self) -> Kind:
        """The fact's type."""
        return self.fact.kind


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the rule."""

    value: Value
    kind: Kind


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated value by name; `value` is set once a sweep's day is known (money in fen)."""

    name: str
    kind: Kind
    text: Text
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """One of `CLOCKS`; `value` is set once a sweep's day is known."""

    name: str
    value: dt.date | None = None
    kind: Kind = "date"


@dataclass(frozen=True, slots=True)
class Call:
    """``days_between(a, b)``, ``age_on(birth, day)``, ``least(…)``, ``greatest(…)``."""

    function: str
    arguments: tuple[Expression, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``left + right``, ``-`` or ``*`` on whole numbers and fen."""

    operator: Literal["+", "-", "*"]
    left: Expression
    right: Expression
    kind: Kind


@dataclass(frozen=True, slots=True)
class Case:
    """The value of the first branch whose condition is true; unknown once a condition is unknown."""

    branches: tuple[tuple[Expression, Expression], ...]
    default: Expression
    kind: Kind


@dataclass(frozen=True, slots=True)
class Compare:
    """``left operator right``; unknown when either is."""

    operator: Operator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class OneOf:
    """``value in (…)``."""

    value: Expression
    options: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """``value between low and high``, both included."""

    value: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether a value is unknown; itself always known."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Not:
    """Not."""

    part: Expression


@dataclass(frozen=True, slots=True)
class And:
    """All of them: false as soon as one is false."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of them: true as soon as one is true."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A named condition of the rulebook, with its words."""

    name: str
    text: Text = field(compare=False)
    part: Expression


Atom = FactOf | Compare | OneOf | Between | IsNull
Condition = FactOf | Compare | OneOf | Between | IsNull | Not | And | Or | Term
Expression = (
    FactOf
    | Constant
    | Parameter
    | Clock
    | Call
    | Arithmetic
    | Case
    | Compare
    | OneOf
    | Between
    | IsNull
    | Not
    | And
    | Or
    | Term
)


def kind_of(node: Expression) -> Kind:
    """The type of an expression's value; every condition is a bool."""
    return (
        node.kind
        if isinstance(node, FactOf | Constant | Parameter | Clock | Call | Arithmetic | Case)
        else "bool"
    )


def children(node: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside, in reading order."""
    match node:
        case Call():
            return node.arguments
        case Arithmetic() | Compare():
            return (node.left, node.right)
        case Case():
            return (*(part for branch in node.branches for part in branch), node.default)
        case OneOf():
            return (node.value, *node.options)
        case Between():
            return (node.value, node.low, node.high)
        case IsNull():
            return (node.value,)
        case Not() | Term():
            return (node.part,)
        case And() | Or():
            return node.parts
        case _:
            return ()


def walk(node: Expression) -> Iterator[Expression]:
    """The expression and everything inside it."""
    yield node
    for child in children(node):
        yield from walk(child)


def rebuild(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The same expression with every leaf put through ``change``."""

    def go(part: Expression) -> Expression:
        match part:
            case Call():
                return replace(part, arguments=tuple(map(go, part.arguments)))
            case Arithmetic() | Compare():
                return replace(part, left=go(part.left), right=go(part.right))
            case Case():
                branches = tuple((go(when), go(then)) for when, then in part.branches)
                return replace(part, branches=branches, default=go(part.default))
            case OneOf():
                return OneOf(go(part.value), tuple(map(go, part.options)))
            case Between():
                return Between(go(part.value), go(part.low), go(part.high))
            case IsNull():
                return IsNull(go(part.value))
            case Not():
                return Not(go(part.part))
            case Term():
                return replace(part, part=go(part.part))
            case And():
                return And(tuple(map(go, part.parts)))
            case Or():
                return Or(tuple(map(go, part.parts)))
            case _:
                return change(part)

    return go(node)


def atoms(node: Expression) -> Iterator[Atom]:
    """The conditions that decide, in reading order, repeats included."""
    match node:
        case Not() | Term():
            yield from atoms(node.part)
        case And() | Or():
            for part in node.parts:
                yield from atoms(part)
        case FactOf() | Compare() | OneOf() | Between() | IsNull() if kind_of(node) == "bool":
            yield node
        case Case():
            for when, then in node.branches:
                yield from atoms(when)
                yield from atoms(then)
            yield from atoms(node.default)
        case _:
            for child in children(node):
                yield from atoms(child)


def facts_in(node: Expression) -> dict[str, Fact]:
    """The facts an expression asks for, by name, in reading order."""
    return {part.fact.name: part.fact for part in walk(node) if isinstance(part, FactOf)}
