"""From a folder of lists to the answer, in one run."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from notoneless.calendar import today
from notoneless.check import (
    aid,
    decisions,
    facts,
    guarantees,
    people,
    previous,
    rows,
    states,
    tables,
)
from notoneless.check import faults as fc
from notoneless.check.folder import RUN_RECORD, Folder, gather
from notoneless.check.outputs import Figures, write_all
from notoneless.engines.duckdb import connect
from notoneless.faults import Fault, Refusal
from notoneless.i18n import gettext

MEMORY = "900MB"
"""What the engine keeps before it spills to disk; with the reader's processes the run stays under 2 GB."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person chose: see ``notoneless check --help``."""

    folder: Path
    out: Path
    as_of: dt.date | None = None
    rulebooks: Sequence[Path] = ()
    mask: bool = False
    decisions: Path | None = None
    previous: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the answer is, the numbers it shows, and what was wrong with the lists."""

    out: Path
    figures: Figures
    folder: Folder
    as_of: dt.date

    @property
    def faults(self) -> Sequence[Fault]:
        """Everything that was wrong, in the order of the files."""
        return self.folder.faults


@dataclass(frozen=True, slots=True)
class Progress:
    """Who hears how far the run is: of a step, and of files read."""

    step: Callable[[str], None] = lambda _: None
    file: Callable[[str, int, bool], None] = lambda _name, _rows, _done: None


def check(settings: Settings, progress: Progress | None = None) -> Outcome:
    """Read, match, decide, reconcile, write.

    The result is written beside its place and renamed at the end, so there is a whole result or
    none. Raises `Refusal` when the input cannot be used or the result cannot be written.
    """
    heard = progress or Progress()
    _require_place(settings.out)
    answers = decisions.read(settings.decisions)
    with _workplace(settings.out) as work:
        heard.step(gettext("读名单"))
        (work / "lists").mkdir()
        folder = gather(settings.folder, work / "lists", heard.file)
        as_of = settings.as_of or folder.newest_date or today()
        with connect(memory=MEMORY, spill=work / "spill") as con:
            rows.load(con, folder.lists)
            quality = people.find(con, folder, answers, heard.step)
            heard.step(gettext("逐人对照保障"))
            rules = guarantees.load(settings.rulebooks)
            facts.build(con, folder, rules.schema)
            sweep = guarantees.decide(con, rules, as_of)
            states.build(con, folder)
            aid.build(con, sweep, folder)
            tables.build(con, folder, rules)
            previous.compare(con, settings.previous)
            heard.step(gettext("写结果"))
            staged = work / "result"
            staged.mkdir()
            result = tables.result(con, folder, rules, as_of, quality)
            figures = write_all(con, result, staged, mask=settings.mask)
        _publish(staged, settings.out)
    return Outcome(settings.out, figures, folder, as_of)


def _require_place(out: Path) -> None:
    """The result may replace an earlier result of ours and nothing else."""
    if out.exists() and (
        not out.is_dir() or (any(out.iterdir()) and not (out / RUN_RECORD).exists())
    ):
        raise Refusal([fc.OUT_NOT_OURS.at(path=out.name)])


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    """A private folder beside the result, gone at the end whatever happens."""
    work: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".notoneless-", dir=out.parent))
        yield work
    except (OSError, duckdb.IOException) as error:
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else ""
        if isinstance(error, duckdb.IOException):
            why = gettext("磁盘写不进去")
        raise Refusal(
            [fc.CANNOT_WRITE.at(path=str(out), why=why or type(error).__name__)]
        ) from error
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)


def _publish(staged: Path, out: Path) -> None:
    """Put the finished result in its place; an earlier one goes only when the new one is there."""
    if out.exists():
        old = staged.parent / "replaced"
        out.rename(old)
        try:
            staged.rename(out)
        except OSError:
            old.rename(out)
            raise
    else:
        staged.rename(out)
    out.chmod(0o755)
