"""How good the answer is likely to be, from the lists themselves: nobody knows the truth.

Precision comes from the probabilities of the pairs that were joined. Recall comes from a test on
pairs whose truth is known: rows with the same valid number are compared as if they had none, and
the share that would still have been joined is the share found among rows that truly have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from notoneless.identity.assign import CERTAIN
from notoneless.identity.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Quality:
    """The estimate of one run, and the samples it rests on.

    ``linked`` and ``review`` count pairs by step. ``known_matches`` pairs of one number were tried
    without it, and ``matches_found`` of them would have been joined; of ``known_others`` pairs of
    two numbers (strangers, brothers and sisters) ``others_joined`` would have been, wrongly.
    """

    left_rows: int
    right_rows: int
    linked: Mapping[str, int]
    review: Mapping[str, int]
    precision: float | None
    recall: float | None
    known_matches: int
    matches_found: int
    known_others: int
    others_joined: int

    @property
    def review_share(self) -> float:
        """Doubtful pairs per row of the left list."""
        return sum(self.review.values()) / self.left_rows if self.left_rows else 0.0


def estimate(pipeline: Pipeline, left_rows: int, right_rows: int) -> Quality:
    """Count what the tables of a finished run show."""
    counts: dict[str, dict[str, int]] = {"linked": {}, "review": {}}
    chances = {"linked": 0.0, "review": 0.0}
    for decision, step, pairs, chance in pipeline.rows(
        """SELECT decision, step, count(*), sum(probability) FROM $links
        GROUP BY decision, step ORDER BY decision, step"""
    ):
        counts[decision][step] = pairs
        chances[decision] += chance
    samples = {
        kind == "match": (pairs, joined)
        for kind, pairs, joined in pipeline.rows(
            f"""SELECT CASE WHEN class = 'match' THEN 'match' ELSE 'other' END, count(*),
                   count(*) FILTER (WHERE probability >= {CERTAIN} AND name >= 3 AND born >= 1
                       AND coalesce(sex = 1, true)
                       AND (coalesce(household >= 1 OR place >= 1 OR school = 1, false)
                            OR (household IS NULL AND place IS NULL AND school IS NULL)))
            FROM $scored WHERE class <> 'candidate' GROUP BY 1"""
        )
    }
    known, found = samples.get(True, (0, 0))
    others, joined = samples.get(False, (0, 0))
    linked = sum(counts["linked"].values())
    by_number = sum(counts["linked"].get(step, 0) for step in ("exact", "number"))
    recall = None
    if linked and found:
        without = (linked - by_number) * known / found
        recall = linked / (by_number + max(without, linked - by_number + chances["review"]))
    return Quality(
        left_rows=left_rows,
        right_rows=right_rows,
        linked=counts["linked"],
        review=counts["review"],
        precision=chances["linked"] / linked if linked else None,
        recall=recall,
        known_matches=known,
        matches_found=found,
        known_others=others,
        others_joined=joined,
    )
