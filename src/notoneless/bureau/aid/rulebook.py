"""The rulebook of aid as it is in force on a day: as shipped, until a change was approved."""

from __future__ import annotations

import datetime as dt
import tempfile
from functools import lru_cache
from pathlib import Path

from notoneless import kernel
from notoneless.bureau.accounts.models import Lineage, Organisation
from notoneless.bureau.aid.models import Change
from notoneless.bureau.ledger.terms import RULEBOOK
from notoneless.i18n import N_

PROGRAMME = "aid"
"""The programme's name in the books."""


@lru_cache(maxsize=1)
def schema() -> kernel.FactSchema:
    """The facts that the rules ask for."""
    return kernel.load_facts(kernel.shipped("facts"))


@lru_cache(maxsize=1)
def as_shipped() -> str:
    """The text that came with the program."""
    return kernel.shipped(RULEBOOK).read_text("utf-8")


def last_change(on: dt.date | None = None) -> Change | None:
    """The approved change that holds on a day (None: the newest); None: as shipped."""
    approved = Change.objects.filter(state="approved")
    if on is not None:
        approved = approved.filter(in_force_from__lte=on)
    return approved.select_related("ruling").order_by("-pk").first()


def text(on: dt.date | None = None) -> str:
    """The text in force on a day, to be kept with what it decides; today's if no day is given."""
    change = last_change(on)
    return change.ruling.text if change else as_shipped()


@lru_cache(maxsize=32)
def read(written: str) -> kernel.Rulebook:
    """A text as a checked rulebook. `Refusal` with every fault and its line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{RULEBOOK}.yaml"
        path.write_bytes(written.encode())
        return kernel.load_rulebook(path, schema())


def book(on: dt.date | None = None) -> kernel.Rulebook:
    """The rulebook in force on a day; today's if no day is given."""
    return read(text(on))


@lru_cache(maxsize=32)
def compile_text(written: str, on: dt.date) -> kernel.Sweep:
    """The rules of a text as they hold on a day."""
    return kernel.compile_sweep(read(written), schema(), on)


def compiled(on: dt.date) -> kernel.Sweep:
    """The rules in force on a day, for that day."""
    return compile_text(text(on), on)


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


def policy(name: str, written: str = "") -> kernel.Policy | None:
    """A policy by its id, of a text (None given: of today's)."""
    found = read(written) if written else book()
    return next((one for one in found.policies if one.id == name), None)


def place() -> Organisation:
    """The place that the rulebook is for: the lowest one that all counties lie in.

    Of one county alone it is that county.
    """
    counties = Organisation.objects.filter(kind="county", valid_to__isnull=True)
    above = Lineage.objects.filter(below__in=counties)
    shared: dict[int, list[int]] = {}
    for key, depth in above.values_list("above", "depth"):
        shared.setdefault(key, []).append(depth)
    count = counties.count()
    whole = {key: sum(depths) for key, depths in shared.items() if len(depths) == count}
    if not whole:  # no county yet: whatever stands on top
        return Organisation.objects.filter(parent__isnull=True).order_by("pk")[0]
    return Organisation.objects.get(pk=min(whole, key=lambda key: whole[key]))
