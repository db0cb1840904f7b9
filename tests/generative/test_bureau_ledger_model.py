"""Money is conserved: any order of approving, paying, bouncing, paying again, recalling, closing.

A plain model (a dict of what each award has at each stage) goes along; the book must say the same after each
step. Each mutant is a naive version of a part of `ledger.actions`: the machine must find it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from beancount import loader
from django.db import transaction
from django.db.models import Sum as Total
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.ledger import actions, queries
from notoneless.bureau.ledger.actions import Sum
from notoneless.bureau.ledger.models import Account, Line
from notoneless.bureau.ledger.shares import Share, share
from notoneless.bureau.ledger.terms import is_closed
from notoneless.calendar import Term
from notoneless.faults import Refusal

pytestmark = pytest.mark.django_db

FIRST, SECOND = Term(2026, "autumn"), Term(2027, "spring")
POLICIES = ("living_boarder", "yulu")
STAGES = ("committed", "paid", "returned")
WAYS = {
    "committed": [("release", "paid"), ("release", "paid"), ("recall", "")],
    "paid": [("bounce", "returned"), ("bounce", "returned"), ("recovery", "")],
    "returned": [("again", "paid"), ("drop", "")],
}
"""From each stage: the causes that lead on, and where to."""

Award = tuple[int, str, int]
"""Key, policy, fen."""


class Money(RuleBasedStateMachine):
    """Awards in a bundle; what they have at which stage stands in ``has``."""

    county = None
    awards = Bundle("awards")

    def __init__(self) -> None:
        super().__init__()
        self.all_of_it = transaction.atomic()
        self.all_of_it.__enter__()
        self.has: dict[str, Counter[Award]] = {stage: Counter() for stage in STAGES}
        self.spent: Counter[tuple[str, str]] = Counter()  # (policy, level) that left the budget
        self.keys = iter(range(1, 10_000))

    def teardown(self) -> None:
        try:
            for term in (FIRST, SECOND):
                text = "".join(queries.beancount(self.county, str(term)))
                _, errors, _ = loader.load_string(text)
                assert errors == []
        finally:
            transaction.set_rollback(True)
            self.all_of_it.__exit__(None, None, None)

    def move(self, cause: str, awards: list[Award]) -> None:
        actions.move(
            by=SYSTEM,
            cause=cause,
            programme="aid",
            county=self.county,
            term=FIRST,
            sums=[Sum(key, policy, fen) for key, policy, fen in awards],
        )

    def left(self, awards: list[Award], sign: int) -> None:
        """So much left the budget (or came back): by the shares, reckoned in another way."""
        by_policy: Counter[str] = Counter()
        for _, policy, fen in awards:
            by_policy[policy] += fen
        for policy, fen in by_policy.items():
            centre = dict(share(policy, FIRST.first_day).parts)["centre"]
            whole, rest = divmod(fen * centre, 100)
            up = rest >= 50  # two levels: the larger remainder is one of 50 hundredths or more
            self.spent[policy, "centre"] += sign * (whole + up)
            self.spent[policy, "county"] += sign * (fen - whole - up)

    @initialize(fen=st.integers(1, 10**8))
    def budget(self, fen: int) -> None:
        actions.give_budget(
            by=SYSTEM,
            county=self.county,
            term=FIRST,
            policy=POLICIES[0],
            amounts={"centre": fen},
            text="x",
        )
        self.given = fen

    @precondition(lambda self: len(+self.has["committed"]) < 3)
    @rule(
        target=awards,
        made=st.lists(
            st.tuples(st.sampled_from(POLICIES), st.integers(1, 500_001)), min_size=1, max_size=4
        ),
    )
    def approve(self, made: list[tuple[str, int]]):
        new = [(next(self.keys), policy, fen) for policy, fen in made]
        self.move("commit", new)
        self.has["committed"].update({award: award[2] for award in new})
        self.left(new, 1)
        return multiple(*new)

    @rule(
        target=awards,
        some=st.lists(consumes(awards), min_size=1, max_size=3, unique=True),
        way=st.integers(0, 5),
    )
    def go_on(self, some: list[Award], way: int):
        """Take awards on: those that are where the first one is, one of the ways out of there."""
        stage = next((stage for stage in STAGES if self.has[stage][some[0]]), "")
        if not stage:  # recalled, dropped or recovered: it has come to its end
            return multiple(*some[1:])
        same = [award for award in some if self.has[stage][award]]
        cause, into = WAYS[stage][way % len(WAYS[stage])]
        self.move(cause, same)
        for award in same:
            self.has[stage][award] -= award[2]
            if into:
                self.has[into][award] += award[2]
        if not into:
            self.left(same, -1)
        return multiple(*(award for award in some if into or award not in same))

    @rule(award=awards)
    def pay_twice(self, award: Award) -> None:
        cause = "release" if self.has["paid"][award] else "again"
        if not self.has["returned"][award]:
            with pytest.raises(Refusal, match="G104"):
                self.move(cause, [award])

    @rule(target=awards, award=consumes(awards), fen=st.integers(1, 500_001))
    def amend(self, award: Award, fen: int) -> Award:
        """Another amount: what was promised comes back, the new sum is promised."""
        if not self.has["committed"][award]:
            return award
        self.move("recall", [award])
        self.left([award], -1)
        del self.has["committed"][award]
        new = (next(self.keys), award[1], fen)
        self.move("commit", [new])
        self.has["committed"][new] = fen
        self.left([new], 1)
        return new

    @rule()
    def close(self) -> None:
        open_ = sum(self.has["committed"].values()) + sum(self.has["returned"].values())
        booked = Account.objects.filter(term=str(FIRST), kind__in=("committed", "returned"))
        if not (open_ or any(one.balance for one in booked) or is_closed(self.county, FIRST)):
            actions.close_term(by=SYSTEM, county=self.county, term=FIRST)

    @invariant()
    def nothing_is_lost(self) -> None:
        there = list(Account.objects.filter(county=self.county))
        assert sum(one.balance for one in there) == 0
        for stage in STAGES:
            in_book = sum(one.balance for one in there if one.kind == stage)
            assert in_book == sum(self.has[stage].values()), stage
        for policy in POLICIES:
            for level in ("centre", "county"):
                free = sum(
                    one.balance
                    for one in there
                    if (one.kind, one.policy, one.level) == ("budget", policy, level)
                )
                given = (
                    getattr(self, "given", 0) if (policy, level) == (POLICIES[0], "centre") else 0
                )
                assert free == given - self.spent[policy, level], (policy, level)

    @invariant()
    def every_fen_is_somebodys(self) -> None:
        for stage in STAGES:
            rows = (
                Line.objects.filter(account__kind=stage)
                .values("award")
                .annotate(fen=Total("amount"))
            )
            booked = {row["award"]: row["fen"] for row in rows if row["fen"]}
            assert booked == {award[0]: fen for award, fen in self.has[stage].items() if fen}, stage


def run(bureau, examples: int, *, mutant: bool = False) -> None:
    Money.county = bureau["county"]
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate] if mutant else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        ),
    )


def test_money_is_conserved(bureau) -> None:
    run(bureau, 20)


def _moves(**changed: tuple[str, str]):
    return lambda patch: patch.setattr(actions, "MOVES", {**actions.MOVES, **changed})


def _pays_without_looking(patch) -> None:
    patch.setattr(actions, "_must_have", lambda kind, sums: None)


def _split(how):
    return lambda patch: patch.setattr(Share, "split", how)


def _floors(self: Share, amount: int) -> dict[str, int]:
    return {level: amount * part // 100 for level, part in self.parts}


def _rest_to_the_last(self: Share, amount: int) -> dict[str, int]:
    parts = {level: amount * part // 100 for level, part in self.parts}
    parts[self.parts[-1][0]] += amount - sum(parts.values())
    return {level: part for level, part in parts.items() if part}


def _changed_lines(change):
    def patch(patcher) -> None:
        post = actions.post

        def changed(*, by, entry):
            return post(by=by, entry=replace(entry, lines=change(entry)))

        patcher.setattr(actions, "post", changed)

    return patch


def _forgets_whose(entry):
    return [replace(line, award=None) if entry.cause == "release" else line for line in entry.lines]


def _swaps_two_children(entry):
    keys = sorted({line.award for line in entry.lines if line.award})
    if entry.cause != "release" or len(keys) < 2:
        return entry.lines
    other = {keys[0]: keys[1], keys[1]: keys[0]}
    return [
        replace(line, award=other.get(line.award, line.award)) if line.kind == "paid" else line
        for line in entry.lines
    ]


def _forgets_that_it_is_closed(patch) -> None:
    patch.setattr(actions, "is_closed", lambda county, term: False)


MUTANTS = {
    "a bounce goes back to the budget": _moves(bounce=("paid", "budget")),
    "paying takes from the budget": _moves(release=("budget", "paid")),
    "a recall forgets what was promised": _moves(recall=("paid", "budget")),
    "pays without looking": _pays_without_looking,
    "parts are cut off": _split(_floors),
    "the rest goes to the last": _split(_rest_to_the_last),
    "forgets whose money it is": _changed_lines(_forgets_whose),
    "takes one child for another": _changed_lines(_swaps_two_children),
    "forgets that the term is closed": _forgets_that_it_is_closed,
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_naive_book_is_caught(bureau, monkeypatch, name: str) -> None:
    MUTANTS[name](monkeypatch)
    with pytest.raises(BaseException):  # noqa: B017, PT011 - whatever the machine finds first
        run(bureau, 60, mutant=True)
