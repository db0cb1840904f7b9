"""What a check knows besides its tables: where the answer came from, and what it could not know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ComparisonId = Literal["register_roll", "roll_class", "absent_poor"]


@dataclass(frozen=True, slots=True)
class ListUsed:
    """One list that was taken in: a file, or one sheet of it when several count."""

    name: str
    """The file's name, without its folder."""
    kind: str
    """An id of ``rosters/kinds.toml``."""
    kind_label: str
    list_date: dt.date | None
    rows: int
    faults: int
    sha256: str
    """Of the file's bytes."""
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RulebookUsed:
    """One rulebook that was swept; ``unverified`` counts its values that no document confirms yet."""

    id: str
    title: str
    sha256: str
    unverified: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """One of the three comparisons (domain facts 1.3): how many were compared.

    ``base`` is the number of children on the left side. ``missing`` is a sentence when a list is not
    there and the comparison cannot be made; the children found are counted from the tables.
    """

    id: ComparisonId
    base: int = 0
    missing: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A check's answer beside the tables in its database; the same for the same inputs."""

    as_of: dt.date
    county: str
    """The place the answer is about, as a title shows it; may be empty."""
    lists: tuple[ListUsed, ...]
    rulebooks: tuple[RulebookUsed, ...]
    comparisons: tuple[Comparison, ...]
    missing: tuple[str, ...] = ()
    """One sentence per missing list or column, with the number of children it leaves undecided."""
    quality: tuple[str, ...] = ()
    """Sentences about the matching of this run: pairs by step, what precision and recall to expect."""
    version: str = ""
    settings: Mapping[str, str | int | bool] = field(default_factory=dict)
