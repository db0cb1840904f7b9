"""Every fault teaches: a code of its room, a sentence that can be filled, a next step, a finder."""

from __future__ import annotations

import ast
import importlib
import re
import string
from collections import defaultdict

from source import PACKAGE, modules, shown

import notoneless.cli
from notoneless.faults import KINDS, FaultKind

LETTERS = {
    "rosters": "L",
    "kernel": "R",
    "rulebooks": "R",
    "identity": "M",
    "check": "C",
    "vault": "V",
    "demo": "D",
    "cli": "N",
    "bundle": "N",
    # in hundreds: 0 the house, 1 audit, 2 accounts, 3 people, 4 intake, 5 sweeps, 6 cases, 7 figures,
    # 8 rules, 9 api; the programmes have letters of their own
    "bureau": "B",
    "bureau.attendance": "A",
    "bureau.aid": "S",
    "bureau.inspections": "I",
    "bureau.ledger": "G",
    "bureau.placements": "P",
    "bureau.recognition": "H",
    "bureau.reports": "Q",
}
"""The letter of each room's codes (docs/explanation/architecture.md says what the rooms are)."""

DECLARED: dict[str, tuple[str, FaultKind]] = {}
"""Constant's name -> room and kind, over all rooms (a test holds the names to be unique)."""

for _file in sorted(PACKAGE.glob("*/**/faults.py")):
    _room = ".".join(_file.relative_to(PACKAGE).parts[:-1])
    for _name, _value in vars(importlib.import_module(f"notoneless.{_room}.faults")).items():
        if isinstance(_value, FaultKind):
            DECLARED[f"{_room}.{_name}"] = (_room, _value)
DECLARED["cli.INTERNAL"] = ("cli", notoneless.cli.INTERNAL)


def placeholders(text: str) -> set[str]:
    """The names in braces, and nothing but names."""
    found = set()
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is not None:
            assert name.isidentifier(), f"{{{name}}} in {text!r}: a plain name, please"
            assert not spec, f"{{{name}:{spec}}} in {text!r}: pass it as it shall be shown"
            assert not conversion, text
            found.add(name)
    return found


def sites() -> dict[str, list[tuple[str, set[str] | None]]]:
    """Where each constant is named, and the names of the details passed to ``X.at(...)`` there.

    The details are None where they cannot be read from the text (``**details``, a helper).
    """
    found: dict[str, list[tuple[str, set[str] | None]]] = defaultdict(list)
    for path, tree in modules().items():
        room = ".".join(path.relative_to(PACKAGE).parts[:-1])
        declaring = path.name == "faults.py"
        direct: dict[int, ast.Call] = {
            id(node.func.value): node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "at"
        }
        # "from notoneless.rosters.faults import X" and "from notoneless.rosters import faults as L"
        origin: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                parts = node.module.split(".")
                for alias in node.names:
                    if parts[-1] == "faults":
                        room_of = ".".join(parts[1:-1])
                        origin[alias.asname or alias.name] = f"{room_of}.{alias.name}"
                    elif alias.name == "faults":
                        origin[alias.asname or alias.name] = ".".join(parts[1:]) + "."
        for node in ast.walk(tree):
            if declaring or not isinstance(node, ast.Name | ast.Attribute):
                continue
            if isinstance(node, ast.Attribute):
                base = origin.get(node.value.id, "") if isinstance(node.value, ast.Name) else ""
                name = base + node.attr if base.endswith(".") else ""
            else:
                name = origin.get(node.id, f"{room}.{node.id}")
            if name not in DECLARED or not isinstance(node.ctx, ast.Load):
                continue
            call = direct.get(id(node))
            details = None
            if call and all(keyword.arg for keyword in call.keywords):
                details = {str(keyword.arg) for keyword in call.keywords}
            found[name].append((f"{shown(path)}:{node.lineno}", details))
    return found


def test_every_code_has_the_letter_of_its_room() -> None:
    wrong = [
        f"{name} is {kind.code}"
        for name, (room, kind) in DECLARED.items()
        if not re.fullmatch(
            (LETTERS.get(room) or LETTERS[room.split(".")[0]]) + r"\d{3}", kind.code
        )
    ]
    assert not wrong, f"{wrong}: a letter for the room ({LETTERS}) and three digits"


def test_all_are_declared_in_the_rooms_faults() -> None:
    elsewhere = set(KINDS) - {kind.code for _, kind in DECLARED.values()}
    assert not elsewhere, f"{sorted(elsewhere)}: declare them in the room's faults.py"


def test_each_says_what_to_do() -> None:
    for name, (_, kind) in DECLARED.items():
        for sentence in (kind.text, kind.next_step):
            assert len(re.findall(r"[\u4e00-\u9fff]", sentence)) >= 2, f"{name}: in Chinese"
            assert not sentence.endswith(("。", ".", "！", "!")), f"{name}: no full stop at the end"


def test_each_can_be_found() -> None:
    never = sorted(set(DECLARED) - set(sites()))
    assert not never, f"{never}: nothing finds these faults; use or delete them"


def test_each_sentence_can_be_filled() -> None:
    short = []
    for name, where in sites().items():
        kind = DECLARED[name][1]
        wanted = placeholders(kind.text) | placeholders(kind.next_step)
        for place, details in where:
            if details is not None and (missing := wanted - details - {"seen"}):
                short.append(f"{place} {name}: pass {sorted(missing)}")
    assert not short, "\n".join(short)
