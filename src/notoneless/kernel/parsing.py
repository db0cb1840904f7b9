"""From the text of an expression to its tree, with every mistake at its line and column.

sqlglot reads the text; a closed list of its nodes is taken over, each with its type, and all else is
refused. Its own types are not used: they accept nonsense.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from notoneless.i18n import N_, gettext
from notoneless.kernel import expressions as ex
from notoneless.kernel import faults as fk
from notoneless.kernel.bounds import LARGEST, bounds
from notoneless.kernel.source import Report, Scalar, hint, shorten
from notoneless.kernel.tokens import DIALECT, USAGE, ExpressionText, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notoneless.kernel.facts import Kind


KIND_WORDS: Mapping[Kind, str] = {
    "int": N_("整数"),
    "money": N_("钱"),
    "bool": N_("是/否"),
    "date": N_("日期"),
    "enum": N_("选项"),
}
_COMPARISONS: dict[type[exp.Expr], ex.Operator] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_MIRRORED: dict[ex.Operator, ex.Operator] = {
    "=": "=",
    "<>": "<>",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}


def parse_condition(text: Scalar, scope: Scope, report: Report) -> ex.Condition | None:
    """An expression that is true, false or unknown; None (with faults) if it is not."""
    return _Reading(text, scope, report).condition()


def parse_amount(text: Scalar, scope: Scope, report: Report) -> ex.Expression | None:
    """An expression whose value is money; None (with faults) if it is not."""
    return _Reading(text, scope, report).money()


class _Reading(ExpressionText):
    """One expression being read."""

    def seen(self, node: exp.Expr) -> str:
        start, end = self.span(node)
        return self.source.text[start:end]

    def span(self, node: exp.Expr) -> tuple[int, int]:
        """First and last offset of a node, from the tokens it was read from."""
        starts: list[int] = []
        ends: list[int] = []
        for part in node.walk():
            if part.meta.get("start") is not None:
                starts.append(part.meta["start"])
                ends.append(part.meta["end"] + 1)
        if not starts:
            return (0, len(self.source.text))
        return (min(starts), max(ends))

    def tree(self) -> exp.Expr | None:
        if not self.is_sound():
            return None
        text = self.source.text
        try:
            tree = sqlglot.parse_one(text, read=DIALECT, into=exp.Condition)
        except ParseError as error:
            first = error.errors[0] if error.errors else {}
            column = int(first.get("col") or 1)
            self.fault(
                fk.BAD_EXPRESSION, max(0, column - len(str(first.get("highlight") or ""))), text
            )
            return None
        self.place_placeholders(tree)
        return tree

    def place_placeholders(self, tree: exp.Expr) -> None:
        """Give each ``:name`` its position, which sqlglot does not keep: the n-th is the n-th."""
        spots = [found.start() for found in re.finditer(r":\w+", self.source.text)]
        # `dfs` reads the arguments in the order in which the parser met them.
        for node, start in zip(tree.find_all(exp.Placeholder, bfs=False), spots, strict=False):
            node.meta.update(start=start, end=start + len(str(node.this)))

    # -- the whole --------------------------------------------------------------------------------

    def whole(self) -> ex.Expression | None:
        try:
            tree = self.tree()
            node = self.read(tree) if tree is not None else None
        except RecursionError:
            self.fault(fk.TOO_LARGE, 0, what=shorten(self.source.text))
            return None
        return None if self.faults else node

    def condition(self) -> ex.Condition | None:
        node = self.whole()
        if node is None:
            return None
        if ex.kind_of(node) != "bool":
            self.fault(
                fk.NOT_A_CONDITION, 0, self.source.text, found=gettext(KIND_WORDS[ex.kind_of(node)])
            )
            return None
        return cast("ex.Condition", node)

    def money(self) -> ex.Expression | None:
        node = self.whole()
        if node is None:
            return None
        if ex.kind_of(node) != "money" and not _is_zero(node):
            found = gettext(KIND_WORDS[ex.kind_of(node)])
            self.fault(fk.NOT_MONEY, 0, self.source.text, found=found)
            return None
        return node

    # -- nodes ------------------------------------------------------------------------------------

    def read(self, node: exp.Expr) -> ex.Expression | None:
        """The typed tree of a node, or None with a fault."""
        match node:
            case exp.Paren():
                return self.read(node.this)
            case exp.And() | exp.Or():
                return self.junction(node)
            case exp.Not():
                part = self.bool_part(node.this)
                return ex.Not(part) if part is not None else None
            case exp.Column() if not node.args.get("table"):
                return self.named(node.name)
            case exp.Placeholder():
                return self.scope.parameters.get(str(node.this))
            case exp.Literal():
                if node.is_string:
                    return ex.Constant(str(node.this), "enum")
                return ex.Constant(int(node.this), "int")
            case exp.Neg():
                return self.negative(node)
            case exp.Cast():
                return self.date(node)
            case exp.Is():
                return self.is_null(node)
            case exp.In():
                return self.one_of(node)
            case exp.Between():
                return self.between(node)
            case exp.Case():
                return self.case(node)
            case exp.Anonymous() | exp.Least() | exp.Greatest():
                return self.call(node)
            case exp.Add() | exp.Sub() | exp.Mul():
                return self.arithmetic(node)
            case exp.Null():
                self.refuse(gettext("单独的 null"), self.span(node)[0], "null")
                return None
        if type(node) in _COMPARISONS:
            return self.compare(cast("exp.Binary", node))
        start = self.span(node)[0]
        what = (
            gettext("子查询") if isinstance(node, exp.Subquery | exp.Query) else gettext("这种写法")
        )
        self.refuse(what, start, self.seen(node))
        return None

    def named(self, name: str) -> ex.Expression | None:
        if name in self.scope.facts:
            return ex.FactOf(self.scope.facts[name])
        if name in ex.CLOCKS:
            return ex.Clock(name)
        return self.scope.terms.get(name)

    def bool_part(self, node: exp.Expr) -> ex.Expression | None:
        part = self.read(node)
        if part is None:
            return None
        if ex.kind_of(part) != "bool":
            self.fault(
                fk.NOT_A_CONDITION,
                self.span(node)[0],
                self.seen(node),
                found=gettext(KIND_WORDS[ex.kind_of(part)]),
            )
            return None
        return part

    def junction(self, node: exp.And | exp.Or) -> ex.Expression | None:
        same, other = (exp.And, exp.Or) if isinstance(node, exp.And) else (exp.Or, exp.And)
        operands: list[exp.Expr] = []
        pending: list[exp.Expr] = [node]
        while pending:
            part = pending.pop()
            if isinstance(part, same):
                pending += [part.args["expression"], part.this]
            else:
                if isinstance(part, other):
                    self.fault(fk.NEEDS_BRACKETS, self.span(part)[0], self.seen(node))
                operands.append(part)
        parts = [self.bool_part(part) for part in operands]
        if any(part is None for part in parts):
            return None
        known = tuple(cast("list[ex.Expression]", parts))
        return ex.And(known) if isinstance(node, exp.And) else ex.Or(known)

    def negative(self, node: exp.Neg) -> ex.Expression | None:
        inner = self.read(node.this)
        if inner is None:
            return None
        if isinstance(inner, ex.Constant) and isinstance(inner.value, int):
            return ex.Constant(-inner.value, "int")
        self.refuse(gettext("负号"), self.span(node)[0], self.seen(node))
        return None

    def date(self, node: exp.Cast) -> ex.Expression | None:
        literal = node.this
        if not (isinstance(literal, exp.Literal) and literal.is_string):
            self.refuse(gettext("类型转换"), self.span(node)[0], self.seen(node))
            return None
        text = str(literal.this)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            try:
                return ex.Constant(dt.date.fromisoformat(text), "date")
            except ValueError:
                pass
        self.fault(fk.BAD_DATE, self.span(node)[0], text)
        return None

    def is_null(self, node: exp.Is) -> ex.Expression | None:
        if not isinstance(node.expression, exp.Null):
            self.refuse(gettext("这种 is"), self.span(node)[0], self.seen(node))
            return None
        value = self.read(node.this)
        if value is None:
            return None
        if not isinstance(value, ex.FactOf):
            # A term or a sum is unknown for reasons of its own; only a fact can be missing.
            self.refuse(gettext("事实以外的 is null"), self.span(node)[0], self.seen(node))
            return None
        return ex.IsNull(value)

    def compare(self, node: exp.Binary) -> ex.Expression | None:
        operator = _COMPARISONS[type(node)]
        start, seen = self.span(node)[0], self.seen(node)
        if isinstance(node.this, exp.Null) or isinstance(node.expression, exp.Null):
            self.fault(fk.EQUALS_NULL, start, seen + " null")
            return None
        left, right = self.read(node.this), self.read(node.expression)
        if left is None or right is None:
            return None
        if _constant(left) and not _constant(right):
            left, right, operator = right, left, _MIRRORED[operator]
        if not self.comparable(left, right, start, seen):
            return None
        if ex.kind_of(left) == "enum" and operator not in ("=", "<>"):
            self.refuse(gettext("选项之间的大小比较"), start, seen)
            return None
        if _constant(left) and _constant(right):
            self.fault(fk.NO_FACT, start, seen)
            return None
        return ex.Compare(operator, left, right)

    def comparable(self, left: ex.Expression, right: ex.Expression, start: int, seen: str) -> bool:
        a, b = ex.kind_of(left), ex.kind_of(right)
        if "bool" in (a, b):
            flag = left if a == "bool" else right
            if isinstance(flag, ex.FactOf | ex.Term) and a == b:
                name = flag.fact.name if isinstance(flag, ex.FactOf) else flag.name
                self.fault(fk.COMPARED_BOOL, start, seen, fact=name)
                return False
        if (
            a != b
            and not (a == "money" and _is_zero(right))
            and not (b == "money" and _is_zero(left))
        ):
            self.fault(
                fk.TYPES_DIFFER,
                start,
                seen,
                left=gettext(KIND_WORDS[a]),
                right=_described(right),
            )
            return False
        if a == "bool":
            self.fault(fk.COMPARED_BOOL, start, seen, fact=seen)
            return False
        return self.enum_value(left, right, start, seen)

    def enum_value(self, left: ex.Expression, right: ex.Expression, start: int, seen: str) -> bool:
        """A text may only be compared with an enum that has it among its values."""
        if ex.kind_of(left) != "enum":
            return True
        if not isinstance(left, ex.FactOf):
            self.fault(fk.NO_FACT, start, seen)
            return False
        if isinstance(right, ex.Constant):
            if right.value not in left.fact.values:
                self.fault(
                    fk.NOT_A_VALUE,
                    self.find(f"'{right.value}'", start),
                    str(right.value),
                    fact=str(left.fact.text),
                    known="、".join(left.fact.values),
                    hint=hint(str(right.value), left.fact.values),
                )
                return False
        elif isinstance(right, ex.FactOf) and set(right.fact.values) != set(left.fact.values):
            self.fault(
                fk.TYPES_DIFFER,
                start,
                seen,
                left=str(left.fact.text),
                right=str(right.fact.text),
            )
            return False
        return True

    def find(self, text: str, start: int) -> int:
        at = self.source.text.find(text, start)
        return at if at >= 0 else start

    def one_of(self, node: exp.In) -> ex.Expression | None:
        start, seen = self.span(node)[0], self.seen(node)
        if not node.expressions or node.args.get("query") or node.args.get("field"):
            what = gettext("子查询") if node.args.get("query") else gettext("这种 in")
            self.refuse(what, start, seen)
            return None
        value = self.read(node.this)
        options: list[ex.Expression] = []
        good = True
        for part in node.expressions:
            if isinstance(part, exp.Null):
                self.fault(fk.EQUALS_NULL, start, seen)
                good = False
                continue
            option = self.read(part)
            if option is None or value is None:
                good = False
            elif not _constant(option):
                self.refuse(gettext("in 里的事实"), self.span(part)[0], self.seen(part))
                good = False
            elif not self.comparable(value, option, start, seen):
                good = False
            elif option in options:
                self.fault(fk.REPEATED_CONDITION, self.span(part)[0], self.seen(part))
                good = False
            else:
                options.append(option)
        if value is None or not good:
            return None
        if _constant(value):
            self.fault(fk.NO_FACT, start, seen)
            return None
        return ex.OneOf(value, tuple(options))

    def between(self, node: exp.Between) -> ex.Expression | None:
        start, seen = self.span(node)[0], self.seen(node)
        if node.args.get("symmetric"):
            self.refuse("symmetric", start, seen)
            return None
        value = self.read(node.this)
        low, high = self.read(node.args["low"]), self.read(node.args["high"])
        if value is None or low is None or high is None:
            return None
        if not (
            self.comparable(value, low, start, seen) and self.comparable(value, high, start, seen)
        ):
            return None
        if ex.kind_of(value) == "enum":
            self.refuse(gettext("选项之间的大小比较"), start, seen)
            return None
        if _constant(value):
            self.fault(fk.NO_FACT, start, seen)
            return None
        return ex.Between(value, low, high)

    def case(self, node: exp.Case) -> ex.Expression | None:
        start, seen = self.span(node)[0], self.seen(node)
        if node.this is not None:
            self.refuse(
                gettext("case 后面直接跟值"), start, seen, gettext("；写成 case when … then …")
            )
            return None
        branches: list[tuple[ex.Expression, ex.Expression]] = []
        good = True
        for branch in node.args["ifs"]:
            when, then = self.bool_part(branch.this), self.read(branch.args["true"])
            if when is None or then is None:
                good = False
            else:
                branches.append((when, then))
        default = node.args.get("default")
        if default is None:
            self.fault(fk.NO_ELSE, start, seen)
            return None
        if isinstance(default, exp.Null):
            self.refuse(gettext("else null"), start, seen, gettext("；不发写 0"))
            return None
        otherwise = self.read(default)
        if otherwise is None or not good:
            return None
        kind = self.one_kind([then for _, then in branches] + [otherwise], "case", start, seen)
        if kind is None:
            return None
        return ex.Case(tuple(branches), otherwise, kind)

    def one_kind(
        self, values: list[ex.Expression], what: str, start: int, seen: str
    ) -> Kind | None:
        """The one type of several values; the number 0 is also no money."""
        kinds = {ex.kind_of(value) for value in values if not _is_zero(value)} or {"int"}
        if (
            kinds - {"int", "money", "date"}
            or len(kinds) != 1
            or (kinds == {"date"} and any(map(_is_zero, values)))
        ):
            self.fault(fk.DIFFERENT_TYPES, start, seen, what=what)
            return None
        return kinds.pop()

    def call(self, node: exp.Expr) -> ex.Expression | None:
        start, seen = self.span(node)[0], self.seen(node)
        if isinstance(node, exp.Anonymous):
            name, given = str(node.this), node.expressions
        else:
            name, given = node.key, [node.this, *node.expressions]
        arguments = [self.read(part) for part in given if part is not None]
        if any(part is None for part in arguments):
            return None
        values = cast("list[ex.Expression]", arguments)
        if name in ("least", "greatest"):
            kind = self.one_kind(values, name, start, seen) if len(values) > 1 else None
        elif len(values) == 2 and all(ex.kind_of(value) == "date" for value in values):
            kind = "int"
        else:
            kind = None
        if kind is None:
            self.fault(fk.WRONG_ARGUMENTS, start, seen, function=name, usage=USAGE[name])
            return None
        return ex.Call(name, tuple(values), kind)

    def arithmetic(self, node: exp.Add | exp.Sub | exp.Mul) -> ex.Expression | None:
        start, seen = self.span(node)[0], self.seen(node)
        operator = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}[type(node)]
        left, right = self.read(node.this), self.read(node.expression)
        if left is None or right is None:
            return None
        kinds = (ex.kind_of(left), ex.kind_of(right))
        kind: Kind | None = None
        if kinds == ("int", "int"):
            kind = "int"
        elif (operator == "*" and set(kinds) == {"int", "money"}) or (
            operator in "+-" and kinds == ("money", "money")
        ):
            kind = "money"
        if kind is None:
            self.fault(
                fk.BAD_ARITHMETIC,
                start,
                seen,
                operator=operator,
                left=gettext(KIND_WORDS[kinds[0]]),
                right=gettext(KIND_WORDS[kinds[1]]),
            )
            return None
        result = ex.Arithmetic(operator, left, right, kind)  # type: ignore[arg-type] # one of three
        if max(map(abs, bounds(result))) > LARGEST:
            self.fault(fk.MAY_OVERFLOW, start, seen)
            return None
        return result


def _constant(node: ex.Expression) -> bool:
    return not ex.facts_in(node)


def _is_zero(node: ex.Expression) -> bool:
    return isinstance(node, ex.Constant) and node.kind == "int" and node.value == 0


def _described(node: ex.Expression) -> str:
    if isinstance(node, ex.Constant) and node.kind == "enum":
        return gettext("文字")
    return gettext(KIND_WORDS[ex.kind_of(node)])
