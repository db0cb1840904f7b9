"""Three-valued logic written out: true, false, and unknown, which is `None`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, cast

from notoneless.kernel import expressions as ex

if TYPE_CHECKING:
    from notoneless.kernel.rulebook import Guarantee

Truth = bool | None


def all_of(values: Iterable[Truth]) -> Truth:
    """False if one is false; else unknown if one is unknown; else true."""
    known = list(values)
    if any(value is False for value in known):
        return False
    return None if any(value is None for value in known) else True


def any_of(values: Iterable[Truth]) -> Truth:
    """True if one is true; else unknown if one is unknown; else false."""
    known = list(values)
    if any(value is True for value in known):
        return True
    return None if any(value is None for value in known) else False


def opposite(value: Truth) -> Truth:
    """Not; unknown stays unknown."""
    return None if value is None else not value


def condition_truth(node: ex.Expression, truth: Mapping[ex.Atom, Truth]) -> Truth:
    """A condition from the truth of the atoms it is made of."""
    match node:
        case ex.Term(part=part):
            return condition_truth(part, truth)
        case ex.Not(part):
            return opposite(condition_truth(part, truth))
        case ex.And(parts):
            return all_of(condition_truth(part, truth) for part in parts)
        case ex.Or(parts):
            return any_of(condition_truth(part, truth) for part in parts)
        case _:
            return truth[cast("ex.Atom", node)]


def guarantee_verdict(
    guarantee: Guarantee, holds: Callable[[ex.Expression], Truth]
) -> tuple[str, str | None]:
    """A guarantee's verdict and the id of the way that counted.

    Outside when the universe is false. An excuse that is true counts before a way of keeping that
    is true. A gap is certain only when nothing unknown could still excuse or keep it.
    """
    inside = all_of(holds(line.condition) for line in guarantee.universe)
    if inside is False:
        return "outside", None
    if inside is None:
        return "unknown", None
    for verdict, ways in (("excused", guarantee.excused), ("kept", guarantee.kept)):
        for way in ways:
            if holds(way.line.condition) is True:
                return verdict, way.id
    if any(holds(way.line.condition) is None for way in (*guarantee.excused, *guarantee.kept)):
        return "unknown", None
    return "gap", None
