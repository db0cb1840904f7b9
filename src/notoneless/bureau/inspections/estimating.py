"""From the units that were counted to all units: an estimate with its interval.

The estimator is the usual one of stratified sampling: the total is the sum over strata of N/n times what was
found, its variance the sum of N² (1 − n/N) s²/n. Where nothing at all was found the variance says nothing;
the upper end is then the exact bound: the largest number of affected units of which a sample of this size
would miss every one with at least 5 % probability.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, mean, variance

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Stratum:
    """Units there are, and what was found in each of those that were counted."""

    units: int
    found: Sequence[int]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of all units: the total, and the interval that holds it in 95 of 100 samples.

    ``bound`` says that nothing was found and ``high`` counts affected units, not children.
    """

    total: float
    low: float
    high: float
    bound: bool = False


def estimate(strata: Sequence[Stratum]) -> Estimate | None:
    """The estimate; None while a stratum has fewer than two counted units (or all of a single one)."""
    strata = [one for one in strata if one.units]
    if not strata or any(
        len(one.found) < min(2, one.units) or len(one.found) > one.units for one in strata
    ):
        return None
    observed = sum(sum(one.found) for one in strata)
    units, counted = sum(one.units for one in strata), sum(len(one.found) for one in strata)
    if not observed:
        return Estimate(0, 0, unseen(units, counted), bound=units > counted)
    total = sum(one.units * mean(one.found) for one in strata)
    spread = sum(
        one.units**2 * (1 - len(one.found) / one.units) * variance(one.found) / len(one.found)
        for one in strata
        if len(one.found) > 1
    )
    half = NormalDist().inv_cdf(0.5 + LEVEL / 2) * math.sqrt(spread)
    return Estimate(total, max(observed, total - half), total + half)


def unseen(units: int, counted: int) -> int:
    """The largest number of affected units that a sample without any would not rule out (at 95 %).

    Exact, by the hypergeometric distribution for a sample drawn from all units alike; with shares in
    proportion to the strata it differs little.
    """
    missed = 1.0
    for affected in range(1, units - counted + 1):
        # P(no affected unit in the sample) goes from k-1 to k affected units by this factor.
        missed *= (units - counted - affected + 1) / (units - affected + 1)
        if missed < 1 - LEVEL:
            return affected - 1
    return units - counted
