"""The facts that rules may speak of."""

from __future__ import annotations

from generator.markdown import code, say, table, title
from notoneless.kernel.facts import Fact, load_facts
from notoneless.kernel.rulebook import shipped


def page() -> str:
    """The page, from facts.yaml."""
    parts = [
        title(
            "事实",
            "Facts",
            say(
                "规则只能说到这里的事实。“可以不知道”的事实没有数据时是未知，不等于“否”：结论是“缺数据”，并说出缺什么。",
                "Rules can speak of these facts only. A fact that may be unknown is unknown without data, "
                "which is not “no”: the verdict is then “needs data” and names it.",
            ),
        )
    ]
    for subject in load_facts(shipped("facts")).subjects.values():
        parts.append(f"## {code(subject.name)}\n")
        parts.append(
            table(
                [
                    say("事实", "Fact"),
                    say("名称", "Name"),
                    say("类型", "Type"),
                    say("可以不知道", "May be unknown"),
                ],
                [
                    (
                        code(fact.name),
                        fact.text,
                        _type(fact),
                        say("是", "yes") if fact.nullable else "",
                    )
                    for fact in subject.facts.values()
                ],
            )
        )
    return "\n".join(parts)


def _type(fact: Fact) -> str:
    if fact.kind == "enum":
        return say("；", "; ").join(f"{code(value)} {text}" for value, text in fact.values.items())
    return code(fact.kind)
