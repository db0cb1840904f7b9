"""First step: bring both lists to whole numbers and comparable names.

Everything is a number with one cast where it can be; only what fails the cast is looked at again.
The full lists are read once for the few columns that the exact step needs (`ROWS`). The rest, and
all that is dear (checks, sounds), is fetched only for rows that are still open (`OPEN`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notoneless.engines import duckdb as engine
from notoneless.identity.pipeline import Step

if TYPE_CHECKING:
    import duckdb

COLUMNS = {
    "row": "BIGINT",
    "name": "VARCHAR",
    "id_number": "VARCHAR",
    "birth_date": "DATE",
    "sex": "VARCHAR",
    "guardian_name": "VARCHAR",
    "guardian_id": "VARCHAR",
    "phone": "VARCHAR",
    "township": "VARCHAR",
    "village": "VARCHAR",
    "school": "VARCHAR",
}
"""What a list may bring; any but ``row`` and ``name`` may be missing."""

ADULT_YEARS = 14
"""A number whose bearer is this much older than the row's own birth date is an adult's number.

Siblings are rarely so far apart and parents rarely so near; such a number counts as missing, so a
number wrongly set aside costs a link and never makes one.
"""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def listed(db: duckdb.DuckDBPyConnection, table: str) -> str:
    """A list as a SELECT with every column of `COLUMNS`, NULL where it has none, for a step's text."""
    found = {
        column[0]
        for column in db.execute(f"SELECT * FROM {engine.name(table)} LIMIT 0").description or ()
    }
    columns = ", ".join(
        f"{engine.name(column)}::{kind} AS {column}"
        if column in found
        else f"NULL::{kind} AS {column}"
        for column, kind in COLUMNS.items()
    )
    return f"(SELECT {columns} FROM {engine.name(table)})".replace("$", "$$")


def whole(value: str, text: str) -> str:
    """``value``, the cast of ``text``'s first 17 characters, if all of them were digits, else NULL.

    Seventeen characters with a sign, an exponent or a space can only come to fewer digits, to a
    round number, or begin otherwise, so the dear comparison with the text is rarely needed.
    """
    return (
        f"CASE WHEN length({text}) = 18 AND {value} BETWEEN {10**16} AND {10**17 - 1}"
        f" AND {text} >= '1' AND ({value} % 100 <> 0"
        f" OR CAST({value} AS VARCHAR) = substr({text}, 1, 17)) THEN {value} END"
    )


def seventeen(text: str) -> str:
    """The first 17 of 18 characters as a whole number, else NULL; no exponent or sign passes."""
    return whole(f"TRY_CAST(substr({text}, 1, 17) AS BIGINT)", text)


def check(text: str) -> str:
    """The value of the check character, 0 to 10, or -1."""
    return f"least(strpos('0123456789Xx', substr({text}, 18, 1)), 11) - 1"


def weighted(number: str) -> str:
    """The weighted sum of the 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    return " + ".join(
        f"({number} // {10 ** (16 - place)}) % 10 * {weight}"
        if place
        else f"{number} // {10**16} * {weight}"
        for place, weight in enumerate(_WEIGHTS)
    )


def born_in(number: str) -> str:
    """The birth date inside a number, as a whole number ``yyyymmdd``."""
    return f"CAST(({number} // 1000) % 100000000 AS INTEGER)"


def is_date(day: str) -> str:
    """Whether a whole number ``yyyymmdd`` is a day of the calendar."""
    month, of_month, year = f"({day} // 100 % 100)", f"({day} % 100)", f"({day} // 10000)"
    leap = f"({year} % 4 = 0 AND ({year} % 100 <> 0 OR {year} % 400 = 0))"
    return (
        f"({day} >= 18000101 AND {month} BETWEEN 1 AND 12 AND {of_month} BETWEEN 1 AND"
        f" CASE WHEN {month} IN (4, 6, 9, 11) THEN 30 WHEN {month} <> 2 THEN 31"
        f" WHEN {leap} THEN 29 ELSE 28 END)"
    )


def is_checked(number: str, check_value: str) -> str:
    """Whether a number's check character is right."""
    return f"({check_value} >= 0 AND ({weighted(number)} + {check_value}) % 11 = 1)"


