"""Two files in, one file of links out: what ``notoneless match`` does."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from notoneless.engines import duckdb as engine
from notoneless.faults import Fault, Place, Refusal
from notoneless.identity import faults
from notoneless.identity.linking import group, link
from notoneless.identity.normalise import COLUMNS
from notoneless.identity.quality import Quality

if TYPE_CHECKING:
    import duckdb

_views = count(1)


@dataclass(frozen=True, slots=True)
class Matched:
    """What came of matching files: the estimate, and what the reader had to say of them."""

    quality: Quality
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _List:
    """A view with the columns of `COLUMNS`; ``place`` is the number people see, where not ``row``."""

    view: str
    place: str = "row"
    faults: tuple[Fault, ...] = ()


def match(left: Path, right: Path | None, out: Path, *, memory: str = "1500MB") -> Matched:
    """Match two files, or one against itself, and write ``out`` (``.csv`` or ``.parquet``).

    Columns: ``left_row, right_row, probability, decision, step, evidence``; a row's number counts
    from 1 below the heading, the members of a household that came in one row sharing it. Raises
    `Refusal` with all faults when a file cannot be used; then nothing is written.
    """
    if out.suffix.lower() not in (".csv", ".parquet"):
        raise Refusal([faults.OUTPUT_KIND.at(Place(out.name), out.suffix)])
    paths = [left] if right is None else [left, right]
    with TemporaryDirectory(prefix="notoneless-") as scratch:
        db = engine.connect(memory=memory, spill=Path(scratch) / "spill")
        lists: list[_List] = []
        refused: list[Fault] = []
        for number, path in enumerate(paths):
            try:
                lists.append(_open(db, path, Path(scratch) / str(number)))
            except Refusal as refusal:
                refused += refusal.faults
        if refused:
            raise Refusal(refused)
        if right is None:
            groups = group(db, lists[0].view)
            found, quality = groups.pairs, groups.quality
        else:
            links = link(db, lists[0].view, lists[1].view)
            found, quality = links.table, links.quality
        numbers = _numbered(found, lists[0], lists[-1], alone=right is None)
        _write(db, numbers, out)
        db.close()
    return Matched(quality, tuple(fault for one in lists for fault in one.faults))


def _open(db: duckdb.DuckDBPyConnection, path: Path, into: Path) -> _List:
    if path.suffix.lower() == ".parquet" and path.exists():
        view = _own_parquet(db, path)
        if view:
            return _List(view)
    from notoneless import rosters  # slow to import, and a Parquet file of ours does without
    from notoneless.rosters.memory import Remembered

    reading = rosters.read(path, into=into)
    if not reading.recognised and any(sheet.fields for sheet in reading.sheets):
        # Whose list it is does not matter here: the columns are known, and that is enough.
        reading = rosters.read(path, into=into, chosen=Remembered(kind="census"))
    sheets = [sheet for sheet in reading.recognised if sheet.path]
    if not sheets:
        told = [fault for fault in reading.faults if fault.kind.severity == "error"]
        raise Refusal(told or [faults.NO_LIST.at(Place(path.name))])
    sheet = max(sheets, key=lambda one: one.rows)
    if "name" not in sheet.fields:
        raise Refusal([faults.NO_NAME.at(Place(path.name, sheet.sheet))])
    said = reading.faults
    if len(sheets) > 1:
        said += (faults.SEVERAL_SHEETS.at(Place(path.name), count=len(sheets), sheet=sheet.sheet),)
    assert sheet.path is not None
    view = f"list_{next(_views)}"
    db.execute(
        f"""CREATE TEMP VIEW {view} AS
        SELECT row_number() OVER (ORDER BY data_row, member) AS row, data_row AS place,
               * EXCLUDE (row, data_row)
        FROM read_parquet({engine.quote(str(sheet.path))}) WHERE accepted"""
    )
    return _List(view, "place", said)


def _own_parquet(db: duckdb.DuckDBPyConnection, path: Path) -> str:
    """A view of a Parquet file whose columns carry our fields' names, read without a detour; else ""."""
    source = f"read_parquet({engine.quote(str(path))}, file_row_number = true)"
    try:
        described = db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    except Exception:  # not a Parquet file: the reader says what is wrong with it
        return ""
    types = {name: kind for name, kind, *_ in described}
    if "name" not in types:
        return ""
    parts = ["file_row_number + 1 AS row"]
    for column in COLUMNS:
        if column == "row" or column not in types:
            continue
        if column == "birth_date":
            if types[column] == "VARCHAR":
                digits = "regexp_replace(birth_date, '[^0-9]', '', 'g')"
                parts.append(
                    f"CAST(coalesce(TRY_CAST(birth_date AS DATE), TRY_CAST(CASE WHEN length({digits}) = 8 THEN"
                    f" substr({digits}, 1, 4) || '-' || substr({digits}, 5, 2) || '-' || substr({digits}, 7)"
                    " END AS DATE)) AS DATE) AS birth_date"
                )
            elif types[column] in ("DATE", "TIMESTAMP"):
                parts.append("CAST(birth_date AS DATE) AS birth_date")
            else:
                return ""
        elif column == "sex":
            parts.append(
                "CASE WHEN CAST(sex AS VARCHAR) IN ('M', 'm', '男', '男性', '1', '1-男') THEN 'M'"
                " WHEN CAST(sex AS VARCHAR) IN ('F', 'f', '女', '女性', '2', '2-女') THEN 'F' END AS sex"
            )
        elif column in ("id_number", "guardian_id"):
            if types[column] != "VARCHAR":
                return ""
            parts.append(_clean_number(db, source, column))
        else:
            parts.append(f"CAST({engine.name(column)} AS VARCHAR) AS {column}")
    view = f"list_{next(_views)}"
    db.execute(f"CREATE TEMP VIEW {view} AS SELECT {', '.join(parts)} FROM {source}")
    return view


