"""Who comes first where there are fewer places than candidates: the declared order, and why in words.

Candidates are those who meet every condition of the policy but that of being chosen. The criteria of
`rankings.toml` are held against each other one after the other; what all of them leave equal the lot decides:
the hash of policy, year, place and the child's key, which anybody can reckon again and nobody can choose.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from notoneless.bureau.accounts.models import Organisation
from notoneless.bureau.aid import proposing, rulebook
from notoneless.engines.duckdb import connect, name
from notoneless.i18n import Text, gettext
from notoneless.kernel import Policy, Sweep
from notoneless.kernel.expressions import facts_in
from notoneless.kernel.truth import condition_truth

CHOSEN = "chosen"
"""The tier of a policy without tiers."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One step of an order. ``by``: score, values, count, lowest, highest, lot."""

    name: str
    text: Text
    by: str
    fact: str = ""
    values: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    @property
    def asks(self) -> tuple[str, ...]:
        """The facts it looks at."""
        return self.facts or ((self.fact,) if self.fact else ())

    def counts(self, told: Mapping[str, Any]) -> Any:
        """What of a child's facts counts, to be kept: a value, or how many are true."""
        if self.by == "count":
            return sum(bool(told.get(one)) for one in self.facts)
        return told.get(self.fact) if self.fact else None

    def place(self, counted: Any, score: int | None, lot: str) -> tuple[Any, ...]:
        """The smaller, the further to the front; what is not known comes last."""
        if self.by == "lot":
            return (0, lot)
        if self.by == "score":
            return (score is None, -(score or 0))
        if self.by == "values":
            known = counted in self.values
            return (not known, self.values.index(counted) if known else 0)
        sign = 1 if self.by == "lowest" else -1
        return (counted is None, sign * (counted or 0))

    def shown(self, counted: Any, score: int | None) -> str:
        """What counted, in words."""
        if self.by == "score":
            return gettext("没有") if score is None else f"{score / 100:.2f}"
        if counted is None:
            return gettext("没有")
        labels = rulebook.schema().subjects["child"].facts[self.fact].values if self.fact else {}
        return str(labels.get(str(counted), counted))


@dataclass(frozen=True, slots=True)
class Order:
    """How the candidates of a policy are ranked."""

    policy: str
    fact: str
    among: str
    criteria: tuple[Criterion, ...]
    tiers: tuple[str, ...]
    source: str
    status: str

    def rule(self, tier: str) -> str:
        """The rule that holds a tier's quota."""
        return f"aid.quota_{self.policy}" + ("" if tier == CHOSEN else f"_{tier}")

    def label(self, tier: str) -> str:
        """A tier in words: the fact's own value, or that the child is chosen."""
        if tier == CHOSEN:
            return gettext("入选")
        return str(rulebook.schema().subjects["child"].facts[self.fact].values[tier])


@cache
def orders() -> Mapping[str, Order]:
    """Every order by its policy."""
    told = tomllib.loads(files(__package__).joinpath("rankings.toml").read_text("utf-8"))
    criteria = {
        key: Criterion(
            key,
            Text(row["zh"], row["en"]),
            row["by"],
            row.get("fact", ""),
            tuple(row.get("values", ())),
            tuple(row.get("facts", ())),
        )
        for key, row in told["criteria"].items()
    }
    found = {
        policy: Order(
            policy,
            row["fact"],
            row["among"],
            tuple(criteria[key] for key in row["order"]),
            tuple(row.get("tiers", (CHOSEN,))),
            row["source"],
            row["status"],
        )
        for policy, row in told["policies"].items()
    }
    if wrong := [one.policy for one in found.values() if one.criteria[-1].by != "lot"]:
        raise ValueError(f"rankings.toml: the last criterion is the lot: {wrong}")
    return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom to rank: ``facts`` as `Criterion.counts` gave them, ``score`` in hundredths."""

    child: int
    facts: Mapping[str, Any]
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a candidate came: the rank from 1, the tier ("" not chosen), why."""

    child: int
    rank: int
    tier: str
    why: str


def rank(
    order: Order, candidates: Sequence[Candidate], quotas: Mapping[str, int], seed: str
) -> list[Place]:
    """Put candidates in order and fill the tiers from the front. ``seed`` says which ranking (for the lot)."""

    def lot(child: int) -> str:
        return hashlib.sha256(f"{seed} {child}".encode()).hexdigest()

    def places(one: Candidate) -> tuple[tuple[Any, ...], ...]:
        return tuple(
            each.place(one.facts.get(each.name), one.score, lot(one.child))
            for each in order.criteria
        )

    ordered = sorted(candidates, key=places)
    tiers = [tier for tier in order.tiers for _ in range(quotas.get(tier, 0))]
    total = len(tiers)
    last = ordered[total - 1] if 0 < total <= len(ordered) else None
    found = []
    for at, one in enumerate(ordered, 1):
        tier = tiers[at - 1] if at <= total else ""
        if tier or last is None:
            why = _why_chosen(order, one, at, total)
        else:
            pairs = zip(order.criteria, places(last), places(one), strict=True)
            decided = next(each for each, theirs, mine in pairs if theirs != mine)
            why = gettext("第{rank}名，{quota}个名额已满；和最后一名入选的相比，“{by}”在后").format(
                rank=at, quota=total, by=decided.text
            )
        found.append(Place(one.child, at, tier, why))
    return found


def _why_chosen(order: Order, one: Candidate, at: int, total: int) -> str:
    told = gettext("，").join(
        f"{each.text}{each.shown(one.facts.get(each.name), one.score)}"
        for each in order.criteria
        if each.by != "lot"
    )
    return gettext("第{rank}名，名额{quota}个：{told}").format(rank=at, quota=total, told=told)


def candidates(order: Order, place: Organisation, on: dt.date) -> list[Candidate]:
    """The students of a place who meet all that the policy asks but being chosen."""
    sweep = rulebook.compiled(on)
    policy = next((one for one in proposing.in_force(sweep) if one.id == order.policy), None)
    if policy is None:
        return []
    db = connect(memory=proposing.MEMORY)
    try:
        proposing.gather(db, on)
        proposing.decide(db, sweep, "decided")
        wanted = _patterns(db, sweep, policy, order.fact)
        asks = list(dict.fromkeys(fact for each in order.criteria for fact in each.asks))
        columns = "".join(f", t.{name(fact)}" for fact in asks)
        listed = ", ".join(map(str, wanted)) or "-1"
        rows = db.execute(
            f"SELECT v.child{columns} FROM decided v JOIN told t USING (child) "
            f"WHERE v.{place.kind} = {place.pk} AND v.pattern IN ({listed}) ORDER BY v.child"
        ).fetchall()
    finally:
        db.close()
    found = []
    for child, *values in rows:
        told = dict(zip(asks, values, strict=True))
        kept = {each.name: each.counts(told) for each in order.criteria if each.asks}
        found.append(Candidate(child, kept))
    return found


def _patterns(db: Any, sweep: Sweep, policy: Policy, fact: str) -> list[int]:
    """The patterns under which every condition that does not ask for ``fact`` is met."""
    others = [line.condition for line in policy.conditions if fact not in facts_in(line.condition)]
    return [
        pattern
        for pattern, *bits in proposing.patterns(db, sweep, "decided")
        if all(
            condition_truth(one, truth) is True
            for truth in (sweep.truth(bits[::2], bits[1::2]),)
            for one in others
        )
    ]
