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
from notoneless.vault.fields import BlindIndex, SealedText

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
        with connection.cursor() as cursor:  # within the test's transaction, unlike the editor itself
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
