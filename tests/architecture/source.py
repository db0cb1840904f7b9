"""What the tests of this folder look at: the tree as committed, and the modules as syntax."""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "notoneless"


@cache
def modules() -> dict[Path, ast.Module]:
    """Every module of the package as a syntax tree, by its path; not migrations, Django wrote them."""
    return {
        path: ast.parse(path.read_text("utf-8"), str(path))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.parent.name != "migrations"
    }


@cache
def committed() -> tuple[Path, ...]:
    """Every file that is, or is about to be, committed: what git knows and does not ignore.

    Where there is no git (a source archive): every file outside of hidden and made folders.
    """
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        made = {"__pycache__", "build", "dist", "demo-county"}
        return tuple(
            path
            for path in sorted(ROOT.rglob("*"))
            if path.is_file()
            and not any(
                part in made or (part.startswith(".") and part != ".ci")
                for part in path.relative_to(ROOT).parts[:-1]
            )
        )
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def shown(path: Path) -> str:
    """The path as a person of the project says it."""
    return path.relative_to(ROOT).as_posix()


def public_definitions(
    tree: ast.Module,
) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Public classes and functions of a module, and public methods of its public classes."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if node.name.startswith("_"):
                continue
            yield node
            if isinstance(node, ast.ClassDef):
                waiting.append(node)
