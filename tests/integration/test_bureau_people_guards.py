"""What the database itself refuses, and that no number stands in it in the clear."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from invented_children import OCTOBER, SEPTEMBER, number, row, source, taken_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people import actions, preparing
from notoneless.bureau.people.models import Child, Circumstance, Identity, Merge, Source
from notoneless.faults import Refusal
from notoneless.rosters import id_number

NUMBER = re.compile(rb"(?=(510699[0-9]{11}[0-9Xx]))")
"""Numbers of the invented children; in a record of SQLite other digits may stand right beside one."""


def numbers_in(content: bytes) -> set[str]:
    """ID numbers with a right check character."""
    found = {match.decode().upper() for match in NUMBER.findall(content)}
    return {one for one in found if id_number.state(one) == "valid"}


def database_files() -> dict[str, bytes]:
    """The database as it lies on disk, its write-ahead log too."""
    name = Path(str(connection.settings_dict["NAME"]))
    return {one.name: one.read_bytes() for one in sorted(name.parent.glob(name.name + "*"))}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the file of SQLite")
def test_no_number_in_the_file(real_bureau) -> None:
    taken_in(real_bureau, [row(n, f"孩{n}") for n in range(50)], file=f"{number(7)}.xlsx")
    child = Child.objects.get(name="孩1")
    actions.correct_identity(
        by=SYSTEM,
        child=child,
        reason=f"户口簿上是{number(1, '20150313')}",
        id_number=number(1, "20150313"),
    )
    actions.reveal(by=real_bureau["owner"], child=child, purpose=f"核对{number(1)}")
    files = database_files()
    assert len(files) >= 2
    assert not {name: found for name, content in files.items() if (found := numbers_in(content))}
    assert not [name for name, content in files.items() if b"13800000001" in content]
    # the scan sees: a naive column would be found
    Source.objects.filter(line="census").update(reason=number(3))
    assert any(number(3) in numbers_in(content) for content in database_files().values())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="dumps are the same on both")
@pytest.mark.django_db
def test_no_number_in_a_dump(bureau, tmp_path) -> None:
    taken_in(bureau, [row(1)])
    call_command("dumpdata", "people", output=str(tmp_path / "dump.json"), verbosity=0)
    assert numbers_in((tmp_path / "dump.json").read_bytes()) == set()


def broken(act) -> str:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        act()
    return str(refused.value)


@pytest.mark.django_db
@pytest.mark.both_databases
class TestTheDatabaseRefuses:
    def test_a_fact_said_twice(self, bureau) -> None:
        taken_in(bureau, [row(1)])
        fact = Identity.objects.get()
        fact.pk = None
        assert "unique" in broken(lambda: fact.save(force_insert=True)).lower()

    def test_an_end_before_the_beginning(self, bureau) -> None:
        taken_in(bureau, [row(1)])
        early = SEPTEMBER.replace(year=2020)
        why = broken(lambda: Identity.objects.update(valid_to=early))
        assert "identity_ends_after_it_begins" in why

    def test_a_retraction_by_nobody(self, bureau) -> None:
        taken_in(bureau, [row(1)])
        why = broken(lambda: Identity.objects.update(retracted_at=timezone.now()))
        assert "identity_retracted_by_somebody_later" in why

    def test_an_exemption_without_a_document(self, bureau) -> None:
        taken_in(bureau, [row(1)])
        child = Child.objects.get()
        actions.add_exemption(by=SYSTEM, child=child, excuse="exempt", valid_from=SEPTEMBER,
                              until=OCTOBER, document="文号")  # fmt: skip
        why = broken(lambda: Circumstance.objects.update(document=""))
        assert "exemption_has_document" in why

    def test_two_merges_of_one_key(self, bureau) -> None:
        taken_in(bureau, [row(n, f"孩{n}", id_number=None) for n in range(3)])
        one, two, three = Child.objects.order_by("pk")
        actions.merge(by=SYSTEM, child=one, into=two, reason="同一人")
        broken(
            lambda: Merge.objects.create(
                child=one, into=three, reason="x", recorded_at=timezone.now()
            )
        )
        broken(
            lambda: Merge.objects.create(
                child=two, into=two, reason="x", recorded_at=timezone.now()
            )
        )

    def test_the_same_list_twice(self, bureau) -> None:
        taken_in(bureau, [row(1)], sha256="a" * 64)
        with pytest.raises(Refusal, match="B304"):
            taken_in(bureau, [row(2)], sha256="a" * 64)
        assert Child.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.both_databases
class TestActsRefuse:
    def test_two_valid_numbers_never_merge(self, bureau) -> None:
        taken_in(bureau, [row(1), row(2)])
        one, two = Child.objects.order_by("pk")
        with pytest.raises(Refusal, match="B307"):
            actions.merge(by=SYSTEM, child=one, into=two, reason="同名")
        assert not Merge.objects.exists()

    def test_a_list_that_came_in_between(self, bureau) -> None:
        import pyarrow as pa

        told = source(bureau)
        prepared = preparing.prepare_list(
            by=SYSTEM, source=told, rows=pa.Table.from_pylist([row(1)])
        )
        taken_in(bureau, [row(2)])
        with pytest.raises(Refusal, match="B303"):
            actions.record_list(by=SYSTEM, prepared=prepared)
        assert Child.objects.count() == 1

    def test_undoing_what_another_list_builds_on(self, bureau) -> None:
        first = taken_in(bureau, [row(1)])
        second = taken_in(bureau, [row(1, "陈小荷", child=Child.objects.get().pk)], day=OCTOBER)
        with pytest.raises(Refusal, match="B305"):
            actions.undo_list(by=SYSTEM, source=first, reason="错")
        actions.undo_list(by=SYSTEM, source=second, reason="错")
        actions.undo_list(by=SYSTEM, source=first, reason="错")
        with pytest.raises(Refusal, match="B306"):
            actions.undo_list(by=SYSTEM, source=first, reason="错")
        assert not Identity.objects.filter(
            retracted_at__isnull=True, valid_to__isnull=True
        ).exists()

    def test_who_may_not(self, bureau) -> None:
        from django.core.exceptions import PermissionDenied

        taken_in(bureau, [row(1)])
        child = Child.objects.get()
        for name in ("stranger", "class_teacher", "security_admin", "county_leader"):
            with pytest.raises(PermissionDenied):
                actions.correct_identity(by=bureau[name], child=child, reason="试试", name="改名")
        assert Identity.objects.count() == 1

    def test_a_kind_that_has_no_place_here(self, bureau) -> None:
        with pytest.raises(Refusal, match="B301"):
            taken_in(bureau, [row(1)], "payments")

    def test_a_naive_diff_would_lose_a_child(self, bureau, monkeypatch) -> None:
        """The mutant: a list of one township ends the children of all others."""
        taken_in(bureau, [row(1), row(2, "刘石", township="乙一镇", village="")])
        here, there = Child.objects.order_by("pk")
        part = {"whole": False, "covers": [bureau["township"]]}
        taken_in(bureau, [row(1, child=here.pk)], day=OCTOBER, **part)
        there.refresh_from_db()
        assert there.in_register
        standing = preparing._standing

        def naive(told):
            found = standing(told)
            for by_child in found.facts.values():
                for marks in by_child.values():
                    marks.update({mark: (key, True) for mark, (key, _) in marks.items()})
            return found

        monkeypatch.setattr(preparing, "_standing", naive)
        later = OCTOBER.replace(day=20)
        taken_in(bureau, [row(1, child=here.pk)], day=later, **part)
        there.refresh_from_db()
        assert not there.in_register
