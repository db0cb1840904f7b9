"""Whether conditions can ever be true together: a small search over the values that matter.

Every fact that is compared with constants gets the few values that could make a difference: the
values of an enum, the constants themselves and their neighbours. Anything else (two facts compared,
sums of facts) is taken as free to be true or false, so that a rule is refused only when it is
certain that nobody can meet it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from notoneless.kernel import expressions as ex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from notoneless.kernel.rulebook import ParameterSpec

STEPS = 20_000
"""Values tried before giving up, in favour of the rule."""

_Key = tuple[ex.Expression, str]
_Value = ex.Value | None


def impossible(conditions: Sequence[ex.Condition], parameters: Mapping[str, ParameterSpec]) -> bool:
    """Whether no values of the facts make all conditions true, on any day parameters have values."""
    return all(
        not _Search([_resolved(condition, parameters, day) for condition in conditions]).possible()
        for day in _days(conditions, parameters)
    )


def reversed_range(
    condition: ex.Condition, parameters: Mapping[str, ParameterSpec]
) -> tuple[ex.Value, ex.Value] | None:
    """The ends of a ``between`` whose low end is above its high end on some day, if there is one."""
    for day in _days([condition], parameters):
        for node in ex.walk(_resolved(condition, parameters, day)):
            match node:
                case ex.Between(_, ex.Constant(low), ex.Constant(high)) if compare(">", low, high):
                    return (low, high)
    return None


def _days(
    conditions: Sequence[ex.Condition], parameters: Mapping[str, ParameterSpec]
) -> list[dt.date]:
    """The days on which a parameter of the conditions changes, once all of them have a value."""
    used = {
        node.name
        for condition in conditions
        for node in ex.walk(condition)
        if isinstance(node, ex.Parameter) and node.name in parameters
    }
    first = max((parameters[name].values[0].start for name in used), default=None)
    days = {value.start for name in used for value in parameters[name].values}
    return sorted(day for day in days if first and day >= first) or [dt.date(2000, 1, 1)]


def _resolved(
    condition: ex.Condition, parameters: Mapping[str, ParameterSpec], day: dt.date
) -> ex.Expression:
    def value(leaf: ex.Expression) -> ex.Expression:
        if isinstance(leaf, ex.Parameter) and leaf.name in parameters:
            held = parameters[leaf.name].on(day)
            if held:
                return ex.Constant(held.value, leaf.kind)
        return leaf

    return ex.rebuild(condition, value)


def _split(value: ex.Expression, constant: ex.Expression) -> tuple[_Key, int | str] | None:
    """A value and the constant it is held against: the unknown, and the constant as a number.

    A date held against a clock counts as its days from that clock, which is an unknown of its own.
    """
    if isinstance(constant, ex.Constant):
        held = constant.value
        if isinstance(held, dt.date):
            return ((value, ""), held.toordinal())
        return ((value, ""), held)
    if isinstance(constant, ex.Clock):
        return ((value, constant.name), 0)
    return None


class _Search:
    def __init__(self, conditions: list[ex.Expression]) -> None:
        self.conditions = conditions
        self.domains: dict[_Key, list[_Value]] = {}
        self.assigned: dict[_Key, _Value] = {}
        self.steps = 0
        for condition in conditions:
            for atom in ex.atoms(condition):
                self.note(atom)

    def note(self, atom: ex.Atom) -> None:
        """Add the values at which the atom changes to the domains of its unknowns."""
        for key, numbers in self.parts(atom):
            domain = self.domains.setdefault(key, self.start(key))
            for number in numbers:
                near = [number] if isinstance(number, str) else [number - 1, number, number + 1]
                domain.extend(value for value in near if value not in domain)

    def start(self, key: _Key) -> list[_Value]:
        node = key[0]
        domain: list[_Value] = []
        if isinstance(node, ex.FactOf):
            if node.fact.kind == "enum":
                domain = list(node.fact.values)
            elif node.fact.kind == "bool":
                domain = [True, False]
            return [*domain, None] if node.fact.nullable else domain
        return [True, False] if ex.kind_of(node) == "bool" else []

    def parts(self, atom: ex.Atom) -> list[tuple[_Key, list[int | str]]]:
        """The unknowns an atom depends on, with the constants each is held against."""
        match atom:
            case ex.FactOf():
                return [((atom, ""), [])]
            case ex.IsNull(value):
                return [((value, ""), [] if ex.kind_of(value) in ("bool", "enum") else [0])]
            case ex.Compare(_, left, right):
                pairs = [_split(left, right)]
            case ex.OneOf(value, options):
                pairs = [_split(value, option) for option in options]
            case ex.Between(value, low, high):
                pairs = [_split(value, low), _split(value, high)]
        if any(pair is None for pair in pairs) or len({pair[0] for pair in pairs if pair}) > 1:
            return [((atom, ""), [])]
        known = [pair for pair in pairs if pair]
        return [(known[0][0], [number for _, number in known])]

    def possible(self) -> bool:
        """Depth first; a branch ends as soon as one condition cannot be true any more."""
        return self.extend([key for key, domain in self.domains.items() if domain])

    def extend(self, left: list[_Key]) -> bool:
        self.steps += 1
        if self.steps > STEPS:
            return True
        if any("T" not in self.can_be(condition) for condition in self.conditions):
            return False
        if not left:
            return True
        key, rest = left[0], left[1:]
        for value in self.domains[key]:
            self.assigned[key] = value
            if self.extend(rest):
                return True
            del self.assigned[key]
        self.assigned.pop(key, None)
        return False

    def can_be(self, node: ex.Expression) -> str:
        """Which of T(rue), F(alse), U(nknown) a condition can still be."""
        match node:
            case ex.Term(part=part):
                return self.can_be(part)
            case ex.Not(part):
                return self.can_be(part).translate({84: "F", 70: "T"})
            case ex.And(parts):
                return _combine([self.can_be(part) for part in parts], "F", "T")
            case ex.Or(parts):
                return _combine([self.can_be(part) for part in parts], "T", "F")
            case _:
                return self.atom_can_be(node)

    def atom_can_be(self, atom: ex.Expression) -> str:
        ((key, numbers),) = self.parts(atom)  # type: ignore[arg-type] # only atoms are left
        if key not in self.assigned:
            return "TFU"
        value = self.assigned[key]
        if isinstance(atom, ex.IsNull):
            return "T" if value is None else "F"
        if value is None:
            return "U"
        match atom:
            case ex.Compare(operator) if key[0] is not atom:
                truth = compare(operator, value, numbers[0])
            case ex.OneOf() if key[0] is not atom:
                truth = value in numbers
            case ex.Between() if key[0] is not atom:
                low, high = numbers
                truth = compare(">=", value, low) and compare("<=", value, high)
            case _:
                truth = bool(value)
        return "T" if truth else "F"


def _combine(parts: list[str], strong: str, weak: str) -> str:
    """What a conjunction (strong: F) or disjunction (strong: T) of independent parts can be."""
    result = ""
    if any(strong in part for part in parts):
        result += strong
    if all(weak in part for part in parts):
        result += weak
    if all(weak in part or "U" in part for part in parts) and any("U" in part for part in parts):
        result += "U"
    return result


def compare(operator: ex.Operator, left: object, right: object) -> bool:
    """One comparison of two known values of the same type."""
    match operator:
        case "=":
            return left == right
        case "<>":
            return left != right
        case "<":
            return bool(left < right)  # type: ignore[operator] # of one type
        case "<=":
            return bool(left <= right)  # type: ignore[operator] # of one type
        case ">":
            return bool(left > right)  # type: ignore[operator] # of one type
        case ">=":
            return bool(left >= right)  # type: ignore[operator] # of one type
