"""Second step: the same valid number, and the name or the birth date agrees.

A birth date mostly comes out of the number itself, so beside another name it says little: it counts
only when both lists tell it and it is the number's own, and not when either list has a row that
fits better (twins whose numbers were swapped or copied). What is refused here is compared further
and, in doubt, goes to a person.
"""

from __future__ import annotations

from notoneless.identity.normalise import born_in, is_checked, is_date, sounds_step, unread
from notoneless.identity.pipeline import Step

SAME_NUMBER = Step(
    "same_number",
    f"""
    SELECT l.row AS left_row, r.row AS right_row, l.number, l.digit,
           coalesce(l.name = r.name, false) AS same_name,
           coalesce(l.told = r.told AND l.told = {born_in("l.number")}, false) AS same_date,
           coalesce(l.told = r.told, false) AS equal_date,
           coalesce(l.told <> r.told, false) AS other_date
    FROM $rows l JOIN $rows r ON l.number = r.number AND l.digit = r.digit
    WHERE $across AND {is_checked("l.number", "l.digit")}
      AND CASE WHEN l.told = {born_in("l.number")} THEN true ELSE {is_date(born_in("l.number"))} END""",
    ("left_row", "right_row"),
)
"""All pairs with one valid number that is no adult's in a child's place."""

RENAMED = Step(
    "renamed",
    f"""
    SELECT s.left_row, s.right_row, s.number, s.digit, s.same_date AS dated, {born_in("s.number")} AS born,
           coalesce(l.told = {born_in("s.number")}, true)
               AND coalesce(r.told = {born_in("s.number")}, true) AS agreeing,
           s.left_row IN (SELECT left_row FROM $same_number WHERE same_name)
               OR s.right_row IN (SELECT right_row FROM $same_number WHERE same_name) AS bettered,
           {unread("l.name")} AS left_name, {unread("r.name")} AS right_name
    FROM $same_number s
    JOIN $rows l ON l.side = $left_side AND l.row = s.left_row
    JOIN $rows r ON r.side = $right_side AND r.row = s.right_row
    WHERE NOT s.same_name""",
    ("left_row", "right_row"),
)
"""Another name beside the number. ``dated``: both lists tell the number's own birth date; ``agreeing``:
neither tells another; ``bettered``: a row with this number fits one of the two better."""

HEARD = sounds_step(
    "heard",
    """SELECT left_name AS name FROM $renamed WHERE left_name IS NOT NULL
       UNION SELECT right_name FROM $renamed WHERE right_name IS NOT NULL""",
)


def _fits(name: str, unread_name: str) -> str:
    """Whether a name could be the one of which a character cannot be read."""
    return f"(strpos({unread_name}, '_') > 0 AND {name} LIKE {unread_name})"


SWAPPED = Step(
    "swapped",
    f"""
    SELECT n.left_row, n.right_row
    FROM $renamed n JOIN $rows o
      ON o.born = n.born AND o.name = n.left_name AND o.side = $right_side
    WHERE o.number IS DISTINCT FROM n.number
    UNION
    SELECT n.left_row, n.right_row
    FROM $renamed n JOIN $rows o
      ON o.born = n.born AND o.name = n.right_name AND o.side = $left_side
    WHERE o.number IS DISTINCT FROM n.number
    UNION
    SELECT n.left_row, n.right_row
    FROM (SELECT * FROM $renamed WHERE NOT dated AND strpos(left_name || right_name, '_') > 0) n
    JOIN $rows o ON o.born = n.born AND o.number IS DISTINCT FROM n.number
    WHERE (o.side = $right_side AND {_fits("o.name", "n.left_name")})
       OR (o.side = $left_side AND {_fits("o.name", "n.right_name")})""",
    ("left_row", "right_row"),
)
"""Renamed pairs of which one name stands, or could be read, born the same day, elsewhere in the other
list: the number may be a twin's or a namesake's."""

DISPUTED = Step(
    "disputed",
    """
    SELECT number, digit
    FROM (SELECT number, digit, bettered,
                 CASE WHEN strpos(left_name, '_') = 0 THEN left_name END AS left_name,
                 CASE WHEN strpos(right_name, '_') = 0 THEN right_name END AS right_name
          FROM $renamed)
    GROUP BY number, digit
    HAVING count(DISTINCT left_name) > 1 OR count(DISTINCT right_name) > 1
        OR max(CASE WHEN bettered THEN 1 ELSE 0 END) + max(CASE WHEN left_name <> right_name
                                                               THEN 1 ELSE 0 END) > 1""",
    ("number", "digit"),
)
"""Numbers that two rows of one list claim with different names, as far as they can be read."""

LONGEST = 12
"""A character is looked for that far into a name; longer names lose theirs unseen."""


