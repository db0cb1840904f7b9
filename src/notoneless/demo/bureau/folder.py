"""The data folder of the invented bureau: marked as invented, so that every page says so."""

from __future__ import annotations

import shutil
from pathlib import Path

from notoneless.demo.faults import NOT_INVENTED
from notoneless.faults import Refusal

MARK = "invented"
"""A file of this name in a data folder makes every page say that all of it is invented."""


def is_filled(folder: Path) -> bool:
    """Is an invented bureau there, filled to the end? `Refusal` when there is something else.

    Also with PostgreSQL the folder tells: a database that is not the demo's has another one.
    """
    if not folder.exists() or not any(folder.iterdir()):
        return False
    if not (folder / MARK).exists():
        raise Refusal([NOT_INVENTED.at(path=folder)])
    return (folder / MARK).read_text("utf-8").strip() == "filled"


def clear(folder: Path) -> None:
    """Remove an invented bureau, or the beginning of one."""
    is_filled(folder)  # refuses what is not invented
    shutil.rmtree(folder, ignore_errors=True)


def mark(folder: Path, *, filled: bool) -> None:
    """Mark a folder before the first invented person is in it, and again when all are."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / MARK).write_text("filled\n" if filled else "being filled\n", encoding="utf-8")
