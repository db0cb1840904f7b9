"""Each role sees the fields that ``shown.toml`` says, and programs set the fields that the API names.

The table is judged by people: who works on something sees it. A page that shows a field to a role that the table
does not name fails here with the line to add; adding it is the judgement.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.http import HttpRequest
from filling import Filled, Rows, content, keys, ours
from showing import TRIED, Readers, Shown, pairs, seen

from notoneless.bureau.accounts import actions as accounts
from notoneless.bureau.api import described, operations
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.intake.models import Upload
from notoneless.bureau.people import timeline
from notoneless.bureau.people import views as child_pages
from notoneless.bureau.people.models import Child
from notoneless.bureau.tables import Column

TABLE = Path(__file__).with_name("shown.toml")

PUT_BY = ("audit", "api")
"""What every request of a program writes: a line of the log, that its token was used."""


def allowed() -> Shown:
    """The table: address, field, roles."""
    told = tomllib.loads(TABLE.read_text("utf-8"))
    groups = told.pop("roles")
    return {
        address: {
            field: {role for word in words.split() for role in groups.get(word, [word])}
            for field, words in fields.items()
        }
        for address, fields in told.items()
    }


def too_much(shown: Shown) -> list[str]:
    """What is shown and not in the table, each with the line that would allow it."""
    table = allowed()
    return [
        f'{address}: {role} sees {field}. If it must: ["{address}"] {field} = "... {role}"'
        for address, fields in sorted(shown.items())
        for field, roles in sorted(fields.items())
        for role in sorted(roles - table.get(address, {}).get(field, set()))
    ]


@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "all"])
def test_nobody_sees_more_than_the_table_says(filled: Filled, every: int) -> None:
    """All of them: the table also names nothing that is not shown."""
    shown = seen(filled, pairs()[::every], enough=1 if every > 1 else TRIED)
    found = too_much(shown)
    assert not found, "\n".join(found)
    if every == 1:
        table = allowed()
        idle = [
            f"{address}: {field}: {sorted(roles - shown[address][field])}"
            for address, told in table.items()
            for field, roles in told.items()
            if roles - shown[address][field]
        ]
        assert not idle, "\n".join(idle)


CHILD = ("people:child", "people:children")
TEACHER = [(address, "class_teacher") for address in CHILD]


def everything_of(child: Child) -> str:
    """Every column of every fact of a child, opened."""
    facts = [
        fact
        for relation in Child._meta.related_objects
        if relation.related_model._meta.app_label == "people"
        for fact in relation.related_model._default_manager.filter(**{relation.field.name: child})
    ]
    values = [getattr(fact, one.attname) for fact in facts for one in fact._meta.concrete_fields]
    return " ".join(str(one.reveal() if hasattr(one, "reveal") else one) for one in values)


def test_a_page_that_shows_every_field_is_caught(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: a list with a column of all that is known."""
    assert not too_much(seen(filled, TEACHER))
    every = Column("all", "", value=everything_of)
    monkeypatch.setattr(child_pages, "COLUMNS", (*child_pages.COLUMNS, every))
    found = "\n".join(too_much(seen(filled, TEACHER)))
    for one in ("id_number", "guardian_id", "phone", "address", "roll_number"):
        assert f"people:children: class_teacher sees {one}." in found


