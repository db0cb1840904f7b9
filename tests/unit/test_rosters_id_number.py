"""Identity numbers, by the standard's own examples (domain facts 3.1)."""

from __future__ import annotations

import datetime as dt

import pytest

from notoneless.rosters import id_number

STANDARD = ["11010519491231002X", "440524188001010014"]


@pytest.mark.parametrize("number", STANDARD)
def test_examples_of_the_standard_are_valid(number: str) -> None:
    assert id_number.state(number) == "valid"
    assert id_number.check_digit(number[:17]) == number[17]


def test_birth_date_and_sex_are_inside() -> None:
    assert id_number.birth_date(STANDARD[0]) == dt.date(1949, 12, 31)
    assert id_number.sex(STANDARD[0]) == "F"
    assert id_number.birth_date(STANDARD[1]) == dt.date(1880, 1, 1)
    assert id_number.sex(STANDARD[1]) == "M"


@pytest.mark.parametrize("number", STANDARD)
def test_any_single_wrong_character_is_noticed(number: str) -> None:
    """MOD 11-2 finds every single error and every swap of neighbours that differ."""
    for at in range(17):
        for digit in "0123456789":
            if digit != number[at]:
                wrong = number[:at] + digit + number[at + 1 :]
                assert id_number.state(wrong) != "valid"
        if at < 16 and number[at] != number[at + 1]:
            swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
            assert id_number.state(swapped) != "valid"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (None, "missing"),
        ("", "missing"),
        ("110105194912310021", "checksum"),
        ("11010519491331002X", "shape"),  # no month 13
        ("11010519490229002X", "shape"),  # 1949 had no 29 February
        ("11010519491231002x", "shape"),  # cleaning comes first
        ("110105491231002", "shape"),
        ("01010519491231002X", "shape"),
        ("E12345678", "shape"),
    ],
)
def test_what_is_wrong_is_told(text: str | None, state: str) -> None:
    assert id_number.state(text) == state


def test_an_unknown_area_is_as_good_as_any() -> None:
    """The area is that of first registration; abolished and never assigned codes are legal."""
    seventeen = "51069920150901001"
    assert id_number.state(seventeen + id_number.check_digit(seventeen)) == "valid"


def test_a_wrong_weight_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    id_number._share.cache_clear()
    monkeypatch.setattr(
        id_number, "_WEIGHTS", (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 1)
    )
    assert [id_number.state(number) for number in STANDARD] != ["valid", "valid"]
    id_number._share.cache_clear()
