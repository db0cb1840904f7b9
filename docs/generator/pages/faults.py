"""Every fault: its code, its sentence, what to do."""

from __future__ import annotations

import importlib
from pathlib import Path

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
    "V": ("密钥和加密（vault）", "Keys and encryption (vault)"),
    "B": ("局里的系统（bureau）", "The bureau's system (bureau)"),
    "A": ("点名（bureau.attendance）", "Roll-call (bureau.attendance)"),
    "S": ("资助（bureau.aid）", "Aid (bureau.aid)"),
    "I": ("核查（bureau.inspections）", "Checks of schools (bureau.inspections)"),
    "G": ("总账（bureau.ledger）", "Ledger (bureau.ledger)"),
    "P": ("安置（bureau.placements）", "Placements (bureau.placements)"),
    "H": ("困难认定（bureau.recognition）", "Recognition of hardship (bureau.recognition)"),
    "Q": ("报表（bureau.reports）", "Reports (bureau.reports)"),
}
SEVERITIES = {"error": ("不能用", "error"), "warning": ("请看一眼", "warning")}


def import_all() -> None:
    """Let every room declare its faults."""
    importlib.import_module("notoneless.cli")
    package = Path(notoneless.__file__).parent
    for file in sorted(package.glob("*/**/faults.py")):
        importlib.import_module(
            ".".join(("notoneless", *file.relative_to(package).parts[:-1], "faults"))
        )


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
    assert {code[0] for code in KINDS} <= set(ROOMS), "a room's letter is missing in ROOMS"
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
