"""The shape of the tree of organisations, and how many nodes are put up at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from notoneless.bureau.accounts.models import Lineage, Organisation, SchoolCode, SchoolStage

if TYPE_CHECKING:
    from notoneless.bureau.accounts.place_list import Node, Plan

PARENTS: dict[str, tuple[str, ...]] = {
    "province": (),
    "city": ("province",),
    "county": ("city", "province"),
    "township": ("county",),
    "village": ("township",),
    "school": ("county", "city", "school"),
    "class": ("school",),
}
"""Under what an organisation can stand; a city or a county can also be the top of an installation."""
TOPS = ("province", "city", "county")


def lock(organisations: QuerySet[Organisation]) -> None:
    """Let nobody else who puts up many work on these meanwhile, always in the same order."""
    list(organisations.order_by("pk").select_for_update().values_list("pk", flat=True))


def hang(new: Sequence[Organisation]) -> None:
    """Write the lineage of new nodes; those above them come before them or have theirs already."""
    mine = {one.pk for one in new}
    lines: dict[int, list[tuple[int, int]]] = defaultdict(list)
    parents = {one.parent_id for one in new if one.parent_id} - mine
    for below, above, depth in Lineage.objects.filter(below__in=parents).values_list(
        "below", "above", "depth"
    ):
        lines[below].append((above, depth))
    for one in new:
        upwards = lines[one.parent_id] if one.parent_id else []
        lines[one.pk] = [(one.pk, 0), *((key, depth + 1) for key, depth in upwards)]
    Lineage.objects.bulk_create(
        (
            Lineage(above_id=above, below_id=one.pk, depth=depth)
            for one in new
            for above, depth in lines[one.pk]
        ),
        batch_size=5000,
    )


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
