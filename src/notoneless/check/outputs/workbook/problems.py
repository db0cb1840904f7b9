"""The sheet of what is wrong in the lists."""

from __future__ import annotations

from notoneless.check.outputs.workbook.book import QUIET, Book, rows_of, say_rest
from notoneless.check.outputs.workbook.ledger import Column
from notoneless.i18n import gettext


def faults(book: Book) -> None:
    """What is wrong in the lists: first by kind with the next step, then each place."""
    columns = [
        Column(gettext("文件"), 12, "wrap"),
        Column(gettext("工作表"), 5, "wrap"),
        Column(gettext("行"), 4, "number"),
        Column(gettext("列"), 3),
        Column(gettext("编号"), 3.5),
        Column(gettext("轻重"), 3),
        Column(gettext("看到的（已遮盖）"), 8.5, "wrap"),
        Column(gettext("是什么问题"), 17, "wrap"),
        Column(gettext("怎么办"), 18, "wrap"),
    ]
    sheet = book.ledger.sheet(book.names["faults"], columns)
    number = sum(one.count for one in book.figures.faults)
    sheet.title(gettext("数据问题　{number:,}处").format(number=number), book.back)
    sheet.line(gettext("在原名单里改好，放回原来的文件夹，再核对一次。"), **QUIET)
    words = {"error": gettext("须改"), "warning": gettext("提醒")}
    written = sheet.table(
        (*row[:5], words.get(row[5], row[5]), *row[6:])
        for row in rows_of(
            book.con,
            'SELECT file, sheet, nullif("row", 0), column_, code, severity, seen, message, next_step'
            ' FROM shown_faults ORDER BY severity, file, sheet, "row", column_, code, seen',
        )
    )
    say_rest(sheet, number, written, "faults.csv")
