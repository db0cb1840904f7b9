"""The steps put together: one list against another, and one list against itself."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from notoneless.engines import duckdb as engine
from notoneless.identity import (
    assign,
    candidates,
    exact,
    normalise,
    quality,
    readings,
    repair,
    review,
    score,
)
from notoneless.identity.pipeline import Pipeline, Step

if TYPE_CHECKING:
    import duckdb

_made = count(1)

_ACROSS = {
    "across": "l.side = 0 AND r.side = 1",
    "left_side": "0",
    "right_side": "1",
    "renaming": "true",
    "strict": "true",
    "lone": "left_beside = 0 AND left_across <= 1 AND right_beside = 0 AND right_across <= 1",
    "pair_left": "CASE WHEN k.side = 0 THEN k.row ELSE k.other_row END",
    "pair_right": "CASE WHEN k.side = 0 THEN k.other_row ELSE k.row END",
    "pair_across": "k.side <> k.other_side",
}
"""One list against another."""

_WITHIN = {
    "across": "l.row < r.row",
    "left_side": "0",
    "right_side": "0",
    # In one list another name beside the same number is more often a copied number than a new name.
    "renaming": "false",
    # Two rows of one list are one child only if they are the same in everything that can be compared.
    "strict": "(name = 6 AND born = 3 AND coalesce(household, 1) >= 1 AND coalesce(place, 2) = 2"
    " AND coalesce(school, 1) = 1 AND near)",
    "lone": "left_beside <= 1 AND right_beside <= 1",
    "pair_left": "least(k.row, k.other_row)",
    "pair_right": "greatest(k.row, k.other_row)",
    "pair_across": "k.row <> k.other_row",
}
"""One list against itself: pairs of rows, the smaller first."""

_FEWEST_STRANGERS = 1000.0
"""However short the lists, so many strangers are thought of per child: the world outside them."""

_FEW = 2000
"""Shorter lists are not worth a shortlist."""

_FOUND, _TWICE = 0.5, 0.002
"""Of the open rows, how many are thought to be in the other list, and how many twice in one."""

_SIBLINGS = {2: 1.0, 1: 200.0}
"""Pairs of brothers and sisters for one pair of the same child, across two lists and within one."""

WANTED = Step(
    "wanted",
    """
    SELECT o.*, u.row IS NULL AS settled
    FROM (
        SELECT side, row FROM $unsettled
        UNION SELECT $left_side, left_row FROM $sample_pairs
        UNION SELECT $right_side, right_row FROM $sample_pairs
        UNION SELECT $left_side, left_row FROM $shadows
        UNION SELECT $right_side, right_row FROM $shadows
        UNION SELECT side, row FROM $kin
        UNION SELECT $left_side, s.left_row FROM $refused s
        UNION SELECT $right_side, s.right_row FROM $refused s
    ) w
    JOIN $rows o ON o.side = w.side AND o.row = w.row
    LEFT JOIN $unsettled u ON u.side = w.side AND u.row = w.row""",
    ("side", "row"),
)
"""The rows whose other columns are fetched."""

REFUSED = Step(
    "refused",
    """
    SELECT s.left_row, s.right_row FROM $same_number s
    LEFT JOIN $agreed a ON a.left_row = s.left_row AND a.right_row = s.right_row
    WHERE a.left_row IS NULL""",
    ("left_row", "right_row"),
)
"""Pairs of one number that the exact step would not join."""

SAMPLES = Step(
    "samples",
    """
    WITH numbered AS (
        SELECT left_row, right_row, row_number() OVER (ORDER BY left_row * 7919 % 1000003, left_row) AS n
        FROM $sample_pairs
    )
    SELECT 'match' AS class, left_row, right_row FROM $sample_pairs
    UNION ALL
    SELECT DISTINCT 'stranger', a.left_row, b.right_row
    FROM numbered a JOIN numbered b ON b.n = a.n + 1
    UNION ALL
    SELECT 'sibling', l.row, r.row
    FROM $open l JOIN $open r ON l.guardian = r.guardian
    WHERE $across AND l.number <> r.number AND NOT l.unread AND NOT r.unread
      AND l.guardian NOT IN (SELECT guardian FROM $open WHERE guardian IS NOT NULL
                             GROUP BY guardian HAVING count(*) > 24)""",
    ("class", "left_row", "right_row"),
)
"""Pairs whose class is known without any score, to learn the weights from. Open rows have more
unreadable names than others, so brothers and sisters with such names would mislead."""


@dataclass(frozen=True, slots=True)
class Links:
    """The answer of `link`.

    ``table`` holds one row per link and per doubtful pair: ``left_row, right_row, probability,
    decision ('linked' | 'review'), step, evidence``; ``weights`` are those the score added up.
    """

    table: str
    quality: quality.Quality
    weights: tuple[score.Weight, ...]


def _compare(
    db: duckdb.DuckDBPyConnection,
    lists: tuple[str, ...],
    mode: dict[str, str],
    name: str,
    prepared: str = "",
) -> tuple[quality.Quality, tuple[score.Weight, ...]]:
    sources = tuple(normalise.listed(db, table) for table in lists)
    with Pipeline(db, readings=readings.load(db), **mode) as pipeline:
        pipeline.run(normalise.rows_step(*sources, prepared=prepared), *exact.STEPS)
        pipeline.run(exact.EXACT, REFUSED)
        left, right = _shortlist(pipeline, len(lists))
        pipeline.run(candidates.SHADOWS)
        known = pipeline.number("SELECT count(*) FROM $exact")
        share = 1000003 if known <= score.SAMPLE else 1000003 * score.SAMPLE // known
        pipeline.run(
            Step(
                "sample_pairs",
                f"""SELECT left_row, right_row FROM $same_number
                WHERE (same_name OR equal_date) AND number % 1000003 * 7919 % 1000003 < {share}""",
                ("left_row", "right_row"),
            ),
            WANTED,
        )
        rows = dict(pipeline.rows("SELECT side, count(*) FROM $rows GROUP BY side"))
        pipeline.drop("rows")  # the largest table
        pipeline.run(
            normalise.fetch_step(*sources),
            *normalise.STEPS,
            *repair.STEPS,
            candidates.NEAR,
            candidates.CANDIDATES,
            candidates.TWINS,
            SAMPLES,
            score.COMPARED,
        )
        weights = score.learn(pipeline)
        expected = (_FOUND if len(lists) == 2 else _TWICE) * min(left, right) + 1
        strangers, siblings = max(_FEWEST_STRANGERS, left * right / expected), _SIBLINGS[len(lists)]
        pipeline.run(
            score.scored_step(weights, strangers, siblings),
            assign.RIVALS,
            assign.JUDGED_PAIRS,
            assign.CHOSEN,
            review.doubtful_step(),
            review.links_step(),
        )
        found = quality.estimate(pipeline, rows.get(0, 0), rows.get(len(lists) - 1, 0))
        pipeline.keep("links", name)
    return found, weights


def _shortlist(pipeline: Pipeline, lists: int) -> tuple[int, int]:
    """Choose the open rows that the later steps look at; returns how many there were on each side."""
    rest = dict(pipeline.rows("SELECT side, count(*) FROM $rest GROUP BY side"))
    left, right = rest.get(0, 0), rest.get(lists - 1, 0)
    pipeline.also("unsettled", "rest")
    if lists == 2 and max(left, right) > candidates.UNEVEN * min(left, right) + _FEW:
        pipeline.run(candidates.shortlist_step(0 if left < right else 1))
    pipeline.run(candidates.LOOKALIKES)
    if lists == 1:
        pipeline.run(candidates.DOUBLED)
    return left, right


def link(db: duckdb.DuckDBPyConnection, left: str, right: str) -> Links:
    """Whose row of ``right`` each row of ``left`` is.

    ``left`` and ``right`` name tables or views of the open database with the columns of
    `normalise.COLUMNS` (any but ``row`` and ``name`` may be missing; ``row`` is unique in its
    table). Each left row is linked at most once; rows with two different valid numbers never are.
    """
    table = f"links_{next(_made)}"
    found, weights = _compare(db, (left, right), _ACROSS, table)
    return Links(table, found, weights)


class Registry:
    """A long list kept ready, so that a short one is linked against it without reading all of it.

    ``rows`` names a table as for `link`; make a new registry when it changes.
    """

    def __init__(self, db: duckdb.DuckDBPyConnection, rows: str) -> None:
        self._db, self._rows = db, rows
        self._prepared = f"registry_{next(_made)}"
        with Pipeline(db) as pipeline:
            pipeline.run(normalise.prepared_step(normalise.listed(db, rows)))
            pipeline.keep("prepared", self._prepared)

    def link(self, left: str) -> Links:
        """The same as ``link(db, left, rows)``, sooner."""
        table = f"links_{next(_made)}"
        found, weights = _compare(
            self._db, (left, self._rows), _ACROSS, table, prepared=self._prepared
        )
        return Links(table, found, weights)


@dataclass(frozen=True, slots=True)
class Groups:
    """The answer of `group`.

    ``table`` has ``row, person`` for every row, ``person`` being the smallest row of the group.

    ``pairs`` has the rows' pairs like `Links.table`, the smaller row on the left; ``doubtful`` the
    undecided ones of them.
    """

    table: str
    pairs: str
    doubtful: str
    quality: quality.Quality
    weights: tuple[score.Weight, ...]


def group(db: duckdb.DuckDBPyConnection, rows: str) -> Groups:
    """Which rows of one list are one person; columns as for `link`."""
    number = next(_made)
    pairs, doubtful, persons = f"pairs_{number}", f"doubtful_{number}", f"persons_{number}"
    found, weights = _compare(db, (rows,), _WITHIN, pairs)
    db.execute(f"CREATE TEMP VIEW {doubtful} AS SELECT * FROM {pairs} WHERE decision = 'review'")
    db.execute(
        f"""CREATE TEMP TABLE {persons} AS
        SELECT s.row, coalesce(p.person, s.row) AS person
        FROM {engine.name(rows)} s
        LEFT JOIN (SELECT right_row, min(left_row) AS person FROM {pairs}
                   WHERE decision = 'linked' GROUP BY right_row) p ON p.right_row = s.row"""
    )
    while True:  # a chain of pairs ends at its smallest row; mostly one round finds nothing to do
        changed = db.execute(
            f"""UPDATE {persons} AS a SET person = b.person FROM {persons} AS b
            WHERE b.row = a.person AND b.person < a.person"""
        ).fetchall()
        if not changed or not changed[0][0]:
            break
    return Groups(persons, pairs, doubtful, found, weights)
