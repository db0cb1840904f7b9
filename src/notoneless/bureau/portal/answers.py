"""From six plain answers to what a child is owed, by the same rules as everywhere; nothing is kept.

What is not asked stays unknown. So a policy that hangs on more than was asked is not promised and not denied:
it says what it still depends on.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from notoneless import kernel
from notoneless.bureau.aid import rulebook
from notoneless.bureau.rules.declared import ground
from notoneless.calendar import term_on
from notoneless.i18n import Text, gettext
from notoneless.kernel import reference
from notoneless.kernel.rulebook import BENEFIT_KINDS, PERIODS, STATUSES

STAGES: Mapping[str, Mapping[str, object]] = {
    "kindergarten": {"stage": "preschool", "last_kindergarten_year": False},
    "last_kindergarten_year": {"stage": "preschool", "last_kindergarten_year": True},
    "primary": {"stage": "primary"},
    "junior": {"stage": "junior"},
    "senior": {"stage": "senior"},
    "vocational": {"stage": "vocational"},
    "college": {"stage": "higher", "degree": "college"},
    "bachelor": {"stage": "higher", "degree": "bachelor"},
    "postgraduate": {"stage": "higher", "degree": "postgraduate"},
}
"""What an answer to "where does the child learn" tells."""

CIRCUMSTANCES = (
    "poverty_relieved",
    "monitored",
    "rural_minimum",
    "urban_minimum",
    "destitute",
    "orphan",
    "unsupported",
    "disabled",
)
"""The lists of people in need that entitle (lists 1 to 7); a family knows whether it is on one."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The six: where the child learns, age on 31 August, boarding, lists, recognition, rural household.

    None is "don't know".
    """

    learns: str
    age: int
    boards: bool | None
    lists: frozenset[str] | None
    recognised: str | None
    rural: bool | None

    def facts(self, on: dt.date) -> dict[str, object]:
        """The row of facts that they make; everything else is unknown."""
        schema = kernel.load_facts(kernel.shipped("facts")).subjects["child"].facts
        row: dict[str, object] = dict.fromkeys(schema)
        row |= {"child": 0, "in_register": True, "on_roll": True, "roll_state": "enrolled"}
        row |= STAGES[self.learns]
        row["birth_date"] = dt.date(term_on(on).school_year - self.age, 8, 31)
        row["boards"], row["recognised"] = self.boards, self.recognised
        row["rural_household"] = self.rural
        if self.lists is not None:
            row |= {name: name in self.lists for name in CIRCUMSTANCES}
        return row


@dataclass(frozen=True, slots=True)
class Answer:
    """One policy for this child. ``fen`` is an amount per period, None where it depends on the school.

    ``state``: ``owed``, ``depends`` (on what ``why`` names), ``not_owed``.
    """

    name: Text
    state: str
    fen: int | None
    period: str
    kind: str
    why: str
    source: str
    status: str
    desk: Text


@cache
def _desks() -> tuple[dict[str, Text], dict[str, str]]:
    told = tomllib.loads(files(__package__).joinpath("desks.toml").read_text("utf-8"))
    return (
        {name: Text(row["zh"], row["en"]) for name, row in told["desks"].items()},
        told["policies"],
    )


def lists() -> list[tuple[str, str]]:
    """The lists that a family may be on: the fact and its words."""
    schema = kernel.load_facts(kernel.shipped("facts")).subjects["child"].facts
    return [(name, str(schema[name].text)) for name in CIRCUMSTANCES]


def answer(answers: Answers, on: dt.date) -> list[Answer]:
    """Every policy that reaches a family (not what is paid to the school), owed ones first, largest first."""
    sweep = rulebook.compiled(on)
    (result,) = reference.decide([answers.facts(on)], sweep)
    words = range(sweep.words)
    told = sweep.explain(
        [int(str(result[f"sig_{word}"])) for word in words],
        [int(str(result[f"unk_{word}"])) for word in words],
    )
    desks, by_policy = _desks()
    found = []
    for policy in sweep.policies:
        if policy.kind == "school_budget" or not sweep.in_force(policy):
            continue
        fen, why = result[f"award_{policy.id}"], told[policy.id]
        met = why.state == "met" or (why.state == "unknown" and _only_amount(why.missing))
        denied = why.state == "not_met" or fen == 0
        state = "not_owed" if denied else "owed" if met else "depends"
        found.append(
            Answer(
                policy.text,
                state,
                fen if isinstance(fen, int) and fen else None,
                gettext(PERIODS[policy.period]),
                gettext(BENEFIT_KINDS[policy.kind]),
                _why(why, state),
                ground(policy.source),
                gettext(STATUSES[policy.status]),
                desks[by_policy.get(policy.id, "school")],
            )
        )
    order: Sequence[str] = ("owed", "depends", "not_owed")
    return sorted(found, key=lambda one: (order.index(one.state), -(one.fen or 0)))


AMOUNTS = frozenset({"approved_fee"})
"""Facts that say how much, not whether: what is waived is the school's fee."""


def _only_amount(missing: Sequence[str]) -> bool:
    return bool(missing) and set(missing) <= AMOUNTS


def _why(why: kernel.Explanation, state: str) -> str:
    if state == "depends":
        schema = kernel.load_facts(kernel.shipped("facts")).subjects["child"].facts
        names = gettext("、").join(str(schema[name].text) for name in why.missing)
        return gettext("还要看：{names}").format(names=names)
    if state == "owed" and why.missing:
        return gettext("免多少按学校批准的收费标准")
    if state == "not_owed" and why.state == "met":
        return gettext("同类的只享受一项，已经有更合适的一项")
    return why.text
