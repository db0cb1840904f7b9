"""The sheets of townships and of schools, and one for each school with something to do."""

from __future__ import annotations

from typing import Any

from notoneless.check.outputs import sentences
from notoneless.check.outputs.figures import SCHOOL_FINDINGS, PlaceCount
from notoneless.check.outputs.workbook.book import GAP_SHEETS, QUIET, SCHOOL_SHEETS, Book, rows_of
from notoneless.check.outputs.workbook.ledger import Column, Link, Meant
from notoneless.engines.duckdb import quote
from notoneless.i18n import gettext


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
                for row in rows_of(
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
                for row in rows_of(
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
