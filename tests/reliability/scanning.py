"""Looking through everything that lies on a disk for ID numbers that anybody could read.

A file is looked through as it is and, where it is a container, as what it holds: workbooks, Parquet, gzip,
dumps of PostgreSQL. A number is eighteen digits with a valid check digit and a possible day of birth.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from notoneless.rosters import id_number

_EIGHTEEN = re.compile(rb"(?<!\d)[1-9]\d{16}[\dXx](?!\d)")


def numbers_in(*places: Path) -> dict[str, int]:
    """Files under these places, and how many numbers can be read in each; those without any are left out."""
    found = {}
    for place in places:
        for path in [place, *place.rglob("*")]:
            if count := len(_numbers(path)):
                found[str(path)] = count
    return found


def _numbers(path: Path) -> set[bytes]:
    try:
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    except OSError:  # gone meanwhile
        return set()
    return {
        number
        for part in _parts(path, content)
        for text in (part, part.replace(b"\0", b""))  # as UTF-8, as UTF-16
        for number in _EIGHTEEN.findall(text)
        if id_number.state(number.decode().upper()) == "valid"
    }


def _parts(path: Path, content: bytes) -> Iterator[bytes]:
    yield content
    if content[:4] == b"PK\3\4":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            yield from (book.read(name) for name in book.namelist())
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    if content[:4] == content[-4:] == b"PAR1":
        yield str(pq.read_table(io.BytesIO(content)).to_pydict()).encode()
    if content[:5] == b"PGDMP":
        tool = shutil.which("pg_restore", path=os.environ.get("NOTONELESS_PG_BIN"))
        assert tool, "a dump that cannot be opened cannot be looked through"
        yield subprocess.run([tool, "-f", "-", path], capture_output=True, check=True).stdout