def is_valid(number: str, check_value: str) -> str:
    """Whether a number's check character and its birth date are right."""
    return f"({is_checked(number, check_value)} AND {is_date(born_in(number))})"


def is_of_an_adult(number: str, born: str) -> str:
    """Whether the number's bearer is a generation older than the birth date beside it."""
    return f"({born} // 10000 - ({number} // 10000000) % 10000 >= {ADULT_YEARS})"


_DOTS = "·•・‧．.･⋅∙ 　"

# Most names are two to four Han of three bytes; only the others are cleaned.
_NAME = (
    "CASE WHEN strlen(name) % 3 = 0 AND strlen(name) BETWEEN 6 AND 12 THEN name"
    f" ELSE nullif(upper(translate(name, '{_DOTS}', '')), '') END"
)


def _rows_of(source: str, side: int) -> str:
    """What the exact step needs of one list."""
    return f"""
    SELECT {side} AS side, row, {_NAME} AS name, id_number,
           TRY_CAST(substr(id_number, 1, 17) AS BIGINT) AS value,
           CAST({check("id_number")} AS INTEGER) AS digit,
           CAST(year(birth_date) * 10000 + month(birth_date) * 100 + day(birth_date) AS INTEGER) AS told
    FROM {source}"""


def _cleaned(source: str) -> str:
    own = born_in("value")
    return f"""
        SELECT side, row, name, CASE WHEN {is_of_an_adult("value", "told")} THEN NULL ELSE value END
                   AS number,
               digit, told, coalesce(told, CASE WHEN {is_date(own)} THEN {own} END) AS born
        FROM (SELECT side, row, name, digit, told, {whole("value", "id_number")} AS value
              FROM ({source}))"""


def rows_step(*sources: str, prepared: str = "") -> Step:
    """Both lists in one pass; the table ``prepared`` is a right list that has been through it before.

    ``number`` is not yet checked but never an adult's in a child's place; ``born`` is the date told
    or, if there is none, the number's.
    """
    fresh = sources[:1] if prepared else sources
    both = " UNION ALL ".join(_rows_of(source, side) for side, source in enumerate(fresh))
    kept = f" UNION ALL SELECT * FROM {prepared}" if prepared else ""
    return Step("rows", _cleaned(both) + kept, ("side", "row"))


def prepared_step(source: str) -> Step:
    """The rows of a right list, cleaned once and for all."""
    return Step("prepared", _cleaned(_rows_of(source, 1)), ("row",))


def _digits(text: str) -> str:
    return f"TRY_CAST({text} AS BIGINT)"


_KINDS_OF_PLACE = "(街道办事处|街道|社区居委会|居委会|村委会|社区|镇|乡|村)$$"


def _place(text: str) -> str:
    """A township's or village's name without the word for what it is."""
    return (
        f"CASE WHEN right({text}, 1) IN ('镇', '乡', '村') THEN left({text}, length({text}) - 1)"
        f" ELSE nullif(regexp_replace(trim({text}), '{_KINDS_OF_PLACE}', ''), '') END"
    )


def _late(source: str, side: int) -> str:
    """The remaining columns of the rows that are still open."""
    return f"""
    SELECT w.*, s.id_number, s.sex, s.guardian_name, s.guardian_id, s.phone,
           s.township, s.village, s.school
    FROM $wanted w JOIN {source} s ON w.side = {side} AND w.row = s.row"""


def fetch_step(*sources: str) -> Step:
    """All columns of the rows that are still open, and of the samples that weights are taken from."""
    return Step(
        "fetched",
        " UNION ALL ".join(_late(source, side) for side, source in enumerate(sources)),
        ("side", "row"),
    )


_UNREAD = r"[?？*＊□〇○_某\x{E000}-\x{F8FF}\x{FFFD}]"


