"""Every fault: its code, its sentence, what to do."""

from __future__ import annotations

import importlib
import pkgutil

import notoneless
from generator.markdown import code, say, table, title
from notoneless.faults import KINDS

ROOMS = {
    "N": ("程序", "The program"),
    "C": ("一个文件夹的名单（check）", "A folder of lists (check)"),
    "L": ("读名单（rosters）", "Reading a list (rosters)"),
    "M": ("对人（identity）", "Whose row is it (identity)"),
    "R": ("规则（kernel、rulebooks）", "Rulebooks (kernel)"),
    "D": ("虚构的县（demo）", "The invented county (demo)"),
}
SEVERITIES = {"error": ("不能用", "error"), "warning": ("请看一眼", "warning")}


def import_all() -> None:
    """Let every room declare its faults."""
    importlib.import_module("notoneless.cli")
    for room in pkgutil.iter_modules(notoneless.__path__, "notoneless."):
        if room.ispkg and importlib.util.find_spec(f"{room.name}.faults"):
            importlib.import_module(f"{room.name}.faults")


def page() -> str:
    """The page, a table per room."""
    import_all()
    parts = [
        title(
            "问题编号",
            "Faults",
            say(
                "每个问题有不变的编号。大括号里的内容在出现时换成具体的值，看到的内容总是遮盖过的。",
                "Every fault has a code that never changes. What stands in braces is replaced by the "
                "particulars; a value that was seen is always masked.",
            ),
        )
    ]
    for letter, room in ROOMS.items():
        kinds = [KINDS[key] for key in sorted(KINDS) if key.startswith(letter)]
        if not kinds:
            continue
        headings = [
            say("编号", "Code"),
            say("程度", "Severity"),
            say("是什么问题", "What is wrong"),
            say("怎么办", "Next step"),
        ]
        parts.append(f"## {say(*room)}\n")
        parts.append(
            table(
                headings,
                [
                    (code(kind.code), say(*SEVERITIES[kind.severity]), kind.text, kind.next_step)
                    for kind in kinds
                ],
            )
        )
    return "\n".join(parts)
