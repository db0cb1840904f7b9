"""Third step: a wrong number may be one slip of the hand away from somebody's right one.

Any single wrong digit and any two neighbours changed round break the check character, and about
eighteen single changes would mend it; each is looked up among the usable numbers of the other rows.
Finding one is evidence, to be weighed with name, birth date and sex, and never a link by itself.
"""

from __future__ import annotations

from notoneless.identity.normalise import born_in, check, is_date, is_valid, seventeen, weighted
from notoneless.identity.pipeline import Step

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_PLACES = ", ".join(
    f"({10 ** (16 - place)}::BIGINT, {pow(weight, -1, 11)})"
    for place, weight in enumerate(_WEIGHTS)
)

_BROKEN = f"""
    SELECT side, row, digits, digit, ({weighted("digits")}) % 11 AS total
    FROM $open WHERE digits IS NOT NULL AND wrong IS NOT NULL AND NOT settled"""

MENDED = Step(
    "mended",
    f"""
    WITH broken AS ({_BROKEN}),
    changed AS (
        SELECT side, row, digits, value, digits // value % 10 AS was,
               (digits // value % 10 + (12 + 11 - total - digit) * inverse) % 11 AS now
        FROM broken, (VALUES {_PLACES}) places(value, inverse) WHERE digit >= 0
    ),
    turned AS (
        SELECT side, row, digit,
               digits + (digits // value % 10 - digits // (value * 10) % 10) * value * 9 AS digits
        FROM broken, (VALUES {_PLACES}) places(value, inverse) WHERE value < {10**16}
    )
    SELECT side, row, digits AS number, 'check' AS how FROM broken
    UNION ALL
    SELECT side, row, digits + (now - was) * value, 'digit' FROM changed
    WHERE now < 10 AND now <> was
    UNION ALL
    SELECT side, row, digits, 'turned' FROM turned WHERE {is_valid("digits", "digit")}
    UNION ALL
    SELECT side, row, digits - digits % 10 + digit, 'turned' FROM broken
    WHERE digit BETWEEN 0 AND 9
      AND (total - 2 * (digits % 10) + 2 * digit + digits % 10 + 22) % 11 = 1""",
    (),
)
"""The numbers one slip away from a wrong one of the right length.

Replacing digit d of weight w mends the sum T when w (d' - d) = 1 - T (mod 11)."""

_MISSHAPEN = (
    "SELECT side, row, wrong FROM $open WHERE digits IS NULL AND wrong IS NOT NULL AND NOT settled"
)

_EDITS = f"""
    WITH misshapen AS ({_MISSHAPEN}),
    places AS (SELECT unnest(range(1, 20)) AS place),
    signs AS (SELECT substr('0123456789X', CAST(n AS INTEGER), 1) AS sign
              FROM (SELECT unnest(range(1, 12)) AS n)),
    edited AS (
        SELECT side, row, substr(wrong, 1, place - 1) || sign || substr(wrong, place) AS text
        FROM misshapen, places, signs WHERE length(wrong) = 17 AND place <= 18
        UNION
        SELECT side, row, substr(wrong, 1, place - 1) || sign || substr(wrong, place + 1)
        FROM misshapen, places, signs WHERE length(wrong) = 18 AND place <= 18
        UNION
        SELECT side, row, substr(wrong, 1, place - 1) || substr(wrong, place + 1)
        FROM misshapen, places WHERE length(wrong) = 19
    )
    SELECT side, row, {seventeen("text")} AS number, {check("text")} AS digit FROM edited"""

RESHAPED = Step(
    "reshaped",
    f"""
    SELECT DISTINCT side, row, number, 'shape' AS how FROM ({_EDITS})
    WHERE number IS NOT NULL AND {is_valid("number", "digit")}""",
    ("side", "row", "number"),
)
"""The same for a number with one character too few, too many, or not a digit."""

REPAIRED = Step(
    "repaired",
    f"""
    WITH mended AS (SELECT * FROM $mended WHERE {is_date(born_in("number"))}
                    UNION ALL SELECT * FROM $reshaped)
    SELECT left_row, right_row, min(how) AS how FROM (
        SELECT l.row AS left_row, r.row AS right_row, m.how
        FROM mended m JOIN $open l ON l.side = m.side AND l.row = m.row
        JOIN $open r ON r.number = m.number AND NOT r.settled WHERE $across
        UNION ALL
        SELECT l.row, r.row, m.how
        FROM mended m JOIN $open r ON r.side = m.side AND r.row = m.row
        JOIN $open l ON l.number = m.number AND NOT l.settled WHERE $across
    ) GROUP BY left_row, right_row""",
    ("left_row", "right_row"),
)
"""The pairs of which one number is a repair of the other."""

STEPS = (MENDED, RESHAPED, REPAIRED)
