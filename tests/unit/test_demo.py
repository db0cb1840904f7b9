"""The invented county: nobody in it can be real, and its truth adds up."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from notoneless.demo import County, families, make_county, slips
from notoneless.demo.aid import POLICIES, rules
from notoneless.demo.county import FEWEST, MOST
from notoneless.demo.hardship import LEVELS
from notoneless.demo.situations import NO_STUDENT, ON_THE_ROLL, OUT_OF_SCHOOL, STATES
from notoneless.faults import Refusal

CHILDREN = 2000
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def has_right_check(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
    return number[17] == "10X98765432"[total % 11]


@pytest.fixture(scope="module")
def county() -> County:
    return make_county(CHILDREN, seed=7)


def test_check_digits_of_the_standards_examples() -> None:
    # The generator's own arithmetic, seen to agree with numbers printed in GB 11643.
    assert has_right_check("11010519491231002X")
    assert has_right_check("440524188001010014")
    assert not has_right_check("110105194912310021")


def test_nobody_can_be_real(county: County) -> None:
    people = county.families.people
    assert all(number.startswith("510699") for number in people.number)
    assert all(has_right_check(number) for number in people.number)
    assert len(set(people.number)) == len(people.number)
    assert all(phone.startswith("12") for phone in county.families.households.phone)


def test_numbers_tell_birth_date_and_sex(county: County) -> None:
    people = county.families.people
    for number, birth, male in zip(people.number, people.birth, people.male, strict=True):
        assert number[6:14] == str(birth).replace("-", "")
        assert int(number[16]) % 2 == int(male)


def test_a_day_with_too_many_births_is_refused() -> None:
    birth = np.full(families.SEQUENCES + 1, np.datetime64("2015-05-05"))
    with pytest.raises(ValueError, match="three-digit"):
        families.numbers("510699", birth, np.ones(len(birth), dtype=bool))


def test_a_county_too_small_or_too_large_is_refused() -> None:
    with pytest.raises(Refusal, match="D001"):
        make_county(FEWEST - 1, seed=1)
    with pytest.raises(Refusal, match="D002"):
        make_county(MOST + 1, seed=1)


@pytest.mark.parametrize(("count", "seed"), [(200, 1), (2000, 7), (3001, 5)])
def test_the_register_has_exactly_the_children_asked_for(count: int, seed: int) -> None:
    county = make_county(count, seed)
    children = county.children
    of_age = children.registered & (children.grade <= 9)
    assert of_age.sum() == count
    birth = county.families.people.birth[: county.families.children][of_age]
    assert birth.min() >= np.datetime64("2011-09-01")
    assert birth.max() <= np.datetime64("2020-08-31")


def test_same_seed_same_county_other_seed_another(county: County) -> None:
    again, other = make_county(CHILDREN, seed=7), make_county(CHILDREN, seed=8)
    assert (again.families.people.number == county.families.people.number).all()
    assert (again.children.situation == county.children.situation).all()
    assert list(other.families.people.name[:50]) != list(county.families.people.name[:50])


def test_every_situation_occurs_and_the_states_add_up(county: County) -> None:
    situations = Counter(county.children.situation)
    assert set(STATES) <= set(situations)
    states = Counter(county.states())
    assert sum(states.values()) - states[""] == county.families.children - situations[NO_STUDENT]
    missing = [what for what in county.children.situation if what in OUT_OF_SCHOOL]
    assert len(missing) >= 8
    assert len(missing) == states["suspected_no_place"] + states["suspected_absent"]


def test_who_is_on_a_roll_and_who_is_not(county: County) -> None:
    on_roll = np.isin(county.children.situation, ON_THE_ROLL)
    assert (county.children.enrolled == on_roll).all()
    grades = [county.places.schools[school].grades for school in county.children.school[on_roll]]
    assert all(
        grade in of_school
        for grade, of_school in zip(county.children.grade[on_roll], grades, strict=True)
    )


def test_nobody_is_missing_where_no_roll_call_was_handed_in(county: County) -> None:
    assert county.without_rollcall >= 0
    # In small counties the smallest school often has a missing child, and must not be the one.
    for small in (county, *(make_county(300, seed) for seed in range(12))):
        there = small.children.enrolled & (small.children.school == small.without_rollcall)
        assert not np.isin(small.children.situation[there], OUT_OF_SCHOOL).any()


def test_the_hard_cases_are_there(county: County) -> None:
    people, truth = county.families.people, county.children.situation
    for one, other in county.families.namesakes:
        assert people.name[one] == people.name[other]
        assert people.birth[one] == people.birth[other]
        assert people.male[one] == people.male[other]
        assert people.household[one] != people.household[other]
        assert people.number[one] != people.number[other]
    found = {truth[one] for one, _ in county.families.namesakes}
    assert {"never_enrolled", "absent"} <= found
    for one, other in county.families.soundalikes:
        assert people.name[one] != people.name[other]
        assert people.birth[one] == people.birth[other]
    assert county.families.twin.any()
    assert any("·" in name for name in people.name)
    assert any(ord(letter) > 0xFFFF for name in people.name for letter in name)


def test_children_of_a_household_have_different_names(county: County) -> None:
    people = county.families.people
    children = slice(0, county.families.children)
    pairs = list(zip(people.household[children], people.name[children], strict=True))
    assert len(set(pairs)) == len(pairs)


def test_at_most_one_slip_hides_who_a_row_is(county: County) -> None:
    everyone = np.arange(county.families.children)
    hiding = {*slips.NUMBER_LOST, "name_alike", "birth_wrong"}
    rates = dict.fromkeys([*hiding, "sex_wrong", "name_spaced"], 0.3)
    rows = slips.slipped(
        np.random.default_rng(1), slips.copy_of(county.families, everyone), rates, county.families
    )
    per_row = [len(hiding.intersection(slip.split(";"))) for slip in rows.slips]
    assert max(per_row) == 1
    assert set(itertools.chain(*(slip.split(";") for slip in rows.slips))) >= hiding


def test_a_slip_never_makes_anothers_valid_number(county: County) -> None:
    everyone = np.arange(county.families.children)
    rates = {"number_digit": 0.5, "number_swapped": 0.5}
    rows = slips.slipped(
        np.random.default_rng(2), slips.copy_of(county.families, everyone), rates, county.families
    )
    wrong = rows.number != county.families.people.number[rows.person]
    assert wrong.sum() > len(everyone) / 3
    assert not any(has_right_check(number) for number in rows.number[wrong])
    assert all(number.startswith("510699") for number in rows.number)


def owed_plainly(county: County, child: int) -> dict[str, int]:
    """What a child is owed, worked out one by one: the slow rule beside the fast one."""
    table, children = rules(), county.children
    lists = county.hardship.of_children(county.families)
    on = {name for name, flags in lists.items() if flags[child]}
    what, level = children.situation[child], county.hardship.recognised[child]
    owed: dict[str, int] = {}
    if what == "elsewhere_vocational" and on & {"relieved", "monitored"}:
        owed["yulu"] = table["yulu"]["amount"]
    if not children.enrolled[child] or what in ("suspended", "suspension_expired"):
        return owed
    stage = "junior" if children.grade[child] > 6 else "primary"
    if children.grade[child] <= 9:
        entitled = on & {"relieved", "disabled", "rural_minimum", "urban_minimum", "destitute"}
        if not children.boards[child]:
            return {"living_day": table["living"]["day"][stage]} if entitled else {}
        if entitled or on & {"monitored", "orphan", "unsupported"} or level:
            return {"living_boarder": table["living"]["boarder"][stage]}
        return {}
    kind = "senior_grant" if what == "senior" else "vocational_grant"
    if level in LEVELS:
        owed[kind] = table["grant"][level]
    if what == "vocational" and on & {"relieved", "monitored"}:
        owed["yulu"] = table["yulu"]["amount"]
    return owed


def test_aid_owed_agrees_with_the_plain_rule(county: County) -> None:
    aid = county.aid
    fast = {
        (int(child), POLICIES[policy]): int(owed)
        for child, policy, owed in zip(aid.child, aid.policy, aid.owed, strict=True)
        if owed
    }
    plain = {
        (child, policy): owed
        for child in range(county.families.children)
        for policy, owed in owed_plainly(county, child).items()
    }
    assert fast == plain


def test_findings_follow_from_owed_and_paid(county: County) -> None:
    aid = county.aid
    through: Counter[int] = Counter()
    for line in aid.payments:
        if not line.failed:
            through[line.award] += line.fen
    for award in range(len(aid.child)):
        owed, paid = int(aid.owed[award]), int(aid.paid[award])
        assert paid == through[award]
        expected = (
            "paid_not_owed" if not owed
            else "owed" if not paid
            else "short" if paid < owed
            else "paid" if paid == owed
            else "paid_twice"
        )  # fmt: skip
        assert aid.finding[award] == expected
    assert {"owed", "paid", "paid_not_owed", "short"} <= set(aid.finding)


def test_somebody_only_on_a_list_of_the_no_longer_entitled_was_paid(county: County) -> None:
    lists = county.hardship.of_children(county.families)
    ended = lists["relieved_ended"] | lists["monitored_cleared"]
    undue = county.aid.child[county.aid.finding == "paid_not_owed"]
    assert ended[undue].any()
