"""Every part of others is there for a reason, is used, and is locked without naming a host."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from source import ROOT, modules

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def project(requirement: str) -> str:
    """The name in a requirement, written the one way."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", requirement)[0]).lower()


RUN_TIME = {project(r) for r in SETTINGS["project"]["dependencies"]}
EXTRAS = {
    project(r) for extra in SETTINGS["project"]["optional-dependencies"].values() for r in extra
}
ALL = (
    RUN_TIME
    | EXTRAS
    | {project(r) for group in SETTINGS["dependency-groups"].values() for r in group}
)


def test_each_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for name in ALL:
        line = next(
            line for line in text.splitlines() if re.match(rf'\s+"{name}\b', line, re.IGNORECASE)
        )
        reason = line.partition("#")[2].split()
        assert len(reason) >= 2, f"say beside {name} in pyproject.toml why it is needed"


def test_what_is_imported_is_declared_and_the_reverse() -> None:
    owners = packages_distributions()
    imported = set()
    for tree in modules().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(str(node.module).split(".")[0])
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "find_spec"  # its data are read without importing it
                and isinstance(node.args[0], ast.Constant)
            ):
                imported.add(str(node.args[0].value))
    foreign = imported - set(sys.stdlib_module_names) - {"notoneless", "__future__"}
    used = {project(owners[name][0]) for name in foreign}
    assert (
        RUN_TIME <= used <= RUN_TIME | EXTRAS
    ), (  # parts of an extra may be named in settings only
        f"imported and not declared: {sorted(used - RUN_TIME - EXTRAS)}; "
        f"declared and not imported: {sorted(RUN_TIME - used)} (pyproject.toml)"
    )


def test_the_lock_holds_all_with_hashes() -> None:
    entries = re.split(r"\n(?=[a-z0-9])", LOCK.strip())
    locked = {project(entry) for entry in entries}
    assert locked >= ALL, f"not locked: {sorted(ALL - locked)}; run `python make.py lock`"
    without = [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert not without, f"no hash: {without}"


def test_the_lock_names_no_host() -> None:
    assert "://" not in LOCK
    assert "index-url" not in LOCK
