"""One file to its rows, in this process: open, find the heading, tell the kind, write the rows."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from notoneless.calendar import parse_term
from notoneless.faults import Place, Refusal
from notoneless.i18n import N_, gettext
from notoneless.rosters import faults, headings, recognise
from notoneless.rosters.books import Sheet, open_book
from notoneless.rosters.cells import Value, nfkc
from notoneless.rosters.fields import fields, kinds
from notoneless.rosters.memory import LayoutMemory, Remembered
from notoneless.rosters.reading import Column, Reading, SheetReading
from notoneless.rosters.rows import Findings, Writer

WHY = {
    "title": N_("按标题认出"),
    "file name": N_("按文件名认出"),
    "title and file name": N_("按标题和文件名认出"),
    "headings": N_("按表头认出"),
    "remembered": N_("按以前确认过的同样的表认出"),
    "person": N_("由人指定"),
}
"""How a kind was told, as a sentence."""


def read_file(
    path: Path,
    *,
    into: Path,
    memory: LayoutMemory | None = None,
    chosen: Remembered | None = None,
    most: int | None = 1000,
    progress: Callable[[int], None] | None = None,
) -> Reading:
    """Read one file in this process.

    ``chosen`` is what a person says about the file now and comes before ``memory``; ``most`` limits
    the faults listed per code and column. A file that cannot be used gives a `Reading` with
    ``refused`` and its faults; nothing is raised for bad input.
    """
    findings = Findings(most)
    try:
        size = path.stat().st_size
        digest = _sha256(path)
        sheets = tuple(
            _read_book(path, into, digest, memory or LayoutMemory(), chosen, findings, progress)
        )
    except Refusal as refusal:
        for fault in refusal.faults:
            findings.add(fault)
        return Reading(
            path.name, faults=tuple(findings.faults), counts=findings.counts, refused=True
        )
    except OSError as error:
        findings.add(faults.UNREADABLE.at(Place(path.name), reason=type(error).__name__))
        return Reading(
            path.name, faults=tuple(findings.faults), counts=findings.counts, refused=True
        )
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


def _read_book(
    path: Path,
    into: Path,
    digest: str,
    memory: LayoutMemory,
    chosen: Remembered | None,
    findings: Findings,
    progress: Callable[[int], None] | None,
) -> list[SheetReading]:
    if path.name.startswith(("~$", ".~")):
        raise Refusal([faults.LOCK_FILE.at(Place(path.name))])
    book = open_book(path)
    found: list[tuple[int, Sheet, SheetReading, headings.Table | None]] = []
    for position, sheet in enumerate(book.sheets, 1):
        sample = list(sheet.rows(most=headings.SAMPLE))
        table = headings.find(sample) if sample else None
        reading = SheetReading(sheet.name, hidden=sheet.hidden)
        if table is None:
            if sample and not sheet.hidden:
                findings.add(faults.NO_TABLE.at(Place(path.name, sheet.name)))
            found.append((position, sheet, reading, None))
            continue
        if sheet.hidden:
            findings.add(faults.HIDDEN_SHEET.at(Place(path.name, sheet.name)))
            found.append((position, sheet, reading, None))
            continue
        found.append((position, sheet, reading, table))
    readings = []
    for position, sheet, reading, table in found:
        if table is not None:
            reading = _read_sheet(
                path, into, digest, position, sheet, table, memory, chosen, findings, progress
            )
        readings.append(reading)
    return readings


def _read_sheet(
    path: Path,
    into: Path,
    digest: str,
    position: int,
    sheet: Sheet,
    table: headings.Table,
    memory: LayoutMemory,
    chosen: Remembered | None,
    findings: Findings,
    progress: Callable[[int], None] | None,
) -> SheetReading:
    place = Place(path.name, sheet.name)
    remembered = chosen or memory.find(path.name, sheet.name, table)
    reading = SheetReading(sheet.name, heading_rows=table.rows)
    if remembered is not None and remembered.kind:
        layout = recognise.of_kind(remembered.kind)
        by = "person" if chosen else "remembered"
    else:
        told = recognise.recognise(table, file=path.name, sheet=sheet.name, position=position)
        if told.layout is None:
            plan = headings.plan(table, household=False, rollcall=False)
            if told.choices:
                labels = "、".join(
                    dict.fromkeys(f"“{kinds()[choice.kind].label}”" for choice in told.choices)
                )
                findings.add(faults.KIND_AMBIGUOUS.at(place, choices=labels))
            else:
                findings.add(faults.KIND_UNKNOWN.at(place))
            return replace(reading, columns=plan.columns)
        layout, by = told.layout, told.by
    corrections = remembered.columns if remembered else {}
    plan = headings.plan(
        table,
        household=layout.household,
        rollcall=layout.kind == "rollcall",
        corrections=corrections,
    )
    for column in plan.columns:
        if column.left_out == "forbidden":
            findings.add(faults.DROPPED_SENSITIVE.at(place, heading=column.heading))
    if not any(name in ("name", "id_number") for _, name in plan.sources):
        findings.add(faults.NO_KEY.at(place))
        return replace(reading, kind=layout.kind, columns=plan.columns)
    list_day = recognise.list_date([path.name, *table.titles, sheet.name])
    constants = _constants(layout.kind, path, table, plan, list_day)
    target = into / f"{digest[:16]}-{position}.parquet"
    writer = Writer(
        sheet=sheet,
        file=path.name,
        table=table,
        plan=plan,
        findings=findings,
        constants=constants,
        certificates=layout.kind in ("disabled", "special"),
        progress=progress,
    )
    written = writer.write(target)
    said = recognise.said_count(path.stem)
    if said is not None and said != written.lines:
        findings.add(faults.COUNT_DIFFERS.at(place, said=said, rows=written.lines))
    hidden_rows, hidden_columns = sheet.hidden_parts()
    if hidden_rows or hidden_columns:
        what = "、".join(
            part
            for part in (
                gettext("{n} 行").format(n=hidden_rows) if hidden_rows else "",
                gettext("{n} 列").format(n=hidden_columns) if hidden_columns else "",
            )
            if part
        )
        findings.add(faults.HIDDEN_PARTS.at(place, what=what))
    townships = written.townships or recognise.townships_said(
        [*table.titles, sheet.name, path.stem]
    )
    schools = written.schools or recognise.schools_said([*table.titles, sheet.name, path.stem])
    return SheetReading(
        sheet=sheet.name,
        kind=layout.kind,
        layout=layout.id,
        why=gettext(WHY[by]),
        heading_rows=table.rows,
        columns=_shown(plan.columns, written.filled),
        list_date=list_day,
        schools=schools,
        townships=townships,
        lines=written.lines,
        rows=written.rows,
        accepted=written.accepted,
        faulty=written.faulty,
        skipped=written.skipped,
        path=target,
    )


def _shown(columns: tuple[Column, ...], filled: frozenset[str]) -> tuple[Column, ...]:
    return tuple(
        replace(column, left_out="empty")
        if column.field and column.field not in filled and column.field in fields()
        else column
        for column in columns
    )


_POLICY = re.compile(
    r"(?:(?:县|市|区|学校|小学|中学|幼儿园)(?=.))?"
    r"(?P<policy>[一-鿿“”+0-9]{0,24}?(?:生活补助|助学金|营养(?:改善|膳食)[一-鿿]{0,6}?|免(?:学杂|学|保教|作业本)费"
    r"|雨露计划|奖学金|保教费减免|资助金?|补助金?|一补))"
)


def _constants(
    kind: str,
    path: Path,
    table: headings.Table,
    plan: headings.Plan,
    list_day: dt.date | None,
) -> dict[str, Value]:
    """What the whole list says once, in its title or name, for every row."""
    have = {name for _, name in plan.sources}
    said: dict[str, Value] = {}
    texts = [*table.titles, path.stem]
    if kind == "payments":
        if "term" not in have:
            term = next((found for text in texts if (found := parse_term(nfkc(text)))), None)
            if term:
                said["term"] = str(term)
        if "policy" not in have and (policy := _policy(texts)):
            said["policy"] = policy
    if kind == "rollcall" and "call_date" not in have and list_day:
        said["call_date"] = list_day
    return said


def _policy(texts: list[str]) -> str | None:
    for text in texts:
        plain = re.sub(r"\s+", "", nfkc(text))
        plain = re.sub(r"20\d\d(-20\d\d)?(学年|年)?(第?[一二]学期|[春秋](季)?(学期)?)?", "", plain)
        if match := _POLICY.search(plain):
            return match["policy"]
    return None
