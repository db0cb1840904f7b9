"""The only writes.

Taking in a list is two steps, so that nobody waits for it::

    prepared = prepare_list(by=user, source=ListSource(...), rows=table)   # reads, seals; seconds
    source = record_list(by=user, prepared=prepared)                      # one transaction, writes
    undo_list(by=user, source=source, reason="...")                       # and back

``rows`` is a `pyarrow.Table` with a column for each field that the list brought (`rosters.fields()`, same
names and types; absent ones are absent), and

- ``row`` (int): the row in the sheet
- ``child`` (int64): the key of the child it is of, null for a new child
- ``new`` (int64, may be absent): which new child; rows with the same number are one child. Where it is
  absent, each row without ``child`` is a child of its own.

Leave out rows that `rosters` did not accept or that wait for a decision. Same content as the standing list
of that line: nothing is written for the child. Children of the list before, within what this one covers,
and no longer on it: their facts end the day before ``list_date``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa

from notoneless.bureau.accounts.models import User
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people.models import Child, Circumstance, Merge, Source
from notoneless.bureau.people.prepared import ListSource, Prepared


def prepare_list(*, by: User | audit.Actor, source: ListSource, rows: pa.Table) -> Prepared:
    """What the list would change; writes nothing. `Refusal` when this kind of list has no place here."""
    raise NotImplementedError


@audit.action
def record_list(*, by: User | audit.Actor, prepared: Prepared) -> Source:
    """Write what was prepared, in one transaction.

    `Refusal` when another list of the line came in between (prepare again), or this one stands already.
    """
    raise NotImplementedError


@audit.action
def undo_list(*, by: User | audit.Actor, source: Source, reason: str) -> None:
    """Retract what a list said and believe again what it had ended.

    `Refusal` when something later builds on it (undo that first) or it is undone already.
    """
    raise NotImplementedError


@audit.action
def merge(*, by: User | audit.Actor, child: Child, into: Child, reason: str) -> Merge:
    """Two keys are one child. `Refusal` when both have valid ID numbers that differ, or are one already."""
    raise NotImplementedError


@audit.action
def unmerge(*, by: User | audit.Actor, merge: Merge, reason: str) -> None:
    """Take a merge back: both children are as they would be without it."""
    raise NotImplementedError


@audit.action
def add_exemption(
    *,
    by: User | audit.Actor,
    child: Child,
    excuse: str,
    valid_from: dt.date,
    until: dt.date,
    document: str,
) -> Circumstance:
    """A lawful excuse with its document and last day (domain facts 1.7)."""
    raise NotImplementedError


@audit.action
def correct_identity(*, by: User | audit.Actor, child: Child, reason: str, **values: Any) -> None:
    """What a person knows better than the lists; stands above them until corrected again."""
    raise NotImplementedError