def _clean_number(db: duckdb.DuckDBPyConnection, source: str, column: str) -> str:
    """The column, cleaned only if a look at it finds something to clean."""
    cleaned = f"nullif(upper(regexp_replace({column}, '[\\s''’]', '', 'g')), '')"
    soiled = f"length({column}) <> 18 AND {column} IS DISTINCT FROM {cleaned}"
    if not db.execute(f"SELECT 1 FROM {source} WHERE {soiled} LIMIT 1").fetchall():
        return column
    return f"CASE WHEN length({column}) = 18 THEN {column} ELSE {cleaned} END AS {column}"


def _numbered(found: str, left: _List, right: _List, *, alone: bool) -> str:
    """The pairs in order, with the numbers that people see, which a household's members share."""
    if left.place == right.place == "row":
        return f"SELECT * FROM {found} ORDER BY left_row, right_row"
    one, two = f"l.{left.place}", f"r.{right.place}"
    if alone:
        one, two = f"least({one}, {two})", f"greatest({one}, {two})"
    return f"""SELECT {one} AS left_row, {two} AS right_row, p.* EXCLUDE (left_row, right_row)
        FROM {found} p JOIN {left.view} l ON l.row = p.left_row
        JOIN {right.view} r ON r.row = p.right_row{" WHERE l.place <> r.place" if alone else ""}
        ORDER BY left_row, right_row, evidence, probability, decision, step"""


def _write(db: duckdb.DuckDBPyConnection, select: str, out: Path) -> None:
    """Write beside and rename at the end, so that nothing half-written is ever found."""
    beside = out.with_name(f".{out.name}.part")
    with _removed(beside):
        try:
            if out.suffix.lower() == ".parquet":
                db.execute(
                    f"COPY ({select}) TO {engine.quote(str(beside))}"
                    f" (FORMAT parquet, ROW_GROUP_SIZE {engine.ROW_GROUP})"
                )
            else:
                # The byte-order mark rides on the first heading: Excel and WPS need it to see UTF-8.
                marked = (
                    f'SELECT left_row AS "\ufeffleft_row", * EXCLUDE (left_row) FROM ({select})'
                )
                db.execute(f"COPY ({marked}) TO {engine.quote(str(beside))} (FORMAT csv, HEADER)")
            os.replace(beside, out)  # noqa: PTH105 - one word for what is meant
        except Exception as error:
            if isinstance(error, (OSError, *_engine_errors())):
                fault = faults.OUTPUT_FAILED.at(Place(out.name), reason=type(error).__name__)
                raise Refusal([fault]) from None
            raise


def _engine_errors() -> tuple[type[Exception], ...]:
    import duckdb as driver

    return (driver.IOException,)


@contextlib.contextmanager
def _removed(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
