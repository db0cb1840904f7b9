"""Many places put up at once, as a list of places plans them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from notoneless.bureau.accounts.models import Organisation, SchoolCode, SchoolStage
from notoneless.bureau.accounts.place_list import Node, Plan
from notoneless.bureau.accounts.tree import hang


def plant(plan: Plan, today: dt.date) -> None:
    """Write what a list of places brings: level by level, so that each finds the key of its parent."""
    waiting = list(plan.new)
    made: list[Organisation] = []
    while waiting:
        ready = [
            node
            for node in waiting
            if node.parent
            and node.parent.organisation
            and (node.located_in is None or node.located_in.organisation)
        ]
        for node in ready:
            assert node.parent is not None
            node.organisation = Organisation(
                kind=node.kind,
                name=node.name,
                code="" if node.kind == "school" else node.code,
                parent=node.parent.organisation,
                located_in=node.located_in.organisation if node.located_in else None,
            )
        level = [node.organisation for node in ready if node.organisation]
        Organisation.objects.bulk_create(level)
        made += level
        waiting = [node for node in waiting if node.organisation is None]
    hang(made)
    _complete(plan.completed)
    _codes_and_stages([*plan.new, *plan.completed], today)


def _complete(nodes: Sequence[Node]) -> None:
    rows = []
    for node in nodes:
        assert node.organisation is not None
        assert node.line is not None
        if node.kind != "school" and not node.held_code:
            node.organisation.code = node.line.code
        if node.located_in is not None:
            node.organisation.located_in = node.located_in.organisation
        rows.append(node.organisation)
    Organisation.objects.bulk_update(rows, ("code", "located_in"), batch_size=500)


def _codes_and_stages(nodes: Sequence[Node], today: dt.date) -> None:
    """Of the schools among them, what each has not yet: from today on."""
    codes, stages = [], []
    for node in nodes:
        line = node.line
        if node.kind != "school" or line is None:
            continue
        if line.code and not node.held_code:
            codes.append(SchoolCode(school=node.organisation, code=line.code, valid_from=today))
        if not node.held_stages:
            stages += [
                SchoolStage(school=node.organisation, stage=stage, valid_from=today)
                for stage in line.stages
            ]
    SchoolCode.objects.bulk_create(codes)
    SchoolStage.objects.bulk_create(stages)
