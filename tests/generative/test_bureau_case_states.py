"""No state of a case can be reached that the table does not allow, whoever tries what in which order."""

from __future__ import annotations

import datetime as dt
import tomllib
import uuid
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from invented_cases import MONDAY, children, opening

import notoneless.bureau.cases
from notoneless.bureau.accounts import policy
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions, moves, transitions
from notoneless.bureau.cases.actions import moving
from notoneless.bureau.cases.models import Case
from notoneless.bureau.cases.moves import Told
from notoneless.faults import Refusal

pytestmark = pytest.mark.django_db

TABLE = tomllib.loads(
    Path(notoneless.bureau.cases.__file__).with_name("transitions.toml").read_text("utf-8")
)
"""Read here anew, so that the test does not believe the code's own reading."""
WAYS, STATES = TABLE["ways"], TABLE["states"]
PEOPLE = ("county_officer", "county_leader", "school_head", "township_cadre", "class_teacher",
          "county_officer_乙", "county_leader_乙", "auditor")  # fmt: skip
FIELDS = {
    "reason": {"reason": "D1"},
    "word": {"word": "说明"},
    "proof": {"proof": "证1号"},
    "placement": {"placement": "same"},
    "attended": {"instead": "送教上门"},
}


def allowed(before: str, after: str) -> bool:
    """Does any row of the table lead from one state to the other?"""
    return any(before in way["from"] and way["to"] == after for way in WAYS.values())


class Procedure(RuleBasedStateMachine):
    """A case and everybody who may try something; ``bureau`` and ``child`` are set by the test."""

    bureau = child = None

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        actions.open_cases(by=SYSTEM, openings=[opening(self.child)])
        self.case = Case.objects.get()
        self.state, self.on = "suspected", MONDAY
        self.path = ["suspected"]
        self.since, self.last_writer = MONDAY, None
        self.contacted = self.excused = False

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @rule(days=st.integers(1, 30))
    def time_goes_on(self, days: int) -> None:
        self.on = min(
            self.on + dt.timedelta(days=days), timezone.localdate() - dt.timedelta(days=1)
        )

    @rule(who=st.sampled_from(PEOPLE))
    def visit(self, who: str) -> None:
        at = dt.datetime.combine(self.on, dt.time(10), timezone.get_default_timezone())
        with suppress(PermissionDenied):
            actions.write_contact(
                by=self.bureau[who], case=self.case, key=uuid.uuid4(), at=at, way="home",
                whom="mother", text="说了", result="met",
            )  # fmt: skip
            self.contacted, self.last_writer = True, who

    @rule()
    def excuse(self) -> None:
        if not self.excused:
            applied = actions.apply_for_excuse(
                by=self.bureau["school_head"], child=self.child, excuse="suspended",
                valid_from=MONDAY, until=MONDAY + dt.timedelta(days=3650), document="休1号",
            )  # fmt: skip
            actions.decide_excuse(by=self.bureau["county_leader"], excuse=applied, approve=True)
            self.excused = True

    @rule(
        way=st.sampled_from([*WAYS, "nonsense"]),
        seen=st.one_of(st.none(), st.sampled_from([*STATES])),
        who=st.sampled_from(PEOPLE),
        left_out=st.sampled_from([None, *FIELDS]),
        reason=st.sampled_from(["A1", "B1", "C1", "D1", "E3"]),
    )
    def try_to_move(
        self, way: str, seen: str | None, who: str, left_out: str | None, reason: str
    ) -> None:
        given: dict[str, str] = {}
        for name, values in FIELDS.items():
            if name != left_out:
                given |= values
        if "reason" in given:
            given["reason"] = reason
        told = Told(on=self.on, destination=self.bureau["other county"], place="外市", **given)
        try:
            actions.move(
                by=self.bureau[who], case=self.case, way=way, seen=seen or self.state, told=told
            )
        except (Refusal, PermissionDenied):
            return
        row = WAYS[way]
        assert self.state in row["from"], f"{way} from {self.state}"
        assert seen in (None, self.state), "moved on an old page"
        role = who.removesuffix("_乙")
        assert role in policy.policy().permission(row["permission"]).roles
        for piece in row["evidence"]:
            assert piece not in FIELDS or left_out != piece, f"{way} without {piece}"
            if piece == "reason":
                assert reason[0] in row["reasons"]
            if piece == "contact":
                assert self.contacted
            if piece == "excuse":
                assert self.excused
            if piece == "second":
                assert self.last_writer not in (None, who), "closed alone"
            if piece == "waited":
                assert self.on > self.since + dt.timedelta(days=9)
        self.state, self.since, self.last_writer = row["to"], self.on, who
        self.path.append(self.state)

    @rule(source=st.sampled_from(["sweep", "rollcall"]))
    def gap_seen(self, source: str) -> None:
        actions.open_cases(by=SYSTEM, openings=[opening(self.child, source=source, on=self.on)])
        self.case.refresh_from_db()
        if self.case.state != self.state:
            assert WAYS["relapse"]["system"]
            assert self.state in WAYS["relapse"]["from"]
            self.state, self.since = self.case.state, self.on
            self.path.append(self.state)

    @rule()
    def night(self) -> None:
        from notoneless.bureau.cases.night import night

        night(self.on)

    @invariant()
    def the_path_is_in_the_table(self) -> None:
        for before, after in zip(self.path, self.path[1:], strict=False):
            assert allowed(before, after), f"{before} to {after}"
        self.case.refresh_from_db()
        assert self.case.state == self.state
        assert self.case.is_active == (not STATES[self.state].get("final", False))

    @invariant()
    def one_is_active_at_most(self) -> None:
        assert Case.objects.filter(closed_on=None, joined_to=None).count() <= 1


def run(examples: int = 12) -> None:
    run_state_machine_as_test(
        Procedure,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a failing path is short enough to read
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def procedure(bureau) -> None:
    [child] = children(bureau)
    Procedure.bureau, Procedure.child = bureau, child


def test_every_state_is_reached_by_the_table_only(procedure) -> None:
    run()


@pytest.mark.parametrize("mutant", ["no table", "no evidence"])
def test_a_mutant_is_caught(procedure, monkeypatch, mutant: str) -> None:
    if mutant == "no table":
        from dataclasses import replace

        everywhere = frozenset(STATES)
        free = {name: replace(way, before=everywhere) for name, way in transitions.ways().items()}
        monkeypatch.setattr(moving, "ways", lambda: free)
    else:
        monkeypatch.setattr(moves, "missing", lambda *_: [])
    with pytest.raises(AssertionError):
        run(500)  # up to the first path that shows it: 25 were now and then too few


def test_the_table_is_whole() -> None:
    """Every state can be reached, and from every one there is a way that ends the case."""
    reached = {"suspected"}
    while more := {w["to"] for w in WAYS.values() if reached & set(w["from"])} - reached:
        reached |= more
    assert reached == set(STATES)
    ends = {name for name, state in STATES.items() if state.get("final")}
    while more := {s for w in WAYS.values() if w["to"] in ends for s in w["from"]} - ends:
        ends |= more
    assert ends == set(STATES)
    held = policy.policy().permissions
    assert {way["permission"] for way in WAYS.values()} <= set(held)
