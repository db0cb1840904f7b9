"""What was understood of a file: a plain record that crosses processes and can be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from notoneless.faults import KINDS, Fault, Place
from notoneless.i18n import N_

LeftOut = Literal["", "forbidden", "unneeded", "unknown", "second", "earlier_day", "empty"]
"""Why a column was left out: sensitive and never read; known and not needed; not understood; the
same information was taken from a better column; an earlier day of a roll-call; nothing in it."""


WHY = {
    "title": N_("按标题认出"),
    "file name": N_("按文件名认出"),
    "title and file name": N_("按标题和文件名认出"),
    "headings": N_("按表头认出"),
    "remembered": N_("按以前确认过的同样的表认出"),
    "person": N_("由人指定"),
}
"""How the kind of a list was told, as a phrase."""

LEFT_OUT = {
    "forbidden": N_("不读取、不保存"),
    "unneeded": N_("用不到"),
    "unknown": N_("认不出，没有使用"),
    "second": N_("同类信息已取别的列"),
    "earlier_day": N_("点名取最近一天"),
    "empty": N_("整列没有内容"),
}
"""Why a column was left out, as a phrase."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the sheet: its letter, its heading (the lines joined by ``/``), what became of it.

    ``field`` is an id of ``fields.toml`` or "" when the column was left out, and then ``left_out``
    says why. ``member`` counts the members of a household that stand in one row, 0 the head.
    """

    letter: str
    heading: str
    field: str = ""
    member: int = 0
    left_out: LeftOut = ""


@dataclass(frozen=True, slots=True)
class SheetReading:
    """What was understood of one sheet.

    ``kind`` is an id of ``kinds.toml``, or "" when the sheet was not recognised (then there is no
    ``path``). ``county`` is the county a title names for the whole list, "" when it names less.
    ``why`` is a key of `WHY`; ``fingerprint`` stands for the headings. ``rows`` counts rows of the
    Parquet, ``lines`` rows of the sheet that hold people, ``accepted`` the rows somebody can be told
    from, ``faulty`` the sheet's rows with an error, ``skipped`` its totals, notes and headings
    printed again.
    """

    sheet: str
    kind: str = ""
    layout: str = ""
    why: str = ""
    fingerprint: str = ""
    heading_rows: tuple[int, ...] = ()
    columns: tuple[Column, ...] = ()
    list_date: dt.date | None = None
    schools: tuple[str, ...] = ()
    townships: tuple[str, ...] = ()
    county: str = ""
    lines: int = 0
    rows: int = 0
    accepted: int = 0
    faulty: int = 0
    skipped: int = 0
    hidden: bool = False
    path: Path | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields this list has, in the order of its columns."""
        return tuple(dict.fromkeys(column.field for column in self.columns if column.field))


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of one file, and everything that is wrong in it.

    ``faults`` lists at most a fixed number of faults per code and column; ``counts`` gives the whole
    number of each code. ``refused`` is true when nothing of the file could be used.
    """

    file: str
    sha256: str = ""
    size: int = 0
    sheets: tuple[SheetReading, ...] = ()
    faults: tuple[Fault, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    refused: bool = False

    @property
    def recognised(self) -> tuple[SheetReading, ...]:
        """The sheets that became rows."""
        return tuple(sheet for sheet in self.sheets if sheet.path is not None)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; `from_json` gives the same record back."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "size": self.size,
            "refused": self.refused,
            "counts": dict(self.counts),
            "sheets": [
                asdict(sheet)
                | {
                    "list_date": sheet.list_date.isoformat() if sheet.list_date else None,
                    "path": str(sheet.path) if sheet.path else None,
                }
                for sheet in self.sheets
            ],
            "faults": [
                {
                    "code": fault.code,
                    "place": asdict(fault.place),
                    "seen": fault.seen,
                    "details": dict(fault.details),
                }
                for fault in self.faults
            ],
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Reading:
        """The record that `to_json` wrote."""
        return cls(
            file=record["file"],
            sha256=record["sha256"],
            size=record["size"],
            refused=record["refused"],
            counts=dict(record["counts"]),
            sheets=tuple(_sheet(entry) for entry in record["sheets"]),
            faults=tuple(
                KINDS[entry["code"]].at(Place(**entry["place"]), entry["seen"], **entry["details"])
                for entry in record["faults"]
            ),
        )


def _sheet(entry: Mapping[str, Any]) -> SheetReading:
    plain = SheetReading(
        **{name: entry[name] for name in ("sheet", "kind", "layout", "why", "fingerprint")}
    )
    return replace(
        plain,
        heading_rows=tuple(entry["heading_rows"]),
        columns=tuple(Column(**column) for column in entry["columns"]),
        list_date=dt.date.fromisoformat(entry["list_date"]) if entry["list_date"] else None,
        schools=tuple(entry["schools"]),
        townships=tuple(entry["townships"]),
        county=entry["county"],
        path=Path(entry["path"]) if entry["path"] else None,
        **{
            name: entry[name]
            for name in ("lines", "rows", "accepted", "faulty", "skipped", "hidden")
        },
    )
