"""What a list would change: worked out and sealed beforehand, so that writing it is short."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from notoneless.bureau.accounts.models import Organisation
from notoneless.faults import Fault


@dataclass(frozen=True, slots=True)
class ListSource:
    """One sheet of a file as `rosters` read it.

    ``organisation`` is whose list it is (a county's, a school's). ``covers`` are the schools or townships
    that the sheet names; with ``whole`` it covers everybody of the organisation. ``list_date`` None: today.
    """

    organisation: Organisation
    line: str
    file: str
    sheet: str = ""
    sha256: str = ""
    list_date: dt.date | None = None
    whole: bool = False
    covers: Sequence[Organisation] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """Children by what the list does to them, each in one of the four.

    ``new`` were not known of this line before, ``changed`` are told differently, ``gone`` were on the list
    before this one and are not on it, ``unchanged`` are told the same.
    """

    new: int = 0
    changed: int = 0
    gone: int = 0
    unchanged: int = 0


@dataclass(slots=True)
class Prepared:
    """A list ready to be recorded (`actions.record_list`); made by `preparing.prepare_list`.

    ``outcomes`` says for each row of the table ``new``, ``changed`` or ``unchanged``; ``gone`` are keys of
    children. ``faults`` are warnings, such as schools that the tree does not have. ``seen`` is the state of
    the line when it was prepared: a list that came in between makes it stale. What is ``only_counted``
    cannot be recorded.
    """

    source: ListSource
    changes: Changes
    outcomes: Sequence[str]
    gone: Sequence[int]
    faults: Sequence[Fault]
    seen: tuple[int, int]
    only_counted: bool = False
    new_children: Sequence[int] = ()
    insert: Mapping[str, list[tuple[Any, ...]]] = field(default_factory=dict, repr=False)
    end: Mapping[str, list[int]] = field(default_factory=dict, repr=False)
