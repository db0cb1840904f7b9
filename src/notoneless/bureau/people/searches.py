"""What a person has searched for in this session: kept sealed, known to addresses by a number only."""

from __future__ import annotations

from django.contrib.sessions.backends.base import SessionBase

from notoneless import vault
from notoneless.faults import Refusal

KEPT = 10
"""So many searches can be gone back to."""

_IN_SESSION, _CONTEXT = "searches", "people.search"


def keep(session: SessionBase, words: str) -> int:
    """Keep what was typed; the number that stands for it."""
    kept: dict[str, str] = session.get(_IN_SESSION, {})
    number = max(map(int, kept), default=0) + 1
    kept[str(number)] = vault.seal(_CONTEXT, words).hex()
    session[_IN_SESSION] = {key: kept[key] for key in sorted(kept, key=int)[-KEPT:]}
    return number


def kept(session: SessionBase, number: str) -> str:
    """What was typed; "" when nothing is known of it any more."""
    sealed = session.get(_IN_SESSION, {}).get(number)
    try:
        return vault.open_sealed(_CONTEXT, bytes.fromhex(sealed)) if sealed else ""
    except Refusal:
        return ""
