"""How large the value of an expression can get, so that none overflows and none is owed below zero."""

from __future__ import annotations

from notoneless.kernel import expressions as ex
from notoneless.kernel.facts import LIMITS
from notoneless.kernel.form import LARGEST_COUNT, LARGEST_YUAN

LARGEST = 2**62
"""No value may get near the end of a 64-bit number."""


def bounds(node: ex.Expression) -> tuple[int, int]:
    """The least and the largest value a whole number or an amount (fen) can take."""
    match node:
        case ex.Constant(value=int(value)):
            return (value, value)
        case ex.Parameter(kind=kind, value=value):
            if value is not None:
                return (value, value)
            return (0, LARGEST_YUAN * 100 if kind == "money" else LARGEST_COUNT)
        case ex.FactOf(fact) if fact.kind in LIMITS:
            return (-LIMITS[fact.kind], LIMITS[fact.kind])
        case ex.Arithmetic(operator, left, right):
            (a, b), (c, d) = bounds(left), bounds(right)
            if operator == "+":
                return (a + c, b + d)
            if operator == "-":
                return (a - d, b - c)
            corners = (a * c, a * d, b * c, b * d)
            return (min(corners), max(corners))
        case ex.Case(branches, default):
            all_bounds = [bounds(then) for _, then in branches] + [bounds(default)]
            return (min(low for low, _ in all_bounds), max(high for _, high in all_bounds))
        case ex.Call(function="least" | "greatest", arguments=arguments):
            spans = [bounds(part) for part in arguments]
            pick = min if node.function == "least" else max
            return (pick(low for low, _ in spans), pick(high for _, high in spans))
        case ex.Call(function="age_on"):
            return (-10_000, 10_000)
        case ex.Call():
            return (-4_000_000, 4_000_000)
        case _:
            return (0, 0)
