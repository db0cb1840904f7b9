"""The code lists of ``codes.toml``, each code with its words."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from notoneless.i18n import Text


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("codes.toml").read_text("utf-8"))


@cache
def documents() -> dict[str, dict[str, Any]]:
    """The rows of ``documents.toml`` by their codes: words, who issues it, the text of its template."""
    content = tomllib.loads(files(__package__).joinpath("documents.toml").read_text("utf-8"))
    return {code: row for code, row in content.items() if isinstance(row, dict)}


@cache
def words(section: str) -> dict[str, Text]:
    """Every code of a section with its words, in the order of the file."""
    rows = documents() if section == "documents" else _content()[section]
    rows = rows.get("codes", rows)
    return {code: Text(row["zh"], row.get("en", "")) for code, row in rows.items()}


def word(section: str, code: str) -> str:
    """The words of a code; the code itself when the list has it no more, "" for none."""
    return str(words(section).get(code, code))


def choices(section: str, groups: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """For a form: code and words; of reasons only those of some groups (``A`` to ``E``)."""
    return [
        (code, f"{code} {text}" if section == "reasons" else str(text))
        for code, text in words(section).items()
        if not groups or code[0] in groups
    ]


@cache
def own_eyes() -> frozenset[str]:
    """The sources where somebody looked for themselves."""
    return frozenset(code for code, row in _content()["sources"].items() if row.get("own_eyes"))


@cache
def out_of_school() -> tuple[str, ...]:
    """The kinds of case of a child who is out of school: what the ledgers, reports and the platform count."""
    return tuple(code for code, row in _content()["kinds"].items() if row.get("out"))


@cache
def visits() -> frozenset[str]:
    """The ways of contact that are visits."""
    return frozenset(code for code, row in _content()["ways"].items() if row.get("visit"))


@dataclass(frozen=True, slots=True)
class Position:
    """A place on one of the two lines, with its duty: who holds one of the roles there answers."""

    line: str
    step: int
    at: str
    roles: tuple[str, ...]
    duty: str


@cache
def positions() -> tuple[Position, ...]:
    """Every place on both lines."""
    return tuple(
        Position(row["line"], row["step"], row["at"], tuple(row["roles"]), row["duty"])
        for row in _content()["lines"]
    )


LAST_STEP = 3
"""The top of both lines: nobody is told above it."""
