"""What a list would change: whose rows they are, held against the children known now.

The same two questions as in a check of a folder: who stands twice in the list (`identity.group`), and who
of the list is who of the children known (`identity.link`). A row without a child is a new child on the
lists that say who there is, and nobody's on all others. What is in doubt waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import duckdb
import pyarrow as pa

from notoneless import identity, vault
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.intake import faults, places, queries, storage, unmarked
from notoneless.bureau.intake.models import Doubt, Upload
from notoneless.bureau.people import preparing
from notoneless.bureau.people import queries as known_people
from notoneless.bureau.people.contents import NAMING
from notoneless.bureau.people.prepared import ListSource, Prepared
from notoneless.check import seats
from notoneless.check.rows import PERSON
from notoneless.engines.duckdb import connect
from notoneless.faults import Fault, Refusal
from notoneless.rosters import Reading, SheetReading

TELLS_WHO_THERE_IS = NAMING
MAKES_CHILDREN = TELLS_WHO_THERE_IS | {"platform"}
"""Kinds of list whose rows are children, known before or not: whom the platform suspects must be looked for."""

SAID = ("name", "id_number", "birth_date", "sex", "township", "school")
"""An answer about a row and a child holds as long as the row says the same of these."""

ROLL_CALL = "rollcall"
"""Kind of list that names pupils by their seat at school."""

SEAT = ("roll_number", "grade", "class_name")
"""What such a list tells beside `PERSON`."""

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A doubt: the first row of a person on the list, and a known child or another person of the list.

    Exactly one of ``child`` (a key) and ``other`` (a row) is not 0.
    """

    row: int
    child: int
    other: int
    probability: float
    step: str
    evidence: str
    left: Values
    right: Values

    @property
    def key(self) -> str:
        """What the row says, as a keyed fingerprint: by it an answer is known again next month."""
        texts = [str(self.left.get(name) or "") for name in SAID]
        return vault.blind("intake.row", "|".join(texts))


@dataclass(slots=True)
class Compared:
    """One sheet held against what is known: ready to be recorded, and what is not recorded.

    ``pairs`` wait for a person, ``links`` give the known child of a person's first row, ``unplaced``
    counts people of the list who are no child known here.
    """

    number: int
    sheet: SheetReading
    prepared: Prepared
    pairs: list[Pair]
    links: dict[int, int]
    unplaced: int

    def counts(self) -> dict[str, Any]:
        """As kept with the list and shown on its page."""
        return {
            "number": self.number,
            **asdict(self.prepared.changes),
            "doubtful": len({pair.row for pair in self.pairs}),
            "unplaced": self.unplaced,
        }


def sheets_of(reading: Reading) -> list[tuple[int, SheetReading]]:
    """The sheets with rows and the numbers of these in `storage`.

    Those that tell who there is come first, so that the others find their children.
    """
    found = [(int(str(sheet.path)), sheet) for sheet in reading.recognised if sheet.rows]
    return sorted(found, key=lambda entry: (entry[1].kind not in TELLS_WHO_THERE_IS, entry[0]))


def objections(upload: Upload, reading: Reading) -> list[Fault]:
    """Why this list cannot be taken in for its organisation, if so."""
    found: list[Fault] = []
    sheets = sheets_of(reading)
    if not sheets:
        return [faults.NOTHING_TO_TAKE.at()]
    for number, sheet in sheets:
        rows = storage.rows(upload.pk, number)
        found += places.objections(upload.organisation, sheet, rows)
        if sheet.kind == ROLL_CALL and unmarked.nobody(rows):
            found.append(faults.NOBODY_MARKED.at(sheet=sheet.sheet))
    return found


def summary(by: User, upload: Upload, reading: Reading) -> dict[str, Any]:
    """What a list would change and what stands against it, as kept in `Upload.changes`."""
    if reading.refused:
        return {}
    against = objections(upload, reading)
    sheets: list[dict[str, Any]] = []
    if not against:
        known = _known(upload)
        try:
            sheets = [
                compare(by, upload, number, sheet, known, only_count=True).counts()
                for number, sheet in sheets_of(reading)
            ]
        except Refusal as refusal:
            against = list(refusal.faults)
    return {
        "sheets": sheets,
        "faults": faults.to_json(against),
    }


def compare(
    by: User,
    upload: Upload,
    number: int,
    sheet: SheetReading,
    known: pa.Table | None = None,
    *,
    only_count: bool = False,
    left_over: bool = False,
) -> Compared:
    """One sheet against what is known (``known``, or now); only for showing, or to be recorded.

    ``left_over``: of a list that is in already; what is recorded stands beside it and ends nothing.
    """
    county = queries.county_of(upload.organisation)
    if known is None:
        known = _known(upload)
    rows = storage.rows(upload.pk, number)
    with connect(encrypted=True) as con:
        con.register("known", known)
        who = _Placing(con, rows, sheet.kind)
        who.remember(county)
        table, unplaced = who.placed()
    source = source_of(upload, sheet)
    if left_over:
        source = replace(source, sha256="", whole=False, covers=())
    prepared = preparing.prepare_list(by=by, source=source, rows=table, only_count=only_count)
    return Compared(number, sheet, prepared, who.doubts, who.links, unplaced)


