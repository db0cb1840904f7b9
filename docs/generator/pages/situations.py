"""The examples beside the law: what is known of a child, and what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from generator.markdown import code, say, table, title
from notoneless.i18n import language
from notoneless.kernel import (
    Fact,
    Guarantee,
    Policy,
    Rulebook,
    load_facts,
    load_rulebook,
    shipped,
)

SITUATIONS = Path(__file__).resolve().parents[3] / "tests" / "spec" / "situations"

OUTCOMES = {
    "gap": ("缺口", "gap"),
    "kept": ("已保障", "kept"),
    "excused": ("依法除外", "excused"),
    "outside": ("不在范围", "outside"),
    "unknown": ("待核", "unknown"),
}


def page() -> str:
    """The page, from the same files that the tests run on every engine."""
    parts = [
        title(
            "规则的例子",
            "Examples beside the law",
            say(
                "每一行是一个孩子的情形和规则得出的结论。这些例子就是测试：规则改动而例子没有跟着改，测试就不通过。"
                "表上没有写明的事实，按每份规则开头的孩子。",
                "Each line is a child in a situation, and what follows from the rules. The examples are the "
                "tests: a change of the law that they do not follow fails the build. What a line does not "
                "tell is as in the child at the head of each rulebook.",
            ),
        )
    ]
    facts = load_facts(shipped("facts")).subjects["child"].facts
    for path in sorted(SITUATIONS.glob("*.yaml")):
        told = yaml.safe_load(path.read_text("utf-8"))
        parts += _book(load_rulebook(shipped(path.stem)), told, facts)
    return "\n".join(parts)


def _book(book: Rulebook, told: Mapping[str, Any], facts: Mapping[str, Fact]) -> Iterator[str]:
    promises: dict[str, Guarantee | Policy] = {p.id: p for p in book.guarantees}
    promises |= {policy.id: policy for policy in book.policies}
    yield f"## {book.title} {code(book.id)}\n"
    background = told["background"]["en" if language() == "en" else "zh"]
    day = told["as_of"]
    yield say(
        f"没有另写的，是这样一个孩子（{day}）：{background}。\n",
        f"Unless told otherwise, on {day}: {background}.\n",
    )
    for section in told["sections"]:
        yield f"### {section['section']['en' if language() == 'en' else 'zh']}\n"
        always = section.get("child", {})
        headings = [say("知道的", "Known"), say("日期", "On"), say("结论", "What follows")]
        rows = [
            [
                _known(always | entry.get("child", {}), facts),
                entry.get("as_of", ""),
                _outcomes(entry["then"], promises),
            ]
            for entry in section["situations"]
        ]
        if language() != "en":  # the words of a situation are an officer's own
            headings.insert(0, say("情形", ""))
            for row, entry in zip(rows, section["situations"], strict=True):
                row.insert(0, entry["situation"])
        yield table(headings, rows)


def _known(child: Mapping[str, object], facts: Mapping[str, Fact]) -> str:
    """What is known, in labels: ``住校：是；学段：小学``."""
    return say("；", "; ").join(
        f"{facts[name].text}{say('：', ': ')}{_value(facts[name], value)}"
        for name, value in child.items()
    )


def _value(fact: Fact, value: object) -> str:
    if value == "unknown":
        return say("不知道", "not known")
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    if fact.kind == "money":
        return say(f"{value}元", f"{value} yuan")
    return str(fact.values[str(value)]) if fact.kind == "enum" else str(value)


def _outcomes(then: Mapping[str, object], promises: Mapping[str, Guarantee | Policy]) -> str:
    return "<br>".join(
        f"{promises[name].text}{say('：', ': ')}{_outcome(promises[name], value)}"
        for name, value in then.items()
    )


def _outcome(promise: Guarantee | Policy, value: object) -> str:
    if isinstance(promise, Policy):
        if value == "unknown":
            return say("缺数据，不能定", "needs data")
        return say(f"{value}元", f"{value} yuan") if value else say("不应发", "not owed")
    verdict, _, way = str(value).partition(" ")
    texts = {one.id: str(one.text) for one in (*promise.kept, *promise.excused)}
    return say(*OUTCOMES[verdict]) + (f"（{texts[way]}）" if way else "")
