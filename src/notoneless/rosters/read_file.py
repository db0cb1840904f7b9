"""One file to its rows, in this process: open, find the heading, tell the kind, write the rows."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from notoneless.calendar import parse_term, school_year_on
from notoneless.faults import Place, Refusal
from notoneless.rosters import faults, headings, recognise
from notoneless.rosters.books import Book, Row, Sheet, open_book
from notoneless.rosters.cells import Value, nfkc
from notoneless.rosters.fields import fields, kinds
from notoneless.rosters.findings import Findings
from notoneless.rosters.memory import LayoutMemory, Remembered, fingerprint
from notoneless.rosters.plan import Plan, make_plan
from notoneless.rosters.reading import Column, Reading, SheetReading
from notoneless.rosters.roll_calls import half_of
from notoneless.rosters.rows import Writer


def read_file(
    path: Path,
    *,
    into: Path,
    memory: LayoutMemory | None = None,
    chosen: Remembered | None = None,
    most: int | None = 1000,
    key: bytes | None = None,
    progress: Callable[[int], None] | None = None,
) -> Reading:
    """Read one file in this process.

    ``chosen`` is what a person says about the file now and comes before ``memory``; ``most`` limits
    the faults listed per code and column; the rows are encrypted under ``key``. A file that cannot be
    used gives a `Reading` with ``refused`` and its faults; nothing is raised for bad input.
    """
    findings = Findings(most)
    size, digest, sheets = 0, "", tuple[SheetReading, ...]()
    try:
        if path.name.startswith(("~$", ".~")):
            raise Refusal([faults.LOCK_FILE.at(Place(path.name))])
        size, digest = path.stat().st_size, _sha256(path)
        book = open_book(path)
        job = _Job(path, into, digest, memory or LayoutMemory(), chosen, findings, progress, key)
        sheets = job.read(book)
    except Refusal as refusal:
        for fault in refusal.faults:
            findings.add(fault)
    except OSError as error:
        findings.add(faults.UNREADABLE.at(Place(path.name), reason=type(error).__name__))
    return Reading(
        file=path.name,
        sha256=digest,
        size=size,
        sheets=sheets,
        faults=tuple(findings.faults),
        counts=dict(findings.counts),
        refused=not any(sheet.path for sheet in sheets),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass
class _Job:
    """The reading of one book."""

    path: Path
    into: Path
    digest: str
    memory: LayoutMemory
    chosen: Remembered | None
    findings: Findings
    progress: Callable[[int], None] | None
    key: bytes | None = field(default=None, repr=False)
    headings_seen: set[str] = field(default_factory=set)

    def read(self, book: Book) -> tuple[SheetReading, ...]:
        """Every sheet, in order."""
        readings: list[SheetReading] = []
        blank: list[str] = []
        for position, sheet in enumerate(book.sheets, 1):
            sample = list(sheet.rows(most=headings.SAMPLE))
            found = self._table(sheet, sample)
            if found is None:
                if sample and not sheet.hidden:
                    blank.append(sheet.name)
                readings.append(SheetReading(sheet.name, hidden=sheet.hidden))
            elif sheet.hidden:
                self.findings.add(faults.HIDDEN_SHEET.at(Place(self.path.name, sheet.name)))
                readings.append(SheetReading(sheet.name, hidden=True))
            else:
                table, said = found
                unnamed = headings.unnamed_columns(table, sample)
                if unnamed:
                    place = Place(self.path.name, sheet.name, table.rows[-1], unnamed)
                    self.findings.add(faults.HEADING_INCOMPLETE.at(place, columns=unnamed))
                    readings.append(SheetReading(sheet.name, heading_rows=table.rows))
                    continue
                readings.append(self._sheet(position, sheet, table, said))
        if all(not reading.heading_rows for reading in readings):
            # Covers and summaries beside a list are usual; a file without any list is not.
            for name in blank or [""]:
                self.findings.add(faults.NO_TABLE.at(Place(self.path.name, name)))
        self._compare_count(readings)
        self._unknown_corrections()
        return tuple(readings)

    def _table(
        self, sheet: Sheet, sample: list[Row]
    ) -> tuple[headings.Table, Remembered | None] | None:
        """The heading of a sheet and what people said about lists like it."""
        if self.chosen and (not self.chosen.sheet or self.chosen.sheet == sheet.name):
            table = headings.find(sample, self.chosen.columns)
            if table:
                self.headings_seen |= {headings.normal(entry.text) for entry in table.headings}
            return (table, self.chosen) if table else None
        for entry in self.memory.of_file(self.path.name, sheet.name):
            table = headings.find(sample, entry.columns)
            if table and entry.fits(table):
                return table, entry
        table = headings.find(sample)
        return (table, None) if table else None

    def _sheet(
        self, position: int, sheet: Sheet, table: headings.Table, said: Remembered | None
    ) -> SheetReading:
        findings, place = self.findings, Place(self.path.name, sheet.name)
        print_ = fingerprint(table)
        reading = SheetReading(sheet.name, heading_rows=table.rows, fingerprint=print_)
        if said is not None and said.kind:
            layout, by = recognise.of_kind(said.kind), "person" if self.chosen else "remembered"
        else:
            told = recognise.recognise(
                table, file=self.path.name, sheet=sheet.name, position=position
            )
            if told.layout is None:
                self._unrecognised(told, place)
                plan = make_plan(table, household=False)
                return replace(reading, columns=plan.columns)
            layout, by = told.layout, told.by
        plan = make_plan(table, household=layout.household, kind=layout.kind)
        if not any(name in ("name", "id_number") for _, name in plan.sources):
            findings.add(faults.NO_KEY.at(place))
            return replace(reading, kind=layout.kind, why=by, columns=plan.columns)
        for column in plan.columns:
            if column.left_out == "forbidden":
                findings.add(faults.DROPPED_SENSITIVE.at(place, heading=column.heading))
        titles = [*table.titles, sheet.name, self.path.stem]
        list_day = recognise.list_date([self.path.name, *table.titles, sheet.name])
        target = self.into / f"{self.digest[:16]}-{position}.parquet"
        written = Writer(
            sheet=sheet,
            file=self.path.name,
            table=table,
            plan=plan,
            findings=findings,
            constants=_constants(layout.kind, titles, plan, list_day),
            cohort=_cohort(layout.kind, titles, list_day),
            certificates=layout.kind in ("disabled", "special"),
            progress=self.progress,
        ).write(target, self.key)
        self._say_hidden(sheet, place)
        schools = written.schools or recognise.schools_said(titles)
        # A school's own list covers the school; a township in its name is not what it covers.
        townships = written.townships or (() if schools else recognise.townships_said(titles))
        return SheetReading(
            sheet=sheet.name,
            kind=layout.kind,
            layout=layout.id,
            why=by,
            fingerprint=print_,
            heading_rows=table.rows,
            columns=_shown(plan.columns, written.filled),
            list_date=list_day,
            schools=schools,
            townships=townships,
            county=recognise.county_said(titles),
            lines=written.lines,
            rows=written.rows,
            accepted=written.accepted,
            faulty=written.faulty,
            skipped=written.skipped,
            path=target,
        )

    def _unrecognised(self, told: recognise.Recognised, place: Place) -> None:
        labels = "、".join(
            dict.fromkeys(f"“{kinds()[choice.kind].label}”" for choice in told.choices)
        )
        if told.ended:
            self.findings.add(faults.KIND_ENDED.at(place, choices=labels, word=told.ended))
        elif labels:
            self.findings.add(faults.KIND_AMBIGUOUS.at(place, choices=labels))
        else:
            self.findings.add(faults.KIND_UNKNOWN.at(place))

    def _say_hidden(self, sheet: Sheet, place: Place) -> None:
        rows, columns = sheet.hidden_parts()
        if rows or columns:
            self.findings.add(faults.HIDDEN_PARTS.at(place, rows=rows, columns=columns))

    def _compare_count(self, readings: list[SheetReading]) -> None:
        """Hold the number of people that the file's name gives against the rows read."""
        said = recognise.said_count(self.path.stem)
        used = [reading for reading in readings if reading.path]
        if said is None or not used:
            return
        lines = sum(reading.lines for reading in used)
        if said not in (lines, sum(reading.accepted for reading in used)):
            place = Place(self.path.name, used[0].sheet if len(used) == 1 else "")
            self.findings.add(faults.COUNT_DIFFERS.at(place, said=said, rows=lines))

    def _unknown_corrections(self) -> None:
        if not self.chosen:
            return
        known = set(fields()) | {""}
        for heading, field_id in self.chosen.columns.items():
            if heading not in self.headings_seen or field_id not in known:
                self.findings.add(
                    faults.COLUMN_UNKNOWN.at(Place(self.path.name), heading=heading, field=field_id)
                )


