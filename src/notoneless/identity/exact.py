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
    SELECT s.left_row, s.right_row, s.number, s.digit, l.born,
           {unread("l.name")} AS left_name, {unread("r.name")} AS right_name
    FROM $same_number s
    JOIN $rows l ON l.side = $left_side AND l.row = s.left_row
    JOIN $rows r ON r.side = $right_side AND r.row = s.right_row
    WHERE s.same_date AND NOT s.same_name
      AND s.left_row NOT IN (SELECT left_row FROM $same_number WHERE same_name)
      AND s.right_row NOT IN (SELECT right_row FROM $same_number WHERE same_name)""",
    ("left_row", "right_row"),
)
"""Another name, the number's own birth date on both, and no row with this number fits better."""

HEARD = sounds_step(
    "heard",
    """SELECT left_name AS name FROM $renamed WHERE left_name IS NOT NULL
       UNION SELECT right_name FROM $renamed WHERE right_name IS NOT NULL""",
)

SWAPPED = Step(
    "swapped",
    """
    SELECT n.left_row, n.right_row
    FROM $renamed n JOIN $rows o
      ON o.born = n.born AND o.name = n.left_name AND o.side = $right_side
    WHERE NOT (o.side = $left_side AND o.row = n.left_row)
    UNION
    SELECT n.left_row, n.right_row
    FROM $renamed n JOIN $rows o
      ON o.born = n.born AND o.name = n.right_name AND o.side = $left_side
    WHERE NOT (o.side = $right_side AND o.row = n.right_row)""",
    ("left_row", "right_row"),
)
"""Renamed pairs of which one name stands, born the same day, elsewhere in the other list."""

UNHEARD = Step(
    "unheard",
    """
    SELECT n.*, s.left_row IS NULL
                AND coalesce(a.sound = b.sound AND a.syllables = b.syllables
                             AND strpos(n.left_name || n.right_name, '_') = 0, false) AS same_sound
    FROM $renamed n
    LEFT JOIN $heard a ON a.name = n.left_name
    LEFT JOIN $heard b ON b.name = n.right_name
    LEFT JOIN $swapped s ON s.left_row = n.left_row AND s.right_row = n.right_row""",
    ("left_row", "right_row"),
)
"""The renamed pairs, with whether the two names sound the same and cannot be two children's."""

AGREED = Step(
    "agreed",
    """
    SELECT left_row, right_row, number, digit, same_name, equal_date, other_date
    FROM $same_number WHERE same_name
    UNION ALL
    SELECT left_row, right_row, number, digit, false, true, false FROM $unheard WHERE same_sound""",
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
    WHERE NOT n.same_sound AND o.number IS DISTINCT FROM n.number""",
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

STEPS = (SAME_NUMBER, RENAMED, HEARD, SWAPPED, UNHEARD, AGREED, REST, KIN)
