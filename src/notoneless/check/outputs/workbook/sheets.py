"""The sheets of the workbook: one function per sheet, in the order an officer needs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notoneless.check.outputs import sentences
from notoneless.check.outputs.csv import batches
from notoneless.check.outputs.differences import marked
from notoneless.check.outputs.figures import (
    FINDINGS,
    SCHOOL_FINDINGS,
    UNDECIDED_AID,
    Figures,
    PlaceCount,
)
from notoneless.check.outputs.workbook.ledger import (
    INK_2,
    MEANINGS,
    ROW_LIMIT,
    SHAPES,
    Column,
    Ledger,
    Link,
    Marked,
    Meant,
    Sheet,
    sheet_name,
)
from notoneless.engines.duckdb import quote
from notoneless.i18n import N_, gettext

if TYPE_CHECKING:
    from notoneless.check.result import CheckResult

SCHOOL_SHEETS = 60
"""Schools with a sheet of their own; the rest stand in the school list and in the lists by kind."""

QUIET: dict[str, object] = {"font_size": 9, "font_color": INK_2}
SUMMARY = N_("总览")
GAP_SHEETS = {
    "suspected_no_place": (N_("疑似未入学"), N_("户籍在册、适龄，查不到学籍，也没有其他去向")),
    "suspected_absent": (N_("疑似辍学"), N_("在籍，点名不在，也没有正当去向")),
    "unknown": (N_("待核"), N_("缺名单或缺栏目，判不了；不算落实，也不算缺口")),
    "data_problem": (N_("数据有误"), N_("这一行信息有误，认不出是谁；先改名单再核对")),
}
AID_SHEETS = {verdict: sentences.VERDICT_TITLES[verdict] for verdict in FINDINGS}
PAIR_ID, PAIR_ANSWER = N_("编号（不要改）"), N_("答案")
ANSWERS = {"same": N_("同一人"), "different": N_("不是同一人"), "unknown": N_("说不准")}
"""What a person can answer about a doubtful pair: the word in ``review.csv`` and in the workbook."""


@dataclass(frozen=True, slots=True)
class Book:
    """What every sheet needs: the ledger, the rows, the numbers and the names of the sheets."""

    ledger: Ledger
    con: Any
    result: CheckResult
    figures: Figures
    names: dict[str, str]
    """The name of each sheet by its id: a state, ``aid-`` and a verdict, ``school-`` and a school, ..."""
    masked: bool

    @property
    def back(self) -> Link:
        """The way back to the summary."""
        return Link(gettext("‹ 回总览"), self.names["summary"])


def plan(figures: Figures) -> dict[str, str]:
    """Which sheets the workbook has: id → name, in order."""
    wishes: dict[str, str] = {"summary": SUMMARY}
    for state, (title, _) in GAP_SHEETS.items():
        if figures.state(state) or state.startswith("suspected"):
            wishes[state] = title
    if figures.changes:
        wishes["changes"] = N_("与上次相比")
    wishes["townships"] = N_("分乡镇")
    wishes["schools"] = N_("分校汇总")
    for verdict, title in AID_SHEETS.items():
        if figures.verdict(verdict):
            wishes[f"aid-{verdict}"] = title
    if figures.pairs:
        wishes["review"] = N_("疑似同一人")
    if figures.faults:
        wishes["faults"] = N_("数据问题")
    names: dict[str, str] = {}
    for key, wish in wishes.items():
        names[key] = sheet_name(gettext(wish), names.values())
    for place in with_sheet(figures):
        names[f"school-{place.school}"] = sheet_name(place.school, names.values())
    return names


def with_sheet(figures: Figures) -> tuple[PlaceCount, ...]:
    """The schools that get a sheet of their own: those with the most to do."""
    return tuple(place for place in figures.schools if place.to_do)[:SCHOOL_SHEETS]


# ---- summary -----------------------------------------------------------------------------------


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
            f"{SHAPES[meaning]} {name}：{sentences.comparison(found)}",
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
                    kept=one.kept, excused=one.excused, coverage=one.coverage or "—"
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
                one.name + (f" [{'、'.join(one.sheets)}]" if one.sheets else ""),
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


# ---- children ----------------------------------------------------------------------------------


def _sex() -> str:
    return f"CASE sex WHEN 'M' THEN {quote(gettext('男'))} WHEN 'F' THEN {quote(gettext('女'))} ELSE sex END"


def children(book: Book, state: str) -> None:
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
        _query(
            book.con,
            f"SELECT name, {_sex()}, birth_date, id_number, township, village, school, reason, evidence"
            f" FROM shown_children WHERE state = '{state}'"
            " ORDER BY township, village, school, name, id_number, child",
        )
    )
    _rest(sheet, number, written, "children.csv")


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
        for row in _query(
            book.con,
            "SELECT change, name, id_number, township, school, state_label FROM shown_changes"
            " ORDER BY CASE change WHEN 'new' THEN 1 WHEN 'open' THEN 2 ELSE 3 END,"
            " township, school, name, id_number, child",
        )
    )
    _rest(sheet, sum(book.figures.changes.values()), written, "changes.csv")


# ---- places ------------------------------------------------------------------------------------


def townships(book: Book) -> None:
    """One row per township, the most gaps first."""
    columns = [
        Column(gettext("乡镇（街道）"), 12),
        *_place_columns(),
    ]
    sheet = book.ledger.sheet(book.names["townships"], columns, landscape=False)
    sheet.title(gettext("分乡镇"), book.back)
    sheet.line(gettext("单位：人。只列有人要找、要核的乡镇。"), **QUIET)
    places = book.figures.townships
    sheet.table(
        ((place.township or gettext("（没写乡镇）"), *_place_cells(place)) for place in places),
        total=(gettext("合计"), *_place_total(places)),
    )


def schools(book: Book) -> None:
    """One row per school with something to do, leading to its own sheet."""
    columns = [
        Column(gettext("学校"), 15, "link"),
        *_place_columns(),
        Column(gettext("资助要办（人次）"), 6, "number"),
    ]
    sheet = book.ledger.sheet(book.names["schools"], columns, landscape=False)
    sheet.title(gettext("分校汇总"), book.back)
    places = book.figures.schools
    text = gettext(
        "单位：人。{number}所学校有人要找、要核，或资助要办；查不到学籍的孩子没有学校，见“疑似未入学”。"
    )
    if len(places) > SCHOOL_SHEETS:
        text += gettext("前{limit}所各有一张表，其余{rest}所请在分类的表里按学校筛选。").format(
            limit=SCHOOL_SHEETS, rest=len(places) - SCHOOL_SHEETS
        )
    sheet.line(text.format(number=len(places)), **QUIET)
    sheet.table(
        ((_school_link(book, place), *_place_cells(place), place.aid or None) for place in places),
        total=(gettext("合计"), *_place_total(places), sum(place.aid for place in places)),
    )


def _school_link(book: Book, place: PlaceCount) -> str | Link:
    name = book.names.get(f"school-{place.school}")
    return Link(place.school, name) if name else place.school


def school(book: Book, place: PlaceCount) -> None:
    """What one school has to do: its children, then its aid."""
    columns = [
        Column(gettext("姓名"), 6),
        Column(gettext("出生日期"), 5.5),
        Column(gettext("身份证件号"), 10, "id"),
        Column(gettext("去向"), 7),
        Column(gettext("为什么"), 18, "wrap"),
        Column(gettext("根据"), 18, "wrap"),
    ]
    sheet = book.ledger.sheet(book.names[f"school-{place.school}"], columns)
    sheet.title(place.school, Link(gettext("‹ 回分校汇总"), book.names["schools"]))
    sheet.line(
        gettext(
            "不在课堂{absent}人，待核{unknown}人，数据有误{problem}人；资助要办{aid}人次。"
        ).format(
            absent=place.absent,
            unknown=place.unknown,
            problem=place.data_problem,
            aid=place.aid,
        ),
        **QUIET,
    )
    own = f"school = {quote(place.school)}"
    listed = ", ".join(f"'{state}'" for state in GAP_SHEETS)
    if place.gaps + place.unknown + place.data_problem:
        sheet.table(
            (
                (*row[:3], Meant(row[3], row[4]), *row[5:])
                for row in _query(
                    book.con,
                    "SELECT name, birth_date, id_number, state_label,"
                    " CASE WHEN state LIKE 'suspected%' THEN 'gap' ELSE 'unknown' END, reason, evidence"
                    f" FROM shown_children WHERE {own} AND state IN ({listed})"
                    " ORDER BY state LIKE 'suspected%' DESC, state, name, id_number, child",
                )
            ),
            limit=2000,
        )
    if place.aid:
        sheet.heading(gettext("资助"))
        sheet.table(
            (
                (row[0], sentences.term(row[1]), *row[2:4], _about(row), _sums(row[6], row[7]))
                for row in _query(
                    book.con,
                    "SELECT name, term, id_number, verdict_label, policy, reason, owed_fen, paid_fen"
                    f" FROM shown_aid WHERE {own} AND verdict IN ({_VERDICTS})"
                    " ORDER BY verdict, policy_id, name, id_number, child",
                )
            ),
            columns=[
                Column(gettext("姓名"), 0),
                Column(gettext("学期"), 0),
                Column(gettext("身份证件号"), 0, "id"),
                Column(gettext("结论"), 0),
                Column(gettext("资助项目和原因"), 0, "wrap"),
                Column(gettext("金额"), 0, "wrap"),
            ],
            filters=False,
            limit=2000,
        )


def _about(row: tuple[Any, ...]) -> str:
    return gettext("{policy}：{reason}").format(policy=row[4], reason=row[5])


def _sums(owed: int | None, paid: int | None) -> str:
    return gettext("应发{owed}元，已发{paid}元").format(
        owed="？" if owed is None else sentences.yuan(owed), paid=sentences.yuan(paid or 0)
    )


_VERDICTS = ", ".join(f"'{verdict}'" for verdict in SCHOOL_FINDINGS)


def _place_columns() -> list[Column]:
    return [
        Column(gettext("未入学"), 5, "number"),
        Column(gettext("不在课堂"), 5, "number"),
        Column(gettext("其中脱贫户"), 6, "number"),
        Column(gettext("待核"), 5, "number"),
        Column(gettext("数据有误"), 5, "number"),
    ]


def _place_cells(place: PlaceCount) -> tuple[Any, ...]:
    return (
        Meant(place.no_place, "gap") if place.no_place else None,
        Meant(place.absent, "gap") if place.absent else None,
        place.poor or None,
        Meant(place.unknown, "unknown") if place.unknown else None,
        place.data_problem or None,
    )


def _place_total(places: tuple[PlaceCount, ...]) -> tuple[int, ...]:
    return (
        sum(place.no_place for place in places),
        sum(place.absent for place in places),
        sum(place.poor for place in places),
        sum(place.unknown for place in places),
        sum(place.data_problem for place in places),
    )


# ---- aid ---------------------------------------------------------------------------------------


def aid(book: Book, verdict: str) -> None:
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
            for row in _query(
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
    _rest(sheet, number, written, "aid.csv")


def undecided_aid(book: Book) -> None:
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
            for policy, reason, times, schools, _ in _query(book.con, UNDECIDED_AID)
        ),
        total=(gettext("合计"), number, None, None),
    )


# ---- doubtful pairs and faults -----------------------------------------------------------------


def review(book: Book) -> None:
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
        for row in _query(
            book.con,
            "SELECT pair_id, left_name, right_name, left_id, right_id, left_birth_date, right_birth_date,"
            " left_place, right_place, probability, evidence, left_file, left_sheet, left_row,"
            " right_file, right_sheet, right_row FROM shown_review"
            " ORDER BY left_place, left_name, right_name, left_file, left_row, right_file, right_row, pair_id",
        )
    )
    sheet.answers(first, first + written - 1, 0, [gettext(word) for word in ANSWERS.values()])
    _rest(sheet, book.figures.pairs, written, "review.csv")


def _pair(row: tuple[Any, ...]) -> tuple[Any, ...]:
    cells: list[Any] = [None]
    for left, right in zip(row[1:9:2], row[2:9:2], strict=True):
        cells += [Marked(pieces) for pieces in marked(left, right)]
    sources = gettext("甲：{left}；乙：{right}").format(
        left=sentences.place(*row[11:14]), right=sentences.place(*row[14:17])
    )
    return (*cells, row[9], row[10], sources, row[0])


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
        for row in _query(
            book.con,
            'SELECT file, sheet, nullif("row", 0), column_, code, severity, seen, message, next_step'
            ' FROM shown_faults ORDER BY severity, file, sheet, "row", column_, code, seen',
        )
    )
    _rest(sheet, number, written, "faults.csv")


def _query(con: Any, query: str) -> Iterator[tuple[Any, ...]]:
    for rows in batches(con, f"{query} LIMIT {ROW_LIMIT}"):
        yield from rows


def _rest(sheet: Sheet, number: int, written: int, file: str) -> None:
    """Say what a sheet leaves out."""
    if number > written:
        sheet.gap()
        sheet.line(
            gettext("这里列出前{written:,}行，其余{rest:,}行见 {file}。").format(
                written=written, rest=number - written, file=file
            ),
            bold=True,
        )
