"""The shape of the board: guarantees × places, and what stands in a cell. It knows no database.

Coverage is kept ÷ (owed − excused), cut after two digits and never rounded up: with one gap it is never 100.
Who is unknown is not kept. Who is `unsure` (nobody knows whether the guarantee holds for the child) is not
owed, and told apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MOST_COLUMNS = 8
"""So many places stand side by side on a laptop and on one A4 sheet; more of them stand below each other."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many children of a place stand where, for one guarantee."""

    kept: int = 0
    excused: int = 0
    gap: int = 0
    unknown: int = 0
    unsure: int = 0

    @property
    def owed(self) -> int:
        """For whom the guarantee holds; who is unsure is not among them."""
        return self.kept + self.excused + self.gap + self.unknown

    @property
    def counted(self) -> int:
        """What coverage is measured against: the owed less the excused."""
        return self.owed - self.excused

    @property
    def coverage(self) -> str:
        """``99.97``, cut and not rounded; ``100`` only when all are kept; "" when nobody is counted."""
        if not self.counted:
            return ""
        hundredths = self.kept * 10_000 // self.counted
        return "100" if hundredths == 10_000 else f"{hundredths // 100}.{hundredths % 100:02}"

    def __add__(self, other: Count) -> Count:
        """Both together."""
        return Count(
            self.kept + other.kept,
            self.excused + other.excused,
            self.gap + other.gap,
            self.unknown + other.unknown,
            self.unsure + other.unsure,
        )


@dataclass(frozen=True, slots=True)
class Promise:
    """A guarantee as the board names it: its id and its text."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A column (or row) of the board: an organisation."""

    key: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One guarantee at one place. ``change`` is in gaps since last month; None where nobody knows."""

    promise: Promise
    place: Place
    count: Count
    change: int | None

    @property
    def state(self) -> str:
        """What the middle column shows: ``gap``, ``unknown``, ``kept``, ``excused``, ``unsure``, or "" for nobody."""
        if self.count.gap:
            return "gap"
        if self.count.unknown:
            return "unknown"
        if self.count.kept:
            return "kept"
        if self.count.excused:
            return "excused"
        return "unsure" if self.count.unsure else ""

    @property
    def undecided(self) -> bool:
        """Nothing is known here: there is no coverage to show."""
        return bool(self.count.unknown) and self.count.unknown == self.count.counted

    @property
    def signed(self) -> str:
        """The change as shown; nothing for no change."""
        return signed(self.change)


@dataclass(frozen=True, slots=True)
class Total:
    """All guarantees of a place together, in pieces (a child counts once per guarantee)."""

    place: Place
    count: Count
    change: int | None

    @property
    def signed(self) -> str:
        """The change as shown; nothing for no change."""
        return signed(self.change)


@dataclass(frozen=True, slots=True)
class Row:
    """A guarantee at the whole and at each of the places."""

    promise: Promise
    cells: tuple[Cell, ...]

    @property
    def whole(self) -> Count:
        """At the whole."""
        return self.cells[0].count


@dataclass(frozen=True)
class Board:
    """Rows of guarantees; the first place is the whole, the others are its parts."""

    rows: tuple[Row, ...]
    places: tuple[Place, ...]
    totals: tuple[Total, ...]

    @property
    def whole(self) -> Total:
        """All guarantees at the whole."""
        return self.totals[0]

    @property
    def long(self) -> bool:
        """Too many places for columns: they stand below each other."""
        return len(self.places) > MOST_COLUMNS

    @property
    def unsure(self) -> bool:
        """Is there anybody of whom it is not known whether a guarantee holds?"""
        return any(row.whole.unsure for row in self.rows)

    @property
    def compared(self) -> bool:
        """Is there a month to compare with?"""
        return any(cell.change is not None for row in self.rows for cell in row.cells)

    @property
    def worst(self) -> Total | None:
        """The part with the most gaps, when it has more than any other."""
        parts = sorted(self.totals[1:], key=lambda total: -total.count.gap)
        if len(parts) < 2 or parts[0].count.gap == parts[1].count.gap:
            return None
        return parts[0]

    @property
    def undecided(self) -> list[Cell]:
        """Where most is unknown, the largest first: cells of parts, or of the whole where it has none."""
        cells = [
            cell
            for row in self.rows
            for cell in [part for part in row.cells[1:] if part.count.unknown] or row.cells[:1]
            if cell.count.unknown
        ]
        return sorted(cells, key=lambda cell: -cell.count.unknown)

    @property
    def down(self) -> Iterator[tuple[Total, list[Cell]]]:
        """Place by place: its total, and its cells; the whole first, then those with most gaps."""
        parts = sorted(
            range(1, len(self.places)),
            key=lambda at: (-self.totals[at].count.gap, -self.totals[at].count.unknown, at),
        )
        for at in (0, *parts):
            yield self.totals[at], [row.cells[at] for row in self.rows]


Counts = Mapping[tuple[int, str], Count]
"""By organisation and guarantee."""


def lay_out(
    promises: Sequence[Promise], places: Sequence[Place], now: Counts, before: Counts | None
) -> Board:
    """The board of these places, the whole first. ``before``: last month's counts; None when there are none.

    Where last month counted nothing, nobody knows the change: it is None, never 0.
    """

    def change(promise: Promise, place: Place) -> int | None:
        key = (place.key, promise.id)
        then = before.get(key) if before else None
        return None if then is None else now.get(key, Count()).gap - then.gap

    rows = tuple(
        Row(
            promise,
            tuple(
                Cell(
                    promise,
                    place,
                    now.get((place.key, promise.id), Count()),
                    change(promise, place),
                )
                for place in places
            ),
        )
        for promise in promises
    )
    totals = tuple(
        _total(place, [row.cells[at] for row in rows]) for at, place in enumerate(places)
    )
    return Board(rows, tuple(places), totals)


def _total(place: Place, cells: Sequence[Cell]) -> Total:
    changes = [cell.change for cell in cells if cell.change is not None]
    return Total(
        place, sum((cell.count for cell in cells), Count()), sum(changes) if changes else None
    )


def signed(change: int | None) -> str:
    """``+3``, ``−3``; nothing for no change and for nothing to compare with."""
    if not change:
        return ""
    return f"{'+' if change > 0 else '−'}{abs(change):,}"
