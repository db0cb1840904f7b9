"""Students in hardship of the invented county, with cards, for tests of aid."""

from __future__ import annotations

import csv
import datetime as dt
import io

from invented_children import SEPTEMBER, number, row, taken_in

from notoneless.bureau.aid import actions, bankfile
from notoneless.bureau.aid.models import Award, Batch
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people.models import Child

TODAY = dt.date(2026, 11, 20)
TERM = "2026-autumn"


def card(sequence: int) -> str:
    """An invented card number."""
    return f"62179900{sequence:08}"


def students(bureau, count: int = 3, **more) -> list[Child]:
    """Primary boarders on the list of rural minimum allowance: each is owed 625.00 yuan a term."""
    told = {"stage": "primary", "grade": 3, "boards": True} | more
    rows = [row(one, f"学生{one}", **told) for one in range(1, count + 1)]
    taken_in(bureau, rows, "roll")
    found = list(Child.objects.order_by("pk"))
    listed = [
        {"row": at, "child": child.pk, "name": child.name} for at, child in enumerate(found, 4)
    ]
    taken_in(bureau, listed, "rural_minimum")
    return found


def with_cards(bureau, children: list[Child]) -> None:
    actions.keep_cards(
        by=SYSTEM,
        county=bureau["county"],
        cards=[
            (child.pk, card(at), "虚构银行", child.name) for at, child in enumerate(children, 1)
        ],
    )


def batch_of(bureau, by=None, keys: list[int] | None = None) -> Batch:
    """A proposed batch of the awards (all)."""
    return actions.propose_batch(
        by=by or bureau["county_aid_officer"],
        county=bureau["county"],
        term=TERM,
        awards=keys or list(Award.objects.values_list("pk", flat=True)),
    )


def released(bureau, batch: Batch) -> Batch:
    actions.approve(by=bureau["county_leader"], batch=batch)
    return actions.release(by=bureau["county_leader"], batch=batch)


def answer_file(
    batch: Batch, *changed: tuple[int, dict[str, str]], only: set[int] | None = None
) -> bytes:
    """The bank's answers as CSV: all good, but for the positions ``changed``; lines may come twice."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("序号", "姓名", "卡号", "金额", "结果", "失败原因"))
    lines = list(bankfile.lines(batch))
    plain = [(int(line[0]), {}) for line in lines if only is None or int(line[0]) in only]
    skip = {position for position, _ in changed}
    for position, more in [*(one for one in plain if one[0] not in skip), *changed]:
        line = lines[position - 1]
        writer.writerow(
            (
                more.get("序号", position),
                line[1],
                more.get("卡号", line[3]),
                more.get("金额", line[5]),
                more.get("结果", "成功"),
                more.get("失败原因", ""),
            )
        )
    return file.getvalue().encode("utf-8-sig")


__all__ = [
    "SEPTEMBER",
    "TERM",
    "TODAY",
    "answer_file",
    "batch_of",
    "card",
    "number",
    "released",
    "students",
    "with_cards",
]
