"""The key ring: one file beside the data, never in the database, readable by its owner only.

Keys that seal values are several and rotate: a new one becomes current, the old ones still open what
they sealed. The keys of indexes, of the audit chain and of the web's signatures are one each, since what
they made must stay comparable. Losing the file loses the personal values; it belongs into the backup,
apart from that of the database.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from notoneless.faults import Refusal
from notoneless.vault.faults import KEYS_UNREADABLE, NO_KEYS

Suite = Literal["aes", "sm"]
"""``aes``: AES-256-GCM with HMAC-SHA-256. ``sm``: SM4-GCM with HMAC-SM3 (GB/T 32907, 32905)."""

KEY_BYTES = 32
ENVIRONMENT = "NOTONELESS_KEYS"
"""The variable that names the key file, where it is not in the data folder."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of one installation. ``sealing`` maps a key's number to its 32 bytes."""

    suite: Suite
    current: int
    sealing: dict[int, bytes]
    index: bytes
    audit: bytes
    web: bytes

    def __repr__(self) -> str:
        """Say which keys there are, never the keys."""
        return f"KeyRing(suite={self.suite!r}, current={self.current}, keys={sorted(self.sealing)})"

    @classmethod
    def new(cls, suite: Suite = "aes") -> KeyRing:
        """Fresh random keys."""
        first, index, audit, web = (secrets.token_bytes(KEY_BYTES) for _ in range(4))
        return cls(suite, 1, {1: first}, index, audit, web)

    def rotated(self) -> KeyRing:
        """The same ring with one more sealing key, which is current from now on."""
        number = max(self.sealing) + 1
        return replace(
            self,
            current=number,
            sealing={**self.sealing, number: secrets.token_bytes(KEY_BYTES)},
        )

    def save(self, path: Path) -> None:
        """Write the file whole or not at all, readable by its owner only."""
        content = {
            "suite": self.suite,
            "current": self.current,
            "sealing": {str(number): _text(key) for number, key in self.sealing.items()},
            "index": _text(self.index),
            "audit": _text(self.audit),
            "web": _text(self.web),
        }
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        _Held.keys = None

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Read the file; `Refusal` when it is missing or not a key ring."""
        if not path.exists():
            raise Refusal([NO_KEYS.at(path=path)])
        try:
            content = json.loads(path.read_text("utf-8"))
            sealing = {int(number): _bytes(key) for number, key in content["sealing"].items()}
            found = cls(
                suite=content["suite"],
                current=content["current"],
                sealing=sealing,
                index=_bytes(content["index"]),
                audit=_bytes(content["audit"]),
                web=_bytes(content["web"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refusal([KEYS_UNREADABLE.at(path=path)]) from None
        if found.suite not in ("aes", "sm") or found.current not in found.sealing:
            raise Refusal([KEYS_UNREADABLE.at(path=path)])
        return found


def key_file() -> Path:
    """Where this installation's keys are: ``NOTONELESS_KEYS``, else in the data folder."""
    named = os.environ.get(ENVIRONMENT)
    return Path(named) if named else Path(os.environ.get("NOTONELESS_DATA", "bureau")) / "keys.json"


LOOKS_AGAIN_SECONDS = 1.0
"""How soon a running process notices that another one has rotated the keys."""


class _Held:
    """The keys as read, when, and from which state of the file."""

    keys: KeyRing | None = None
    of: tuple[Path, int] | None = None
    looked = 0.0


def ring() -> KeyRing:
    """The installation's keys; the file is looked at again once a second, and read when it changed."""
    now = time.monotonic()
    if _Held.keys is not None and now - _Held.looked < LOOKS_AGAIN_SECONDS:
        return _Held.keys
    path = key_file()
    try:
        of = (path, path.stat().st_mtime_ns)
    except OSError:
        raise Refusal([NO_KEYS.at(path=path)]) from None
    if _Held.keys is None or of != _Held.of:
        _Held.keys, _Held.of = KeyRing.load(path), of
    _Held.looked = now
    return _Held.keys


def look_again() -> KeyRing:
    """The keys as they are in the file now."""
    _Held.keys = None
    return ring()


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _bytes(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError from None
    if len(key) != KEY_BYTES:
        raise ValueError
    return key
