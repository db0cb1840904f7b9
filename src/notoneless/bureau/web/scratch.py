"""Temporary files of this process: in a private folder of the data folder, which dies with the process.

DIR/tmp/...    one folder per process, locked while it lives; what a killed one left, the next one removes

What writes temporary files on its own (workbooks, documents, sorting) writes them here and never into the
machine's common folder, where they would lie for ever after a crash.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

_held: list[int] = []
"""The lock of this process; the system opens it when the process is gone, however it went."""


def claim(data: Path) -> Path:
    """Take a folder for this process, remove those of dead ones; everything temporary goes there now."""
    root = data / "tmp"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    gate = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)  # nobody sweeps between the folder and its lock
        for left in root.iterdir():
            if not _locked(left):
                shutil.rmtree(left, ignore_errors=True)
        mine = Path(tempfile.mkdtemp(dir=root))
        lock = os.open(mine, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
    finally:
        os.close(gate)
    _held.append(lock)
    tempfile.tempdir = os.environ["TMPDIR"] = str(mine)
    atexit.register(_leave, mine, os.getpid())
    return mine


def _locked(folder: Path) -> bool:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _leave(mine: Path, owner: int) -> None:
    if os.getpid() == owner:  # not a fork of it
        with suppress(OSError):
            shutil.rmtree(mine)
