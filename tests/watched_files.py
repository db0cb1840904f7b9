"""Which files Python opens for writing meanwhile: the interpreter itself tells (`sys.addaudithook`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import xlsxwriter

_watching: list[list[str]] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event == "open":
        path, mode, flags = arguments
        writes = (flags or 0) & (os.O_WRONLY | os.O_RDWR) or set(mode or "r") & set("wax+")
        if writes and not isinstance(path, int) and str(path) != os.devnull:
            _watching[-1].append(str(path))


sys.addaudithook(_hook)  # once and for ever; it is quiet while nobody watches


@contextmanager
def written() -> Iterator[list[str]]:
    """The paths of the files that were opened for writing."""
    found: list[str] = []
    _watching.append(found)
    try:
        yield found
    finally:
        _watching.remove(found)


def spilling(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: workbooks that keep their rows in a temporary file, as they do to save memory."""
    real = xlsxwriter.Workbook

    def naive(to: Any, options: dict[str, Any]) -> xlsxwriter.Workbook:
        return real(to, {**options, "in_memory": False, "constant_memory": True})

    monkeypatch.setattr(xlsxwriter, "Workbook", naive)
