"""The board as a workbook: a line per guarantee and place, so that it can be sorted and summed."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse

from notoneless.bureau.accounts.access import Request
from notoneless.bureau.sweeps.asked import Asked
from notoneless.bureau.sweeps.board import Board
from notoneless.bureau.tables import workbook as written
from notoneless.i18n import N_, gettext

COLUMNS = (
    (N_("保障"), False),
    (N_("地方"), False),
    (N_("应保障"), True),
    (N_("已保障"), True),
    (N_("依法除外"), True),
    (N_("缺口"), True),
    (N_("待核"), True),
    (N_("覆盖%"), True),
    (N_("比上月"), True),
    (N_("是否适用待核"), True),
)


def workbook(request: Request, asked: Asked, board: Board) -> HttpResponse:
    """All cells; what is not known is left empty."""
    title = gettext("{place}保障看板").format(place=asked.place.name)
    return written(
        request,
        title=title,
        heading=(title, gettext("截至{day}，单位：人").format(day=asked.sweep.as_of)),
        columns=[(gettext(text), number) for text, number in COLUMNS],
        rows=_rows(board),
    )


def _rows(board: Board) -> Iterator[list[object]]:
    for row in board.rows:
        for cell in row.cells:
            count = cell.count
            coverage = float(count.coverage) if count.coverage else None
            yield [row.promise.text, cell.place.name, count.owed, count.kept, count.excused,
                   count.gap, count.unknown, coverage, cell.change, count.unsure]  # fmt: skip
