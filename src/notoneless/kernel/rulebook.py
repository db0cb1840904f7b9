"""A rulebook: dated amounts, named conditions, guarantees and policies, read from strict YAML.

A *guarantee* holds for everyone in its universe and is kept, lawfully excused, or a gap. A *policy*
is owed to everyone who meets its conditions, and has an amount. A *group* is the only logic between
policies. The law is data: every value and every rule carries its source and its status.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from notoneless.i18n import N_, Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from notoneless.kernel.expressions import Condition, Expression
    from notoneless.kernel.facts import Kind

Status = Literal["verified", "unverified"]
Unit = Literal["yuan", "years", "days", "count"]
BenefitKind = Literal[
    "cash_student", "cash_household", "waiver", "in_kind", "loan", "school_budget"
]
Period = Literal["year", "term", "month", "once"]
GroupRule = Literal["highest", "first", "cap"]
CountedAt = Literal["home", "school"]

STATUSES: Mapping[str, str] = {"verified": N_("已核实"), "unverified": N_("未核实")}
UNITS: Mapping[str, str] = {
    "yuan": N_("元"),
    "years": N_("年"),
    "days": N_("天"),
    "count": N_("个"),
}
BENEFIT_KINDS: Mapping[str, str] = {
    "cash_student": N_("发给学生"),
    "cash_household": N_("发给家庭"),
    "waiver": N_("减免"),
    "in_kind": N_("实物"),
    "loan": N_("贷款"),
    "school_budget": N_("拨给学校"),
}
CASH = frozenset({"cash_student", "cash_household"})
"""The kinds of benefit that leave a payment which can be held against what is owed."""
PERIODS: Mapping[str, str] = {
    "year": N_("每学年"),
    "term": N_("每学期"),
    "month": N_("每月"),
    "once": N_("一次"),
}
GROUP_RULES: Mapping[str, str] = {
    "highest": N_("只取最高一项"),
    "first": N_("只取最先一项"),
    "cap": N_("合计封顶"),
}
PLACES: Mapping[str, str] = {"home": N_("住处"), "school": N_("学校")}
"""Where a guarantee can be counted; a child of whom that place is not known counts at the other."""
SEASONS = ("spring", "autumn")


@dataclass(frozen=True, slots=True)
class DatedValue:
    """What a parameter is from a day on; money in fen."""

    start: dt.date
    value: int
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """A parameter: its unit and its values, first to last."""

    name: str
    text: Text
    unit: Unit
    values: tuple[DatedValue, ...]

    @property
    def kind(self) -> Kind:
        """The type its value has in an expression."""
        return "money" if self.unit == "yuan" else "int"

    def on(self, day: dt.date) -> DatedValue | None:
        """The value that holds on a day; None before the first."""
        at = bisect_right([value.start for value in self.values], day)
        return self.values[at - 1] if at else None


@dataclass(frozen=True, slots=True)
class Line:
    """One condition as it stands in the rulebook: its text, its line, its meaning."""

    written: str
    line: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a guarantee is kept, or a reason that excuses it."""

    id: str
    text: Text
    line: Line
    source: str = ""


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What everyone in the universe is owed; a gap in it opens a case of the kind ``case``.

    ``place`` is where it is counted, and who answers for it: by a child's home or its school.
    """

    id: str
    text: Text
    source: str
    status: Status
    universe: tuple[Line, ...]
    kept: tuple[Way, ...]
    excused: tuple[Way, ...]
    case: str
    line: int
    since: dt.date | None = None
    place: CountedAt = "home"


@dataclass(frozen=True, slots=True)
class Policy:
    """An award: to everyone who meets all conditions, ``amount`` fen per ``period``.

    ``deadline`` gives the last day, month and day, by which a term's payment is due.
    """

    id: str
    text: Text
    also: tuple[str, ...]
    source: str
    status: Status
    kind: BenefitKind
    period: Period
    instalments: int
    deadline: Mapping[str, tuple[int, int]]
    conditions: tuple[Line, ...]
    amount: Expression
    amount_written: str
    group: str
    line: int
    since: dt.date | None = None

    @property
    def is_cash(self) -> bool:
        """Whether payments of it can be held against what is owed."""
        return self.kind in CASH


@dataclass(frozen=True, slots=True)
class Group:
    """How the policies of one group exclude or limit each other; a cap is in fen per period."""

    id: str
    text: Text
    rule: GroupRule
    cap: Expression | None = None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything one file says, checked. ``hash`` is of its bytes, so old verdicts stay explainable."""

    id: str
    title: Text
    subject: str
    file: str
    hash: str
    parameters: Mapping[str, ParameterSpec]
    guarantees: tuple[Guarantee, ...]
    policies: tuple[Policy, ...]
    groups: Mapping[str, Group]


def digest(data: bytes) -> str:
    """The hash by which a rulebook is known in results."""
    return hashlib.sha256(data).hexdigest()


def shipped(name: str) -> Path:
    """The path of a file that came with the program, by its name without ``.yaml``."""
    from notoneless import rulebooks

    return Path(rulebooks.__file__).parent / f"{name}.yaml"
