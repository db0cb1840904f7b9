"""The house rules: where things stand, how full a room may be, what must be said about it."""

from __future__ import annotations

import ast
import io
import tokenize
import tomllib

from source import PACKAGE, ROOT, committed, modules, public_definitions, shown

DRAWERS = {"utils", "util", "helpers", "helper", "common", "core", "misc", "services", "shared"}

LONGEST = 450
"""Lines of code a file may have (comments, docstrings and empty lines are free: words are wanted).

About what one person reads in ten minutes. A longer file holds two purposes that want two names.
"""


def code_lines(text: str) -> int:
    """Lines that carry code: no comment, no docstring, not empty."""
    silent = (
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    )
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in silent:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines.difference_update(range(node.lineno, (node.end_lineno or 0) + 1))
    return len(lines)


def test_code_lines_counts_code_only() -> None:
    assert code_lines('"""Words.\n\nMore."""\n\n# why\nx = 1\ny = (\n    2\n)\n') == 4


def test_no_room_is_too_full() -> None:
    full = {
        shown(path): lines
        for path in modules()
        if (lines := code_lines(path.read_text("utf-8"))) > LONGEST
    }
    assert not full, (
        f"{full} lines of code (limit {LONGEST}); "
        "find the second purpose in it and give that a file and a name of its own"
    )


def test_no_drawers() -> None:
    found = {
        shown(path)
        for path in committed()
        for part in path.relative_to(ROOT).with_suffix("").parts
        if part in DRAWERS
    }
    assert not found, f"{found}: name it after what it holds, not after its being handy"


def test_public_names_say_what_they_mean() -> None:
    silent = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path, tree in modules().items()
        for node in public_definitions(tree)
        if not ast.get_docstring(node)
    ]
    silent += [shown(path) for path, tree in modules().items() if not ast.get_docstring(tree)]
    assert not silent, (
        "say in a docstring what it means (shapes, units, errors; a rule's article), "
        "or begin the name with an underscore:\n  " + "\n  ".join(silent)
    )


def test_every_room_has_its_floor() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    floors = next(c for c in settings["tool"]["importlinter"]["contracts"] if c["id"] == "floors")
    placed = {room.strip(" ()") for floor in floors["layers"] for room in floor.split("|")}
    # The bureau is a house of its own: its apps have floors, not it.
    rooms = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for folder in (PACKAGE, PACKAGE / "bureau")
        for path in folder.iterdir()
        if not path.name.startswith(("_", "."))
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    } - {"notoneless.bureau"}
    assert rooms == placed, (
        f"without a floor: {sorted(rooms - placed)}; gone: {sorted(placed - rooms)}; "
        "give each package its place in [tool.importlinter] of pyproject.toml"
    )


def test_every_app_with_tables_is_filled_for_the_probes_of_access() -> None:
    """A new app: a builder in ``tests/reliability/filling.py``, and its objects are asked for by strangers."""
    tree = ast.parse((ROOT / "tests/reliability/filling.py").read_text("utf-8"))
    [builders] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "BUILDERS"
    ]
    assert isinstance(builders, ast.Dict)
    built = {key.value for key in builders.keys if isinstance(key, ast.Constant)}
    apps = {path.parent.name for path in (PACKAGE / "bureau").glob("*/models.py")}
    assert apps <= built, f"{apps - built}: nobody fills it"
