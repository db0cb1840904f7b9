"""The contract of the reader: which fields a list can bring, and which kinds of list there are."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa

from notoneless.i18n import Text


def data(name: str) -> dict[str, Any]:
    """A data file of this room, as a dictionary."""
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the rows. ``values`` are those of a code list, in order; empty for other types."""

    id: str
    type: str
    values: tuple[str, ...]
    label: Text
    personal: bool

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type: money is whole fen."""
        return _ARROW.get(self.type, pa.string())


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of list. ``entitles`` names the fact of those on it, "" for lists that entitle nobody."""

    id: str
    label: Text
    entitles: str


_ARROW = {"int": pa.int64(), "bool": pa.bool_(), "date": pa.date32(), "money": pa.int64()}

PLACE_COLUMNS = (
    pa.field("sheet", pa.string()),
    pa.field("row", pa.int64()),
    pa.field("data_row", pa.int64()),
    pa.field("member", pa.int64()),
    pa.field("accepted", pa.bool_()),
)
"""The columns every list has: where the row came from, and whether anybody can be told from it."""


@cache
def fields() -> dict[str, Field]:
    """Every field by its id, in the order the columns are kept."""
    found = {}
    for name, entry in data("fields.toml")["fields"].items():
        of_codes = isinstance(entry["type"], list)
        found[name] = Field(
            name,
            "code" if of_codes else entry["type"],
            tuple(entry["type"]) if of_codes else (),
            Text(entry["zh"], entry["en"]),
            entry.get("personal", False),
        )
    return found


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of list by its id."""
    return {
        name: Kind(name, Text(entry["zh"], entry["en"]), entry.get("entitles", ""))
        for name, entry in data("kinds.toml")["kinds"].items()
    }
