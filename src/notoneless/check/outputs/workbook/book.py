"""What every sheet needs, and which sheets the workbook has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notoneless.check.outputs import sentences
from notoneless.check.outputs.csv import batches
from notoneless.check.outputs.figures import FINDINGS, Figures, PlaceCount
from notoneless.check.outputs.workbook.ledger import (
    INK_2,
    ROW_LIMIT,
    Ledger,
    Link,
    Sheet,
    sheet_name,
)
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


def rows_of(con: Any, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, as many as one sheet takes, without holding them all."""
    for rows in batches(con, f"{query} LIMIT {ROW_LIMIT}"):
        yield from rows


def say_rest(sheet: Sheet, number: int, written: int, file: str) -> None:
    """Say what a sheet leaves out."""
    if number > written:
        sheet.gap()
        sheet.line(
            gettext("这里列出前{written:,}行，其余{rest:,}行见 {file}。").format(
                written=written, rest=number - written, file=file
            ),
            bold=True,
        )
