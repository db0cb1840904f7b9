"""What a program is answered: the parts of the OpenAPI description."""

from __future__ import annotations

import datetime as dt

from ninja import Field, Schema


class FaultOut(Schema):
    """What is wrong, where, and what to do."""

    code: str
    severity: str
    place: str
    seen: str = Field(description="what stands there, masked")
    message: str
    next_step: str


class Problem(Schema):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    faults: list[FaultOut]


class Accepted(Schema):
    """A list that was handed in, or acted on."""

    id: int
    state: str
    new: bool = Field(True, description="false: the same file had been handed in before")


class Sheet(Schema):
    """A sheet as it was understood, and what it would change or has changed."""

    sheet: str
    kind: str
    rows: int
    accepted: int
    new: int = 0
    changed: int = 0
    gone: int = 0
    unchanged: int = 0
    doubtful: int = 0
    unplaced: int = 0


class ListOut(Schema):
    """A list: ``reading``, ``read``, ``committing``, ``committed``, ``refused``, ``discarded`` or ``undone``."""

    id: int
    name: str
    organisation: int
    state: str
    received_at: dt.datetime
    sheets: list[Sheet]
    faults: list[FaultOut] = Field(description="of the rows, the first 1000")
    against: list[FaultOut] = Field(description="why it cannot be taken in, if so")
    open_doubts: int = Field(description="pairs of rows that wait for a person")


class VerdictOut(Schema):
    """How one child stands with one guarantee."""

    child: int
    name: str
    birth_date: dt.date | None
    school: str
    class_name: str
    home: str
    guarantee: str
    verdict: str
    since: dt.date


class Verdicts(Schema):
    """A page: ask again with ``after=next`` while ``next`` is not null."""

    as_of: dt.date
    verdicts: list[VerdictOut]
    next: int | None


class Guaranteed(Schema):
    """A guarantee and a child: the verdict and its reason in words."""

    guarantee: str
    text: str
    verdict: str
    reason: str


class ChildOut(Schema):
    """A child and every guarantee that may be told of it; never an ID number."""

    child: int
    name: str
    birth_date: dt.date | None
    school: str
    class_name: str
    home: str
    as_of: dt.date
    verdicts: list[Guaranteed]


class Counted(Schema):
    """How many children of a place stand how with a guarantee."""

    place: int
    place_name: str
    guarantee: str
    text: str
    kept: int
    excused: int
    gap: int
    unknown: int
    unsure: int


class BoardOut(Schema):
    """The board of a place and of the places right below it."""

    as_of: dt.date
    place: int
    counts: list[Counted]


class FigureOut(Schema):
    """A figure of today, counted in reach of the token; money in fen, null where nothing was counted yet."""

    id: str
    text: str
    what: str
    unit: str
    on: dt.date
    value: int | None
