"""Sixth step: who gets whom. One child, one valid number; what is not certain is not joined.

The rules come before the score, since precision comes before recall: a wrong link hides a child.
"""

from __future__ import annotations

from notoneless.identity.pipeline import Step

CERTAIN = 0.95
"""A pair is joined from this probability on."""

WITHOUT_PLACE = 0.99
"""... and from this one where the lists have no place, school or guardian to compare, or where only
the township or the school agrees and the guardian does not."""

DOUBTFUL = 0.05
"""A pair from here up to `CERTAIN`, or a likelier one that a rule forbids, goes to a person."""

WITHOUT_BOTH = 0.3
"""... from here on where neither the name nor the birth date agrees: mother and child share a phone."""

RIVALS = Step(
    "rivals",
    """
    SELECT side, row,
           sum(CASE WHEN other_side = side THEN 1 ELSE 0 END) AS beside,
           sum(CASE WHEN other_side <> side THEN 1 ELSE 0 END) AS across
    FROM $lookalikes GROUP BY side, row""",
    ("side", "row"),
)
"""For a numberless row, how many other rows bear its name and birth date, in its list and the other."""

JUDGED_PAIRS = Step(
    "judged_pairs",
    f"""
    WITH counted AS (
        SELECT s.*,
               CASE WHEN s.name >= 3 AND s.born = 3 THEN 1 ELSE 0 END AS alike,
               CASE WHEN s.probability >= {DOUBTFUL} AND (s.name >= 3 OR s.by_number = 1)
                    THEN 1 ELSE 0 END AS likely,
               u.left_row IS NOT NULL AND t.left_row IS NULL AS renamed,
               w.left_row IS NOT NULL AS swapped,
               coalesce(a.beside, 0) AS left_beside, coalesce(a.across, 0) AS left_across,
               coalesce(b.beside, 0) AS right_beside, coalesce(b.across, 0) AS right_across
        FROM $scored s
        LEFT JOIN $rivals a ON a.side = $left_side AND a.row = s.left_row
        LEFT JOIN $rivals b ON b.side = $right_side AND b.row = s.right_row
        LEFT JOIN $twins t ON t.left_row = s.left_row AND t.right_row = s.right_row
        LEFT JOIN $unheard u ON u.left_row = s.left_row AND u.right_row = s.right_row
        LEFT JOIN $swapped w ON w.left_row = s.left_row AND w.right_row = s.right_row
        WHERE s.class = 'candidate'
    ),
    per_left AS (SELECT left_row, sum(alike) AS left_alike, sum(likely) AS left_likely
                 FROM counted GROUP BY left_row),
    per_right AS (SELECT right_row, sum(alike) AS right_alike, sum(likely) AS right_likely
                  FROM counted GROUP BY right_row),
    told AS (
        SELECT c.*, left_alike, left_likely, right_alike, right_likely,
               coalesce(household >= 1, false) OR coalesce(place = 2, false)
                   OR ((coalesce(place = 1, false) OR coalesce(school = 1, false))
                       AND (household IS NULL OR probability >= {WITHOUT_PLACE})) AS near,
               household IS NULL AND place IS NULL AND school IS NULL AS nowhere
        FROM counted c
        JOIN per_left a ON a.left_row = c.left_row
        JOIN per_right b ON b.right_row = c.right_row
    ),
    ruled AS (
        SELECT *,
               $lone AND left_alike <= 1 AND right_alike <= 1 AS alone,
               left_likely <= 1 AND right_likely <= 1 AS unrivalled,
               CASE WHEN settled OR left_number <> right_number THEN false
                    WHEN by_number = 1 THEN (name >= 3 AND coalesce(born, 0) <> 3 AND NOT swapped)
                         OR ($renaming AND renamed)
                    ELSE name >= 3 AND born >= 1 AND coalesce(sex = 1, true) AND (born = 3 OR name >= 5)
                         AND (near OR (nowhere AND probability >= {WITHOUT_PLACE})
                              OR (repaired IS NOT NULL AND born = 3)) END AS may
        FROM told
    )
    SELECT *, coalesce(may AND unrivalled
                       AND (by_number = 1 OR ($strict AND alone AND probability >= {CERTAIN})),
                       false) AS allowed
    FROM ruled""",
    ("left_row", "right_row"),
)
"""Every compared pair, with what the rules say.

``alone``: no other row of either list bears the name and birth date. ``may``: not two different
numbers; the name agrees; and either the number is the same or date, sex and place agree."""

CHOSEN = Step(
    "chosen",
    "SELECT left_row, right_row FROM $judged_pairs WHERE allowed",
    ("left_row",),
)
"""The pairs that are joined. Neither row of an allowed pair has another likely partner, so no order
of joining can matter."""
