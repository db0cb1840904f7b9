"""What each pupil is owed this term by the lists of hardship, and what became of it at the bank."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from notoneless.demo.families import Families
from notoneless.demo.hardship import LEVELS, Hardship
from notoneless.demo.names import Numbers, Texts
from notoneless.demo.settings import Settings
from notoneless.demo.situations import Children

POLICIES = ("living_boarder", "living_day", "senior_grant", "vocational_grant")
FAILURES = ("户名不符", "卡号错误", "账户已销户")


@cache
def rules() -> Settings:
    """The offices' table of amounts and groups, ``aid.toml``."""
    return tomllib.loads(resources.files(__package__).joinpath("aid.toml").read_text("utf-8"))


@dataclass(slots=True)
class Aid:
    """One entry per award owed or paid: ``policy`` indexes `POLICIES`, money in fen.

    ``payments`` has a line per payment tried: award, fen, batch (0 main, 1 later), '' or why it failed.
    """

    child: Numbers
    policy: Numbers
    owed: Numbers
    paid: Numbers
    finding: Texts
    payments: list[tuple[int, int, int, str]]


def make_aid(
    rng: np.random.Generator,
    families: Families,
    children: Children,
    hardship: Hardship,
    settings: Settings,
) -> Aid:
    """Owed and paid for the term of the school year's autumn."""
    table, rates = rules(), settings["payment"]
    lists = hardship.of_children(families)
    none = np.zeros(families.children, dtype=bool)
    active = children.enrolled & ~np.isin(children.situation, ["suspended", "suspension_expired"])
    compulsory = active & (children.grade <= 9)
    listed = np.any([lists[name] for name in table["who"]["day"]], axis=0)
    boarders_too = np.any([lists[name] for name in table["who"]["boarder_only"]], axis=0)
    recognised = hardship.recognised != ""
    boarder = compulsory & children.boards & (listed | boarders_too | recognised)
    day = compulsory & ~children.boards & listed
    junior = children.grade > 6
    grant = np.select(
        [hardship.recognised == level for level in LEVELS],
        [table["grant"][level] for level in LEVELS],
        0,
    )
    due = [
        np.where(boarder, np.where(junior, *_stages("boarder")), 0),
        np.where(day, np.where(junior, *_stages("day")), 0),
        np.where(active & (children.situation == "senior"), grant, 0),
        np.where(active & (children.situation == "vocational"), grant, 0),
    ]
    usual = [
        np.where(junior, *_stages("boarder")), np.where(junior, *_stages("day")), grant, grant,
    ]  # fmt: skip
    ended = compulsory & np.any([lists[name] for name in table["who"]["ended"]], axis=0)
    undue = (ended & (rng.random(len(none)) < rates["undue_ended"])) | (
        compulsory & (rng.random(len(none)) < rates["undue_other"])
    )
    child, policy, owed, paid, finding = [], [], [], [], []
    payments: list[tuple[int, int, int, str]] = []
    shares = [rates[name] for name in ("unpaid", "short", "twice", "bounced", "bounced_repaid")]
    bounds = np.cumsum(shares)
    for index, amounts in enumerate(due):
        wrongly = undue & (amounts == 0) & (children.boards if index == 0 else ~children.boards)
        wrongly &= (due[0] == 0) & (due[1] == 0) & (index < 2)
        for one in np.flatnonzero((amounts > 0) | wrongly):
            award = len(child)
            full = int(amounts[one]) or int(usual[index][one])
            outcome = int(np.searchsorted(bounds, rng.random())) if amounts[one] else 5
            why = FAILURES[int(rng.integers(len(FAILURES)))] if outcome in (3, 4) else ""
            lines = _lines(award, full, outcome, why)
            payments += lines
            child.append(int(one))
            policy.append(index)
            owed.append(int(amounts[one]))
            paid.append(sum(fen for _, fen, _, failed in lines if not failed))
            finding.append(_FINDINGS[outcome] if amounts[one] else "paid_not_owed")
    return Aid(
        np.array(child, dtype=np.int64), np.array(policy, dtype=np.int64),
        np.array(owed, dtype=np.int64), np.array(paid, dtype=np.int64),
        np.array(finding, dtype=object), payments,
    )  # fmt: skip


_FINDINGS = ("owed", "short", "paid_twice", "owed", "paid", "paid")


def _lines(award: int, full: int, outcome: int, why: str) -> list[tuple[int, int, int, str]]:
    """The payments tried for one award."""
    match outcome:
        case 0:
            return []
        case 1:
            former = rules()["living"]["former"]
            return [(award, int(former.get(str(full), full // 2)), 0, "")]
        case 2:
            return [(award, full, 0, ""), (award, full, 1, "")]
        case 3:
            return [(award, full, 0, why)]
        case 4:
            return [(award, full, 0, why), (award, full, 1, "")]
        case _:
            return [(award, full, 0, "")]


def _stages(kind: str) -> tuple[int, int]:
    """Junior first, as `numpy.where` wants it."""
    amounts = rules()["living"][kind]
    return int(amounts["junior"]), int(amounts["primary"])
