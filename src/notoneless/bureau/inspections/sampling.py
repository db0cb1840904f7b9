"""A sample that nobody can have chosen: stratified, by a seed that was committed before it was known.

When a spot check is planned, the list of all units (the frame) is frozen and a random seed is drawn and
sealed; what is published at once is the commitment, SHA-256 over seed and frame. On the day the seed is
opened. Each unit's rank is HMAC-SHA256(seed, unit), and of each stratum the units of the smallest ranks are
taken: whoever has seed and frame can draw again, and whoever kept the commitment knows that neither was
changed in between.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SEED_BYTES = 32
LEAST_PER_STRATUM = 2
"""Fewer than two units of a stratum give no variance."""


@dataclass(frozen=True, slots=True)
class FrameUnit:
    """One unit that may be drawn: ``key`` unique, ``stratum``, its name, how many children it should have."""

    stratum: str
    key: int
    name: str
    expected: int


def new_seed() -> str:
    """A seed that nobody knows, as hexadecimal text."""
    return secrets.token_hex(SEED_BYTES)


def frame_text(units: Sequence[FrameUnit]) -> str:
    """The frame as it is hashed and published: a line per unit, in the order of stratum and key."""
    lines = sorted(units, key=lambda unit: (unit.stratum, unit.key))
    return "".join(f"{unit.stratum}\t{unit.key}\t{unit.name}\t{unit.expected}\n" for unit in lines)


def read_frame(text: str) -> list[FrameUnit]:
    """The units of a frame's text."""
    units = []
    for line in text.splitlines():
        stratum, key, name, expected = line.split("\t")
        units.append(FrameUnit(stratum, int(key), name, int(expected)))
    return units


def commitment(seed: str, frame: str) -> str:
    """What is published when the check is planned."""
    return hashlib.sha256(f"{seed}\n{frame}".encode()).hexdigest()


def allocate(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many units of each stratum, in proportion to its units; at least two where there are two.

    Largest remainders first, equal ones by the stratum's name; never more than there are. The sum is
    ``size``, or more where the least of each stratum needs it, or all units when there are fewer.
    """
    taken = {stratum: min(count, LEAST_PER_STRATUM) for stratum, count in sizes.items() if count}
    total = sum(sizes.values())
    wanted = min(size, total)
    while sum(taken.values()) < wanted:
        lacking = {
            stratum: sizes[stratum] * wanted / total - taken[stratum]
            for stratum in taken
            if taken[stratum] < sizes[stratum]
        }
        taken[min(lacking, key=lambda stratum: (-lacking[stratum], stratum))] += 1
    return taken


def draw(seed: str, frame: str, size: int) -> list[FrameUnit]:
    """The sample: of each stratum its share of units with the smallest ranks, in the order of the ranks."""
    strata: dict[str, list[FrameUnit]] = {}
    for unit in read_frame(frame):
        strata.setdefault(unit.stratum, []).append(unit)
    shares = allocate({stratum: len(units) for stratum, units in strata.items()}, size)
    drawn = []
    for stratum in sorted(strata):
        ranked = sorted(strata[stratum], key=lambda unit: (_rank(seed, unit), unit.key))
        drawn += ranked[: shares.get(stratum, 0)]
    return drawn


def _rank(seed: str, unit: FrameUnit) -> bytes:
    return hmac.new(bytes.fromhex(seed), str(unit.key).encode(), hashlib.sha256).digest()
