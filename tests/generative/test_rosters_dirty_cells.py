"""A cell written in any of the ways offices write comes back as the same value."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notoneless.rosters import cells, id_number
from notoneless.rosters.books.xlsx import serial_date

DAYS = st.dates(dt.date(1930, 1, 1), dt.date(2035, 12, 31))
TO_FULL = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Invented numbers, with the area code that was never assigned."""
    day = draw(DAYS)
    first = f"510699{day:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first + id_number.check_digit(first)


@st.composite
def written_numbers(draw: st.DrawFn) -> tuple[str, str]:
    number = draw(numbers())
    text = number
    if draw(st.booleans()):
        text = text.lower()
    if draw(st.booleans()) and len(text) == 18:
        text = draw(st.sampled_from(["G", "g"])) + text
    elif draw(st.booleans()):
        text += f"{draw(st.integers(1, 7))}{draw(st.integers(1, 4))}"
        text += draw(st.sampled_from(["", "B1", "b2"]))
    if draw(st.booleans()):
        text = text.translate(TO_FULL)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text = (
            text[:at]
            + draw(st.sampled_from([" ", "\u3000", "\t", "\n", "\u200b", "\ufeff"]))
            + text[at:]
        )
    if draw(st.booleans()):
        text = draw(st.sampled_from(["'", "’", "`"])) + text
    return text, number


def naive_id(cell: str) -> str:
    """What a first attempt does."""
    return cell.strip().upper()


@settings(max_examples=300, deadline=None)
@given(written_numbers())
def test_a_number_in_any_dress_is_the_same_number(pair: tuple[str, str]) -> None:
    written, number = pair
    assert cells.id_number(written) == number


def test_the_naive_cleaner_is_caught() -> None:
    @settings(max_examples=300, deadline=None, database=None)
    @given(written_numbers())
    def check(pair: tuple[str, str]) -> None:
        assert naive_id(pair[0]) == pair[1]

    with pytest.raises(AssertionError):
        check()


@given(numbers())
def test_digits_that_a_spreadsheet_lost_are_never_restored(number: str) -> None:
    digits = number[:17] + "0"
    for lost in (float(digits), f"{float(digits):.5E}", f"{float(digits):g}", float(digits[:15])):
        with pytest.raises(cells.Unreadable) as refused:
            cells.id_number(lost)
        assert refused.value.kind.code == "L041"
        assert refused.value.kept is None


@given(numbers())
def test_pupil_numbers_that_only_look_like_one_are_not_taken(number: str) -> None:
    for prefix in "JL":
        assert cells.id_number(prefix + number) == prefix + number
        assert id_number.state(cells.id_number(prefix + number)) == "shape"


@st.composite
def written_days(draw: st.DrawFn) -> tuple[object, dt.date]:
    day = draw(DAYS)
    text = draw(
        st.sampled_from(
            [
                f"{day:%Y%m%d}",
                f"{day.year}.{day.month}.{day.day}",
                f"{day.year}.{day.month:02d}.{day.day:02d}",
                f"{day.year}/{day.month}/{day.day}",
                f"{day.year}-{day.month:02d}-{day.day:02d}",
                f"{day.year}年{day.month}月{day.day}日",
                f"{day.year}年{day.month:02d}月{day.day:02d}",
                f"{day.year}-{day.month:02d}-{day.day:02d} 00:00:00",
                f"{day.year}．{day.month}．{day.day}",
            ]
        )
    )
    serial = (day - dt.date(1899, 12, 30)).days
    return draw(
        st.sampled_from(
            [
                text,
                "\t" + text,
                f" {text} ",
                text.translate(TO_FULL),
                day,
                dt.datetime.combine(day, dt.time(8)),
                float(f"{day:%Y%m%d}"),
                float(serial),
                str(serial),
            ]
        )
    ), day


@settings(max_examples=300, deadline=None)
@given(written_days())
def test_a_day_in_any_dress_is_the_same_day(pair: tuple[object, dt.date]) -> None:
    written, day = pair
    assert cells.date(written) == day  # type: ignore[arg-type] # a union in the strategy


@given(DAYS)
def test_a_month_without_a_day_is_no_day(day: dt.date) -> None:
    for written in (f"{day.year}年{day.month}月", f"{day.year}.{day.month}", f"{day:%Y%m}"):
        with pytest.raises(cells.Unreadable) as refused:
            cells.date(written)
        assert refused.value.kind.code == "L047"


@given(DAYS)
def test_day_numbers_are_those_of_the_programs(day: dt.date) -> None:
    assert serial_date(float((day - dt.date(1899, 12, 30)).days)) == day
    assert serial_date(float((day - dt.date(1904, 1, 1)).days), epoch_1904=True) == day


HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=4)
RARE = st.text(st.characters(min_codepoint=0x20000, max_codepoint=0x2A6DF), min_size=1, max_size=1)


@settings(max_examples=300, deadline=None)
@given(
    HAN, RARE, HAN, st.sampled_from("·•・‧．"), st.sampled_from(["", " ", "\u3000", "\n", "\u200b"])
)
def test_a_name_keeps_its_characters(
    first: str, rare: str, last: str, dot: str, space: str
) -> None:
    """Five middle dots are one; spaces go; a character beyond the basic plane stays."""
    whole = f"{first}{rare}·{last}"
    assert cells.name(f" {first}{space}{rare}{dot}{space}{last} ") == whole


@given(st.integers(0, 10**9))
def test_money_is_whole_fen(fen: int) -> None:
    yuan = f"{fen // 100}.{fen % 100:02d}"
    for written in (yuan, f"¥{yuan}", f"{yuan}元", f"{fen // 100:,}.{fen % 100:02d}", float(yuan)):
        assert cells.money(written) == fen


@given(st.integers(1, 9), st.integers(1, 40))
def test_a_class_is_one_however_written(grade: int, number: int) -> None:
    word = "一二三四五六七八九"[grade - 1]
    ways: list[object] = [
        f"{number}班", f"({number:02d})班", f"（{number}）班", float(number), f"{number}.0",
        f"{word}年级{number}班", f"{word}年级（{number}）班", f"{number:02d}",
    ]  # fmt: skip
    assert {cells.class_name(way) for way in ways} == {f"{number}班"}  # type: ignore[arg-type]
    assert cells.grade_in_class(f"{word}年级{number}班") == grade
