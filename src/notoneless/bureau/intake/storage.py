"""Files in the data folder, sealed: what was handed in, under its content hash, and the rows read from it.

files/ab/abcd...        a file as it came, by its SHA-256
files/rows/17/0         the rows of the first sheet of list 17, as Parquet
files/work-...          a private folder while a file is being read; gone afterwards
"""

from __future__ import annotations

import fcntl
import io
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from notoneless import vault

SHA256_DIGITS = 64
_WORK = "work-"
_STALE_SECONDS = 2 * 3600
"""A work folder as old as this was left by a process that died."""


def _root() -> Path:
    return Path(settings.MEDIA_ROOT)


def sealed() -> Iterator[tuple[Path, str]]:
    """Every sealed file, and the context it is sealed for."""
    for path in sorted(_root().glob("[0-9a-f][0-9a-f]/*")):
        if len(path.name) == SHA256_DIGITS:
            yield path, f"intake.file.{path.name}"
    for path in sorted(_root().glob("rows/*/*")):
        if path.name.isdigit():
            yield path, f"intake.rows.{path.parent.name}.{path.name}"


def write(path: Path, context: str, content: bytes, *, over: os.stat_result | None = None) -> bool:
    """Whole or not at all, for nobody else to read, sealed. Its folder is there already.

    With ``over`` only if the file is still the one of that state; returns whether it was written.
    """
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".")  # 0600 by itself
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(vault.seal_bytes(context, content))
            file.flush()
            os.fsync(file.fileno())
        with _one_at_a_time():
            if over is not None and _state(path.stat()) != _state(over):
                Path(beside).unlink()
                return False
            Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return True


def _state(found: os.stat_result) -> tuple[int, int]:
    return found.st_ino, found.st_mtime_ns


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Nobody else puts a file in its place meanwhile, in whatever process."""
    folder = os.open(_root(), os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def keep(content: bytes) -> str:
    """Keep a file as it came; returns its SHA-256 in hexadecimal. A file already there stays."""
    name = sha256(content).hexdigest()
    path = _root() / name[:2] / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write(path, f"intake.file.{name}", content)
    return name


def kept(name: str) -> bytes:
    """The file of this SHA-256 as it came."""
    return vault.open_bytes(f"intake.file.{name}", (_root() / name[:2] / name).read_bytes())


def _rows(upload: int, sheet: int) -> Path:
    return _root() / "rows" / str(upload) / str(sheet)


def keep_rows(upload: int, sheet: int, parquet: Path) -> None:
    """Keep the rows that the reader wrote for one sheet of a list (its key)."""
    path = _rows(upload, sheet)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write(path, f"intake.rows.{upload}.{sheet}", parquet.read_bytes())


def rows(upload: int, sheet: int) -> pa.Table:
    """These rows, with the columns of `rosters.fields`; never on the disk in the clear."""
    content = vault.open_bytes(f"intake.rows.{upload}.{sheet}", _rows(upload, sheet).read_bytes())
    return pq.read_table(io.BytesIO(content))


def drop_rows(upload: int) -> None:
    """Forget the rows of a list that was discarded or is read anew."""
    shutil.rmtree(_rows(upload, 0).parent, ignore_errors=True)


@contextmanager
def workplace() -> Iterator[Path]:
    """A private folder for the time of reading; what a dead process left is swept away here."""
    root = _root()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in root.glob(_WORK + "*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left)
    work = Path(tempfile.mkdtemp(prefix=_WORK, dir=root))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def note_progress(upload: int, lines: int) -> None:
    """Say how many lines of a list have been read. A file, since the reader tells it from other threads."""
    path = _rows(upload, 0).with_name("lines")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(str(lines), encoding="ascii")


def progress(upload: int) -> int:
    """Lines read so far, 0 when nothing is known."""
    try:
        return int(_rows(upload, 0).with_name("lines").read_text(encoding="ascii") or 0)
    except (OSError, ValueError):
        return 0
