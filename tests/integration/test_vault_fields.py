"""Sealed columns of a real table: nothing in clear in the database, found by the index, masked in use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models
from django.test.utils import isolate_apps

from notoneless import vault
from notoneless.faults import Refusal
from notoneless.masking import mask_id
from notoneless.vault import resealing
from notoneless.vault.cipher import Sealer, key_number
from notoneless.vault.fields import BlindIndex, SealedText
from notoneless.vault.keys import key_file, look_again

NUMBER, OTHER = "510699201503120017", "510699201503120025"

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def person(db) -> Iterator[type[models.Model]]:
    """A table with a sealed number; made here because no app below the programmes has one."""
    with isolate_apps("notoneless.bureau.web"):

        class Person(models.Model):
            number = SealedText(null=True, mask=mask_id)
            number_index = BlindIndex(of="number", kind="id_number", unique=True)

            class Meta:
                app_label = "web"

        editor = connection.SchemaEditorClass(connection)
        editor.deferred_sql = []
        with (
            connection.cursor() as cursor
        ):  # within the test's transaction, unlike the editor itself
            cursor.execute(*editor.table_sql(Person))
        yield Person


def raw() -> list[bytes | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM web_person ORDER BY id")
        return [None if value is None else bytes(value) for (value,) in cursor.fetchall()]


def test_what_is_saved_is_sealed_and_comes_back(person) -> None:
    person.objects.create(number=NUMBER)
    person.objects.bulk_create([person(number=OTHER), person(number=None)])
    blobs = raw()
    assert blobs[2] is None
    assert all(NUMBER[:6].encode() not in blob for blob in blobs[:2])
    one = person.objects.get(number_index=vault.blind("id_number", OTHER))
    assert str(one.number) == "*" * 14 + OTHER[-4:]
    assert one.number.reveal() == OTHER
    assert person.objects.get(number__isnull=True).number is None


def test_a_value_just_assigned_is_masked_too(person) -> None:
    one = person(number=NUMBER)
    assert f"{one.number}" == "*" * 14 + NUMBER[-4:]
    one.number = OTHER
    one.save()
    one.refresh_from_db()
    assert one.number.reveal() == OTHER
    assert one.number_index == vault.blind("id_number", OTHER)


def test_saving_again_writes_the_same_bytes(person) -> None:
    one = person.objects.create(number=NUMBER)
    before = raw()
    person.objects.get(pk=one.pk).save()
    assert raw() == before


def test_a_sealed_column_cannot_be_searched(person) -> None:
    with pytest.raises(FieldError, match="BlindIndex"):
        person.objects.filter(number=NUMBER).exists()


def test_the_index_is_one_of_a_kind(person) -> None:
    person.objects.create(number=NUMBER)
    with pytest.raises(Exception, match=r"(?i)unique"):
        person.objects.create(number=NUMBER)


def test_what_was_altered_in_the_database_does_not_open(person) -> None:
    one = person.objects.create(number=NUMBER)
    blob = bytearray(raw()[0])
    blob[-1] ^= 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE web_person SET number = %s", [bytes(blob)])
    with pytest.raises(Refusal, match="V004"):
        person.objects.get(pk=one.pk).number.reveal()


@pytest.fixture
def keys() -> Iterator[None]:
    """What a test does to the keys is undone."""
    path = key_file()
    before = path.read_bytes()
    yield
    path.write_bytes(before)
    look_again()


def rotate() -> None:
    vault.ring().rotated().save(key_file())


def numbers() -> list[int]:
    return [key_number(blob) for blob in raw() if blob is not None]


def test_sealing_anew_leaves_nothing_under_the_old_key(person, keys, monkeypatch) -> None:
    monkeypatch.setattr(resealing, "BATCH", 3)
    person.objects.bulk_create(person(number=f"{number:018d}") for number in range(7))
    person.objects.create(number=None)
    rotate()
    person.objects.create(number=NUMBER)
    assert numbers() == [1] * 7 + [2]
    field = person._meta.get_field("number")
    assert list(resealing.reseal(field)) == [3, 3, 1]
    assert numbers() == [2] * 8
    values = [
        one.number.reveal() for one in person.objects.filter(number__isnull=False).order_by("pk")
    ]
    assert values == [f"{number:018d}" for number in range(7)] + [NUMBER]
    assert person.objects.get(number_index=vault.blind("id_number", NUMBER)).number == NUMBER
    assert sum(resealing.reseal(field)) == 0


def test_killed_in_the_middle_everything_opens_and_the_rest_is_done_later(
    person, keys, monkeypatch
) -> None:
    monkeypatch.setattr(resealing, "BATCH", 2)
    person.objects.bulk_create(person(number=f"{number:018d}") for number in range(6))
    rotate()
    field = person._meta.get_field("number")
    killed = resealing.reseal(field)
    next(killed)
    killed.close()
    assert numbers() == [2, 2, 1, 1, 1, 1]
    assert [one.number.reveal() for one in person.objects.order_by("pk")] == [
        f"{number:018d}" for number in range(6)
    ]
    assert sum(resealing.reseal(field)) == 4


def test_what_somebody_writes_meanwhile_is_not_lost(person, keys, monkeypatch) -> None:
    one = person.objects.create(number=NUMBER)
    rotate()
    other = vault.seal("web.person.number", OTHER)

    class Slow(Sealer):
        def __call__(self, text: str) -> bytes:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE web_person SET number = %s", [other])
            return super().__call__(text)

    monkeypatch.setattr(resealing, "Sealer", Slow)
    sum(resealing.reseal(person._meta.get_field("number")))
    assert person.objects.get(pk=one.pk).number.reveal() == OTHER


def test_a_running_process_notices_new_keys(keys, monkeypatch) -> None:
    before = vault.ring().current
    rotate()
    assert vault.ring().current == before + 1
    # As another process would: the file changes and nobody tells this one.
    held = vault.ring()
    blob = vault.seal("a.b.c", NUMBER, keys=held.rotated())
    later = held.rotated()
    later.save(key_file())
    monkeypatch.setattr("notoneless.vault.keys._Held.keys", held)
    monkeypatch.setattr("notoneless.vault.keys._Held.looked", 0.0)
    assert vault.ring().current == later.current
    with pytest.raises(Refusal, match="V004"):
        vault.open_sealed("a.b.c", blob)  # that number, but not that key
