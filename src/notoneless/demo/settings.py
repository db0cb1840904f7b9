"""The demo's settings and name tables, as data beside the code."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

Settings = dict[str, Any]


@cache
def _read(name: str) -> Settings:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))


def settings() -> Settings:
    """How large the invented county is, how often what happens there, and how often offices slip."""
    return _read("settings.toml")


def tables() -> Settings:
    """The parts of which names of people and places are put together."""
    return _read("names.toml")


def amount_of(rate: dict[str, float], base: int) -> int:
    """How many of ``base`` a rate ``{share, least}`` gives."""
    return min(base, max(int(rate["least"]), round(rate["share"] * base)))
