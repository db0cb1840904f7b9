"""Fourth step: which of the open rows are worth comparing at all.

A handful of keys, each of which a true pair keeps when the others are spoilt. A key that a crowd
shares (a cadre's phone filled in for a whole village) tells nothing and is left out.
"""

from __future__ import annotations

from notoneless.identity.normalise import is_valid
from notoneless.identity.pipeline import Step

CROWD = 24
"""A household key shared by more open rows than this is not a household's."""

_ONE_WITHOUT_NUMBER = "(l.number IS NULL OR r.number IS NULL)"


def _key(*columns: str, where: str = "", crowd: str = "") -> str:
    """A pair for each two open rows that agree in these columns."""
    same = " AND ".join(f"l.{column} = r.{column}" for column in columns)
    rare = (
        f" AND l.{crowd} NOT IN (SELECT {crowd} FROM $open WHERE {crowd} IS NOT NULL"
        f" GROUP BY {crowd} HAVING count(*) > {CROWD})"
        if crowd
        else ""
    )
    return f"""
        SELECT l.row AS left_row, r.row AS right_row
        FROM $open l JOIN $open r ON {same}
        WHERE $across AND NOT l.settled AND NOT r.settled{where and f" AND {where}"}{rare}"""


NEAR = Step(
    "near",
    " UNION ".join(
        (
            _key("syllables", "born"),
            _key("guardian", crowd="guardian", where=_ONE_WITHOUT_NUMBER),
            _key("phone", crowd="phone", where=_ONE_WITHOUT_NUMBER),
            _key("syllables", "village", where=_ONE_WITHOUT_NUMBER),
            _key("syllables", "school", where=_ONE_WITHOUT_NUMBER),
            _key("village", "born", where=_ONE_WITHOUT_NUMBER),
            _key("family", "born", where=f"{_ONE_WITHOUT_NUMBER} AND (l.unread OR r.unread)"),
        )
    ),
    ("left_row", "right_row"),
)
"""Pairs that agree in a key. A guardian's number in the child's place was already made the
guardian's, so the other list's guardian finds it by the second key."""

UNEVEN = 4
"""From this many times more open rows on one side, only those near the other side's are looked at."""


def shortlist_step(small: int) -> Step:
    """The open rows, of the longer list only those that could be one of the shorter one's.

    They share the birth date and how the family name sounds (for long names, whose parts may have
    changed places, the birth date), or the name; or both with a row already settled. What is given
    up are pairs with another spelling *and* another birth date.
    """
    of_small = f"FROM $rest WHERE side = {small}"
    return Step(
        "unsettled",
        f"""
        WITH few AS (
            SELECT s.born, c.syllable
            FROM $rest s JOIN $readings c ON c.character = substr(s.name, 1, 1)
            WHERE s.side = {small} AND s.born IS NOT NULL
        )
        SELECT * FROM $rest WHERE side = {small}
        UNION ALL
        SELECT r.* FROM $rest r LEFT JOIN $readings c ON c.character = substr(r.name, 1, 1)
        WHERE r.side <> {small}
          AND (EXISTS (SELECT 1 FROM few f WHERE f.born = r.born AND f.syllable = c.syllable)
               OR (length(r.name) > 4 AND r.born IN (SELECT born {of_small} AND born IS NOT NULL))
               OR r.name IN (SELECT name {of_small} AND name IS NOT NULL)
               OR EXISTS (SELECT 1 FROM $rows o WHERE o.side = {small}
                          AND o.name = r.name AND o.born = r.born))""",
        ("side", "row"),
    )


DOUBLED = Step(
    "unsettled",
    """
    SELECT * FROM $rest r
    WHERE EXISTS (SELECT 1 FROM $lookalikes k WHERE k.row = r.row)
       OR EXISTS (SELECT 1 FROM $lookalikes k WHERE k.other_row = r.row)""",
    ("side", "row"),
)
"""Within one list: the open rows that share name and birth date with a numberless one. No other two
rows of one list are joined without a number."""

LOOKALIKES = Step(
    "lookalikes",
    f"""
    SELECT u.side, u.row, o.side AS other_side, o.row AS other_row
    FROM $unsettled u JOIN $rows o ON o.name = u.name AND o.born = u.born
    WHERE NOT coalesce({is_valid("u.number", "u.digit")}, false) AND NOT (o.side = u.side AND o.row = u.row)""",
    ("side", "row", "other_side", "other_row"),
)
"""Every other row of either list, settled or not, with an unsettled and numberless row's name and
birth date: one of them may be the child who is missing."""

SHADOWS = Step(
    "shadows",
    """
    SELECT DISTINCT $pair_left AS left_row, $pair_right AS right_row
    FROM $lookalikes k
    WHERE $pair_across AND NOT EXISTS
          (SELECT 1 FROM $unsettled u WHERE u.side = k.other_side AND u.row = k.other_row)""",
    ("left_row", "right_row"),
)
"""An unsettled row beside a settled one that looks like it: for a person to see."""

CANDIDATES = Step(
    "candidates",
    """
    SELECT left_row, right_row, max(by_number) AS by_number, max(how) AS repaired
    FROM (
        SELECT left_row, right_row, 0 AS by_number, NULL AS how FROM $near
        UNION ALL SELECT left_row, right_row, 0, how FROM $repaired
        UNION ALL SELECT s.left_row, s.right_row, 1, NULL FROM $same_number s
                  LEFT JOIN $agreed a ON a.left_row = s.left_row AND a.right_row = s.right_row
                  WHERE a.left_row IS NULL
        UNION ALL SELECT left_row, right_row, 0, NULL FROM $shadows
    )
    GROUP BY left_row, right_row""",
    ("left_row", "right_row"),
)
"""All pairs to be compared, once each."""

TWINS = Step(
    "twins",
    """
    SELECT DISTINCT k.left_row, k.right_row
    FROM $kin k
    JOIN $open o ON o.side = k.side AND o.row = k.row
    JOIN $open l ON l.side = $left_side AND l.row = k.left_row
    JOIN $open r ON r.side = $right_side AND r.row = k.right_row
    WHERE o.guardian = l.guardian OR o.guardian = r.guardian OR o.phone = l.phone
       OR o.phone = r.phone OR o.village = l.village OR o.village = r.village
       OR (k.namesake AND coalesce(o.guardian, o.phone) IS NULL AND o.village IS NULL)
       OR (k.namesake AND coalesce(l.guardian, l.phone, r.guardian, r.phone) IS NULL
           AND coalesce(l.village, r.village) IS NULL)""",
    ("left_row", "right_row"),
)
"""Pairs of one number and two names beside which a third row of the household, born the same day,
stands in one of the lists, or a namesake of whom no household is known: their numbers may have been
swapped."""
