"""When the keys rotate, the files handed in and the rows read from them are sealed anew as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from notoneless import vault
from notoneless.bureau.intake import sealing, storage
from notoneless.vault import keys
from notoneless.vault.cipher import key_number
from notoneless.vault.keys import key_file

OLD, NEW = pa.table({"name": ["the first reading"]}), pa.table({"name": ["the second reading"]})


@pytest.fixture
def files(tmp_path: Path, settings) -> Iterator[Path]:
    """An empty store, and keys that are put back afterwards."""
    before = key_file().read_bytes()
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MEDIA_ROOT.mkdir()
    yield settings.MEDIA_ROOT
    key_file().write_bytes(before)
    keys.look_again()


def keep_rows(number: int, rows: pa.Table) -> None:
    storage.keep_rows(number, 0, rows)


def opened(number: int) -> pa.Table:
    return storage.rows(number, 0)


def rotate() -> int:
    vault.ring().rotated().save(key_file())
    return vault.ring().current


def sealed_under(files: Path) -> set[int]:
    return {key_number(path.read_bytes()) for path, _ in storage.sealed()}


def test_nothing_stays_under_the_old_key(files: Path) -> None:
    names = [storage.keep(f"list {n}".encode()) for n in range(5)]
    keep_rows(17, OLD)
    storage.note_progress(17, 1000)
    current = rotate()
    keep_rows(18, NEW)
    assert sealed_under(files) == {current - 1, current}
    assert sealing.reseal() == 6
    assert sealed_under(files) == {current}
    assert [storage.kept(name) for name in names] == [f"list {n}".encode() for n in range(5)]
    assert (opened(17), opened(18), storage.progress(17)) == (OLD, NEW, 1000)
    assert sealing.reseal() == 0


def written_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list is read again just when its old rows are being sealed anew."""
    seal, begun = vault.seal_bytes, []

    def slow(context: str, content: bytes) -> bytes:
        blob = seal(context, content)
        if not begun:
            begun.append(context)
            keep_rows(17, NEW)
        return blob

    monkeypatch.setattr(vault, "seal_bytes", slow)


def test_what_is_written_meanwhile_is_not_lost(files: Path, monkeypatch) -> None:
    keep_rows(17, OLD)
    rotate()
    written_meanwhile(monkeypatch)
    assert sealing.reseal() == 0
    assert opened(17) == NEW


def test_a_naive_resealing_would_lose_it(files: Path, monkeypatch) -> None:
    keep_rows(17, OLD)
    rotate()
    written_meanwhile(monkeypatch)
    write = storage.write

    def naive(path: Path, context: str, content: bytes, *, over: object = None) -> bool:
        return write(path, context, content)

    monkeypatch.setattr(storage, "write", naive)
    sealing.reseal()
    assert opened(17) == OLD, "the mutant puts the old rows over the new ones"
