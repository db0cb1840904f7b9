"""The rows of a recognised sheet, cleaned and written as Parquet, a batch of columns at a time."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from notoneless.engines.duckdb import ROW_GROUP
from notoneless.faults import FaultKind, Place
from notoneless.masking import mask_date, mask_id
from notoneless.rosters import cells, encrypted, faults, id_number
from notoneless.rosters.answers import Answers
from notoneless.rosters.books.sheet import Cell, Row, Sheet, letter
from notoneless.rosters.cells import Unreadable, Value
from notoneless.rosters.fields import PLACE_COLUMNS, fields
from notoneless.rosters.findings import Findings, seen
from notoneless.rosters.headings import Table
from notoneless.rosters.lines import LineFilter
from notoneless.rosters.plan import FAMILY, Plan
from notoneless.rosters.roll_calls import HALVES, both_halves, day_of, half_of

BATCH = 20_000
"""Rows in memory at a time."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a sheet's rows. ``lines``: rows of the sheet that hold people."""

    lines: int
    rows: int
    accepted: int
    faulty: int
    skipped: int
    schools: tuple[str, ...]
    townships: tuple[str, ...]
    filled: frozenset[str]


class Writer:
    """Reads the rows of a sheet by its plan and writes them as one Parquet file.

    ``constants``: what the title says for every row. ``certificates``: numbers may be those of
    disability certificates, which tell kind and degree. ``cohort``: the school year and the grade
    below the first one, where grades are written as years of entry (``2025级``).
    """

    def __init__(
        self,
        *,
        sheet: Sheet,
        file: str,
        table: Table,
        plan: Plan,
        findings: Findings,
        constants: dict[str, Value] | None = None,
        certificates: bool = False,
        cohort: tuple[int, int] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._sheet = sheet
        self._file = file
        self._table = table
        self._plan = plan
        self._findings = findings
        self._progress = progress
        self._heading_end = table.rows[-1]
        self._texts = {heading.index: heading.text for heading in table.headings}
        used = {index for indices in plan.sources.values() for index in indices}
        used |= {index for index, _ in plan.days}
        first = min(used)
        # The columns before the first one of ours hold serial numbers, totals and notes.
        self._lead = list(range(min(first, 3)))
        self._wanted = sorted(used | set(self._lead))
        self._slot = {index: slot for slot, index in enumerate(self._wanted)}
        self._columns: dict[tuple[int, int, str], Answers] = {}
        self._constants = constants or {}
        self._certificates_read = certificates
        self._cohort = cohort
        self._schools: Counter[str] = Counter()
        self._townships: Counter[str] = Counter()
        self._filled: set[str] = set()
        self._lines = self._rows = self._accepted = self._skipped = 0
        self._faulty: set[int] = set()
        self._faulty_count = 0
        self._schema = self._make_schema()

    # -- schema --

    def _make_schema(self) -> pa.Schema:
        present = {name for _, name in self._plan.sources} | set(self._constants)
        if self._plan.days:
            present |= {"attendance", "call_date", "half"}
        if present & HALVES:
            present |= {"attendance", "half"}
        if "grade_class" in present:
            present |= {"class_name", "grade"}
        if "class_name" in present:
            present.add("grade")
        if "grade" in present and "stage" not in present:
            present.add("stage")
        if self._plan.family:
            present |= {"guardian_name", "guardian_id", "phone"}
        if self._plan.members:
            present |= {"guardian_name", "guardian_id", "relation"}
        self._from_certificate = (
            self._certificates_read and "id_number" in present and "disability_level" not in present
        )
        if self._from_certificate:
            present |= {"disability_kind", "disability_level"}
        return pa.schema(
            [
                *PLACE_COLUMNS,
                *(
                    pa.field(name, declared.arrow)
                    for name, declared in fields().items()
                    if name in present
                ),
            ]
        )

    # -- rows --

    def write(self, path: Path, key: bytes | None = None) -> Written:
        """Go through the whole sheet; the file is complete, under the key, when this returns."""
        with pq.ParquetWriter(
            path, self._schema, compression="zstd", encryption_properties=encrypted.writing(key)
        ) as out:
            pending: list[pa.Table] = []
            held = 0
            for batch in self._batches():
                for part in self._convert(batch):
                    pending.append(part)
                    held += part.num_rows
                    if held >= ROW_GROUP:
                        out.write_table(pa.concat_tables(pending), row_group_size=ROW_GROUP)
                        pending, held = [], 0
                if self._progress:
                    self._progress(self._lines)
            if pending:
                out.write_table(pa.concat_tables(pending), row_group_size=ROW_GROUP)
        return Written(
            lines=self._lines,
            rows=self._rows,
            accepted=self._accepted,
            faulty=self._faulty_count,
            skipped=self._skipped,
            schools=tuple(sorted(self._schools)),
            townships=tuple(sorted(self._townships)),
            filled=frozenset(self._filled),
        )

    def _batches(self) -> Iterator[list[Row]]:
        keys = [
            self._slot[index]
            for (_, name), indices in self._plan.sources.items()
            if name in ("name", "id_number")
            for index in indices
        ]
        headings = {self._texts.get(self._wanted[slot], "") for slot in keys} - {""}
        lines = LineFilter(keys, len(self._lead), frozenset(headings))
        end, holds_people = self._heading_end, lines.holds_people
        batch: list[Row] = []
        for number, row in self._sheet.rows(self._wanted):
            if number > end and holds_people(row):
                batch.append((number, row))
                if len(batch) >= BATCH:
                    yield batch
                    batch = []
        self._skipped = lines.skipped
        if batch:
            yield batch

    # -- values --

    def _values(
        self, member: int, name: str, batch: list[Row], transposed: Sequence[Sequence[Cell]]
    ) -> list[Any] | None:
        indices = self._plan.sources.get((member, name))
        if indices is None:
            return None
        answer: list[Any] | None = None
        for order, index in enumerate(indices):
            column = self._columns.setdefault((member, index, name), Answers(self._converter(name)))
            raw = transposed[self._slot[index]]
            found, bad = column.values(raw)
            for at, kind in bad:
                self._fault(kind, batch[at][0], index, seen(name, raw[at]))
            if answer is None:
                answer = found
            else:
                first = indices[order - 1]
                for at, value in enumerate(found):
                    if value is None or value == answer[at]:
                        continue
                    if answer[at] is None:
                        answer[at] = value
                    elif name != "phone":
                        self._fault(
                            faults.COLUMNS_CONFLICT,
                            batch[at][0],
                            index,
                            seen(name, raw[at]),
                            heading=self._texts[first],
                            other=self._texts[index],
                        )
        return answer

    def _converter(self, name: str) -> cells.Converter:
        if name != "grade" or self._cohort is None:
            return cells.converter(name)
        school_year, base = self._cohort

        def grade(cell: Cell) -> Value:
            return cells.cohort_grade(cell, school_year, base) or cells.grade(cell)

        return grade

    def _fault(self, kind: FaultKind, row: int, index: int, seen: str, **details: object) -> None:
        if kind.severity == "error":
            self._faulty.add(row)
        details.setdefault("heading", self._texts.get(index, ""))
        self._findings.add(
            kind.at(Place(self._file, self._sheet.name, row, letter(index)), seen, **details)
        )

    def _convert(self, batch: list[Row]) -> Iterator[pa.Table]:
        transposed = list(zip(*(row for _, row in batch), strict=True))
        numbers = [number for number, _ in batch]
        shared: dict[str, list[Any]] = {}
        own: list[dict[str, list[Any]]] = [{} for _ in range(self._plan.members + 1)]
        raw_ids: list[Sequence[Cell] | None] = [None] * (self._plan.members + 1)
        for member, name in self._plan.sources:
            if member >= FAMILY:
                continue
            values = self._values(member, name, batch, transposed)
            assert values is not None
            own[member][name] = values
            if name == "id_number":
                raw_ids[member] = transposed[self._slot[self._plan.sources[member, name][0]]]
        if self._plan.family:
            self._family(own[0], batch, transposed)
        self._school_details(own[0], transposed)
        for name, value in self._constants.items():
            own[0].setdefault(name, [value] * len(batch))
        if self._plan.days:
            self._days(own[0], batch, transposed)
        elif HALVES & own[0].keys():
            both_halves(own[0], len(batch))
        if self._plan.members:
            shared = {name: values for name, values in own[0].items() if name in _OF_HOUSEHOLD}
        for member, columns in enumerate(own):
            self._check(member, columns, numbers)
        for name, target in (("school", self._schools), ("township", self._townships)):
            for columns in own:
                target.update(value for value in columns.get(name, ()) if value)
        self._lines += len(batch)
        if not self._plan.members:
            yield self._people(own[0], 0, numbers, raw_ids[0], None)
        else:
            parts = []
            head = own[0]
            if "name" in head or "id_number" in head:
                head.setdefault("relation", ["户主"] * len(batch))
            for member, mine in enumerate(own):
                columns = mine
                if member == 0 and not ("name" in head or "id_number" in head):
                    continue
                if member:
                    columns = shared | columns
                    columns.setdefault("guardian_name", head.get("name", [None] * len(batch)))
                    columns.setdefault("guardian_id", head.get("id_number", [None] * len(batch)))
                parts.append(self._people(columns, member, numbers, raw_ids[member], own))
            yield pa.concat_tables(parts).sort_by([("row", "ascending"), ("member", "ascending")])
        self._faulty_count += len(self._faulty)
        self._faulty.clear()

    def _family(
        self,
        columns: dict[str, list[Any]],
        batch: list[Row],
        transposed: Sequence[Sequence[Cell]],
    ) -> None:
        """The guardian among a pupil's relatives: the one marked as such, else the first named."""
        size = len(batch)
        blank: list[Any] = [None] * size
        people = [
            {
                name: self._values(block, name, batch, transposed) or blank
                for name in ("family_name", "family_id", "family_phone", "family_guardian")
            }
            for block in self._plan.family
        ]
        for kept, name in (
            ("guardian_name", "family_name"),
            ("guardian_id", "family_id"),
            ("phone", "family_phone"),
        ):
            before = columns.get(kept, blank)
            columns[kept] = [before[at] or _of_guardian(people, at, name) for at in range(size)]

    def _school_details(
        self,
        columns: dict[str, list[Any]],
        transposed: Sequence[Sequence[Cell]],
    ) -> None:
        """Grade out of the class, class out of a column that carries both, stage out of the grade."""
        both = self._plan.sources.get((0, "grade_class"))
        if both:
            raw = transposed[self._slot[both[0]]]
            columns.pop("grade_class", None)
            columns.setdefault("class_name", [cells.class_name(cell) for cell in raw])
            columns.setdefault("grade", [cells.grade_in_class(cell) for cell in raw])
        source = self._plan.sources.get((0, "class_name"))
        if source:
            raw = transposed[self._slot[source[0]]]
            column = self._columns.setdefault((0, -1, "grade"), Answers(cells.grade_in_class))
            told, _ = column.values(raw)
            grades = columns.get("grade")
            columns["grade"] = (
                told
                if grades is None
                else [grade or other for grade, other in zip(grades, told, strict=True)]
            )
        grade_source = self._plan.sources.get((0, "grade"))
        if grade_source and (0, "stage") not in self._plan.sources:
            raw = transposed[self._slot[grade_source[0]]]
            stages = self._columns.setdefault((0, -1, "stage"), Answers(_stage))
            columns["stage"], _ = stages.values(raw)

    def _days(
        self,
        columns: dict[str, list[Any]],
        batch: list[Row],
        transposed: Sequence[Sequence[Cell]],
    ) -> None:
        """A roll-call with a column a day, or a half of it: each pupil's last marked one."""
        size = len(batch)
        columns.setdefault("attendance", [None] * size)
        dates: list[Any] = [None] * size
        halves: list[Any] = [None] * size
        marks = Answers(cells.converter("attendance"))
        list_day = self._constants.get("call_date")
        for index, written in self._plan.days:
            raw = transposed[self._slot[index]]
            values, bad = marks.values(raw)
            day = day_of(written, list_day if isinstance(list_day, dt.date) else None)
            for at, kind in bad:
                self._fault(kind, batch[at][0], index, seen("attendance", raw[at]))
            for at, value in enumerate(values):
                if value is not None:
                    columns["attendance"][at] = value
                    dates[at] = day
                    halves[at] = half_of(written)
        columns["call_date"], columns["half"] = dates, halves

    def _check(self, member: int, columns: dict[str, list[Any]], numbers: list[int]) -> None:
        """Hold each number against its check character, the birth date and the sex."""
        ids = columns.get("id_number")
        if ids is None:
            return
        births, sexes = columns.get("birth_date"), columns.get("sex")
        types = columns.get("id_type")
        sources = self._plan.sources
        index = sources[member, "id_number"][0]
        for at, text in enumerate(ids):
            if text is None:
                continue
            state = id_number.state(text)
            if state == "valid":
                if births and births[at] and (inside := id_number.birth_date(text)) != births[at]:
                    source = sources[member, "birth_date"][0]
                    assert inside
                    self._fault(faults.BIRTH_DIFFERS, numbers[at], source, mask_date(births[at]))
                if sexes and sexes[at] and id_number.sex(text) != sexes[at]:
                    source = sources[member, "sex"][0]
                    self._fault(
                        faults.SEX_DIFFERS,
                        numbers[at],
                        source,
                        "男" if sexes[at] == "M" else "女",
                    )
            elif state == "checksum":
                self._fault(faults.ID_CHECKSUM, numbers[at], index, mask_id(text))
            elif not (types and types[at] and "居民身份证" not in types[at] and types[at] != "1"):
                self._fault(faults.ID_SHAPE, numbers[at], index, mask_id(text))

    def _people(
        self,
        columns: dict[str, list[Any]],
        member: int,
        numbers: list[int],
        raw_ids: Sequence[Cell] | None,
        household: list[dict[str, list[Any]]] | None,
    ) -> pa.Table:
        size = len(numbers)
        names = columns.get("name") or [None] * size
        ids = columns.get("id_number") or [None] * size
        if self._from_certificate and raw_ids is not None:
            self._certificates(columns, raw_ids)
        accepted = [bool(name or number) for name, number in zip(names, ids, strict=True)]
        keep: list[int] | None = None
        if household is None:
            for at, good in enumerate(accepted):
                if not good:
                    index = next(iter(self._plan.sources.values()))[0]
                    self._fault(faults.NOBODY, numbers[at], index, "")
        else:
            keep = [at for at, good in enumerate(accepted) if good]
        arrays: list[pa.Array] = [
            pa.array([self._sheet.name] * size, pa.string()),
            pa.array(numbers, pa.int64()),
            pa.array([number - self._heading_end for number in numbers], pa.int64()),
            pa.array([member] * size, pa.int64()),
            pa.array(accepted, pa.bool_()),
        ]
        for entry in self._schema:
            if entry.name in _PLACE_NAMES:
                continue
            values = columns.get(entry.name)
            if values is None:
                arrays.append(pa.nulls(size, entry.type))
                continue
            array = pa.array(values, entry.type)
            if array.null_count < size:
                self._filled.add(entry.name)
            arrays.append(array)
        table = pa.Table.from_arrays(arrays, schema=self._schema)
        if keep is not None and len(keep) < size:
            table = table.take(pa.array(keep, pa.int64()))
        self._rows += table.num_rows
        self._accepted += sum(accepted)
        return table

    @staticmethod
    def _certificates(columns: dict[str, list[Any]], raw_ids: Sequence[Cell]) -> None:
        """Kind and degree of disability out of the certificate's number, where the list is silent."""
        kinds = columns.get("disability_kind")
        levels: list[Any] = [None] * len(raw_ids)
        told: list[Any] = [None] * len(raw_ids)
        found_any = False
        for at, cell in enumerate(raw_ids):
            if isinstance(cell, str) and len(cell) > 18 and (found := cells.disability_of(cell)):
                told[at], levels[at] = found
                found_any = True
        if found_any:
            columns["disability_level"] = levels
            columns["disability_kind"] = (
                [one or other for one, other in zip(kinds, told, strict=True)] if kinds else told
            )


_OF_HOUSEHOLD = frozenset(
    ["household_no", "phone", "address", "county", "township", "village", "nation", "card_number"]
)
"""What a household's row says once for all its members."""

_PLACE_NAMES = frozenset(entry.name for entry in PLACE_COLUMNS)


def _stage(cell: Cell) -> str | None:
    try:
        return cells.grade_and_stage(cell)[1]
    except Unreadable:
        return None


def _of_guardian(people: Sequence[dict[str, list[Any]]], at: int, name: str) -> Any:
    for person in people:
        if person["family_guardian"][at] and person[name][at]:
            return person[name][at]
    if any(person["family_guardian"][at] for person in people):
        return None
    return next((person[name][at] for person in people if person[name][at]), None)
