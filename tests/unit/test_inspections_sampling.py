"""A sample nobody can have chosen, and what it says of all classes."""

import hashlib
import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.bureau.inspections.estimating import Stratum, estimate, unseen
from notoneless.bureau.inspections.sampling import (
    FrameUnit,
    allocate,
    commitment,
    draw,
    frame_text,
    new_seed,
    read_frame,
)

FRAME = frame_text(
    [FrameUnit("甲县 primary", key, f"一小 {key}班", 40) for key in range(1, 61)]
    + [FrameUnit("甲县 junior", key, f"一中 {key}班", 50) for key in range(101, 121)]
)
SEED = "ab" * 32


def test_seed_and_frame_give_the_same_sample_whatever_the_order_of_the_units():
    lines = FRAME.splitlines(keepends=True)
    random.Random(1).shuffle(lines)
    shuffled = frame_text(read_frame("".join(lines)))
    assert shuffled == FRAME
    assert draw(SEED, shuffled, 20) == draw(SEED, FRAME, 20)
    assert draw(new_seed(), FRAME, 20) != draw(new_seed(), FRAME, 20)


def test_the_commitment_names_seed_and_frame_and_shows_neither():
    told = commitment(SEED, FRAME)
    assert told == hashlib.sha256((SEED + "\n" + FRAME).encode()).hexdigest()
    assert commitment(SEED, FRAME.replace("一小 1班", "一小 2班", 1)) != told
    assert commitment("ac" + SEED[2:], FRAME) != told
    assert len(new_seed()) == 64


def test_every_class_is_as_likely_as_the_next():
    """Over many seeds each of 10 units in a stratum is drawn about as often: the first is not favoured."""
    frame = frame_text([FrameUnit("s", key, str(key), 1) for key in range(10)])
    times = dict.fromkeys(range(10), 0)
    rng = random.Random(4)
    for _ in range(2000):
        for unit in draw(f"{rng.getrandbits(256):064x}", frame, 3):
            times[unit.key] += 1
    assert sum(times.values()) == 6000
    assert all(500 < count < 700 for count in times.values()), times  # 600 ± 5 sigma

    def first_ones(_seed, text, size):  # the mutant: takes the head of the list
        return read_frame(text)[:size]

    favoured = dict.fromkeys(range(10), 0)
    for _ in range(100):
        for unit in first_ones(SEED, frame, 3):
            favoured[unit.key] += 1
    assert favoured[9] == 0


@given(
    st.dictionaries(st.text("abcd", min_size=1, max_size=2), st.integers(0, 60), min_size=1),
    st.integers(1, 200),
)
def test_shares_are_in_proportion_and_never_more_than_there_are(sizes, size):
    taken = allocate(sizes, size)
    total = sum(sizes.values())
    least = sum(min(count, 2) for count in sizes.values())
    assert sum(taken.values()) == max(min(size, total), least)
    for stratum, count in sizes.items():
        assert min(count, 2) <= taken.get(stratum, 0) <= count
    if size >= 4 * len(sizes) and total > size and all(count > 20 for count in sizes.values()):
        for stratum, count in sizes.items():
            assert abs(taken[stratum] - count * size / total) < 2


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Two strata with known truths; 95 of 100 intervals must hold the total, about."""
    rng = random.Random(11)
    strata = [
        [rng.choice((0, 0, 0, 1, 2)) for _ in range(200)],
        [rng.choice((0, 1, 1, 3)) for _ in range(80)],
    ]
    truth = sum(map(sum, strata))
    held = 0
    for _ in range(1000):
        told = estimate(
            [Stratum(200, rng.sample(strata[0], 40)), Stratum(80, rng.sample(strata[1], 16))]
        )
        assert told is not None
        held += told.low <= truth <= told.high
    assert 910 <= held <= 985, held


def test_a_census_has_no_interval():
    told = estimate([Stratum(3, [1, 0, 2])])
    assert told is not None
    assert (told.low, told.total, told.high) == (3, 3, 3)


def test_too_few_counted_say_nothing():
    assert estimate([Stratum(10, [1])]) is None
    assert estimate([]) is None
    assert estimate([Stratum(1, [2]), Stratum(10, [0, 0, 1])]) is not None


@pytest.mark.parametrize(("units", "counted"), [(12, 4), (20, 10), (9, 9), (15, 1)])
def test_nothing_found_bounds_the_affected_classes_exactly(units, counted):
    """Against counting every possible sample."""
    samples = list(combinations(range(units), counted)) if units <= 12 or counted == 1 else None
    bound = unseen(units, counted)

    def missed(affected: int) -> float:
        if samples is not None:
            return sum(min(sample) >= affected for sample in samples) / len(samples)
        product = 1.0
        for step in range(counted):
            product *= (units - affected - step) / (units - step)
        return max(product, 0.0)

    assert bound == 0 or missed(bound) >= 0.05
    assert bound == units - counted or missed(bound + 1) < 0.05
    told = estimate([Stratum(units, [0] * counted)]) if counted > 1 else None
    assert told is None or (told.high == bound and told.bound == (units > counted))
