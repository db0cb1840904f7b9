"""The plain engine: one row, one rule at a time, by three-valued logic written out in `truth`.

Slow and obviously right. The fast engine shares nothing of it and must agree with it row by row. Unknown is
`None` throughout; an amount that cannot be told is `None` too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, cast

from notoneless.kernel import expressions as ex
from notoneless.kernel.truth import (
    Truth,
    all_of,
    any_of,
    guarantee_verdict,
    opposite,
)

if TYPE_CHECKING:
    import datetime as dt

    from notoneless.kernel.rulebook import Group
    from notoneless.kernel.sweep import Sweep

Row = Mapping[str, object]


def age(birth: dt.date, day: dt.date) -> int:
    """Whole years from a birth date to a day; one born on 29 February turns a year older on 1 March."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def evaluate(node: ex.Expression, row: Row) -> ex.Value | None:
    """The value of an expression for one row; None is unknown."""
    match node:
        case ex.FactOf(fact):
            return cast("ex.Value | None", row[fact.name])
        case ex.Constant(value):
            return value
        case ex.Parameter() | ex.Clock():
            return node.value
        case ex.Term(part=part):
            return evaluate(part, row)
        case ex.Not(part):
            return opposite(_truth(part, row))
        case ex.And(parts):
            return all_of(_truth(part, row) for part in parts)
        case ex.Or(parts):
            return any_of(_truth(part, row) for part in parts)
        case ex.IsNull(value):
            return evaluate(value, row) is None
        case ex.Compare(operator, left, right):
            return _compare(operator, evaluate(left, row), evaluate(right, row))
        case ex.OneOf(value, options):
            return any_of(
                _compare("=", evaluate(value, row), evaluate(option, row)) for option in options
            )
        case ex.Between(value, low, high):
            known = evaluate(value, row)
            return all_of(
                [
                    _compare(">=", known, evaluate(low, row)),
                    _compare("<=", known, evaluate(high, row)),
                ]
            )
        case ex.Case(branches, default):
            for when, then in branches:
                met = _truth(when, row)
                if met is None:
                    return None
                if met:
                    return evaluate(then, row)
            return evaluate(default, row)
        case ex.Arithmetic(operator, left, right):
            a, b = evaluate(left, row), evaluate(right, row)
            if a is None or b is None:
                return None
            x, y = cast("int", a), cast("int", b)
            return x + y if operator == "+" else x - y if operator == "-" else x * y
        case ex.Call(function, arguments):
            values = [evaluate(argument, row) for argument in arguments]
            if any(value is None for value in values):
                return None
            if function == "least":
                return min(cast("list[int]", values))
            if function == "greatest":
                return max(cast("list[int]", values))
            first, second = cast("list[dt.date]", values)
            return (second - first).days if function == "days_between" else age(first, second)
    raise AssertionError(node)


def _truth(node: ex.Expression, row: Row) -> Truth:
    return cast("Truth", evaluate(node, row))


def _compare(operator: ex.Operator, left: ex.Value | None, right: ex.Value | None) -> Truth:
    if left is None or right is None:
        return None
    if operator == "=":
        return left == right
    if operator == "<>":
        return left != right
    if operator == "<":
        return left < right  # type: ignore[operator] # the checker made the types equal
    if operator == "<=":
        return left <= right  # type: ignore[operator]
    if operator == ">":
        return left > right  # type: ignore[operator]
    return left >= right  # type: ignore[operator]


def decide(rows: Iterable[Row], sweep: Sweep) -> Iterator[dict[str, object]]:
    """One result per row, with the columns that `notoneless.kernel.duckdb.decide` gives."""
    for row in rows:
        result: dict[str, object] = {sweep.subject.key: row[sweep.subject.key]}
        sig, unk = [0] * sweep.words, [0] * sweep.words
        for atom, bit in sweep.bits.items():
            value = evaluate(atom, row)
            if value is None:
                unk[bit // 64] |= 1 << bit % 64
            elif value:
                sig[bit // 64] |= 1 << bit % 64
        for word in range(sweep.words):
            result[f"sig_{word}"], result[f"unk_{word}"] = sig[word], unk[word]
        for guarantee in sweep.guarantees:
            verdict: tuple[str, str | None] = ("outside", None)
            if sweep.in_force(guarantee):
                verdict = guarantee_verdict(guarantee, lambda node, r=row: _truth(node, r))  # type: ignore[misc]
            result[f"verdict_{guarantee.id}"], result[f"way_{guarantee.id}"] = verdict
        for policy_id, award in awards(row, sweep).items():
            result[f"award_{policy_id}"] = award
        yield result


def awards(row: Row, sweep: Sweep) -> dict[str, int | None]:
    """What is owed of every policy, in fen: None cannot be told, 0 is not owed; groups applied."""
    owed: dict[str, int | None] = {}
    possible: dict[str, int | None] = {}
    for policy in sweep.policies:
        if not sweep.in_force(policy):
            owed[policy.id] = possible[policy.id] = 0
            continue
        met = all_of(_truth(line.condition, row) for line in policy.conditions)
        amount = cast("int | None", evaluate(policy.amount, row))
        if amount is not None and amount < 0:
            amount = 0  # nobody owes the school for an award
        possible[policy.id] = 0 if met is False else amount
        owed[policy.id] = 0 if met is False or amount == 0 else None if met is None else amount
    result = dict(owed)
    for name, group in sweep.groups.items():
        members = [policy.id for policy in sweep.members(name)]
        for place, policy_id in enumerate(members):
            result[policy_id] = _in_group(
                group, members=members, place=place, owed=owed, possible=possible, row=row
            )
    return result


def _in_group(
    group: Group,
    *,
    members: list[str],
    place: int,
    owed: Mapping[str, int | None],
    possible: Mapping[str, int | None],
    row: Row,
) -> int | None:
    """One member's award beside the others. `possible` is what it would be if all unknown were met."""
    own, most = owed[members[place]], possible[members[place]]
    if own == 0:
        return 0
    if group.rule == "cap":
        assert group.cap is not None
        return _under_cap(
            cast("int | None", evaluate(group.cap, row)),
            own,
            most,
            [(owed[other], possible[other]) for other in members[:place]],
        )
    rivals = (
        members[:place] if group.rule == "first" else [m for m in members if m != members[place]]
    )
    undecided = own is None
    for other in rivals:
        before = members.index(other) < place
        certain, chance = owed[other], possible[other]

        def beats(theirs: int, ours: int, before: bool = before) -> bool:
            """The higher wins; of two equal ones, and where the first counts, the earlier."""
            return before if group.rule == "first" or theirs == ours else theirs > ours

        if certain == 0:
            continue
        if certain is not None and (
            group.rule == "first" or (most is not None and beats(certain, most))
        ):
            return 0
        if certain is None and own is not None and (chance is None or beats(chance, own)):
            undecided = True
    return None if undecided else own


def _under_cap(
    cap: int | None,
    own: int | None,
    most: int | None,
    earlier: list[tuple[int | None, int | None]],
) -> int | None:
    """What is left under the cap after the earlier members; None if that cannot be told."""
    if cap is None:
        return None
    room_at_most = max(0, cap - sum(certain or 0 for certain, _ in earlier))
    if room_at_most == 0:
        return 0
    if own is None or most is None:
        return None
    if any(chance is None for certain, chance in earlier if certain is None):
        room_at_least = 0
    else:
        room_at_least = max(
            0,
            cap - sum((chance if certain is None else certain) or 0 for certain, chance in earlier),
        )
    if min(own, room_at_least) == min(own, room_at_most):
        return min(own, room_at_most)
    return None
