"""The papers that an admission asks for (``papers.toml``)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from notoneless.i18n import Text


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper; ``transfer``: only for who comes from another school."""

    code: str
    text: Text
    transfer: bool = False


@cache
def papers() -> dict[str, Paper]:
    """Every paper by its code, in the order of the file."""
    rows = tomllib.loads(files(__package__).joinpath("papers.toml").read_text("utf-8"))["papers"]
    return {
        code: Paper(code, Text(row["zh"], row["en"]), bool(row.get("transfer")))
        for code, row in rows.items()
    }


def asked(*, transfer: bool) -> list[Paper]:
    """The papers asked of one child."""
    return [paper for paper in papers().values() if transfer or not paper.transfer]
