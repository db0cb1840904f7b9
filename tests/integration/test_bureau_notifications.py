"""What people are told without asking: the lines of the first page name no child and no circumstance.

They stand on screens in offices and in villages. Whoever opens a line and has the right reads more there.
"""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone
from invented_bureau import WHERE, Bureau
from invented_cases import opened
from invented_children import taken_in

from notoneless.bureau import offers
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases import actions
from notoneless.bureau.offers import Task
from notoneless.bureau.placements import actions as placements

SAID = "母亲改嫁，跟着残疾的爷爷"
LISTS = ("disabled", "orphans", "unsupported", "low_income", "destitute", "poverty_relieved")
"""Lists on which the child of this test stands."""

NEED = ("残疾", "孤儿", "无人抚养", "低保", "特困", "脱贫", "留守", "改嫁")
"""Words that would tell what kind of child it is."""


@pytest.fixture
def told(bureau: Bureau) -> dict[str, list[Task]]:
    """Every line of everybody's first page, with a child of whom all of it is true and much is due."""
    child, case = opened(bureau, reason="连续5个校日不在课堂")
    rows = [{"row": 1, "child": child.pk, "name": child.name}]
    for line in LISTS:
        taken_in(bureau, rows, line)
    at = dt.datetime(2026, 9, 15, 10, tzinfo=timezone.get_default_timezone())
    for who in ("class_teacher", "village_cadre"):
        actions.write_contact(
            by=bureau[who], case=case, key=uuid.uuid4(), at=at, way="home", whom="mother",
            text=SAID, result="met", next_step=SAID, next_on=dt.date(2026, 9, 16),
        )  # fmt: skip
    actions.ask_department(by=SYSTEM, case=case, department="disabled", what=SAID, due=at.date())
    document = actions.draft_document(
        by=SYSTEM, case=case, kind="return_notice", issuer=bureau["township"]
    )
    actions.issue_document(by=SYSTEM, document=document, on=at.date())
    actions.apply_for_excuse(
        by=bureau["school_head"], child=child, excuse="suspended", valid_from=at.date(),
        until=dt.date(2027, 2, 1), document="甲教〔2026〕1号", word=SAID,
    )  # fmt: skip
    placements.place(
        by=SYSTEM, child=child, kind="home", school=bureau["school"], first=dt.date(2026, 9, 1)
    )
    today = timezone.localdate()
    return {
        role: [
            task
            for module in offers.found("today")
            for task in module.tasks(bureau[role], today)
            if task.count
        ]
        for role in WHERE
    }


def tells(lines: list[Task], *more: str) -> set[str]:
    """The words that lines must not have and have."""
    secrets = ("孩0", "甲县-", SAID, *NEED, *more)
    shown = " ".join(f"{one.what} {one.why} {one.source} {one.url} {one.unit}" for one in lines)
    return {secret for secret in secrets if secret in shown}


def test_no_line_names_a_child_or_what_is_true_of_it(told: dict[str, list[Task]]) -> None:
    from notoneless.bureau.cases.models import Case

    case = Case.objects.get()
    for role, lines in told.items():
        assert not tells(lines, case.number), role
    kinds = {one.what for lines in told.values() for one in lines}
    assert len(kinds) >= 6, "there was much to tell"


def test_a_line_that_says_more_is_found(told: dict[str, list[Task]]) -> None:
    """The mutant: what a helpful hand would add."""
    naive = Task(what="今天要上门：孩0", count=1, unit="人", url="/cases/1", why="孤儿，爷爷残疾")
    assert tells([*told["village_cadre"], naive]) == {"孩0", "孤儿", "残疾"}
