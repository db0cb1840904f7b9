"""Second step: the same valid number, and the name or the birth date agrees.

A birth date mostly comes out of the number itself, so beside another name it says little: it counts
only when both lists tell it and it is the number's own, and not when either list has a row that
fits better (twins whose numbers were swapped or copied). What is refused here goes to a person.
"""

from __future__ import annotations

from notoneless.identity.normalise import born_in, is_of_an_adult, is_valid
from notoneless.identity.pipeline import Step

SAME_NUMBER = Step(
    "same_number",
    f"""
    SELECT l.row AS left_row, r.row AS right_row, l.number,
           coalesce(l.name = r.name, false) AS same_name,
           coalesce(l.told = r.told AND l.told = {born_in("l.number")}, false) AS same_date,
           coalesce(l.told = r.told, false) AS equal_date,
           coalesce(l.told <> r.told, false) AS other_date
    FROM $rows l JOIN $rows r ON l.number = r.number AND l.digit = r.digit
    WHERE $across AND {is_valid("l.number", "l.digit")}
      AND NOT coalesce({is_of_an_adult("l.number", "l.told")}, false)
      AND NOT coalesce({is_of_an_adult("r.number", "r.told")}, false)""",
    ("left_row", "right_row"),
)
"""All pairs with one valid number that is no adult's in a child's place."""

RENAMED = Step(
    "renamed",
    """
    SELECT s.left_row, s.right_row, l.name AS left_name, r.name AS right_name, l.born
    FROM $same_number s
    JOIN $rows l ON l.side = $left_side AND l.row = s.left_row
    JOIN $rows r ON r.side = $right_side AND r.row = s.right_row
    WHERE s.same_date AND NOT s.same_name AND $may_be_renamed
      AND s.left_row NOT IN (SELECT left_row FROM $same_number WHERE same_name)
      AND s.right_row NOT IN (SELECT right_row FROM $same_number WHERE same_name)""",
    ("left_row", "right_row"),
)
"""Another name, the number's own birth date on both, and no row with this number fits better."""

SWAPPED = Step(
    "swapped",
    """
    SELECT DISTINCT n.left_row, n.right_row
    FROM $renamed n JOIN $rows o
      ON o.born = n.born AND o.name = n.left_name AND o.side = $right_side
    UNION
    SELECT DISTINCT n.left_row, n.right_row
    FROM $renamed n JOIN $rows o
      ON o.born = n.born AND o.name = n.right_name AND o.side = $left_side""",
    ("left_row", "right_row"),
)
"""Renamed pairs of which one name stands, born the same day, elsewhere in the other list."""

AGREED = Step(
    "agreed",
    """
    SELECT left_row, right_row, number, same_name, equal_date, other_date FROM $same_number WHERE same_name
    UNION ALL
    SELECT s.left_row, s.right_row, s.number, s.same_name, s.equal_date, s.other_date
    FROM $same_number s
    JOIN $renamed n ON n.left_row = s.left_row AND n.right_row = s.right_row
    LEFT JOIN $swapped w ON w.left_row = s.left_row AND w.right_row = s.right_row
    WHERE w.left_row IS NULL""",
    ("left_row", "right_row"),
)
"""The pairs that are one person for certain."""

UNSETTLED = Step(
    "unsettled",
    f"""
    SELECT *, number IS NULL
              OR NOT coalesce({is_valid("number", "digit")}, false)
              OR coalesce({is_of_an_adult("number", "told")}, false) AS numberless
    FROM $rows o
    WHERE NOT EXISTS (SELECT 1 FROM $agreed a WHERE o.side = $left_side AND a.left_row = o.row)
      AND NOT EXISTS (SELECT 1 FROM $agreed a WHERE o.side = $right_side AND a.right_row = o.row)""",
    ("side", "row"),
)
"""The rows that need the later steps: a tenth of a list, or what the other list does not have."""

EXACT = Step(
    "exact",
    """
    SELECT a.* FROM $agreed a
    JOIN (SELECT left_row, min(right_row) AS right_row FROM $agreed GROUP BY left_row) b
      ON b.left_row = a.left_row AND b.right_row = a.right_row""",
    ("left_row",),
)
"""Each left row with one right row: the first of those with this number."""

STEPS = (SAME_NUMBER, RENAMED, SWAPPED, AGREED, UNSETTLED)
