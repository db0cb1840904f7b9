"""Verdicts in the rule's own words, from the truth of its conditions.

An explanation says which conditions failed, which could not be decided for want of which facts, how
many others are met, and the line of the rulebook. It is made once per distinct signature.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notoneless.i18n import gettext
from notoneless.kernel import expressions as ex
from notoneless.kernel.rulebook import GROUP_RULES, Group, Guarantee, Line, Policy
from notoneless.kernel.truth import condition_truth, guarantee_verdict
from notoneless.kernel.words import in_words

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a verdict is what it is.

    ``state``: ``met``, ``not_met``, ``unknown`` or ``not_in_force`` for a policy; a verdict
    (``kept``, ...) or ``not_in_force`` for a guarantee. ``missing`` names the facts without which
    it cannot be decided, ``failed`` the rulebook lines of the conditions that are not met.
    """

    state: str
    text: str
    missing: tuple[str, ...] = ()
    failed: tuple[int, ...] = ()


Truth = Mapping[ex.Atom, bool | None]


def explain_policy(
    policy: Policy, group: Group | None, truth: Truth, begins: dt.date | None
) -> Explanation:
    """Why an award is owed, not owed, or cannot be decided."""
    if begins:
        return _not_in_force(begins)
    failed, unsure, met = _sort(policy.conditions, truth)
    rest = _rest(len(met), len(policy.conditions))
    if failed:
        return Explanation("not_met", _not_met(failed, rest), failed=tuple(x.line for x in failed))
    missing = _missing((line.condition for line in unsure), truth)
    where = [line.line for line in unsure]
    if not unsure:
        missing = _missing_of_amount(policy.amount, truth)
        where = [policy.line]
    if missing or unsure:
        return Explanation("unknown", _lacking(missing, where, rest), tuple(missing))
    text = gettext("{count}项条件全部符合").format(count=len(policy.conditions))
    if group:
        text += gettext("（“{group}”各项之间{rule}）").format(
            group=group.text, rule=gettext(GROUP_RULES[group.rule])
        )
    return Explanation("met", text)


def explain_guarantee(guarantee: Guarantee, truth: Truth, begins: dt.date | None) -> Explanation:
    """Why a guarantee is kept, excused, a gap, outside, or cannot be decided."""
    if begins:
        return _not_in_force(begins)
    verdict, way_id = guarantee_verdict(guarantee, lambda node: condition_truth(node, truth))
    failed, unsure, met = _sort(guarantee.universe, truth)
    ways = (*guarantee.excused, *guarantee.kept)
    if verdict == "outside":
        text = gettext("不在范围：") + _not_met(failed, _rest(len(met), len(guarantee.universe)))
        return Explanation(verdict, text, failed=tuple(line.line for line in failed))
    if verdict in ("kept", "excused"):
        way = next(way for way in ways if way.id == way_id)
        form = (
            gettext("已保障：{way}{where}")
            if verdict == "kept"
            else gettext("依法除外：{way}{where}")
        )
        return Explanation(verdict, form.format(way=way.text, where=_where([way.line.line])))
    if verdict == "gap":
        texts = gettext("、").join(str(way.text) for way in ways)
        lines = [way.line.line for way in ways]
        text = gettext("未保障：{ways}都不符合{where}").format(ways=texts, where=_where(lines))
        return Explanation(verdict, text, failed=tuple(lines))
    lines_unsure = unsure or [
        way.line for way in ways if condition_truth(way.line.condition, truth) is None
    ]
    missing = _missing((line.condition for line in lines_unsure), truth)
    where = _where([line.line for line in lines_unsure])
    return Explanation(
        "unknown", gettext("缺数据：") + _facts(missing.values()) + where, tuple(missing)
    )


def _sort(lines: Iterable[Line], truth: Truth) -> tuple[list[Line], list[Line], list[Line]]:
    failed: list[Line] = []
    unsure: list[Line] = []
    met: list[Line] = []
    for line in lines:
        value = condition_truth(line.condition, truth)
        (unsure if value is None else met if value else failed).append(line)
    return failed, unsure, met


def _not_in_force(begins: dt.date) -> Explanation:
    return Explanation("not_in_force", gettext("尚未施行：从{day}起").format(day=begins))


def _not_met(failed: list[Line], rest: str) -> str:
    words = gettext("、").join(in_words(line.condition) for line in failed)
    return gettext("不符合：{words}").format(words=words) + rest + _where([x.line for x in failed])


def _rest(met: int, of: int) -> str:
    return gettext("；其余{count}项符合").format(count=met) if 0 < met < of else ""


def _where(lines: list[int]) -> str:
    told = gettext("、").join(str(line) for line in dict.fromkeys(lines))
    return gettext("（规则第{lines}行）").format(lines=told)


def _lacking(missing: Mapping[str, str], where: list[int], rest: str) -> str:
    return gettext("缺数据：") + _facts(missing.values()) + rest + _where(where)


def _facts(texts: Iterable[str]) -> str:
    return gettext("、").join(texts)


def _missing(conditions: Iterable[ex.Expression], truth: Truth) -> dict[str, str]:
    """The facts, by name with their label, behind the conditions that cannot be decided."""
    found: dict[str, str] = {}
    for condition in conditions:
        for atom in _undecided(condition, truth):
            found |= {
                name: str(fact.text) for name, fact in ex.facts_in(atom).items() if fact.nullable
            }
    return found


def _undecided(node: ex.Expression, truth: Truth) -> Iterator[ex.Expression]:
    """The conditions that keep one undecided: in its decided parts nothing more need be known."""
    if condition_truth(node, truth) is not None:
        return
    if isinstance(node, ex.Not | ex.Term | ex.And | ex.Or):
        for part in ex.children(node):
            yield from _undecided(part, truth)
    else:
        yield node


def _missing_of_amount(amount: ex.Expression, truth: Truth) -> dict[str, str]:
    """The facts without which an amount cannot be told, following the branches that are reached."""
    match amount:
        case ex.Case(branches, default):
            for when, then in branches:
                value = condition_truth(when, truth)
                if value is None:
                    return _missing([when], truth)
                if value:
                    return _missing_of_amount(then, truth)
            return _missing_of_amount(default, truth)
        case ex.FactOf(fact):
            unknown = truth.get(ex.IsNull(amount)) is True
            return {fact.name: str(fact.text)} if unknown else {}
        case _:
            found: dict[str, str] = {}
            for child in ex.children(amount):
                found |= _missing_of_amount(child, truth)
            return found