def test_a_page_that_tells_need_to_everybody_is_caught(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: the lines of a child are not asked whether they are of need."""
    monkeypatch.setattr(timeline, "NEED", frozenset())
    found = "\n".join(too_much(seen(filled, TEACHER)))
    assert 'class_teacher sees circumstance. If it must: ["people:child"]' in found


def test_a_right_elsewhere_tells_nothing_here(filled: Filled) -> None:
    """A class teacher of 甲县 who works on aid and need in 乙县 sees of 甲县 what a class teacher sees."""
    bureau = filled[0]
    for role, place in (("county_officer", "county"), ("school_aid_officer", "school")):
        where = bureau["other " + place]
        accounts.grant(by=SYSTEM, user=bureau["class_teacher"], role=role, organisation=where)
    found = too_much(seen(filled, [("people:child", "class_teacher")], enough=4))
    assert not found, "\n".join(found)


def foreign(rows: Rows) -> dict[str, Any]:
    """Every column that there is, with what stands in it for an object of 甲县; a list's own columns last."""
    told = {}
    for model in sorted(ours(), key=lambda one: one is Upload):
        one = model._default_manager.filter(pk__in=rows[model]).order_by("pk").first()
        if one is not None:
            told |= {
                name.attname: getattr(one, name.attname) for name in model._meta.concrete_fields
            }
    return {name: value if isinstance(value, dict) else str(value) for name, value in told.items()}


def kept() -> dict[str, Any]:
    """Everything there is but moments and what each request writes."""
    moments = {
        (model._meta.label, number)
        for model in ours()
        for number, one in enumerate(
            f for f in model._meta.concrete_fields if f.name != "last_login"
        )
        if isinstance(one, models.DateTimeField)
    }
    rows = {model: found for model, found in keys().items() if model._meta.app_label not in PUT_BY}
    return {
        label: [tuple(v for n, v in enumerate(row) if (label, n) not in moments) for row in found]
        for label, found in content(rows).items()
    }


def bodies(filled: Filled) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every operation that is posted, about each own list: where, what it asks for, what it does not name."""
    _, rows, own = filled
    for one in described.operations(operations.schema()):
        if one.method != "POST":
            continue
        named = {told.name for told in one.parameters}
        more = {name: value for name, value in foreign(rows).items() if name not in named}
        if "{key}" not in one.path:
            file = SimpleUploadedFile("户籍适龄儿童名单2026.9.9.csv", "姓名\n乙某\n".encode())
            yield one.path, {"file": file}, more
        else:
            for key in sorted(own[Upload]):
                yield one.path.replace("{key}", str(key)), {}, more


def set_by_bodies(filled: Filled) -> tuple[list[str], int]:
    """Where a body with every field has another effect than one without; how many were sent."""
    program, wrong, sent = Readers(filled[0], "_乙").of("county_officer", "api:v1:"), [], 0
    assert program is not None
    for at, asked, more in bodies(filled):
        ways = (
            ({"data": asked}, {"data": {**asked, **{k: str(v) for k, v in more.items()}}}),
            *(
                ({}, {"data": json.dumps(body, default=str), "content_type": "application/json"})
                for body in (more, [more])
                if not asked
            ),
        )
        for plain, full in ways:
            effects = []
            for told in (plain, full):
                for file in asked.values():
                    file.seek(0)
                with transaction.atomic():
                    answer = program.post(at, **told)
                    effects.append((answer.status_code, kept()))
                    transaction.set_rollback(True)
            sent += 1
            if effects[0] != effects[1]:
                wrong.append(f"{at}: {effects[0][0]}, with every field {effects[1][0]}")
    return wrong, sent


def test_programs_set_nothing_that_the_api_does_not_name(filled: Filled) -> None:
    before = content(filled[1])
    wrong, sent = set_by_bodies(filled)
    assert not wrong, "\n".join(wrong)
    assert sent >= 20
    assert content(filled[1]) == before


def test_an_operation_that_believes_its_body_is_caught(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: what a body says is written onto the row."""
    act = operations._act

    def believing(request: HttpRequest, key: int, do: Any) -> Any:
        done = act(request, key, do)
        body = json.loads(request.body) if request.content_type == "application/json" else []
        if isinstance(body, dict):
            told = {name: body[name] for name in ("organisation_id", "state", "received_by_id")}
            Upload.objects.filter(pk=key).update(**told)
        return done

    monkeypatch.setattr(operations, "_act", believing)
    assert set_by_bodies(filled)[0]
