"""What each pupil is owed this term by the lists of hardship, and what became of it at the bank."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from notoneless.demo.hardship import LEVELS

if TYPE_CHECKING:
    from notoneless.demo.families import Families
    from notoneless.demo.hardship import Hardship
    from notoneless.demo.names import Flags, Numbers, Texts
    from notoneless.demo.settings import Settings
    from notoneless.demo.situations import Children

POLICIES = ("living_boarder", "living_day", "senior_grant", "vocational_grant", "yulu")
FAILURES = ("户名不符", "卡号错误", "账户已销户")
OUTCOMES = {
    # what happened     finding        (batch, came through)...
    "unpaid": ("owed", ()),
    "short": ("short", ((0, True),)),
    "twice": ("paid_twice", ((0, True), (1, True))),
    "bounced": ("owed", ((0, False),)),
    "bounced_repaid": ("paid", ((0, False), (1, True))),
    "right": ("paid", ((0, True),)),
}
"""Batch 0 is the main list of payments, batch 1 the later one."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A line sent to the bank: for which award, how much, in which batch, and why it failed or ''."""

    award: int
    fen: int
    batch: int
    failed: str


@dataclass(slots=True)
class Aid:
    """One entry per award owed or paid: ``policy`` indexes `POLICIES`, money in fen."""

    child: Numbers
    policy: Numbers
    owed: Numbers
    paid: Numbers
    finding: Texts
    payments: list[Payment]


@cache
def rules() -> Settings:
    """The offices' table of amounts and groups, ``aid.toml``."""
    return tomllib.loads(resources.files(__package__).joinpath("aid.toml").read_text("utf-8"))


def make_aid(
    rng: np.random.Generator,
    families: Families,
    children: Children,
    hardship: Hardship,
    settings: Settings,
) -> Aid:
    """Owed and paid for the autumn term of the school year."""
    rates = settings["payment"]
    due = _due(families, children, hardship)
    lists = hardship.of_children(families)
    ended = np.any([lists[name] for name in rules()["who"]["ended"]], axis=0)
    undue = _undue(rng, children, ended, due, rates)
    bounds = np.cumsum([rates[name] for name in OUTCOMES if name != "right"])
    awards: list[tuple[int, int, int, int, str]] = []
    payments: list[Payment] = []
    for policy, (owed, wrongly) in enumerate(zip(due, undue, strict=True)):
        for child in np.flatnonzero((owed > 0) | (wrongly > 0)).tolist():
            full = int(owed[child]) or int(wrongly[child])
            place = int(np.searchsorted(bounds, rng.random())) if owed[child] else len(bounds)
            outcome = list(OUTCOMES)[place]
            finding, tries = OUTCOMES[outcome]
            fen = _short(full) if outcome == "short" else full
            why = FAILURES[int(rng.integers(len(FAILURES)))]
            payments += [
                Payment(len(awards), fen, batch, "" if through else why) for batch, through in tries
            ]
            paid = fen * sum(through for _, through in tries)
            awards.append(
                (child, policy, int(owed[child]), paid, finding if owed[child] else "paid_not_owed")
            )
    child_, policy_, owed_, paid_, finding_ = zip(*awards, strict=True)
    return Aid(
        np.array(child_), np.array(policy_), np.array(owed_), np.array(paid_),
        np.array(finding_, dtype=object), payments,
    )  # fmt: skip


def _due(families: Families, children: Children, hardship: Hardship) -> list[Numbers]:
    """Fen owed to each child, for each of `POLICIES`; a suspended pupil's aid rests."""
    table, lists = rules(), hardship.of_children(families)

    def on_any(group: str) -> Flags:
        found: Flags = np.any([lists[name] for name in table["who"][group]], axis=0)
        return found

    suspended = np.isin(children.situation, ["suspended", "suspension_expired"])
    studying = children.enrolled & ~suspended
    compulsory = studying & (children.grade <= 9)
    boarder, day = _living(children)
    day_classes = on_any("day")
    in_hardship = day_classes | on_any("boarder_only") | (hardship.recognised != "")
    grant = np.select(
        [hardship.recognised == level for level in LEVELS],
        [table["grant"][level] for level in LEVELS],
        0,
    )
    vocational = children.situation == "vocational"
    away = children.situation == "elsewhere_vocational"
    return [
        np.where(compulsory & children.boards & in_hardship, boarder, 0),
        np.where(compulsory & ~children.boards & day_classes, day, 0),
        np.where(studying & (children.situation == "senior"), grant, 0),
        np.where(studying & vocational, grant, 0),
        np.where(((studying & vocational) | away) & on_any("yulu"), table["yulu"]["amount"], 0),
    ]


def _living(children: Children) -> tuple[Numbers, Numbers]:
    """The living subsidy of each child's stage, as a boarder and as a day pupil."""
    table = rules()["living"]
    junior = children.grade > 6
    boarder = np.where(junior, table["boarder"]["junior"], table["boarder"]["primary"])
    day = np.where(junior, table["day"]["junior"], table["day"]["primary"])
    return boarder, day


def _undue(
    rng: np.random.Generator, children: Children, ended: Flags, due: list[Numbers], rates: Settings
) -> list[Numbers]:
    """Fen paid though not owed: mostly to those who are only on a list of people no longer entitled."""
    chance = np.where(ended, rates["undue_ended"], rates["undue_other"])
    able = children.enrolled & (children.grade <= 9) & (due[0] == 0) & (due[1] == 0)
    paid = able & (rng.random(len(able)) < chance)
    if not (paid & ended).any():  # a small county has the case as well
        paid[np.flatnonzero(able & ended)[:1]] = True
    boarder, day = _living(children)
    none = np.zeros(len(able), dtype=np.int64)
    return [
        np.where(paid & children.boards, boarder, 0),
        np.where(paid & ~children.boards, day, 0),
        none, none, none,
    ]  # fmt: skip


def _short(full: int) -> int:
    """The amount of before the last rise, or half."""
    return int(rules()["living"]["former"].get(str(full), full // 2))