def _unread_in(name: str) -> str:
    return f"(length({name}) - length(replace({name}, '_', '')))"


def _shorter(short: str, long: str) -> str:
    """Whether ``short`` is ``long`` without one character, the first excepted."""
    without = ", ".join(
        f"left({long}, {at - 1}) || substr({long}, {at + 1})" for at in range(2, LONGEST + 1)
    )
    return f"(length({short}) >= 2 AND length({long}) = length({short}) + 1 AND {short} IN ({without}))"


_LOST = f"""(substr(n.left_name, 1, 1) = substr(n.right_name, 1, 1) AND (
        ({_unread_in("n.left_name")} + {_unread_in("n.right_name")} = 1
         AND length(n.left_name) = length(n.right_name) AND length(n.left_name) >= 2
         AND (n.left_name LIKE n.right_name OR n.right_name LIKE n.left_name))
        OR (strpos(n.left_name || n.right_name, '_') = 0
            AND ({_shorter("n.left_name", "n.right_name")}
                 OR {_shorter("n.right_name", "n.left_name")}))))"""
"""One name is the other with a character unreadable or left out; the family name is there."""

UNHEARD = Step(
    "unheard",
    f"""
    SELECT n.*, s.left_row IS NULL AND (lost OR (same_sound AND (dated OR plain))) AS one_child
    FROM (
        SELECT n.*, plain AND NOT dated AND {_LOST} AS lost,
               coalesce(a.sound = b.sound AND a.syllables = b.syllables
                        AND strpos(n.left_name || n.right_name, '_') = 0, false) AS same_sound
        FROM (
            SELECT n.*, $renaming AND d.number IS NULL
                        AND coalesce(substr(n.left_name, 1, 1) = substr(n.right_name, 1, 1), false)
                       AS plain
            FROM $renamed n LEFT JOIN $disputed d ON d.number = n.number AND d.digit = n.digit
            WHERE (dated OR agreeing)
              AND (NOT bettered OR (NOT dated AND strpos(left_name || right_name, '_') > 0))
        ) n
        LEFT JOIN $heard a ON a.name = n.left_name
        LEFT JOIN $heard b ON b.name = n.right_name
    ) n
    LEFT JOIN $swapped s ON s.left_row = n.left_row AND s.right_row = n.right_row
    WHERE dated OR (s.left_row IS NULL AND (lost OR (same_sound AND plain)))""",
    ("left_row", "right_row"),
)
"""The renamed pairs, with whether the two names are one child's.

Where both lists tell the number's birth date, sounding the same is enough. Where one does not, the
date says nothing that the number did not: the family name must be the same, the name sound the same
or have lost one character, and nobody else in either list claim the number. Such pairs, if they do
not hold, are left to a person."""

AGREED = Step(
    "agreed",
    """
    SELECT left_row, right_row, number, digit, same_name, false AS lost, equal_date, other_date
    FROM $same_number WHERE same_name
    UNION ALL
    SELECT left_row, right_row, number, digit, false, lost, dated, false FROM $unheard WHERE one_child""",
    ("left_row", "right_row"),
)
"""The pairs that are one person for certain."""

REST = Step(
    "rest",
    """
    SELECT * FROM $rows o
    WHERE NOT EXISTS
          (SELECT 1 FROM $agreed a WHERE a.number = o.number AND a.digit = o.digit)""",
    ("side", "row"),
)
"""The rows that are left: a tenth of a list, or what the other list does not have.

A row whose number belongs to an agreed pair is settled even if it is not in the pair itself."""

KIN = Step(
    "kin",
    """
    SELECT n.left_row, n.right_row, o.side, o.row,
           coalesce(o.name = n.left_name OR o.name = n.right_name, false) AS namesake
    FROM $unheard n JOIN $rest o
      ON o.born = n.born
      AND (substr(o.name, 1, 1) = substr(n.left_name, 1, 1)
           OR substr(o.name, 1, 1) = substr(n.right_name, 1, 1))
    WHERE NOT n.one_child AND o.number IS DISTINCT FROM n.number""",
    ("left_row", "right_row", "side", "row"),
)
"""Who may be a twin of a pair with two different names, the numbers swapped: the same day, the same
family name, and not long settled with a number of its own."""

EXACT = Step(
    "exact",
    """
    SELECT a.* FROM $agreed a
    JOIN (SELECT left_row, min(right_row) AS right_row FROM $agreed GROUP BY left_row) b
      ON b.left_row = a.left_row AND b.right_row = a.right_row""",
    ("left_row",),
)
"""Each left row with one right row: the first of those with this number."""

STEPS = (SAME_NUMBER, RENAMED, HEARD, SWAPPED, DISPUTED, UNHEARD, AGREED, REST, KIN)
