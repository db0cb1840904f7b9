"""English of exactly one, said of a number that was filled in."""

from __future__ import annotations

import pytest

from notoneless import i18n
from notoneless.bureau import plurals


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("1 rows", "1 row"),
        ("1 school days late", "1 school day late"),
        ("21 rows, 1,001 children, 0.1 yuan", "21 rows, 1,001 children, 0.1 yuan"),
        ("1 children are late", "1 child is late"),
        ("<b><a href='/1 rows/'>1</a></b> gaps", "<b><a href='/1 rows/'>1</a></b> gap"),
        ("2026-11-1 rows", "2026-11-1 rows"),
        ("1 class; 1 classes", "1 class; 1 class"),
    ],
)
def test_one_is_said_as_one(said: str, heard: str) -> None:
    with i18n.use("en"):
        assert plurals.counted(said) == heard
    with i18n.use("zh-Hans"):
        assert plurals.counted(said) == said


def test_a_unit_agrees_with_its_number() -> None:
    with i18n.use("en"):
        assert plurals.unit("cases", 1) == "case"
        assert plurals.unit("cases", 21) == "cases"
    assert plurals.unit("案", 1) == "案"
