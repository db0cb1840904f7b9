"""Rows on the disk that only who read the list can read: Parquet under a key that is nowhere on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.parquet import encryption

KEY_BYTES = 32


def writing(key: bytes | None) -> Any:
    """What a Parquet writer is told so that it encrypts under this key; None for no key."""
    return key and encryption.create_encryption_properties(key)


def read_rows(path: Path, key: bytes | None = None) -> pa.Table:
    """The rows that `read` wrote for a sheet, with the ``key`` that it was given."""
    return pq.read_table(
        path, decryption_properties=key and encryption.create_decryption_properties(key)
    )
