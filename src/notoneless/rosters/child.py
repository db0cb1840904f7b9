"""The process in which files are parsed: whatever a hostile file does, it does it here.

It reads one request a line from its input and answers with lines of its own: ``{"lines": n}`` while
it works, at last ``{"reading": {...}}``. Memory is limited from within, time by the parent.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from notoneless.faults import Place
from notoneless.rosters import faults
from notoneless.rosters.memory import LayoutMemory
from notoneless.rosters.read_file import read_file
from notoneless.rosters.reading import Reading

_AT_LEAST = 300 << 20
_PER_BYTE = 24
_AT_MOST = 1400 << 20
"""Bytes a file may make this process grow by: the floor, more for a larger file, the ceiling."""


def allowance(size: int) -> int:
    """Bytes of memory allowed for a file of this size. A table of texts unpacks some ten times."""
    return min(_AT_MOST, _AT_LEAST + _PER_BYTE * size)


def _limit_memory(size: int) -> None:
    """Limit the address space to what is mapped now and the allowance; best effort elsewhere."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows has no such limit
        return
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        mapped = pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):  # pragma: no cover - not Linux
        mapped = 1 << 30
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = mapped + allowance(size)
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))


def _refused(path: Path, fault_kind: Any, **details: object) -> Reading:
    fault = fault_kind.at(Place(path.name), **details)
    return Reading(path.name, faults=(fault,), counts={fault.code: 1}, refused=True)


def answer(request: Mapping[str, Any]) -> Reading:
    """Read the file that a request names."""
    path = Path(request["path"])

    def tell(lines: int) -> None:
        sys.stdout.write(json.dumps({"lines": lines}) + "\n")
        sys.stdout.flush()

    try:
        _limit_memory(path.stat().st_size if path.exists() else 0)
        return read_file(
            path,
            into=Path(request["into"]),
            memory=LayoutMemory.from_json(request["memory"]),
            chosen=request["chosen"] and LayoutMemory.from_json([request["chosen"]]).entries[0],
            most=request["most"],
            key=bytes.fromhex(request["key"]) or None,
            progress=tell,
        )
    except MemoryError:
        return _refused(path, faults.OUT_OF_LIMITS)
    except Exception as error:
        if os.environ.get("NOTONELESS_DEBUG"):
            raise
        # The text of an unexpected error may hold a child's data: only its kind goes on.
        return _refused(path, faults.INTERNAL, reason=type(error).__name__)


def main() -> None:
    """Answer requests until the input ends."""
    for line in sys.stdin:
        reading = answer(json.loads(line))
        sys.stdout.write(json.dumps({"reading": reading.to_json()}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
