"""The chain: each event's code covers the event and the code before it, under a key.

``mac(n) = HMAC(key, mac(n-1) | canonical(event n))``. Who changes, deletes, inserts or swaps rows would
have to know the key to make the following codes right. Who cuts off the end leaves a chain that is right
in itself: against that, the end (`Head`, ``seq:mac``) is printed now and then and kept elsewhere.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from notoneless.vault import KeyRing
from notoneless.vault.cipher import digest

FIELDS = (
    "seq",
    "at",
    "actor",
    "actor_name",
    "verb",
    "subject_kind",
    "subject",
    "organisation",
    "purpose",
    "details",
)
"""What a code covers, in this order: everything but the code itself."""


class Link(Protocol):
    """An event as the chain sees it (see `models.Event`)."""

    seq: int
    at: dt.datetime
    mac: str


def canonical(event: Link) -> bytes:
    """The event as bytes, one way only: JSON of the values in the order of `FIELDS`."""
    values = [getattr(event, name) for name in FIELDS]
    values[1] = event.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def mac(keys: KeyRing, before: str, event: Link) -> str:
    """The code of an event that follows an event with the code ``before``; 64 hexadecimals."""
    return digest(keys.suite, keys.audit, before.encode() + b"|" + canonical(event)).hex()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found: how many events are right, and the first that is not (0: all right)."""

    right: int
    broken_at: int = 0
    why: str = ""

    @property
    def whole(self) -> bool:
        """Nothing was altered."""
        return not self.broken_at


ALTERED, MISSING, END, KEPT = "altered", "missing", "end", "kept"
"""Why a chain is broken: an event was altered; one is missing or out of order; the events do not end
where `Head` says; an end that was kept elsewhere is not in the chain."""


def verify(
    events: Iterable[Link], keys: KeyRing, head: tuple[int, str], kept: Iterable[str] = ()
) -> Verdict:
    """Walk the whole chain in order of ``seq``; ``kept`` are ends (``seq:mac``) from elsewhere."""
    wanted = {int(seq): code for seq, _, code in (end.strip().partition(":") for end in kept)}
    before, count = "", 0
    for event in events:
        if event.seq != count + 1:
            return Verdict(count, count + 1, MISSING)
        code = mac(keys, before, event)
        if not hmac.compare_digest(code, event.mac):
            return Verdict(count, event.seq, ALTERED)
        if wanted.pop(event.seq, code) != code:
            return Verdict(count, event.seq, KEPT)
        before, count = code, event.seq
    if head != (count, before):
        return Verdict(count, count + 1, END)
    if wanted:
        return Verdict(count, min(wanted), KEPT)
    return Verdict(count)
