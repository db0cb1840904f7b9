"""The answers about doubtful pairs, read back from a workbook that an officer filled in."""

from __future__ import annotations

from pathlib import Path

from python_calamine import CalamineWorkbook

from notoneless.check.outputs.workbook.review import ANSWERS, PAIR_ANSWER, PAIR_ID
from notoneless.i18n import LANGUAGES, gettext, use


def read_answers(path: Path) -> list[tuple[int, str, str]] | None:
    """The row as the program shows it, the pair's id and the answer of each pair that has one.

    An answer is ``same``, ``different`` or ``unknown``, or the word as it stands when it is none of the
    words offered. None when the file has no sheet of pairs. Raises what the reader raises when the
    file is no workbook.
    """
    headings = {(_in(one, PAIR_ID), _in(one, PAIR_ANSWER)) for one in LANGUAGES}
    words = {_in(one, word): answer for one in LANGUAGES for answer, word in ANSWERS.items()}
    with CalamineWorkbook.from_path(path) as book:
        for name in book.sheet_names:
            rows = [
                [str(cell).strip() for cell in row]
                for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
            for number, row in enumerate(rows):
                for pair, answer in headings:
                    if pair in row and answer in row:
                        return [
                            (at, line[row.index(pair)], words.get(said, said))
                            for at, line in enumerate(rows[number + 1 :], start=number + 2)
                            if (said := line[row.index(answer)]) and line[row.index(pair)]
                        ]
    return None


def _in(language: str, message: str) -> str:
    with use(language):
        return gettext(message)
