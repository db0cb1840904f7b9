"""The small parts of a check's outputs: cells, names of sheets, differences, masking, sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.check.outputs import sentences
from notoneless.check.outputs.csv import safe
from notoneless.check.outputs.differences import marked
from notoneless.check.outputs.figures import FINDINGS, MEANING, Found, GuaranteeCount
from notoneless.check.outputs.shown import VIEWS, scrub
from notoneless.check.outputs.workbook.ledger import lines, sheet_name
from notoneless.check.result import Comparison
from notoneless.check.states import STATES
from notoneless.masking import mask_id, mask_name
from notoneless.rosters.fields import fields


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1+1",
        "＋1",
        "－1+1",
        "＠x",
        " =1",
        "\n=1",
        "\ufeff=1",
        "-",
    ],
)
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert safe(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-12", "-12.50", "12", "张三", "a=b", "", None, -3, 2.5])
def test_everything_else_stays_as_it_is(cell: object) -> None:
    assert safe(cell) == cell


@given(st.lists(st.text(max_size=40), max_size=8))
def test_names_of_sheets_are_such_as_programs_take(wishes: list[str]) -> None:
    names: list[str] = []
    for wish in wishes:
        names.append(sheet_name(wish, names))
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 1 <= len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")


@given(st.text(max_size=20), st.text(max_size=20))
def test_marking_loses_no_character(left: str, right: str) -> None:
    lefts, rights = marked(left, right)
    assert "".join(piece for piece, _ in lefts) == left
    assert "".join(piece for piece, _ in rights) == right


def test_only_what_differs_is_marked() -> None:
    lefts, rights = marked("罗梓萱", "罗子萱")
    assert lefts == (("罗", False), ("梓", True), ("萱", False))
    assert rights == (("罗", False), ("子", True), ("萱", False))
    assert marked("柳林镇石板村4组", "云溪初级中学") == (
        (("柳林镇石板村4组", False),),
        (("云溪初级中学", False),),
    )


def test_scrub_hides_what_a_sentence_quotes() -> None:
    said = "与欧阳子轩（510699201509010017，2015-09-01，20150901）同户，电话13812345678；第46行，2026-09-21"
    hidden = scrub(said, ["欧阳子轩"], ["510699201509010017", "2015-09-01"])
    for secret in ("子轩", "510699", "09010017", "2015-09-01", "20150901", "13812345678"):
        assert secret not in hidden
    assert "第46行" in hidden
    assert "2026-09-21" in hidden


@given(
    st.text(min_size=2, max_size=6, alphabet="赵钱孙李周吴郑王甲乙"),
    st.text(max_size=30, alphabet="赵钱孙李第行；甲乙"),
)
def test_no_name_survives_scrubbing(name: str, around: str) -> None:
    assert name not in scrub(around + name + around, [name], []) or mask_name(name) == name


def test_every_personal_column_is_declared_so() -> None:
    """A column named like a personal field must be shown by a way that masks; the failing name says which."""
    personal = {name for name, field in fields().items() if field.personal}
    aliases = {
        "left_name",
        "right_name",
        "left_id",
        "right_id",
        "left_birth_date",
        "right_birth_date",
    }
    for view in VIEWS:
        for column, way in view.columns.items():
            if column in personal | aliases:
                assert way in ("name", "id", "birth"), f"{view.source}.{column} is shown as {way}"


def test_states_and_meanings_are_the_same_set() -> None:
    assert list(MEANING) == list(STATES)


def test_every_finding_about_aid_has_words() -> None:
    assert set(FINDINGS) == set(sentences.VERDICT_TITLES)


def test_coverage_is_cut_and_never_rounded_up() -> None:
    assert GuaranteeCount("x", "x", 100_000, 99_999, 0, 1, 0).coverage == "99.99"
    assert GuaranteeCount("x", "x", 10, 8, 2, 0, 0).coverage == "100"
    assert GuaranteeCount("x", "x", 2, 0, 2, 0, 0).coverage == ""


def test_a_comparison_that_cannot_be_made_says_why_and_no_number() -> None:
    said = sentences.comparison(Found(Comparison("roll_class", 0, "没有点名册，比不了。"), None))
    assert str(said) == "没有点名册，比不了。"


def test_numbers_in_a_sentence_lead_to_their_rows() -> None:
    said = sentences.comparison(Found(Comparison("register_roll", 96_412), 47))
    assert str(said) == "96,412名户籍适龄儿童中，47人查不到学籍，也没有其他去向。"
    assert sentences.Number(47, "no-place") in said.parts


def test_money_and_terms_are_written_as_offices_do() -> None:
    assert sentences.yuan(16_125_000) == "161,250.00"
    assert sentences.yuan(-5) == "-0.05"
    assert sentences.term("2026-autumn") == "2026秋"
    assert sentences.term("") == ""


def test_a_long_text_gets_more_lines() -> None:
    assert lines("一" * 10, 10) == 2
    assert lines("", 10) == 1


def test_masking_keeps_four_characters_of_a_number() -> None:
    assert mask_id("510699201509010017").endswith("0017")
