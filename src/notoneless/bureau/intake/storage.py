"""Files in the data folder, sealed: what was handed in, under its content hash, and the rows read from it.

files/ab/abcd...        a file as it came, by its SHA-256
files/rows/17/0         the rows of the first sheet of list 17, as Parquet

While a file is being read it lies in memory, and the rows read from it under a key that nobody keeps.
"""

from __future__ import annotations

import fcntl
import io
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from notoneless import rosters, vault
from notoneless.rosters import encrypted

SHA256_DIGITS = 64
_LONGEST_NAME = 200
"""Bytes of a file name; file systems allow 255."""


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


def keep_rows(upload: int, sheet: int, found: pa.Table) -> None:
    """Keep the rows of one sheet of a list (its key)."""
    path = _rows(upload, sheet)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    parquet = io.BytesIO()
    pq.write_table(found, parquet, compression="zstd")
    write(path, f"intake.rows.{upload}.{sheet}", parquet.getvalue())


def rows(upload: int, sheet: int) -> pa.Table:
    """These rows, with the columns of `rosters.fields`; never on the disk in the clear."""
    content = vault.open_bytes(f"intake.rows.{upload}.{sheet}", _rows(upload, sheet).read_bytes())
    return pq.read_table(io.BytesIO(content))


def drop_rows(upload: int) -> None:
    """Forget the rows of a list that was discarded or is read anew."""
    shutil.rmtree(_rows(upload, 0).parent, ignore_errors=True)


@contextmanager
def opened(content: bytes, name: str) -> Iterator[Path]:
    """A file under its own name, in a folder for those who read it; gone afterwards.

    The name leads to memory: whatever kills us, no disk ever held the content. (Where there are no
    files in memory, it lies in the folder.)
    """
    with tempfile.TemporaryDirectory(prefix="list-") as folder, ExitStack() as stack:
        path = Path(folder) / on_disk(name)
        if hasattr(os, "memfd_create"):
            memory = stack.enter_context(os.fdopen(os.memfd_create("list"), "wb"))
            memory.write(content)
            memory.flush()
            path.symlink_to(f"/proc/{os.getpid()}/fd/{memory.fileno()}")
        else:  # pragma: no cover - Linux has them
            path.write_bytes(content)
        yield path


@contextmanager
def understood(
    content: bytes, name: str, **how: Any
) -> Iterator[tuple[rosters.Reading, Callable[[Path], pa.Table]]]:
    """What `rosters.read` understands of a file, and how to get at the rows of a sheet (its ``path``)."""
    key = secrets.token_bytes(encrypted.KEY_BYTES)
    with opened(content, name) as path:
        reading = rosters.read(path, into=path.parent / "rows", key=key, **how)
        yield reading, partial(rosters.read_rows, key=key)


def on_disk(name: str) -> str:
    """A file's name as it can stand in a folder: the end of it, which has the kind of file."""
    plain = "".join(c for c in Path(name).name if c.isprintable()).lstrip(".") or "list"
    while len(plain.encode()) > _LONGEST_NAME:
        plain = plain[1:]
    return plain


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