def whose(county: Organisation, rows: pa.Table, kind: str) -> tuple[dict[int, int], set[int]]:
    """The known child of each row of a sheet that is recorded elsewhere, and the rows in doubt.

    Both by the row's number in its sheet; what people said of such rows before stands.
    """
    with connect(encrypted=True) as con:
        known = known_people.matching_table(by=SYSTEM, organisation=county)
        con.register("known", known)
        who = _Placing(con, rows, kind)
        who.remember(county)
        return who.children()


def _known(upload: Upload) -> pa.Table:
    """The children of the county, in memory only.

    The system asks, since a school may not see the other schools' children; of these nothing is shown
    to it: a doubt goes to the county.
    """
    county = queries.county_of(upload.organisation)
    return known_people.matching_table(by=SYSTEM, organisation=county)


def source_of(upload: Upload, sheet: SheetReading) -> ListSource:
    """Who says what this sheet says, and of whom it can say that they are not on it."""
    covers = places.covered(upload.organisation, queries.county_of(upload.organisation), sheet)
    return ListSource(
        organisation=upload.organisation,
        line=sheet.kind,
        file=upload.name,
        sheet=sheet.sheet,
        sha256=upload.sha256,
        list_date=sheet.list_date,
        whole=covers is None,
        covers=covers or (),
    )


def number_of(row: int, member: int) -> int:
    """One number for a row of a sheet and a member of its household."""
    return row << 6 | member


class _Placing:
    """Whose the rows of one sheet are; ``known`` is a table of the connection."""

    def __init__(self, con: duckdb.DuckDBPyConnection, rows: pa.Table, kind: str) -> None:
        self._con, self._rows, self._tells = con, rows, kind in MAKES_CHILDREN
        wanted = PERSON + SEAT if kind == ROLL_CALL else PERSON
        self.links: dict[int, int] = {}
        """The known child of a person's first row."""
        self.doubts: list[Pair] = []
        self._people: dict[int, list[int]] = {}
        self._columns = [column for column in wanted if column in rows.column_names]
        con.register("list_arrow", _with_blind_roll_numbers(rows) if kind == ROLL_CALL else rows)
        chosen = ", ".join(f'"{column}"' for column in self._columns)
        con.execute(
            'CREATE TEMP TABLE list_rows AS SELECT ("row" << 6) | member AS row, '
            f"{chosen or 'NULL::VARCHAR AS name'} FROM list_arrow WHERE accepted ORDER BY 1"
        )
        con.execute("CREATE TEMP TABLE known_rows AS SELECT * FROM known")
        self._group()
        if kind == ROLL_CALL:
            self._seat()
        self._link()

    def _group(self) -> None:
        groups = identity.group(self._con, "list_rows")
        found = self._con.execute(f"SELECT row, person FROM {groups.table} ORDER BY row")
        for row, person in found.fetchall():
            self._people.setdefault(person, []).append(row)
        filled = ", ".join(
            f'arg_min(r."{column}", r.row) FILTER (r."{column}" IS NOT NULL) AS "{column}"'
            for column in self._columns or ["name"]
        )
        self._con.execute(
            "CREATE TEMP TABLE list_people AS SELECT g.person AS row, "
            f"{filled} FROM list_rows r JOIN {groups.table} g USING (row) GROUP BY g.person ORDER BY 1"
        )
        self._con.execute(
            "CREATE TEMP TABLE twice AS SELECT r.person AS row, 0::BIGINT AS child, l.person AS other, "
            f"probability, step, evidence FROM {groups.doubtful} d "
            f"JOIN {groups.table} l ON l.row = d.left_row JOIN {groups.table} r ON r.row = d.right_row "
            f"WHERE {'true' if self._tells else 'false'} AND l.person <> r.person"
        )

    def _seat(self) -> None:
        """Who is known by the roll number or the class; only the others are held against all children."""
        rows = ", ".join(
            column if column in self._columns else f"NULL AS {column}"
            for column in ("row", "name", "id_number", "school", *SEAT)
            if column != "row"
        )
        self._con.execute(
            f"CREATE TEMP VIEW list_seats AS SELECT row, {rows} FROM list_people;"
            "CREATE TEMP VIEW known_seats AS SELECT row AS child, * EXCLUDE (row) FROM known_rows;"
            "CREATE TEMP TABLE seated (left_row BIGINT, right_row BIGINT, probability DOUBLE, "
            "step VARCHAR, evidence VARCHAR)"
        )
        seats.link(self._con, "list_seats", "known_seats", "seated")
        self.links = dict(self._con.execute("SELECT left_row, right_row FROM seated").fetchall())
        self._con.execute(
            "CREATE TEMP VIEW list_unseated AS SELECT * FROM list_people "
            "WHERE row NOT IN (SELECT left_row FROM seated)"
        )

    def _link(self) -> None:
        left = "list_unseated" if self.links else "list_people"
        links = identity.link(self._con, left, "known_rows")
        self.links |= dict(
            self._con.execute(
                f"SELECT left_row, right_row FROM {links.table} WHERE decision = 'linked'"
            ).fetchall()
        )
        self._con.execute(
            "CREATE TEMP TABLE doubtful AS SELECT left_row AS row, right_row AS child, 0::BIGINT AS other, "
            f"probability, step, evidence FROM {links.table} WHERE decision = 'review'"
        )
        # Two rows of the list that may be one child: only where the later one has no child of its own.
        linked = pa.table({"row": pa.array(self.links, pa.int64())})
        self._con.register("linked", linked)
        self._con.execute(
            "INSERT INTO doubtful SELECT * FROM twice WHERE row NOT IN (SELECT row FROM linked)"
        )
        said = self._values(
            "list_people", "SELECT row FROM doubtful UNION SELECT other FROM doubtful"
        )
        right = self._values("known_rows", "SELECT child FROM doubtful")
        for row, child, other, probability, step, evidence in self._con.execute(
            "SELECT row, child, other, probability, step, evidence FROM doubtful ORDER BY ALL"
        ).fetchall():
            self.doubts.append(
                Pair(
                    row,
                    child,
                    other,
                    probability,
                    step,
                    evidence,
                    said[row],
                    right[child] if child else said[other],
                )
            )

    def _values(self, table: str, keys: str) -> dict[int, Values]:
        found = self._con.sql(f"SELECT * FROM {table} WHERE row IN ({keys})").to_arrow_table()
        return {entry.pop("row"): _plain(entry) for entry in found.to_pylist()}

    def remember(self, county: Organisation) -> None:
        """What a person has said of such a row and this child before stands."""
        answers = said_before(county, {pair.key for pair in self.doubts})
        left = []
        for pair in self.doubts:
            child = pair.child or self.links.get(pair.other, 0)
            answer = answers.get((pair.key, child))
            if answer == Doubt.Answer.SAME:
                self.links.setdefault(pair.row, child)
            elif answer is None:
                left.append(pair)
        self.doubts = [pair for pair in left if pair.row not in self.links]

    def children(self) -> tuple[dict[int, int], set[int]]:
        """The child of each row, and the rows that a person has to look at, without numbers of members."""
        doubted = {pair.row for pair in self.doubts}
        return (
            {row >> 6: self.links[one] for one in self.links for row in self._people.get(one, ())},
            {row >> 6 for one in doubted for row in self._people.get(one, ())},
        )

    def placed(self) -> tuple[pa.Table, int]:
        """The rows to record, with the columns ``child`` and ``new``; and how many people are nobody's."""
        waiting = {pair.row for pair in self.doubts}
        child: dict[int, tuple[int | None, int | None]] = {}
        unplaced = 0
        for person, rows in self._people.items():
            if person in waiting:
                continue
            own = self.links.get(person)
            if own is None and not self._tells:
                unplaced += 1
                continue
            for row in rows:
                child[row] = (own, None if own is not None else person)
        return with_children(self._rows, child), unplaced


