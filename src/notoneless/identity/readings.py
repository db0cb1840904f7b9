"""How characters sound: toneless syllables from pypinyin's table, one small number each."""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

TABLE = "identity_readings"
"""The table ``character, syllable`` in a database that `load` has prepared."""

_FIRST = 0x4E00  # a syllable's number travels as one character, so that two texts carry the table


def syllable(reading: str) -> str:
    """A reading without its tone: ``líng`` becomes ``ling``, ``lǜ`` ``lu:``.

    >>> syllable("zhāng"), syllable("lǜ")
    ('zhang', 'lu:')
    """
    letters = []
    for letter in unicodedata.normalize("NFD", reading.lower()):
        if letter == "\u0308":
            letters.append(":")
        elif not unicodedata.combining(letter):
            letters.append(letter)
    return "".join(letters)


@cache
def _texts() -> tuple[str, str]:
    """Every character, and beside it the number of its first reading's syllable, as two texts."""
    spec = find_spec("pypinyin")  # only its data file: importing the package loads its phrases too
    assert spec is not None
    assert spec.origin is not None
    raw = json.loads(Path(spec.origin).with_name("pinyin_dict.json").read_text(encoding="utf-8"))
    numbers: dict[str, int] = {}
    toneless: dict[str, str] = {}
    characters, syllables = [], []
    for code, readings in raw.items():
        first = readings.split(",", 1)[0]
        if first not in toneless:
            toneless[first] = syllable(first)
        characters.append(chr(int(code)))
        syllables.append(chr(_FIRST + numbers.setdefault(toneless[first], len(numbers) + 1)))
    for offset in range(26):  # names in Latin letters: a letter sounds like itself, small or large
        for letter in (chr(65 + offset), chr(97 + offset)):
            characters.append(letter)
            syllables.append(chr(_FIRST + len(numbers) + 1 + offset))
    return "".join(characters), "".join(syllables)


def load(db: duckdb.DuckDBPyConnection) -> str:
    """Make the table of readings in this database, once; returns its name."""
    made = db.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [TABLE]).fetchall()
    if not made:
        db.execute(
            f"""CREATE TEMP TABLE {TABLE} AS
            SELECT unnest(string_split(?, '')) AS character,
                   (unicode(unnest(string_split(?, ''))) - {_FIRST})::BIGINT AS syllable""",
            list(_texts()),
        )
    return TABLE
