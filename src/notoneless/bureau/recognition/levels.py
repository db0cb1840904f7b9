"""Levels of hardship and the lists that stand for one (``levels.toml``)."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.rules import queries as rules
from notoneless.i18n import Text, gettext

NONE = "none"
"""Not in hardship: what a review can propose too, and the fact where a school has finished."""


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("levels.toml").read_text("utf-8"))


@cache
def levels() -> dict[str, Text]:
    """Every level by its code, the gravest first."""
    return {code: Text(row["zh"], row["en"]) for code, row in _told()["levels"].items()}


def used(place: Organisation | int, on: dt.date) -> list[str]:
    """The levels that a place uses: the rule ``recognition.levels`` says how many."""
    return list(_told()["used"][str(rules.value("recognition.levels", place, on))])


def lists() -> tuple[str, ...]:
    """The kinds of lists (`rosters.kinds`) whose children are recognised without an application."""
    return tuple(_told()["lists"]["kinds"])


def commitment() -> Text:
    """What the guardian promises in place of stamps."""
    return Text(_told()["commitment"]["zh"], _told()["commitment"]["en"])


def word(code: str) -> str:
    """A level in words, in the language in use."""
    return gettext("不困难") if code == NONE else str(levels()[code]) if code in levels() else ""
