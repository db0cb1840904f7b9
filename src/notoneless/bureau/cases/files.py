"""Photos and scans: looked at, sealed, kept on the disk under the digest of their content.

<files of the bureau>/cases/ab/abcd...
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from notoneless import vault
from notoneless.bureau.cases import faults
from notoneless.faults import Refusal

LARGEST = 8 * 2**20
"""Bytes of one photo or scan."""

_KINDS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
    b"PK\x03\x04": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}


def kind_of(content: bytes) -> str:
    """The type of a photo or scan by its first bytes. `Refusal` when it is none, or too large."""
    if len(content) > LARGEST:
        raise Refusal([faults.FILE_TOO_LARGE.at(most=LARGEST // 2**20)])
    for beginning, kind in _KINDS.items():
        if content.startswith(beginning):
            return kind
    raise Refusal([faults.NO_PHOTO.at()])


def keep(content: bytes) -> str:
    """Keep a content, sealed; returns its digest. One already there stays."""
    digest = sha256(content).hexdigest()
    path = _path(digest)
    if not path.exists():
        _write(path, vault.seal_bytes(_context(digest), content))
    return digest


def kept(digest: str) -> bytes:
    """The content of this digest."""
    return vault.open_bytes(_context(digest), _path(digest).read_bytes())


def sealed() -> Iterator[tuple[Path, str]]:
    """Every kept file with the context it is sealed for."""
    for path in sorted(_root().glob("??/*")):
        if not path.name.startswith("."):
            yield path, _context(path.name)


def replace(path: Path, content: bytes) -> None:
    """Put other sealed bytes in the place of a kept file, whole or not at all."""
    _write(path, content)


def _root() -> Path:
    return Path(settings.MEDIA_ROOT) / "cases"


def _path(digest: str) -> Path:
    return _root() / digest[:2] / digest


def _context(digest: str) -> str:
    return f"cases.file.{digest}"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
