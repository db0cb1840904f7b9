"""The sheets of children whom somebody must look for."""

from __future__ import annotations

from notoneless.check.outputs import sentences
from notoneless.check.outputs.workbook.book import GAP_SHEETS, QUIET, Book, rows_of, say_rest
from notoneless.check.outputs.workbook.ledger import Column
from notoneless.engines.duckdb import quote
from notoneless.i18n import gettext


def _sex() -> str:
    return f"CASE sex WHEN 'M' THEN {quote(gettext('男'))} WHEN 'F' THEN {quote(gettext('女'))} ELSE sex END"


def in_state(book: Book, state: str) -> None:
    """The children in one state, whom somebody must look for."""
    title, meaning = GAP_SHEETS[state]
    number = book.figures.state(state)
    columns = [
        Column(gettext("姓名"), 6),
        Column(gettext("性别"), 3),
        Column(gettext("出生日期"), 5.5),
        Column(gettext("身份证件号"), 10, "id"),
        Column(gettext("乡镇（街道）"), 6),
        Column(gettext("村（社区）"), 7),
        Column(gettext("学校"), 9, "wrap"),
        Column(gettext("为什么"), 14, "wrap"),
        Column(gettext("根据"), 18, "wrap"),
    ]
    sheet = book.ledger.sheet(book.names[state], columns)
    sheet.title(
        gettext("{title}　{number:,}人").format(title=gettext(title), number=number), book.back
    )
    sheet.line(gettext(meaning), **QUIET)
    if not number:
        sheet.gap()
        sheet.line(str(sentences.nobody(book.figures, state)), bold=True)
        return
    written = sheet.table(
        rows_of(
            book.con,
            f"SELECT name, {_sex()}, birth_date, id_number, township, village, school, reason, evidence"
            f" FROM shown_children WHERE state = '{state}'"
            " ORDER BY township, village, school, name, id_number, child",
        )
    )
    say_rest(sheet, number, written, "children.csv")


def changes(book: Book) -> None:
    """What is new, what was resolved, what is still open since the run before."""
    columns = [
        Column(gettext("变化"), 6),
        Column(gettext("姓名"), 6),
        Column(gettext("身份证件号"), 10, "id"),
        Column(gettext("乡镇（街道）"), 7),
        Column(gettext("学校"), 13),
        Column(gettext("现在的去向"), 10),
    ]
    sheet = book.ledger.sheet(book.names["changes"], columns, landscape=False)
    sheet.title(gettext("与上次相比"), book.back)
    if (since := sentences.changes(book.figures)) is not None:
        sheet.line(str(since))
    words = {kind: gettext(word) for kind, word in sentences.CHANGES.items()}
    written = sheet.table(
        (words.get(row[0], row[0]), *row[1:])
        for row in rows_of(
            book.con,
            "SELECT change, name, id_number, township, school, state_label FROM shown_changes"
            " ORDER BY CASE change WHEN 'new' THEN 1 WHEN 'open' THEN 2 ELSE 3 END,"
            " township, school, name, id_number, child",
        )
    )
    say_rest(sheet, sum(book.figures.changes.values()), written, "changes.csv")
