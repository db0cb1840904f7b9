"""Which findings a person must act on, and the cases that follow from them.

What was paid and is not owed, paid twice or short needs somebody at once. What is owed and not paid yet is
work in hand until the days of the place are over (``aid.unpaid_days``), or the bank has sent it back. Late is
a fact that nobody can mend.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from notoneless.bureau.aid.holding import Found
from notoneless.bureau.aid.models import Award, Batch, Card, Finding, Item
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.cases import actions as cases
from notoneless.bureau.cases.openings import Gone, Opening
from notoneless.bureau.people.bulk import chunks
from notoneless.bureau.rules import queries as rules
from notoneless.calendar import Term
from notoneless.i18n import LANGUAGES, gettext, use

KIND = SOURCE = "aid"
"""What these cases are, and who sees the gaps (``cases/codes.toml``)."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where the award of a child and policy is: a state of its batch, ``returned``, ``no_card``."""

    state: str
    text: str


def whereabouts(term: str) -> dict[tuple[int, str], Where]:
    """Where the awards of a term are that are on their way, or cannot set out."""
    found: dict[tuple[int, str], Where] = {}
    card = Card.objects.filter(child=OuterRef("child"), ended_on__isnull=True)
    without = Award.objects.filter(~Exists(card), term=term, state="proposed")
    for child, policy in without.values_list("child__person", "policy"):
        found[child or 0, policy] = Where("no_card", gettext("缺银行卡号"))
    items = Item.objects.filter(award__term=term).exclude(batch__state="sent_back").order_by("pk")
    states = dict(Batch.State.choices)
    for child, policy, batch, state, answer, text in items.exclude(answer="recalled").values_list(
        "award__child__person", "award__policy", "batch", "batch__state", "answer", "answer_text"
    ):
        where = Where(
            state, gettext("第{number}批，{state}").format(number=batch, state=states[state])
        )
        if answer == "bounced":
            told = f"（{text}）" if text else ""
            where = Where(
                "returned",
                gettext("第{number}批，银行退回{text}").format(number=batch, text=told),
            )
        found[child or 0, policy] = where
    return found


def to_act_on(
    found: Iterable[Found], where: Mapping[tuple[int, str], Where], term: Term, on: dt.date
) -> list[Found]:
    """The findings that need a person now."""
    rows = [one for one in found if one.verdict != "late"]
    counties = {one.county for one in rows}
    days = rules.values("aid.unpaid_days", counties, on) if counties else {}
    over = {
        county: on >= term.first_day + dt.timedelta(days=int(number))
        for county, number in days.items()
    }
    return [
        one
        for one in rows
        if one.verdict not in ("owed", "short")
        or over[one.county]
        or (one.key in where and where[one.key].state == "returned")
        or (one.verdict == "short" and one.key not in where)
    ]


def open_cases(found: Iterable[Found], where: Mapping[tuple[int, str], Where], on: dt.date) -> int:
    """Make sure that each of these has its case; how many are new."""
    labels = dict(Finding.Verdict.choices)
    with use(
        LANGUAGES[0]
    ):  # kept, so in the language of the law; no policy, no sum: others read it
        openings = [
            Opening(
                subject=one.child,
                kind=KIND,
                guarantee=one.policy,
                source=SOURCE,
                on=on,
                reason=str(labels[one.verdict])
                + (f"，{where[one.key].text}" if one.key in where else ""),
                school=one.school,
            )
            for one in found
        ]
    return len(cases.open_cases(by=audit.SYSTEM, openings=openings).opened) if openings else 0


def settle(keys: Collection[tuple[int, str]], on: dt.date) -> int:
    """Close the cases of children and policies of which no finding is open any more; how many."""
    left: set[tuple[int, str]] = set()
    for lot in chunks({child for child, _ in keys}):
        rows = Finding.objects.filter(child__in=lot, outcome="")
        left |= {(child or 0, policy) for child, policy in rows.values_list("child", "policy")}
    gone = [
        Gone(subject=child, guarantee=policy, source=SOURCE, on=on, kind=KIND)
        for child, policy in sorted(set(keys) - left)
    ]
    return len(cases.settle(by=audit.SYSTEM, gone=gone)) if gone else 0