def _shown(columns: tuple[Column, ...], filled: frozenset[str]) -> tuple[Column, ...]:
    return tuple(
        replace(column, left_out="empty") if column.field and column.field not in filled else column
        for column in columns
    )


def _cohort(kind: str, titles: list[str], day: dt.date | None) -> tuple[int, int] | None:
    """School year and the grade below the first, for lists that write years of entry."""
    if kind != "vocational_roll":
        return None
    term = next((found for text in titles if (found := parse_term(nfkc(text)))), None)
    if term:
        return term.school_year, 9
    return (school_year_on(day), 9) if day else None


_POLICY = re.compile(
    r"(?:(?:县|市|区|学校|小学|中学|幼儿园)(?=.))?"
    r"(?P<policy>[一-鿿“”+0-9]{0,24}?(?:生活补助|助学金|营养(?:改善|膳食)[一-鿿]{0,6}?"
    r"|免(?:学杂|学|保教|作业本)费|雨露计划|奖学金|保教费减免|资助金?|补助金?|一补))"
)
_TERM_WORDS = re.compile(
    r"20\d\d(?:-20\d\d)?(?:学年|年)?(?:第?[一二上下]学期|[春秋](?:季)?(?:学期)?)?|^\d+[-_.、]*|附件\d*[-_.、]*"
)


def _constants(
    kind: str, titles: list[str], plan: Plan, list_day: dt.date | None
) -> dict[str, Value]:
    """What the whole list says once, in its title or name, for every row."""
    have = {name for _, name in plan.sources}
    said: dict[str, Value] = {}
    if kind == "payments":
        if "term" not in have:
            term = next((found for text in titles if (found := parse_term(nfkc(text)))), None)
            if term:
                said["term"] = str(term)
        if "policy" not in have and (policy := _policy(titles)):
            said["policy"] = policy
    if kind == "rollcall" and "call_date" not in have and list_day:
        said["call_date"] = list_day
    if (
        kind == "rollcall"
        and not have & {"half", "attendance_am", "attendance_pm"}
        and not plan.days
    ):
        half = half_of("".join(titles))
        if half:
            said["half"] = half
    if kind == "rollcall" and "school" not in have:
        schools = recognise.schools_said(titles)
        if len(schools) == 1:
            said["school"] = schools[0]
    return said


def _policy(texts: list[str]) -> str | None:
    """The name of the aid in a title, without the term and the place before it."""
    for text in texts:
        plain = _TERM_WORDS.sub("", re.sub(r"\s+", "", nfkc(text)))
        if match := _POLICY.search(plain):
            return match["policy"]
    return None