def _with_blind_roll_numbers(rows: pa.Table) -> pa.Table:
    """The rows with the index by which roll numbers are kept, so that these need not be opened."""
    name = "roll_number"
    if name not in rows.column_names:
        return rows
    blind = [value and vault.blind(name, value) for value in rows.column(name).to_pylist()]
    return rows.set_column(rows.column_names.index(name), name, pa.array(blind, pa.string()))


def with_children(rows: pa.Table, child: Mapping[int, tuple[int | None, int | None]]) -> pa.Table:
    """Those rows of a sheet that ``child`` knows by their `number_of`, with ``child`` and ``new``."""
    rows = unmarked.filled(rows)
    numbers = [
        number_of(row, member)
        for row, member in zip(
            rows.column("row").to_pylist(), rows.column("member").to_pylist(), strict=True
        )
    ]
    accepted = rows.column("accepted").to_pylist()
    taken = [at for at, n in enumerate(numbers) if accepted[at] and n in child]
    table = rows.take(pa.array(taken, pa.int64()))
    whose = [child[numbers[at]] for at in taken]
    return table.append_column(
        "child", pa.array([own for own, _ in whose], pa.int64())
    ).append_column("new", pa.array([new for _, new in whose], pa.int64()))


def said_before(county: Organisation, rows: set[str]) -> dict[tuple[str, int], str]:
    """What people of a county answered about these rows (`Pair.key`) and a child: same or different."""
    found: dict[tuple[str, int], str] = {}
    wanted = sorted(rows)
    for start in range(0, len(wanted), 500):
        answered = Doubt.objects.filter(
            county=county,
            key__in=wanted[start : start + 500],
            answer__in=(Doubt.Answer.SAME, Doubt.Answer.DIFFERENT),
        ).order_by("decided_at")
        for key, child, root, answer in answered.values_list(
            "key", "child", "child__person", "answer"
        ):
            found[key, root or child] = answer
    return found


def _plain(entry: Mapping[str, Any]) -> Values:
    """For a person to read; the blind index of a roll number says nothing."""
    return {
        name: str(value)
        for name, value in entry.items()
        if value is not None and name != "roll_number"
    }
