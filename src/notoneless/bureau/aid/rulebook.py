"""The rulebook of aid: its policies for people, and compiled for a day."""

from __future__ import annotations

import datetime as dt
from functools import cache

from notoneless import kernel
from notoneless.bureau.ledger.terms import RULEBOOK
from notoneless.i18n import N_

PROGRAMME = "aid"
"""The programme's name in the books."""


@cache
def schema() -> kernel.FactSchema:
    """The facts that the rules ask for."""
    return kernel.load_facts(kernel.shipped("facts"))


@cache
def book() -> kernel.Rulebook:
    """The rulebook as shipped."""
    return kernel.load_rulebook(kernel.shipped(RULEBOOK), schema())


def text() -> str:
    """Its text, to be kept with what it decided."""
    return kernel.shipped(RULEBOOK).read_text("utf-8")


@cache
def compiled(on: dt.date) -> kernel.Sweep:
    """The rules as they hold on a day."""
    return kernel.compile_sweep(book(), schema(), on)


KINDS = {
    "cash_student": N_("现金，发给学生"),
    "cash_household": N_("现金，发给家庭"),
    "waiver": N_("减免"),
    "in_kind": N_("实物"),
    "loan": N_("贷款"),
    "school_budget": N_("拨给学校"),
}
"""Kinds of benefit, in words; only cash has a payment."""

PERIODS = {
    "year": N_("每学年"),
    "term": N_("每学期"),
    "month": N_("每月"),
    "once": N_("一次"),
}
"""Periods, in words."""


def cash() -> tuple[str, ...]:
    """The ids of the policies that are paid to a card."""
    return tuple(policy.id for policy in book().policies if policy.is_cash)


def policy(name: str) -> kernel.Policy | None:
    """A policy by its id."""
    return next((one for one in book().policies if one.id == name), None)
