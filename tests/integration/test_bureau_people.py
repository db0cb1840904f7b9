"""Children and their dated facts: taking in lists, taking back, merging, what was known when."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from invented_children import OCTOBER, SEPTEMBER, number, row, source, taken_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people import actions, preparing, queries
from notoneless.bureau.people.models import Child, Guardian, Identity, Residence

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_list_makes_children(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")])
    first, second = Child.objects.order_by("pk")
    assert (first.name, first.initials, first.in_register, first.on_roll) == (
        "陈小禾",
        "cxh",
        True,
        False,
    )
    assert first.home == bureau["village"]
    assert second.name == "刘石"
    identity = Identity.objects.get(child=first)
    assert identity.id_number.reveal() == number(1)
    assert str(identity.id_number).startswith("*" * 14)
    assert (identity.row, identity.source.list_date) == (4, SEPTEMBER)
    assert Residence.objects.filter(child=first, household__isnull=False).count() == 1
    assert Guardian.objects.get(child=first).phone.reveal() == "13800000001"


def test_the_same_content_writes_nothing(bureau) -> None:
    taken_in(bureau, [row(1)])
    child = Child.objects.get()
    told = source(bureau, day=OCTOBER)
    prepared = preparing.prepare_list(
        by=SYSTEM, source=told, rows=pa.Table.from_pylist([row(1, child=child.pk)])
    )
    assert (prepared.changes.unchanged, prepared.changes.new) == (1, 0)
    actions.record_list(by=SYSTEM, prepared=prepared)
    assert Identity.objects.count() == 1


def test_what_changes_and_who_is_gone(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")])
    first, second = Child.objects.order_by("pk")
    told = source(bureau, day=OCTOBER)
    rows = [row(1, "陈小荷", child=first.pk), row(3, "新来")]
    prepared = preparing.prepare_list(by=SYSTEM, source=told, rows=pa.Table.from_pylist(rows))
    changes = prepared.changes
    assert (changes.new, changes.changed, changes.gone, changes.unchanged) == (1, 1, 1, 0)
    assert list(prepared.gone) == [second.pk]
    actions.record_list(by=SYSTEM, prepared=prepared)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.name == "陈小荷"
    assert (second.name, second.in_register) == ("", False)
    ended = Identity.objects.get(child=second, retracted_at__isnull=True)
    assert ended.valid_to == OCTOBER - dt.timedelta(days=1)


def test_undo_gives_back_what_was(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")])
    before = list(Child.objects.order_by("pk").values())
    first = Child.objects.order_by("pk")[0]
    second = taken_in(bureau, [row(1, "陈小荷", child=first.pk), row(3, "新来")], day=OCTOBER)
    actions.undo_list(by=SYSTEM, source=second, reason="交错了文件")
    assert list(Child.objects.order_by("pk").values())[:2] == before


def test_search(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")])
    found = {words: list(queries.search(bureau["owner"], words).values_list("name", flat=True))
             for words in ("陈小", "cx", number(2), "ls")}  # fmt: skip
    assert found == {"陈小": ["陈小禾"], "cx": ["陈小禾"], number(2): ["刘石"], "ls": ["刘石"]}
    assert not queries.search(bureau["stranger"], "陈小").exists()


def test_a_school_or_a_class_is_found_by_a_part_of_its_name(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")], "roll")
    school = Child.objects.filter(name="刘石").get().school_name
    for words in (school, school[1:], "1班", f"{school[1:]} 1班"):
        assert queries.search(bureau["owner"], words).count() == 2, words
        assert not queries.search(bureau["stranger"], words).exists(), words
    assert not queries.search(bureau["owner"], f"{school} 9班").exists()


def test_the_known_children_as_identity_wants_them(bureau) -> None:
    taken_in(bureau, [row(1), row(2, "刘石")])
    known = queries.matching_table(by=bureau["owner"], organisation=bureau["county"])
    assert known.num_rows == 2
    one = known.to_pylist()[0]
    assert one["id_number"] == number(1)
    assert (one["birth_date"], one["township"], one["village"]) == (
        dt.date(2015, 3, 12),
        "甲一镇",
        "甲一村",
    )
    other = queries.matching_table(by=bureau["stranger"], organisation=bureau["other county"])
    assert other.num_rows == 0