def unread(name: str) -> str:
    """A name with ``_`` for each character that cannot be read: any one character."""
    return f"regexp_replace({name}, '{_UNREAD}', '_', 'g')"


JUDGED = Step(
    "judged",
    f"""
    SELECT side, row, settled, digits, digit, {unread("name")} AS name,
           {whole("guardian_value", "guardian_id")} AS guardian, {_digits("phone")} AS phone,
           born, sex, nullif(id_number, '') AS id_number,
           nullif(translate(guardian_name, '{_DOTS}', ''), '') AS guardian_name,
           {_place("township")} AS township, {_place("village")} AS village,
           nullif(trim(school), '') AS school,
           coalesce({is_valid("digits", "digit")}, false) AS valid,
           coalesce({is_of_an_adult("digits", "told")}, false) AS of_adult, told
    FROM (
        SELECT *, {whole("value", "id_number")} AS digits
        FROM (SELECT *, TRY_CAST(substr(id_number, 1, 17) AS BIGINT) AS value,
                     TRY_CAST(substr(guardian_id, 1, 17) AS BIGINT) AS guardian_value
              FROM $fetched)
    )""",
    ("side", "row"),
)
"""Each open row's number judged; what cannot be read in a name is ``_``, any one character."""


def sounds_step(name: str, names: str) -> Step:
    """How each distinct name sounds: the family name, the whole in order, and in any order.

    ``names`` selects one column ``name``, distinct. The first seven characters are packed nine bits
    each; a character without a reading has a sound of its own, shared by all such.
    """
    return Step(
        name,
        f"""
        SELECT name,
               CAST(sum(CASE WHEN place = 1 THEN syllable ELSE 0 END) AS BIGINT) AS family,
               CAST(sum(CASE WHEN place < 8 THEN syllable << CAST(9 * (place - 1) AS INTEGER)
                             ELSE 0 END) AS BIGINT) AS sound,
               CAST(sum(syllable * 40503 % 1048573 * (syllable + 7919)) AS BIGINT) AS syllables
        FROM (
            SELECT n.name, n.place, coalesce(c.syllable, 511) AS syllable
            FROM (SELECT name, unnest(range(1, least(length(name), 24) + 1)) AS place FROM ({names})) n
            LEFT JOIN $readings c ON c.character = substr(n.name, n.place, 1)
        )
        GROUP BY name""",
        ("name",),
    )


SOUNDS = sounds_step(
    "sounds",
    """SELECT name FROM $judged WHERE name IS NOT NULL
       UNION SELECT guardian_name FROM $judged WHERE guardian_name IS NOT NULL""",
)

OPEN = Step(
    "open",
    """
    SELECT j.side, j.row, j.settled, j.name, s.family, s.sound, s.syllables,
           coalesce(strpos(j.name, '_') > 0, false) AS unread,
           CASE WHEN usable OR NOT valid OR told IS NOT NULL THEN j.born END AS born, j.sex,
           CASE WHEN usable THEN j.digits END AS number,
           CASE WHEN NOT j.valid THEN j.id_number END AS wrong,
           CASE WHEN NOT j.valid THEN j.digits END AS digits,
           CASE WHEN NOT j.valid THEN j.digit END AS digit,
           coalesce(j.guardian, CASE WHEN j.valid AND NOT usable THEN j.digits END) AS guardian,
           g.sound AS guardian_sound, j.guardian_name, j.phone, j.township, j.village, j.school
    FROM (
        SELECT *, valid AND NOT of_adult AND digits IS DISTINCT FROM guardian
               AND NOT (told IS NULL AND digits IN
                        (SELECT guardian FROM $judged WHERE guardian IS NOT NULL)) AS usable
        FROM $judged
    ) j
    LEFT JOIN $sounds s ON s.name = j.name
    LEFT JOIN $sounds g ON g.name = j.guardian_name""",
    ("side", "row"),
)
"""The open rows as the later steps see them. ``number`` is a usable number: valid, and not that of
a guardian or another adult in the child's place; such a one is kept as the guardian's."""

STEPS = (JUDGED, SOUNDS, OPEN)
