"""DuckDB, the default engine: embedded, off the network, within a memory limit."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb

ROW_GROUP = 100_000
"""Rows per Parquet row group; DuckDB reads one group on one thread, so fewer would idle a core."""


def connect(
    *,
    memory: str = "1GB",
    threads: int | None = None,
    spill: Path | None = None,
    encrypted: bool = False,
) -> duckdb.DuckDBPyConnection:
    """A private in-memory database that never asks the network for an extension.

    ``memory`` limits what DuckDB itself keeps before it spills to ``spill`` (a folder). ``encrypted``:
    what it spills (without ``spill``, into the folder for temporary files) only this process can read.
    """
    config: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "memory_limit": memory,
        "preserve_insertion_order": "true",
    }
    if threads:
        config["threads"] = threads
    if encrypted:
        spill = spill or Path(tempfile.gettempdir())
    if spill:
        config["temp_directory"] = str(spill)
    db = duckdb.connect(":memory:", config=config)
    if encrypted:
        # Its own AES, since the extension with OpenSSL's would have to be fetched. "Unsafe" is how
        # DuckDB calls the generator of its nonces; who has the disk but not the process reads nothing.
        db.execute("SET force_mbedtls_unsafe = 'true'; SET temp_file_encryption = true")
    # DuckDB 2.0.0 takes "a sum of zeros and ones is at most one" for granted where a small join hides
    # the group, and then answers `2 <= 1` with true: one child was linked to two rows. Costs nothing
    # that we could measure at a million rows; tests/integration/test_engine.py tells when it is mended.
    db.execute("SET disabled_optimizers = 'statistics_propagation'")
    return db


def quote(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def name(identifier: str) -> str:
    """An identifier, quoted."""
    return '"' + identifier.replace('"', '""') + '"'
