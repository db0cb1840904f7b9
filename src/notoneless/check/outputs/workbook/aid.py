"""The sheets about aid, one per finding."""

from __future__ import annotations

from notoneless.check.outputs import sentences
from notoneless.check.outputs.figures import UNDECIDED_AID
from notoneless.check.outputs.workbook.book import AID_SHEETS, QUIET, Book, rows_of, say_rest
from notoneless.check.outputs.workbook.ledger import Column
from notoneless.i18n import gettext


def finding(book: Book, verdict: str) -> None:
    """The rows of one verdict about aid, with what was owed and what was paid."""
    rows = [one for one in book.figures.aid if one.verdict == verdict]
    number = sum(one.count for one in rows)
    columns = [
        Column(gettext("姓名"), 6),
        Column(gettext("身份证件号"), 10, "id"),
        Column(gettext("学校"), 9, "wrap"),
        Column(gettext("资助项目"), 12, "wrap"),
        Column(gettext("学期"), 5),
        Column(gettext("应发（元）"), 6, "money"),
        Column(gettext("已发（元）"), 6, "money"),
        Column(gettext("发放日期"), 5.5),
        Column(gettext("为什么"), 18, "wrap"),
        Column(gettext("规则"), 4),
    ]
    sheet = book.ledger.sheet(book.names[f"aid-{verdict}"], columns)
    sheet.title(
        gettext("{title}　{number:,}人次").format(
            title=gettext(AID_SHEETS[verdict]), number=number
        ),
        book.back,
    )
    sheet.line(
        gettext("单位：元，人次。规则一栏写“未核实”的，发放前请先核对文件。"),
        **QUIET,
    )
    unverified = gettext("未核实")
    written = sheet.table(
        (
            (*row[:4], sentences.term(row[4]), *row[5:9], unverified if row[9] else None)
            for row in rows_of(
                book.con,
                "SELECT name, id_number, school, policy, term, owed_fen / 100.0, paid_fen / 100.0, paid_on,"
                f" reason, unverified FROM shown_aid WHERE verdict = '{verdict}'"
                " ORDER BY school, policy_id, name, id_number, term, child",
            )
        ),
        total=(
            gettext("合计"),
            None,
            None,
            None,
            None,
            sum(one.owed_fen for one in rows) / 100,
            sum(one.paid_fen for one in rows) / 100,
            None,
            None,
            None,
        ),
    )
    say_rest(sheet, number, written, "aid.csv")


def undecided(book: Book) -> None:
    """What could not be decided about aid: one row per policy and reason, not one per child."""
    columns = [
        Column(gettext("资助项目"), 16, "wrap"),
        Column(gettext("人次"), 5, "number"),
        Column(gettext("学校"), 4, "number"),
        Column(gettext("缺什么"), 24, "wrap"),
    ]
    sheet = book.ledger.sheet(book.names["aid-needs_data"], columns, landscape=False)
    number = book.figures.verdict("needs_data")
    sheet.title(
        gettext("{title}　{number:,}人次").format(
            title=gettext(AID_SHEETS["needs_data"]), number=number
        ),
        book.back,
    )
    sheet.line(gettext("同样的原因合在一行，逐人见 aid.csv。补齐名单或栏目，再核对一次。"), **QUIET)
    sheet.table(
        (
            (policy, times, schools or None, reason)
            for policy, reason, times, schools, _ in rows_of(book.con, UNDECIDED_AID)
        ),
        total=(gettext("合计"), number, None, None),
    )
