"""The bank's answers: read as they come (xlsx, xls, csv), each line judged against the batch.

A line is known by its number (序号) and its card, or by the card alone where that is one line of the batch. Sent
is always confirmed + bounced + open, since a line of the batch changes only by a line that is surely its own.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import python_calamine

from notoneless import vault
from notoneless.bureau.aid import faults
from notoneless.bureau.aid.models import Batch
from notoneless.faults import Refusal

COLUMNS = {
    "position": ("序号",),
    "card": ("卡号", "账号", "银行卡号", "收款账号"),
    "amount": ("金额", "发放金额", "交易金额"),
    "result": ("结果", "处理结果", "回盘结果", "状态"),
    "text": ("失败原因", "原因", "备注"),
}
"""Headings of an answer: the column, and what banks call it."""

NEEDED = ("card", "amount", "result")

GOOD = ("成功", "已入账", "交易成功", "处理成功")
BAD = ("失败", "退回", "退票", "交易失败", "处理失败")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: ``card`` is the blind index of the number, ``fen`` None when it is no sum."""

    row: int
    position: int | None
    card: str
    fen: int | None
    good: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a line; see `AnswerLine.Outcome`."""

    row: int
    item: int | None
    outcome: str
    text: str = ""


def digest(file: bytes) -> str:
    """By which a file is known when it comes again; keyed, since it holds numbers."""
    return vault.blind("file", hashlib.sha256(file).hexdigest())


def read(file: bytes, name: str) -> list[Line]:
    """The lines of a file. `Refusal` when it has not the columns of an answer."""
    rows, start = sheet(file, name), 0
    found: dict[str, int | None] = {}
    for row in rows[:20]:
        start += 1
        found = {
            column: next((at for at, text in enumerate(row) if text in words), None)
            for column, words in COLUMNS.items()
        }
        if found["card"] is not None and found["result"] is not None:
            break
    else:
        raise Refusal([faults.NOT_THE_BANKS.at(column="结果")])
    for column in NEEDED:
        if found[column] is None:
            raise Refusal([faults.NOT_THE_BANKS.at(column=COLUMNS[column][0])])

    def cell(row: Sequence[str], column: str) -> str:
        at = found[column]
        return row[at] if at is not None and at < len(row) else ""

    return [
        Line(
            number,
            _whole(cell(row, "position")),
            vault.blind("card", cell(row, "card").replace(" ", "")),
            _fen(cell(row, "amount")),
            _good(cell(row, "result")),
            cell(row, "text")[:100] if not any(c.isdigit() for c in cell(row, "text")) else "",
        )
        for number, row in enumerate(rows[start:], start + 1)
        if any(row) and cell(row, "card")
    ]


def sheet(file: bytes, name: str) -> list[list[str]]:
    """The first sheet of a file, every cell a text."""
    if name.lower().endswith((".csv", ".txt")):
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                text = file.decode(encoding)
            except UnicodeDecodeError:
                continue
            return [[_text(cell) for cell in row] for row in csv.reader(io.StringIO(text))]
        raise Refusal([faults.NOT_THE_BANKS.at(column="卡号")])
    try:
        book = python_calamine.load_workbook(io.BytesIO(file))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception:
        raise Refusal([faults.NOT_THE_BANKS.at(column="卡号")]) from None
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip().lstrip("'\t")


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _fen(text: str) -> int | None:
    try:
        fen = Decimal(text.replace(",", "")) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen == fen.to_integral_value() else None


def _good(text: str) -> bool | None:
    return True if text in GOOD else False if text in BAD else None


def judge(batch: Batch, lines: Sequence[Line]) -> list[Judged]:
    """What becomes of each line, in the order of the file; two lines on one item are one answer."""
    items = {
        position: (key, index, amount, answer)
        for key, position, index, amount, answer in batch.items.exclude(
            answer="recalled"
        ).values_list("pk", "position", "card__number_index", "amount", "answer")
    }
    by_card: dict[str, list[int]] = defaultdict(list)
    for position, (_, index, _, _) in items.items():
        by_card[index].append(position)
    answered = {position: answer for position, (_, _, _, answer) in items.items()}
    judged = []
    for line in lines:
        place = line.position
        if place is None and len(by_card[line.card]) == 1:
            place = by_card[line.card][0]
        known = items.get(place) if place is not None else None
        if known is None or known[1] != line.card:
            judged.append(Judged(line.row, None, "unknown"))
            continue
        key, _, amount, _ = known
        if line.fen != amount:
            judged.append(Judged(line.row, key, "wrong_sum"))
            continue
        if line.good is None:
            judged.append(Judged(line.row, key, "unread"))
            continue
        assert place is not None
        outcome = _outcome(answered[place], good=line.good)
        if outcome in ("confirmed", "bounced", "late"):
            answered[place] = "confirmed" if outcome == "confirmed" else "bounced"
        judged.append(Judged(line.row, key, outcome, line.text))
    return _once(judged)


def _outcome(before: str, *, good: bool) -> str:
    """An answer after the one before: a failure after a success is late, a success after a failure odd."""
    if before == "open":
        return "confirmed" if good else "bounced"
    if before == "confirmed":
        return "again" if good else "late"
    return "contradicts" if good else "again"


def _once(judged: list[Judged]) -> list[Judged]:
    """Within one file a success and then a failure of one line are a contradiction, not a late return."""
    first: dict[int, int] = {}
    for at, one in enumerate(judged):
        if one.outcome == "confirmed" and one.item is not None:
            first[one.item] = at
        elif one.outcome == "late" and one.item in first:
            judged[at] = Judged(one.row, one.item, "contradicts", one.text)
    return judged
