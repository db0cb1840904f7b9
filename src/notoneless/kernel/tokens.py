"""The words and signs of an expression: what may be written at all, and which names there are.

sqlglot cuts the text into tokens; each must be of the language, each name must be known. This comes
before the text is read as a whole, so that a wrong name is found even where the rest is broken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlglot
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

from notoneless.i18n import N_, gettext
from notoneless.kernel import expressions as ex
from notoneless.kernel import faults as fk
from notoneless.kernel.form import LARGEST_COUNT
from notoneless.kernel.source import Report, Scalar, hint, narrow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notoneless.faults import FaultKind
    from notoneless.kernel.facts import Fact

DIALECT = ""
"""sqlglot's own dialect: DuckDB's would read ``(:a + b)`` as an alias in some places."""
LONGEST = 4_000
"""Characters in one expression, at most."""
USAGE = {
    "days_between": "days_between(a, b)",
    "age_on": "age_on(birth_date, day)",
    "least": "least(a, b, …)",
    "greatest": "greatest(a, b, …)",
}
# What a person may try, by the name under which it is refused.
_CLOCK_WORDS = frozenset({
    "now", "current_date", "current_time", "current_timestamp", "today", "localtime",
    "localtimestamp", "getdate", "sysdate", "transaction_timestamp", "get_current_time",
    "get_current_timestamp", "clock_timestamp",
})  # fmt: skip
_RANDOM_WORDS = frozenset({"random", "rand", "uuid", "gen_random_uuid", "setseed", "newid"})
_AGGREGATE_WORDS = frozenset({
    "sum", "count", "avg", "min", "max", "median", "mode", "stddev", "variance", "any_value",
    "first", "last", "list", "string_agg", "array_agg", "bool_and", "bool_or", "quantile",
})  # fmt: skip
_CAST_WORDS = frozenset({"cast", "try_cast", "convert"})
_LIKE_WORDS = frozenset({"like", "ilike", "similar", "glob", "regexp", "rlike"})
_QUERY_WORDS = frozenset({
    "select", "from", "where", "exists", "union", "with", "any", "all", "some", "having", "limit",
})  # fmt: skip
_WINDOW_WORDS = frozenset({"over", "partition", "window", "rows", "range"})

_KEYWORDS = {
    TokenType.AND,
    TokenType.OR,
    TokenType.NOT,
    TokenType.IN,
    TokenType.BETWEEN,
    TokenType.IS,
    TokenType.NULL,
    TokenType.CASE,
    TokenType.WHEN,
    TokenType.THEN,
    TokenType.ELSE,
    TokenType.END,
}
_PUNCTUATION = {
    TokenType.L_PAREN,
    TokenType.R_PAREN,
    TokenType.COMMA,
    TokenType.EQ,
    TokenType.NEQ,
    TokenType.LT,
    TokenType.LTE,
    TokenType.GT,
    TokenType.GTE,
    TokenType.PLUS,
    TokenType.DASH,
    TokenType.STAR,
    TokenType.COLON,
}
_SYMBOLS = {
    ";": N_("分号"),
    "/": N_("除法"),
    "//": N_("除法"),
    "%": N_("取余"),
    "||": N_("拼接"),
    "::": N_("类型转换"),
    "[": N_("列表"),
    "{": N_("列表"),
    "?": N_("占位符"),
    "$": N_("占位符"),
    "^": N_("乘方"),
    "**": N_("乘方"),
    "~": N_("模糊匹配"),
    ".": N_("句点"),
    "&": N_("位运算"),
    "|": N_("位运算"),
    "->": N_("箭头"),
    "@": N_("占位符"),
}


@dataclass
class Scope:
    """The names an expression may use. `used` collects those it did."""

    facts: Mapping[str, Fact]
    parameters: Mapping[str, ex.Parameter] = field(default_factory=dict)
    terms: Mapping[str, ex.Term] = field(default_factory=dict)
    other_terms: frozenset[str] = frozenset()
    """Terms that exist but could not be read; using them is no further fault."""
    broken_parameters: frozenset[str] = frozenset()
    used_parameters: set[str] = field(default_factory=set)
    used_terms: set[str] = field(default_factory=set)


def terms_named(text: str) -> list[str]:
    """The bare names in a text, to find the order in which terms must be read."""
    try:
        tokens = sqlglot.tokenize(text, read=DIALECT)
    except TokenError:
        return []
    return [
        token.text
        for before, token in zip([None, *tokens], tokens, strict=False)
        if re.fullmatch(r"[a-z][a-z0-9_]*", token.text)
        and token.token_type is not TokenType.STRING
        and (before is None or before.token_type is not TokenType.COLON)
    ]


class ExpressionText:
    """One expression's text, with a place for its faults."""

    def __init__(self, source: Scalar, scope: Scope, report: Report) -> None:
        self.source, self.scope, self.report = source, scope, report
        self.faults = 0

    def fault(self, kind: FaultKind, offset: int, seen: str = "", **details: object) -> None:
        """Note a fault at an offset of the text."""
        self.faults += 1
        self.report.add(kind, self.source.mark_at(offset), seen, **details)

    def refuse(self, what: str, offset: int, seen: str, advice: str = "") -> None:
        """Note that something is not part of the language."""
        self.fault(fk.NOT_IN_LANGUAGE, offset, seen, what=what, hint=advice)

    def is_sound(self) -> bool:
        """Whether every character and token is of the language, and every name known."""
        text = self.source.text
        if len(text) > LONGEST:
            self.fault(fk.TOO_LARGE, 0, what=f"{len(text):,}")
        for offset, character in enumerate(text):
            meant = narrow(character)
            if meant != character:
                self.fault(fk.FULL_WIDTH, offset, character, ascii=meant)
        if not self.faults:
            try:
                tokens = sqlglot.tokenize(text, read=DIALECT)
            except TokenError:
                tokens = []
            if not tokens:
                self.fault(fk.BAD_EXPRESSION, 0, text)
            self._check_tokens(tokens)
        return not self.faults

    def _check_tokens(self, tokens: list[Token]) -> None:
        for index, token in enumerate(tokens):
            after = tokens[index + 1] if index + 1 < len(tokens) else None
            before = tokens[index - 1] if index else None
            if token.comments:
                where = self.source.text.find("--")
                where = where if where >= 0 else self.source.text.find("/*")
                self.refuse(gettext("注释"), max(where, 0), token.comments[0])
            self._check_token(token, before, after)

    def _check_token(self, token: Token, before: Token | None, after: Token | None) -> None:
        kind, at, raw = token.token_type, token.start, self.source.text[token.start : token.end + 1]
        word = raw.lower()
        after_colon = before is not None and before.token_type is TokenType.COLON
        if kind is TokenType.STRING:
            if raw[:1] != "'":
                self.refuse(gettext("这种引号"), at, raw)
        elif kind is TokenType.NUMBER:
            self._check_number(raw, at)
        elif kind is TokenType.IDENTIFIER:
            self.fault(fk.QUOTED_NAME, at, raw)
        elif after_colon:
            self._check_parameter(raw, at)
        elif kind in _PUNCTUATION:
            if raw in ("==", "!="):
                self.fault(fk.OPERATOR_STYLE, at, raw, wanted="=" if raw == "==" else "<>")
            if kind is TokenType.COLON and (after is None or after.start != token.end + 1):
                self.fault(fk.BAD_EXPRESSION, at, raw)
        elif kind in _KEYWORDS or (
            word == "date" and after is not None and after.token_type is TokenType.STRING
        ):
            pass
        elif re.fullmatch(r"[^\W\d]\w*", raw):
            self._check_word(raw, at, after)
        else:
            self.refuse(gettext(_SYMBOLS.get(raw, N_("这个符号"))), at, raw)

    def _check_number(self, raw: str, at: int) -> None:
        if re.fullmatch(r"\d+", raw):
            if int(raw) > LARGEST_COUNT:
                self.fault(fk.TOO_BIG, at, raw, limit=f"{LARGEST_COUNT:,}")
        elif re.fullmatch(r"\d*\.\d{3,}", raw):
            self.fault(fk.TOO_MANY_DECIMALS, at, raw)
        elif re.fullmatch(r"\d*\.\d*", raw):
            self.fault(fk.DECIMAL, at, raw)
        else:
            self.fault(fk.BAD_NUMBER, at, raw, wanted=gettext("整数"))

    def _check_parameter(self, name: str, at: int) -> None:
        if name in self.scope.parameters or name in self.scope.broken_parameters:
            self.scope.used_parameters.add(name)
        else:
            known = [*self.scope.parameters, *self.scope.broken_parameters]
            self.fault(fk.UNKNOWN_PARAMETER, at, name, hint=hint(name, known))

    def _check_word(self, raw: str, at: int, after: Token | None) -> None:
        word = raw.lower()
        called = after is not None and after.token_type is TokenType.L_PAREN
        if word in _CLOCK_WORDS and word not in self.scope.facts:
            advice = gettext("；计算日写 as_of")
            self.refuse(gettext("当前时间"), at, raw, advice)
        elif word in _CAST_WORDS:
            self.refuse(gettext("类型转换"), at, raw)
        elif word in _LIKE_WORDS:
            self.refuse(gettext("模糊匹配"), at, raw)
        elif word in _QUERY_WORDS:
            self.refuse(gettext("子查询"), at, raw)
        elif called and word in _RANDOM_WORDS:
            self.refuse(gettext("随机数"), at, raw)
        elif called and word in _AGGREGATE_WORDS:
            self.refuse(gettext("汇总"), at, raw)
        elif word in _WINDOW_WORDS and word not in self.scope.facts:
            self.refuse(gettext("窗口计算"), at, raw)
        elif called:
            if raw not in USAGE:
                self.refuse(gettext("这个函数"), at, raw, hint(word, USAGE))
        elif raw in ("true", "false"):
            self.refuse(gettext("true 和 false"), at, raw, gettext("；直接写事实名或 not 事实名"))
        elif raw in self.scope.terms or raw in self.scope.other_terms:
            self.scope.used_terms.add(raw)
        elif raw not in self.scope.facts and raw not in ex.CLOCKS:
            values = {v for fact in self.scope.facts.values() for v in fact.values}
            known = [*self.scope.facts, *self.scope.terms, *ex.CLOCKS]
            advice = (
                gettext("；取值要加单引号：'{name}'").format(name=raw)
                if raw in values
                else hint(raw, known)
            )
            self.fault(fk.UNKNOWN_NAME, at, raw, hint=advice)
