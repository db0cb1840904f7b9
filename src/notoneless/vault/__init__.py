"""Secrets of the system: keys outside the database, sealed values, and blind indexes to find them by.

A personal value is sealed with AES-256-GCM (or SM4-GCM) before the database sees it. To find a row by
such a value the database keeps a keyed fingerprint, its blind index: without the key a copy of the
database gives neither the values nor a way to try out all ID numbers. The Django fields are in
`notoneless.vault.fields`; nothing else here knows Django.
"""

from notoneless.vault.cipher import (
    Opener,
    Sealer,
    blind,
    open_bytes,
    open_sealed,
    seal,
    seal_bytes,
)
from notoneless.vault.keys import KeyRing, Suite, ring

__all__ = [
    "KeyRing",
    "Opener",
    "Sealer",
    "Suite",
    "blind",
    "open_bytes",
    "open_sealed",
    "ring",
    "seal",
    "seal_bytes",
]
