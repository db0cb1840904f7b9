"""Whose money an award is: the dated split of `shares.toml`, exact to the fen.

A sum of ``n`` fen with shares of ``p`` hundredths gives each level ``n·p // 100`` fen, and the fen that are
left over go one each to the largest remainders (of equal ones to the higher level), so the parts always add
up to ``n``. Worked: 31,251 fen at 50:50 is 15,625.50 each, so the centre pays 15,626 and the county 15,625.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from notoneless.bureau.ledger import faults
from notoneless.faults import Refusal
from notoneless.i18n import Text

LEVELS = ("centre", "province", "city", "county")


@dataclass(frozen=True, slots=True)
class Share:
    """A split that holds from ``since``; ``parts`` are hundredths by level and add up to 100."""

    policy: str
    fund: str
    place: str
    since: dt.date
    parts: tuple[tuple[str, int], ...]
    source: str
    status: str

    def __post_init__(self) -> None:
        """Parts add up, a source is named."""
        if sum(part for _, part in self.parts) != 100 or not self.source:
            raise ValueError(f"shares.toml: {self.policy}: parts of 100 and a source, please")
        if self.status not in ("verified", "unverified"):
            raise ValueError(f"shares.toml: {self.policy}: status is verified or unverified")

    def split(self, amount: int) -> dict[str, int]:
        """The parts of ``amount`` fen by level; levels that pay nothing are left out."""
        sign, whole = (-1, -amount) if amount < 0 else (1, amount)
        parts = {level: whole * part // 100 for level, part in self.parts}
        remainders = sorted(self.parts, key=lambda one: -(whole * one[1] % 100))
        for level, _ in remainders[: whole - sum(parts.values())]:
            parts[level] += 1
        return {level: sign * part for level, part in parts.items() if part}


@cache
def _table() -> tuple[dict[str, Text], tuple[Share, ...]]:
    content = tomllib.loads(files(__package__).joinpath("shares.toml").read_text("utf-8"))
    funds = {name: Text(row["zh"], row["en"]) for name, row in content["funds"].items()}
    shares = tuple(
        Share(
            row["policy"],
            row["fund"],
            row.get("place", ""),
            row["since"],
            tuple((level, row[level]) for level in LEVELS if row.get(level)),
            row["source"],
            row["status"],
        )
        for row in content["share"]
    )
    if unknown := {share.fund for share in shares} - set(funds):
        raise ValueError(f"shares.toml: no such funds: {sorted(unknown)}")
    return funds, shares


def funds() -> Mapping[str, Text]:
    """The funds by their id."""
    return _table()[0]


def shares() -> tuple[Share, ...]:
    """Every split, as written in the file."""
    return _table()[1]


def share(policy: str, on: dt.date, place: str = "") -> Share:
    """The split of a policy on a day in a county (its GB/T 2260 code).

    The policy's own row before that of all policies, the county's own before that of everywhere, of these the
    newest that has begun. `Refusal` when there is none.
    """
    rank = [
        ((one.policy == policy, one.place != "", one.since), one)
        for one in shares()
        if one.policy in (policy, "*") and one.place in ("", place) and one.since <= on
    ]
    if not rank:
        raise Refusal([faults.NO_SHARES.at(policy=policy, day=on)])
    return max(rank, key=lambda one: one[0])[1]
