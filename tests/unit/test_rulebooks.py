"""The shipped facts and rulebooks: what they take from the lists, and what they must never say."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from notoneless.check.states import STATES
from notoneless.kernel import (
    Guarantee,
    Policy,
    Rulebook,
    compile_sweep,
    load_facts,
    load_rulebook,
    reference,
    shipped,
)
from notoneless.kernel import expressions as E

SCHEMA = load_facts(shipped("facts"))
FACTS = SCHEMA.subjects["child"].facts
EDUCATION = load_rulebook(shipped("compulsory-education"), SCHEMA)
AID = load_rulebook(shipped("sichuan-aid"), SCHEMA)
BOOKS = (EDUCATION, AID)
NO_DOCUMENT = "domain facts, no document cited"
ENDED = {"poverty_relieved_ended", "monitored_cleared"}
DAY = dt.date(2026, 9, 21)

Row = dict[str, object]

LISTED = {
    "poverty_relieved", "poverty_relieved_ended", "monitored", "monitored_cleared", "disabled",
    "rural_minimum", "urban_minimum", "destitute", "orphan", "unsupported", "low_income",
}  # fmt: skip


def pupil(**known: object) -> Row:
    """A pupil of grade 4 who is on no list although all were taken in; key 1."""
    row: Row = dict.fromkeys(FACTS) | dict.fromkeys(LISTED, False)
    row |= {"child": 1, "birth_date": dt.date(2016, 5, 1), "in_register": True, "on_roll": True}
    row |= {"roll_state": "enrolled", "stage": "primary", "grade": 4, "boards": False}
    row |= dict.fromkeys(("placement", "elsewhere", "excuse", "gone", "recognised"), "none")
    assert known.keys() <= FACTS.keys()
    return row | {"migrant": False} | known


def decided(book: Rulebook, row: Row) -> Row:
    """What the plain engine makes of one row."""
    return next(iter(reference.decide([row], compile_sweep(book, SCHEMA, DAY))))


def toml(name: str) -> dict[str, dict[str, dict[str, object]]]:
    text = resources.files("notoneless.rosters").joinpath(name).read_text("utf-8")
    return tomllib.loads(text)


def promises(book: Rulebook) -> list[Guarantee | Policy]:
    """All guarantees and policies of a book."""
    return [*book.guarantees, *book.policies]


def conditions(promise: Guarantee | Policy) -> Iterator[E.Expression]:
    """Every expression of a promise."""
    if isinstance(promise, Policy):
        yield from (line.condition for line in promise.conditions)
        yield promise.amount
    else:
        yield from (line.condition for line in promise.universe)
        yield from (way.line.condition for way in (*promise.kept, *promise.excused))


# -- facts and lists ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "sex",
        "stage",
        "roll_state",
        "attendance",
        "placement",
        "elsewhere",
        "excuse",
        "gone",
        "recognised",
    ],
)
def test_a_code_of_the_lists_means_the_same_in_the_facts(name: str) -> None:
    codes = toml("fields.toml")["fields"][name]["type"]
    assert isinstance(codes, list)
    assert [value for value in FACTS[name].values if value not in ("none", "not_called")] == codes


def test_every_list_that_entitles_gives_a_fact_that_may_be_unknown() -> None:
    entitling = {
        kind["entitles"] for kind in toml("kinds.toml")["kinds"].values() if "entitles" in kind
    }
    assert entitling == LISTED
    for name in LISTED:
        assert FACTS[name].kind == "bool"
        assert FACTS[name].nullable


def test_only_being_in_the_register_is_always_known() -> None:
    assert [fact.name for fact in FACTS.values() if not fact.nullable] == ["in_register"]


def test_every_text_is_there_in_both_languages() -> None:
    texts = [fact.text for fact in FACTS.values()]
    texts += [text for fact in FACTS.values() for text in fact.values.values()]
    for book in BOOKS:
        texts += [book.title, *(spec.text for spec in book.parameters.values())]
        texts += [group.text for group in book.groups.values()]
        for promise in promises(book):
            texts.append(promise.text)
            texts += [
                part.text
                for node in conditions(promise)
                for part in E.walk(node)
                if isinstance(part, E.Term)
            ]
        texts += [way.text for g in book.guarantees for way in (*g.kept, *g.excused)]
    assert [text for text in texts if not text.zh or not text.en] == []


# -- sources -----------------------------------------------------------------------------------


def test_verified_means_that_a_document_is_named() -> None:
    told = [
        (value.source, value.status)
        for book in BOOKS
        for spec in book.parameters.values()
        for value in spec.values
    ]
    told += [(p.source, p.status) for book in BOOKS for p in promises(book)]
    assert {"verified", "unverified"} == {status for _, status in told}
    for source, status in told:
        assert source
        assert status == "unverified" or not source.startswith(NO_DOCUMENT)
        assert status == "unverified" or "not known" not in source
    assert all(way.source for guarantee in EDUCATION.guarantees for way in guarantee.excused)


# -- what the rules must never say -------------------------------------------------------------


def test_no_policy_asks_whether_somebody_was_once_entitled() -> None:
    for policy in AID.policies:
        asked = {name for node in conditions(policy) for name in E.facts_in(node)}
        assert not asked & ENDED, policy.id


@pytest.mark.parametrize("boards", [True, False, None])
@pytest.mark.parametrize(
    "stage", ["preschool", "primary", "junior", "senior", "vocational", "higher"]
)
def test_a_list_of_those_no_longer_entitled_changes_no_award(
    stage: str, boards: bool | None
) -> None:
    for entitled in (*sorted(LISTED - ENDED), None):
        row = pupil(stage=stage, boards=boards) | ({entitled: True} if entitled else {})
        before = decided(AID, row)
        for ended, value in itertools.product(ENDED, (True, None)):
            assert decided(AID, row | {ended: value}) == before


def test_a_rule_that_took_one_list_for_the_other_would_be_seen(tmp_path: Path) -> None:
    law = shipped("sichuan-aid").read_text("utf-8")
    wrong = law.replace(
        "when: monitored or orphan", "when: monitored or monitored_cleared or orphan"
    )
    assert wrong != law
    (tmp_path / "wrong.yaml").write_text(wrong, "utf-8")
    book = load_rulebook(tmp_path / "wrong.yaml", SCHEMA)
    row = pupil(boards=True)
    assert decided(book, row | {"monitored_cleared": True}) != decided(book, row)


MAY_BE_UNKNOWN = (
    *sorted(LISTED),
    "boards",
    "recognised",
    "on_roll",
    "stage",
    "birth_date",
    "approved_fee",
)


def test_an_unknown_fact_is_never_an_award_and_never_a_no() -> None:
    """Not knowing leaves an award as it is, or undecided; it never makes or takes one."""
    rows = [
        pupil(stage=stage, boards=boards, recognised=level, approved_fee=120_000) | {listed: True}
        for stage, listed, level, boards in (
            ("primary", "poverty_relieved", "none", False),
            ("primary", "low_income", "general", True),
            ("junior", "orphan", "none", True),
            ("junior", "low_income", "none", True),
            ("senior", "disabled", "special", True),
            ("vocational", "monitored", "difficult", False),
            ("preschool", "orphan", "none", False),
        )
    ]
    sweep = compile_sweep(AID, SCHEMA, DAY)
    for row in rows:
        known = reference.awards(row, sweep)
        for name in MAY_BE_UNKNOWN:
            unsure = reference.awards(row | {name: None}, sweep)
            changed = {p: unsure[p] for p in known if unsure[p] not in (None, known[p])}
            assert not changed, name


@pytest.mark.parametrize("name", ["placement", "elsewhere", "excuse", "gone"])
def test_a_list_that_was_not_given_clears_nobody(name: str) -> None:
    missing = pupil(on_roll=False, roll_state=None, stage=None, grade=None)
    assert decided(EDUCATION, missing)["verdict_school_place"] == "gap"
    assert decided(EDUCATION, missing | {name: None})["verdict_school_place"] == "gap"
    absent = pupil(attendance="absent")
    assert decided(EDUCATION, absent)["verdict_in_class"] == "gap"
    assert decided(EDUCATION, absent | {name: None})["verdict_in_class"] == "gap"


def test_who_was_seen_in_class_is_in_class() -> None:
    for excuse, gone in itertools.product(FACTS["excuse"].values, FACTS["gone"].values):
        row = pupil(attendance="present", excuse=excuse, gone=gone)
        assert decided(EDUCATION, row)["verdict_in_class"] == "kept"
        assert decided(EDUCATION, row)["verdict_school_place"] == "kept"


# -- payments ----------------------------------------------------------------------------------


def test_a_name_on_a_payment_list_means_one_policy_or_one_group() -> None:
    owners: dict[str, set[str]] = {}
    for policy in AID.policies:
        for name in (policy.text.zh, *policy.also):
            owners.setdefault(name, set()).add(policy.group or policy.id)
        assert len({policy.text.zh, *policy.also}) == 1 + len(policy.also), policy.id
    assert [name for name, whose in owners.items() if len(whose) > 1] == []
    assert owners["一补"] == {"living"}


def test_only_cash_has_instalments() -> None:
    assert {p.id for p in AID.policies if p.instalments > 1} <= {
        p.id for p in AID.policies if p.is_cash
    }


# -- the words ---------------------------------------------------------------------------------


def test_a_name_of_ours_in_the_glossary_is_a_name_in_use() -> None:
    glossary = (Path(__file__).parents[2] / "GLOSSARY.md").read_text("utf-8")
    quoted = set(re.findall(r"`([a-z_]+)`", glossary))
    in_use = {*FACTS, *STATES, *toml("kinds.toml")["kinds"]}
    in_use |= {value for fact in FACTS.values() for value in fact.values}
    in_use |= {promise.id for book in BOOKS for promise in promises(book)}
    in_use |= {guarantee.case for guarantee in EDUCATION.guarantees}
    in_use |= {policy.kind for policy in AID.policies}
    assert len(quoted) > 20
    assert quoted <= in_use
