"""What the numbers say, in words: the same sentences in the workbook, on the page and on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING

from notoneless.calendar import parse_term
from notoneless.i18n import N_, gettext, language

if TYPE_CHECKING:
    from notoneless.check.outputs.figures import Figures, Found, StateCount
    from notoneless.check.result import CheckResult


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a sentence; ``to`` names the part of the page that holds what it counts."""

    value: int
    to: str = ""

    def __str__(self) -> str:
        """Grouped in threes: ``96,412``."""
        return f"{self.value:,}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in pieces, so that a page can make links of its numbers."""

    parts: tuple[str | Number, ...]

    def __str__(self) -> str:
        """The sentence as text."""
        return "".join(map(str, self.parts))


def say(message: str, **details: str | Number) -> Sentence:
    """A message (its msgid) in the language in use, with its named places filled."""

    def parts() -> Iterator[str | Number]:
        for text, name, _, _ in Formatter().parse(gettext(message)):
            if text:
                yield text
            if name:
                yield details[name]

    return Sentence(tuple(parts()))


def yuan(fen: int) -> str:
    """Money as it is written: ``161,250.00``."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def term(text: str) -> str:
    """A term as offices write it, ``2026秋`` for ``2026-autumn``; anything else, and in English, as it is."""
    found = parse_term(text)
    return found.label if found and language() != "en" else text


def place(file: str, sheet: str, row: int | None) -> str:
    """Where a row stands: ``户籍.xlsx 第46行``, with the sheet's name when the file has several."""
    where = f"{file} [{sheet}]" if sheet else file
    return gettext("{file} 第{row}行").format(file=where, row=row) if row else where


# ---- the three comparisons -------------------------------------------------------------------

COMPARISON_NAMES = {
    "register_roll": N_("户籍 × 学籍"),
    "roll_class": N_("学籍 × 在校"),
    "absent_poor": N_("不在课堂 × 脱贫户"),
}
COMPARISON_PLACES = {
    "register_roll": "no-place",
    "roll_class": "absent",
    "absent_poor": "absent-poor",
}
_FOUND = {
    "register_roll": N_("{base}名户籍适龄儿童中，{found}人查不到学籍，也没有其他去向。"),
    "roll_class": N_("{base}名在籍学生中，{found}人不在课堂，也没有正当去向。"),
    "absent_poor": N_("上面{base}人里，{found}人来自脱贫户或监测户。"),
}
_NONE = {
    "register_roll": N_("{base}名户籍适龄儿童都有去向，没有查不到学籍的孩子。"),
    "roll_class": N_("{base}名在籍学生都在课堂或有正当去向。"),
    "absent_poor": N_("上面{base}人里，没有来自脱贫户或监测户的。"),
}


def comparison(found: Found) -> Sentence:
    """What one of the three comparisons found, or why it cannot be made."""
    one = found.comparison
    if found.count is None:
        return Sentence((one.missing,))
    messages = _FOUND if found.count else _NONE
    return say(
        messages[one.id],
        base=Number(one.base),
        found=Number(found.count, COMPARISON_PLACES[one.id]),
    )


_BEHIND = {"suspected_no_place": "register_roll", "suspected_absent": "roll_class"}


def nobody(figures: Figures, state: str) -> Sentence:
    """Why a list of suspected children is empty: everyone is found, or nobody could be looked for."""
    for found in figures.found:
        if found.comparison.id == _BEHIND.get(state):
            return comparison(found)
    return say(N_("没有这样的孩子。"))


# ---- every child in exactly one state ----------------------------------------------------------

STATE_PLACES = {
    "suspected_no_place": "no-place",
    "suspected_absent": "absent",
    "unknown": "undecided",
    "data_problem": "data-problem",
}
UNIVERSES = {
    "register": N_("户籍适龄儿童"),
    "roll": N_("户籍以外的在籍学生"),
}


def adds_up(figures: Figures, universe: str) -> Sentence:
    """The arithmetic of one universe: each state's number, their sum."""
    parts: list[str | Number] = [gettext("每个孩子只有一个去向：")]
    for position, one in enumerate(figures.of(universe)):
        parts += [gettext("＋") if position else "", one.label + " ", _linked(one)]
    parts.append(gettext("＝"))
    parts.append(Number(figures.total(universe)))
    parts.append(
        gettext("，与户籍适龄儿童总数相符。")
        if universe == "register"
        else gettext("，与户籍以外的在籍学生总数相符。")
    )
    return Sentence(tuple(part for part in parts if part != ""))


def _linked(one: StateCount) -> Number:
    return Number(one.count, STATE_PLACES.get(one.state, ""))


# ---- aid ---------------------------------------------------------------------------------------

VERDICT_TITLES = {
    "owed": N_("应助未助"),
    "short": N_("少发"),
    "late": N_("迟发"),
    "paid_twice": N_("重复发放"),
    "paid_not_owed": N_("不应发已发"),
    "needs_data": N_("缺数据，判不了"),
}


def aid(figures: Figures) -> Sentence:
    """What the reconciliation of aid found."""
    if not figures.aid:
        return say(N_("没有资助的结论：没有学籍，或没有资助规则。"))
    unpaid = sum(one.short_fen for one in figures.aid if one.verdict in ("owed", "short"))
    wrong = figures.verdict("paid_twice") + figures.verdict("paid_not_owed")
    return say(
        N_(
            "该发没发{owed}人次，少发{short}人次，共欠{unpaid}元；重复或不应发{wrong}人次；缺数据判不了{needs}人次。"
        ),
        owed=Number(figures.verdict("owed"), "aid-owed"),
        short=Number(figures.verdict("short"), "aid-short"),
        unpaid=yuan(unpaid),
        wrong=Number(
            wrong, "aid-paid_twice" if figures.verdict("paid_twice") else "aid-paid_not_owed"
        ),
        needs=Number(figures.verdict("needs_data"), "aid-needs_data"),
    )


def unverified(result: CheckResult) -> Sentence | None:
    """That some amounts or thresholds rest on no document yet; None when all are verified."""
    number = sum(one.unverified for one in result.rulebooks)
    if not number:
        return None
    return say(
        N_(
            "规则里有{number}处金额或条件还没有找到文件核实，结果里凡标“未核实”的，发放前请先核对文件。"
        ),
        number=Number(number, "rules"),
    )


# ---- compared with the run before --------------------------------------------------------------


CHANGES = {"new": N_("新出现"), "open": N_("仍未解决"), "resolved": N_("已解决")}


def changes(figures: Figures) -> Sentence | None:
    """New, resolved and still open gaps; None when no earlier run was given."""
    if not figures.changes:
        return None
    return say(
        N_("与上一次相比：新出现{new}人，已解决{resolved}人，仍未解决{open}人。"),
        new=Number(figures.changes.get("new", 0), "changes"),
        resolved=Number(figures.changes.get("resolved", 0), "changes"),
        open=Number(figures.changes.get("open", 0), "changes"),
    )


def title(result: CheckResult) -> str:
    """The title of the workbook and the page: ``云上县核对结果``."""
    return gettext("{county}核对结果").format(county=result.county)


def masked() -> str:
    """That this result hides personal values."""
    return gettext("这份结果已遮盖个人信息。")
