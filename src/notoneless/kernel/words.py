"""Conditions in the words of the officer who reads them."""

from __future__ import annotations

import datetime as dt

from notoneless.i18n import N_, gettext
from notoneless.kernel import expressions as ex

_OPERATORS = {
    "=": N_("{left}是{right}"),
    "<>": N_("{left}不是{right}"),
    "<": N_("{left}小于{right}"),
    "<=": N_("{left}不超过{right}"),
    ">": N_("{left}大于{right}"),
    ">=": N_("{left}不少于{right}"),
}
_DATE_OPERATORS = {
    "=": N_("{left}是{right}"),
    "<>": N_("{left}不是{right}"),
    "<": N_("{left}早于{right}"),
    "<=": N_("{left}不晚于{right}"),
    ">": N_("{left}晚于{right}"),
    ">=": N_("{left}不早于{right}"),
}
_CLOCKS = {
    "as_of": N_("计算日"),
    "term_start": N_("学期开始日"),
    "school_year_start": N_("学年开始日"),
    "age_day": N_("本学年的8月31日"),
}


def yuan(fen: int) -> str:
    """Fen as yuan: 125000 is ``1250``, 99 is ``0.99``."""
    whole, part = divmod(abs(fen), 100)
    text = f"{whole}.{part:02d}" if part else str(whole)
    return "-" + text if fen < 0 else text


def in_words(node: ex.Expression) -> str:
    """A condition or a value as a short phrase in the language in use."""
    match node:
        case ex.FactOf(fact):
            return str(fact.text)
        case ex.Term():
            return str(node.text)
        case ex.Constant(value, kind):
            if kind == "money" and isinstance(value, int):
                return gettext("{yuan}元").format(yuan=yuan(value))
            return str(value)
        case ex.Parameter():
            return str(node.text)
        case ex.Clock(name):
            return gettext(_CLOCKS[name])
        case ex.Not(ex.IsNull(value)):
            return gettext("有{value}").format(value=in_words(value))
        case ex.IsNull(value):
            return gettext("没有{value}").format(value=in_words(value))
        case ex.Not(ex.OneOf(value, options)):
            return gettext("{left}不是{right}").format(
                left=in_words(value), right=_options(value, options)
            )
        case ex.Not(part):
            return gettext("不是“{part}”").format(part=in_words(part))
        case ex.And(parts):
            return gettext("，且").join(map(_part, parts))
        case ex.Or(parts):
            return gettext("或").join(map(_part, parts))
        case ex.Compare(operator, left, right):
            words = _DATE_OPERATORS if ex.kind_of(left) == "date" else _OPERATORS
            return gettext(words[operator]).format(left=in_words(left), right=_value(left, right))
        case ex.OneOf(value, options):
            return gettext("{left}是{right}").format(
                left=in_words(value), right=_options(value, options)
            )
        case ex.Between(value, low, high):
            return gettext("{value}在{low}到{high}之间").format(
                value=in_words(value), low=_value(value, low), high=_value(value, high)
            )
        case ex.Arithmetic(operator, left, right):
            sign = {"+": "＋", "-": "－", "*": "×"}[operator]
            return f"{_part(left)}{sign}{_part(right)}"
        case ex.Call("days_between", (a, b)):
            return gettext("从{a}到{b}的天数").format(a=in_words(a), b=in_words(b))
        case ex.Call("age_on", (birth, day)):
            if isinstance(birth, ex.FactOf) and birth.fact.name == "birth_date":
                return gettext("{day}的周岁").format(day=in_words(day))
            return gettext("从{a}到{b}的整年数").format(a=in_words(birth), b=in_words(day))
        case ex.Call(function, arguments):
            words_of = (
                gettext("{values}中最小的") if function == "least" else gettext("{values}中最大的")
            )
            return words_of.format(values=gettext("、").join(map(in_words, arguments)))
        case ex.Case(branches, default):
            told = [
                gettext("{when}的{then}").format(when=in_words(when), then=in_words(then))
                for when, then in branches
            ]
            told.append(gettext("其余{value}").format(value=in_words(default)))
            return gettext("；").join(told)
    raise AssertionError(node)


def _part(node: ex.Expression) -> str:
    text = in_words(node)
    return f"（{text}）" if isinstance(node, ex.And | ex.Or | ex.Arithmetic | ex.Case) else text


def _value(left: ex.Expression, right: ex.Expression) -> str:
    """A constant in words; the value of an enum by its label."""
    if isinstance(left, ex.FactOf) and isinstance(right, ex.Constant) and right.kind == "enum":
        return str(left.fact.values[str(right.value)])
    if isinstance(right, ex.Parameter) and right.value is not None and right.kind == "money":
        return gettext("{yuan}元").format(yuan=yuan(right.value))
    if isinstance(right, ex.Parameter) and right.value is not None:
        return str(right.value)
    if isinstance(right, ex.Constant) and isinstance(right.value, dt.date):
        return right.value.isoformat()
    return in_words(right)


def _options(value: ex.Expression, options: tuple[ex.Expression, ...]) -> str:
    return gettext("或").join(_value(value, option) for option in options)
