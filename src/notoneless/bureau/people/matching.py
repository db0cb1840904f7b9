"""The known children as `identity` wants people, to hold a list against them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from django.db import connection

from notoneless import vault
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people.models import Fact, Guardian, Identity
from notoneless.bureau.people.standing import ENROLLED_FIRST, RANK, When, pick
from notoneless.vault.fields import SealedText

ROWS = 20_000
"""Rows fetched at a time."""


def matching_table(*, by: User | audit.Actor, organisation: Organisation) -> pa.Table:
    """Every child that a list of an organisation, or under it, has named; also who is gone since.

    Columns ``row`` (the child's key), those of `identity.normalise.COLUMNS`, numbers in the clear, and the
    child's seat: ``roll_number`` (its blind index), ``grade``, ``class_name``. Read in memory by a job that
    takes in a list, never shown. The reading is recorded.
    """
    require(by, "child.change", organisation)
    audit.read(by, "children.matched", organisation)
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    places = _places()
    opened = [
        _opener(Identity, "id_number"),
        _opener(Guardian, "id_number"),
        _opener(Guardian, "phone"),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_select(), [organisation.pk])
        while rows := cursor.fetchmany(ROWS):
            (
                key, name, born, sex, number, guardian, guardian_id, phone, place,
                school, roll, grade, class_name,
            ) = zip(*rows, strict=True)  # fmt: skip
            columns["row"] += key
            columns["name"] += name
            columns["birth_date"] += map(_day, born)
            columns["sex"] += [value or None for value in sex]
            columns["guardian_name"] += [value or None for value in guardian]
            columns["school"] += [value or None for value in school]
            columns["roll_number"] += [value or None for value in roll]
            columns["grade"] += grade
            columns["class_name"] += [value or None for value in class_name]
            for column, blobs, open_one in zip(
                ("id_number", "guardian_id", "phone"),
                (number, guardian_id, phone),
                opened,
                strict=True,
            ):
                columns[column] += map(open_one, blobs)
            known: Iterable[tuple[str | None, str | None]] = [
                places.get(one, (None, None)) for one in place
            ]
            columns["township"] += [one[0] for one in known]
            columns["village"] += [one[1] for one in known]
    return pa.table(
        [pa.array(columns[field.name], pa.string()).cast(field.type)
         if field.type == pa.date32() else pa.array(columns[field.name], field.type)
         for field in SCHEMA],
        schema=SCHEMA,
    )  # fmt: skip


SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("name", pa.string()),
        ("id_number", pa.string()),
        ("birth_date", pa.date32()),
        ("sex", pa.string()),
        ("guardian_name", pa.string()),
        ("guardian_id", pa.string()),
        ("phone", pa.string()),
        ("township", pa.string()),
        ("village", pa.string()),
        ("school", pa.string()),
        ("roll_number", pa.string()),
        ("grade", pa.int64()),
        ("class_name", pa.string()),
    ]
)


def _select() -> str:
    now = When.now()

    def of(table: str, columns: str, order: str = RANK) -> str:
        return f"({pick(table, columns, now, order=order, within='named', also_ended=True)})"

    seat = "f.school_name, f.roll_index, f.grade, f.class_name"
    return f"""
        WITH named AS (
            SELECT DISTINCT c.person_id AS person FROM people_identity f
            JOIN people_child c ON c.id = f.child_id JOIN people_source s ON s.id = f.source_id
            JOIN accounts_lineage l ON l.below_id = s.organisation_id AND l.above_id = %s
            WHERE f.retracted_at IS NULL
        )
        SELECT i.person, i.name, i.birth_date, i.sex, i.id_number, g.name, g.id_number, g.phone,
               r.place_id, e.school_name, e.roll_index, e.grade, e.class_name
        FROM {of("identity", "f.name, f.birth_date, f.sex, f.id_number")} i
        LEFT JOIN {of("guardian", "f.name, f.id_number, f.phone")} g ON g.person = i.person
        LEFT JOIN {of("residence", "f.place_id")} r ON r.person = i.person
        LEFT JOIN {of("enrolment", seat, f"{ENROLLED_FIRST}, {RANK}")} e
            ON e.person = i.person
        ORDER BY i.person"""


def _day(value: object) -> str | None:
    """A day as ISO text, whatever the database gave."""
    return None if value is None else str(value)


def _opener(table: type[Fact], column: str) -> Any:
    field = table._meta.get_field(column)
    assert isinstance(field, SealedText)
    opened = vault.Opener(field.context)
    return lambda blob: None if blob is None else opened(bytes(blob))


def _places() -> dict[int, tuple[str | None, str | None]]:
    """The township and village of each place."""
    nodes = {
        key: (kind, name, parent)
        for key, kind, name, parent in Organisation.objects.filter(
            kind__in=("township", "village")
        ).values_list("pk", "kind", "name", "parent_id")
    }
    found: dict[int, tuple[str | None, str | None]] = {}
    for key, (kind, name, parent) in nodes.items():
        if kind == "township":
            found[key] = (name, None)
        else:
            found[key] = (nodes[parent][1] if parent in nodes else None, name)
    return found
