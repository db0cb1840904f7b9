"""A folder of files becomes the lists that will be used, and sentences about those that will not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet

from notoneless import rosters
from notoneless.check import faults as fc
from notoneless.engines.duckdb import connect, quote
from notoneless.faults import Fault, Place, Refusal
from notoneless.rosters import memory as layouts

RUN_RECORD = "run.json"
"""The file by which a folder is known to be the result of a check."""

SAME_LIST_SHARE = 0.5
"""Two lists of a kind are two versions of one when this share of the smaller one's people is in both."""

MANY_BY_NATURE = frozenset({"payments", "rollcall"})
"""Kinds of which several lists with the same people are usual: each is another event."""


@dataclass(frozen=True, slots=True)
class RosterList:
    """One list that is used: a sheet of a file, read into Parquet."""

    number: int
    file: str
    sheet: str
    kind: str
    list_date: dt.date | None
    rows: int
    parquet: Path
    schools: frozenset[str] = frozenset()
    townships: frozenset[str] = frozenset()
    whole_county: bool = False
    fields: frozenset[str] = frozenset()
    sha256: str = ""


@dataclass
class Folder:
    """What a folder holds: the lists in use, the readings of all files, and the faults so far."""

    path: Path
    lists: list[RosterList] = field(default_factory=list)
    readings: list[rosters.Reading] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def kinds(self) -> set[str]:
        """The kinds of list that are in use."""
        return {entry.kind for entry in self.lists}

    def of_kind(self, *kinds: str) -> list[RosterList]:
        """The lists in use of these kinds."""
        return [entry for entry in self.lists if entry.kind in kinds]

    @property
    def newest_date(self) -> dt.date | None:
        """The latest date that a list carries."""
        return max((entry.list_date for entry in self.lists if entry.list_date), default=None)


def gather(
    path: Path, work: Path, progress: Callable[[str, int, bool], None] | None = None
) -> Folder:
    """Read every file of the folder into ``work`` and choose the lists to use.

    Raises `Refusal` when the folder holds neither a household register nor a school roll, or two
    versions of a list between which nothing decides.
    """
    if not path.is_dir():
        raise Refusal([fc.NOT_A_FOLDER.at(path=path.name)])
    folder = Folder(path)
    files = sorted(file for file in path.rglob("*") if _is_candidate(file))
    memory = layouts.load(path / layouts.FILE)
    seen: dict[tuple[str, ...], str] = {}
    for reading in rosters.read_many(files, into=work, memory=memory, progress=progress):
        folder.readings.append(reading)
        folder.faults.extend(reading.faults)
        if not reading.recognised:
            continue
        # The name alone may tell the kind: a copy under another name is another list, or none.
        content = reading.sha256, *sorted(sheet.kind for sheet in reading.recognised)
        if content in seen:
            place = Place(file=reading.file)
            folder.faults.append(fc.SAME_FILE.at(place, other=seen[content]))
            continue
        seen[content] = reading.file
        for sheet in reading.recognised:
            if sheet.path is None or sheet.rows == 0:
                continue
            folder.lists.append(
                RosterList(
                    number=len(folder.lists) + 1,
                    file=reading.file,
                    sheet=sheet.sheet,
                    kind=sheet.kind,
                    list_date=sheet.list_date,
                    rows=sheet.rows,
                    parquet=sheet.path,
                    schools=frozenset(sheet.schools),
                    townships=frozenset(sheet.townships),
                    whole_county=bool(sheet.county),
                    fields=frozenset(column.field for column in sheet.columns if column.field),
                    sha256=reading.sha256,
                )
            )
    _require_children(folder)
    _one_version_of_each(folder)
    return folder


def _is_candidate(file: Path) -> bool:
    """Whatever may be a list; the reader says of each what it is.

    Hidden files, the memory of layouts, and results of earlier checks kept among the lists are not.
    """
    hidden = any(part.startswith(".") for part in file.parts[-2:])
    ours = file.name == layouts.FILE or (file.parent / RUN_RECORD).exists()
    return file.is_file() and not hidden and not ours


def _require_children(folder: Folder) -> None:
    """Without a register and without a roll there is nobody to look for."""
    kinds = folder.kinds()
    if not kinds:
        raise Refusal([*folder.faults, fc.NO_LISTS.at(Place(file=folder.path.name))])
    if not kinds & {"census", "roll"}:
        raise Refusal([*folder.faults, fc.NO_CHILDREN.at(Place(file=folder.path.name))])
    if "census" not in kinds:
        folder.faults.append(fc.NO_CENSUS.at(Place(file=folder.path.name)))
    if "roll" not in kinds:
        folder.faults.append(fc.NO_ROLL.at(Place(file=folder.path.name)))


def _one_version_of_each(folder: Folder) -> None:
    """Of two versions of one list keep the newer; where no date decides, ask.

    Lists of one kind that name different people are parts of one (one sheet a township, one a
    school) and are used together.
    """
    versions: list[Fault] = []
    dropped: set[int] = set()
    shared = _shared_people(folder)
    for (one, two), share in shared.items():
        if share < SAME_LIST_SHARE or one.number in dropped or two.number in dropped:
            continue
        if one.list_date and two.list_date and one.list_date != two.list_date:
            older, newer = sorted((one, two), key=lambda entry: entry.list_date or dt.date.min)
            dropped.add(older.number)
            versions.append(
                fc.OLDER_VERSION.at(Place(file=older.file, sheet=older.sheet), other=newer.file)
            )
        else:
            versions.append(
                fc.TWO_VERSIONS.at(
                    Place(file=two.file, sheet=two.sheet), other=one.file, share=round(share * 100)
                )
            )
    folder.faults.extend(versions)
    if any(fault.kind is fc.TWO_VERSIONS for fault in versions):
        raise Refusal(folder.faults)
    folder.lists = [entry for entry in folder.lists if entry.number not in dropped]


def _shared_people(folder: Folder) -> dict[tuple[RosterList, RosterList], float]:
    """For each two lists of a kind with common people, the share of the smaller one's that is common."""
    compared = [
        entry
        for entry in folder.lists
        if entry.kind not in MANY_BY_NATURE
        and "id_number" in pyarrow.parquet.read_schema(entry.parquet).names
    ]
    if len({entry.kind for entry in compared}) == len(compared):
        return {}
    by_number = {entry.number: entry for entry in compared}
    numbers = " UNION ALL ".join(
        f"SELECT DISTINCT {entry.number} AS list_no, {quote(entry.kind)} AS kind, id_number "
        f"FROM read_parquet({quote(str(entry.parquet))}) WHERE id_number IS NOT NULL"
        for entry in compared
    )
    with connect() as con:
        con.execute(f"CREATE TABLE numbers AS {numbers}")
        common = con.execute(
            "SELECT one.list_no, two.list_no, count(*) FROM numbers one JOIN numbers two "
            "USING (kind, id_number) WHERE one.list_no < two.list_no GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        sizes = dict(con.execute("SELECT list_no, count(*) FROM numbers GROUP BY 1").fetchall())
    return {
        (by_number[one], by_number[two]): both / min(sizes[one], sizes[two])
        for one, two, both in common
    }
