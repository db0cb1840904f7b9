"""The sheet of doubtful matches: side by side, what differs marked, a place for the answer."""

from __future__ import annotations

from typing import Any

from notoneless.check.outputs import sentences
from notoneless.check.outputs.differences import marked
from notoneless.check.outputs.workbook.book import QUIET, Book, rows_of, say_rest
from notoneless.check.outputs.workbook.ledger import Column, Marked
from notoneless.i18n import N_, gettext

PAIR_ID, PAIR_ANSWER = N_("编号（不要改）"), N_("答案")


ANSWERS = {"same": N_("同一人"), "different": N_("不是同一人"), "unknown": N_("说不准")}
"""What a person can answer about a doubtful pair: the word in ``review.csv`` and in the workbook."""


def pairs(book: Book) -> None:
    """Doubtful matches side by side, what differs marked, and a place for the answer."""
    columns = [
        Column(gettext(PAIR_ANSWER), 5, "answer"),
        Column(gettext("姓名 甲"), 5),
        Column(gettext("姓名 乙"), 5),
        Column(gettext("身份证件号 甲"), 9.5, "id"),
        Column(gettext("身份证件号 乙"), 9.5, "id"),
        Column(gettext("出生 甲"), 5),
        Column(gettext("出生 乙"), 5),
        Column(gettext("住地或学校 甲"), 7, "wrap"),
        Column(gettext("住地或学校 乙"), 7, "wrap"),
        Column(gettext("像同一人"), 3.5, "percent"),
        Column(gettext("为什么拿不准"), 12, "wrap"),
        Column(gettext("出处"), 16, "wrap"),
        Column(gettext(PAIR_ID), 5.5, "quiet"),
    ]
    sheet = book.ledger.sheet(book.names["review"], columns, freeze=3)
    sheet.title(gettext("疑似同一人　{number:,}对").format(number=book.figures.pairs), book.back)
    sheet.line(
        gettext(
            "机器拿不准是不是同一个孩子。请在“答案”一栏选一个，存盘后用 --decisions 交回这个文件；不同的字已标出。"
            "判错会让一个孩子从名单上消失，拿不准就选“说不准”。"
        ),
        **QUIET,
    )
    first = sheet.row + 1
    written = sheet.table(
        _pair(row)
        for row in rows_of(
            book.con,
            "SELECT pair_id, left_name, right_name, left_id, right_id, left_birth_date, right_birth_date,"
            " left_place, right_place, probability, evidence, left_file, left_sheet, left_row,"
            " right_file, right_sheet, right_row FROM shown_review"
            " ORDER BY left_place, left_name, right_name, left_file, left_row, right_file, right_row, pair_id",
        )
    )
    sheet.answers(first, first + written - 1, 0, [gettext(word) for word in ANSWERS.values()])
    say_rest(sheet, book.figures.pairs, written, "review.csv")


def _pair(row: tuple[Any, ...]) -> tuple[Any, ...]:
    cells: list[Any] = [None]
    for left, right in zip(row[1:9:2], row[2:9:2], strict=True):
        cells += [Marked(pieces) for pieces in marked(left, right)]
    sources = gettext("甲：{left}；乙：{right}").format(
        left=sentences.place(*row[11:14]), right=sentences.place(*row[14:17])
    )
    return (*cells, row[9], row[10], sources, row[0])
