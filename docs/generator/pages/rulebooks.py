"""What is promised: every guarantee and every policy of the shipped rulebooks."""

from __future__ import annotations

from collections.abc import Iterable

from generator.markdown import code, say, table, title
from notoneless.i18n import gettext
from notoneless.kernel import Guarantee, Policy, Rulebook, load_rulebook, shipped
from notoneless.kernel.expressions import Term, walk
from notoneless.kernel.rulebook import (
    BENEFIT_KINDS,
    GROUP_RULES,
    PERIODS,
    STATUSES,
    UNITS,
    Line,
    ParameterSpec,
)
from notoneless.kernel.words import in_words, yuan


def page() -> str:
    """The page, from the rulebooks themselves."""
    parts = [
        title(
            "规则",
            "Rulebooks",
            say(
                "随程序带来的保障和资助政策，用规则自己的话写出。**未核实**的，是还没有人读过原文件的：金额和条件以文件为准，"
                "由教育局在规则里改（见 [怎样改一个金额](../how-to/changed-amount.zh-CN.md)）。",
                "The guarantees and policies that come with the program, in the rulebook's own words. "
                "What is **unverified** nobody has held against its document: the document counts, and "
                "the bureau corrects the rulebook (see [A changed amount](../how-to/changed-amount.md)).",
            ),
        )
    ]
    files = sorted(shipped("facts").parent.glob("*.yaml"))
    parts += [_rulebook(load_rulebook(path)) for path in files if path.stem != "facts"]
    return "\n".join(parts)


def _rulebook(book: Rulebook) -> str:
    parts = [f"## {book.title} {code(book.id)}\n"]
    parts += [_guarantee(guarantee) for guarantee in book.guarantees]
    if book.policies:
        parts.append(say("### 资助政策\n", "### Policies\n"))
        parts.append(
            table(
                [
                    say("政策", "Policy"),
                    say("条件", "Conditions"),
                    say("金额", "Amount"),
                    say("形式", "Benefit"),
                    say("从何时起", "Since"),
                    say("依据", "Source"),
                    say("状态", "Status"),
                ],
                [_policy(policy) for policy in book.policies],
            )
        )
    if terms := _terms(book):
        parts.append(say("### 条件的意思\n", "### Named conditions\n"))
        parts.append(
            table(
                [say("条件", "Condition"), say("意思", "Meaning")],
                [(f"{term.text} {code(term.name)}", in_words(term.part)) for term in terms],
            )
        )
    if book.groups:
        parts.append(say("### 不能同时享受的\n", "### Groups\n"))
        members = {
            group: [code(policy.id) for policy in book.policies if policy.group == group]
            for group in book.groups
        }
        parts.append(
            table(
                [say("组", "Group"), say("规则", "Rule"), say("政策", "Policies")],
                [
                    (group.text, GROUP_RULES[group.rule], " ".join(members[group.id]))
                    for group in book.groups.values()
                ],
            )
        )
    if book.parameters:
        parts.append(say("### 标准\n", "### Parameters\n"))
        parts.append(
            table(
                [
                    say("标准", "Parameter"),
                    say("从何时起", "Since"),
                    say("数值", "Value"),
                    say("依据", "Source"),
                    say("状态", "Status"),
                ],
                [row for parameter in book.parameters.values() for row in _values(parameter)],
            )
        )
    return "\n".join(parts)


def _terms(book: Rulebook) -> list[Term]:
    """Every named condition in use, in the order of use."""
    lines = [line for guarantee in book.guarantees for line in guarantee.universe]
    lines += [way.line for one in book.guarantees for way in (*one.kept, *one.excused)]
    lines += [line for policy in book.policies for line in policy.conditions]
    nodes = [node for line in lines for node in walk(line.condition)]
    return list({node.name: node for node in nodes if isinstance(node, Term)}.values())


def _guarantee(guarantee: Guarantee) -> str:
    rows = [(say("对谁", "For whom"), "", _conditions(guarantee.universe), "")]
    rows += [
        (say("做到", "Kept"), way.text, in_words(way.line.condition), way.source)
        for way in guarantee.kept
    ]
    rows += [
        (say("依法除外", "Excused"), way.text, in_words(way.line.condition), way.source)
        for way in guarantee.excused
    ]
    return "\n".join(
        [
            f"### {guarantee.text} {code(guarantee.id)}\n",
            f"{say('依据', 'Source')}{say('：', ': ')}{guarantee.source} ({_status(guarantee.status)})\n",
            table(["", "", say("条件", "Condition"), say("依据", "Source")], rows),
        ]
    )


def _policy(policy: Policy) -> tuple[object, ...]:
    return (
        f"{policy.text} {code(policy.id)}",
        _conditions(policy.conditions),
        f"{in_words(policy.amount)} / {gettext(PERIODS[policy.period])}",
        BENEFIT_KINDS[policy.kind],
        policy.since or "",
        policy.source,
        _status(policy.status),
    )


def _values(parameter: ParameterSpec) -> Iterable[tuple[object, ...]]:
    for dated in parameter.values:
        value = yuan(dated.value) if parameter.unit == "yuan" else str(dated.value)
        yield (
            f"{parameter.text} {code(parameter.name)}",
            dated.start,
            f"{value} {gettext(UNITS[parameter.unit])}",
            dated.source,
            _status(dated.status),
        )


def _conditions(lines: Iterable[Line]) -> str:
    return say("；", "; ").join(in_words(line.condition) for line in lines)


def _status(status: str) -> str:
    text = gettext(STATUSES[status])  # type: ignore[index]
    return text if status == "verified" else f"**{text}**"
