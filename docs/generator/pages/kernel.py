"""What the kernel promises: the tables of tests/spec, which hold on every engine."""

from __future__ import annotations

import runpy
from pathlib import Path

from generator.markdown import say, table, title

SPEC = Path(__file__).resolve().parents[3] / "tests" / "spec" / "kernel_promises.py"


def page() -> str:
    """The page, from the specification that the tests run."""
    parts = [
        title(
            "内核的约定",
            "What the kernel promises",
            say(
                "每一条都是测试：这样的事实，按这样的规则，得到这样的结论，在每个引擎上都一样。"
                "表里 `-` 是未知，钱以元为单位。没有写出的列是未知，不能未知的为否。",
                "Each is a test: these facts, under these rules, give these results, on every engine. In "
                "the tables `-` is unknown and money is in yuan. A column that is not given is unknown, "
                "or false where it cannot be.",
            ),
        )
    ]
    spec = runpy.run_path(str(SPEC))
    parts.append(say("各例共用的标准：\n", "Parameters that the examples share:\n"))
    parts.append(f"```yaml\n{spec['PARAMETERS'].strip()}\n```\n")
    for promise in spec["PROMISES"]:
        parts.append(f"## {promise.title}\n\n{promise.words}\n")
        parts.append(f"```yaml\n{promise.rules.replace(spec['PARAMETERS'], '').strip()}\n```\n")
        parts.append(say("事实：\n", "Facts:\n"))
        parts.append(_table(promise.given))
        parts.append(say(f"{promise.as_of} 的结论：\n", f"Results on {promise.as_of}:\n"))
        parts.append(_table(promise.then))
    return "\n".join(parts)


def _table(text: str) -> str:
    head, *lines = [line.split() for line in text.strip().split("\n")]
    return table(head, lines)
