"""The first sheet: what was found, in sentences; the arithmetic; from which lists."""

from __future__ import annotations

from notoneless.check.outputs import sentences
from notoneless.check.outputs.workbook.book import GAP_SHEETS, QUIET, Book
from notoneless.check.outputs.workbook.ledger import MEANINGS, SHAPES, Column, Link, Meant, Sheet
from notoneless.i18n import gettext


def summary(book: Book) -> None:
    """What was found, in sentences; then the arithmetic; then from which lists."""
    figures, result = book.figures, book.result
    widths = (13, 5, 6, 5, 19)
    columns = [Column("", width) for width in widths]
    sheet = book.ledger.sheet(book.names["summary"], columns, landscape=False, freeze=0)
    sheet.title(sentences.title(result))
    about = gettext("截至{day}，根据{lists}份名单。程序版本{version}。").format(
        day=result.as_of, lists=len(result.lists), version=result.version
    )
    sheet.line(about + (sentences.masked() if book.masked else ""), **QUIET)
    sheet.heading(gettext("三比对"))
    for found in figures.found:
        name = gettext(sentences.COMPARISON_NAMES[found.comparison.id])
        meaning = "unknown" if found.count is None else "gap" if found.count else "kept"
        sheet.line(
            f"{SHAPES[meaning]} {name}{gettext('：')}{sentences.comparison(found)}",
            font_size=11,
            bold=bool(found.count),
            font_color=MEANINGS[meaning],
        )
    if (since := sentences.changes(figures)) is not None:
        sheet.line(str(since), font_size=11)
    sheet.heading(gettext("资助"))
    sheet.line(str(sentences.aid(figures)), font_size=11)
    for universe, name in sentences.UNIVERSES.items():
        if figures.of(universe):
            sheet.heading(gettext(name))
            _states(book, sheet, universe)
    _guarantees(book, sheet)
    _sources(book, sheet)


def _states(book: Book, sheet: Sheet, universe: str) -> None:
    figures = book.figures
    link = {
        state: Link(gettext("看名单 ›"), book.names[state])
        for state in GAP_SHEETS
        if state in book.names
    }
    sheet.table(
        (
            (Meant(one.label, one.meaning), one.count, link.get(one.state), None, None)
            for one in figures.of(universe)
        ),
        total=(gettext("合计"), figures.total(universe), None, None, None),
        columns=[
            Column(gettext("去向"), 0),
            Column(gettext("人数"), 0, "number"),
            Column("", 0, "link"),
            Column("", 0),
            Column("", 0),
        ],
        filters=False,
    )
    sheet.line(str(sentences.adds_up(figures, universe)), **QUIET)


def _guarantees(book: Book, sheet: Sheet) -> None:
    if not book.figures.guarantees:
        return
    sheet.heading(gettext("各项保障"))
    sheet.table(
        (
            (
                one.label,
                one.universe,
                Meant(one.gap, "gap") if one.gap else 0,
                Meant(one.unknown, "unknown") if one.unknown else 0,
                gettext("{kept:,}人已落实，{excused:,}人依法除外，覆盖{coverage}%").format(
                    kept=one.kept,
                    excused=one.excused,
                    coverage=("?" if one.unknown else "") + (one.coverage or "—"),
                ),
            )
            for one in book.figures.guarantees
        ),
        columns=[
            Column(gettext("保障"), 0, "wrap"),
            Column(gettext("应保障"), 0, "number"),
            Column(gettext("缺口"), 0, "number"),
            Column(gettext("待核"), 0, "number"),
            Column(gettext("落实情况"), 0, "wrap"),
        ],
        filters=False,
    )


def _sources(book: Book, sheet: Sheet) -> None:
    result = book.result
    if result.missing:
        sheet.heading(gettext("缺什么，影响多少人"))
        for sentence in result.missing:
            sheet.line(f"{SHAPES['unknown']} {sentence}", font_color=MEANINGS["unknown"])
    sheet.heading(gettext("根据哪些名单"))
    sheet.table(
        (
            (
                one.kind_label,
                one.rows,
                one.list_date.isoformat() if one.list_date else gettext("日期不详"),
                one.faults or None,
                one.name + (f" [{gettext('、').join(one.sheets)}]" if one.sheets else ""),
            )
            for one in result.lists
        ),
        columns=[
            Column(gettext("名单"), 0, "wrap"),
            Column(gettext("行数"), 0, "number"),
            Column(gettext("名单日期"), 0),
            Column(gettext("问题"), 0, "number"),
            Column(gettext("文件"), 0, "wrap"),
        ],
        filters=False,
    )
    sheet.heading(gettext("依据的规则"))
    for rulebook in result.rulebooks:
        sheet.line(
            gettext("{title}（校验码 {hash}）").format(
                title=rulebook.title, hash=rulebook.sha256[:12]
            )
        )
    if (unverified := sentences.unverified(result)) is not None:
        sheet.line(f"{SHAPES['unknown']} {unverified}", font_color=MEANINGS["unknown"])
    if result.quality:
        sheet.heading(gettext("名单之间对得准不准"))
        for sentence in result.quality:
            sheet.line(sentence)
