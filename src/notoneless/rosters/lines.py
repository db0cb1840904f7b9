"""Which rows below a heading hold people: totals, notes, empty and repeated heading rows do not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from notoneless.rosters.books.sheet import Cell

_NOTE = re.compile(
    r"(合\s*计|总\s*计|小\s*计|共\s*计|本页|累计|注\s*[:：1-9]|备\s*注|说\s*明|填\s*表|制\s*表|审\s*核|负责人|校长|经办"
    r"|单位负责|联系人|统计人|主管|领导|报送|盖章|签[字章名]|填报|日\s*期\s*[:：])"
)


_TOTAL = re.compile(r"\s*(合\s*计|总\s*计|小\s*计|共\s*计)")
_LONGEST_VALUE = 20


class LineFilter:
    """Looks at the wanted cells of a row.

    ``keys`` are the positions of name and number cells, ``lead`` how many cells stand before the
    list's own columns (serial numbers, totals, notes), ``headings`` the texts above the key columns.
    ``skipped`` counts the rows that said something and held nobody.
    """

    def __init__(self, keys: Sequence[int], lead: int, headings: frozenset[str]) -> None:
        self._keys = keys
        self._lead = lead
        self._headings = headings
        self.skipped = 0

    def holds_people(self, row: Sequence[Cell]) -> bool:
        """Whether the row is of the list; one that lost name and number still is."""
        named = [cell for slot in self._keys if (cell := row[slot])]
        if not named:
            # Nobody named: an empty or pre-numbered line, a total, a note, or a person lost.
            return not self._is_nothing(row)
        if _tells(named) or not self._is_note(row):
            return True
        self.skipped += 1
        return False

    def _is_nothing(self, row: Sequence[Cell]) -> bool:
        rest = [cell for cell in row[self._lead :] if cell is not None and not _blank(cell)]
        texts = [cell for cell in row if isinstance(cell, str) and not _blank(cell)]
        if not rest:
            self.skipped += bool(texts)
            return True
        note = any(_NOTE.match(text.strip()) for text in texts[:2])
        alone = len(rest) == 1 and isinstance(rest[0], str) and len(rest[0]) > _LONGEST_VALUE
        self.skipped += note or alone
        return note or alone

    def _is_note(self, row: Sequence[Cell]) -> bool:
        """A note or total that reached the name's column, or a heading printed again."""
        texts = [cell for slot in self._keys if isinstance(cell := row[slot], str)]
        if texts and all(text.strip() in self._headings for text in texts):
            return True
        if any(re.search(r"\d{15}", text) for text in texts):
            return False
        filled = [cell for cell in row if cell is not None and not _blank(cell)]
        if len(filled) <= 3:
            first = next((cell for cell in filled if isinstance(cell, str)), "")
            return bool(_NOTE.match(first.strip()))
        lead = [cell for cell in row[: self._lead] if isinstance(cell, str)]
        return any(_TOTAL.match(text) for text in (*lead, *texts))


def _tells(named: Sequence[Cell]) -> bool:
    """Whether some cell is long and numeric enough to be a number of a document, and so no note."""
    return any(isinstance(cell, str) and len(cell) >= 15 and cell[6:14].isdigit() for cell in named)


def _blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()
