"""The only reads for others, scoped by the county or school that a person is responsible for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.utils import timezone

from notoneless.bureau import publication
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import reach
from notoneless.bureau.aid import casework, elsewhere, instalments
from notoneless.bureau.aid.models import (
    AnswerLine,
    Award,
    Batch,
    Card,
    Change,
    ChosenNotice,
    ChosenObjection,
    Delivery,
    Effect,
    Finding,
    Given,
    Item,
    Loan,
    PaidList,
    PaidRow,
    Payment,
    Proposal,
    Ranked,
    Ranking,
    Reason,
    SheetLine,
    Stop,
    Told,
)
from notoneless.bureau.cases.models import OPEN, Case
from notoneless.bureau.people.models import Child
from notoneless.bureau.rules import queries as rules
from notoneless.calendar import parse_term, term_on

SEE = "aid.see"


def awards(by: User, permission: str = SEE) -> QuerySet[Award]:
    """The awards of students of the schools in reach, or of the counties where they have no school."""
    here = reach(by, permission)
    return Award.objects.filter(Q(school__in=here) | Q(school__isnull=True, county__in=here))


def batches(by: User, permission: str = SEE) -> QuerySet[Batch]:
    """The batches of the counties in reach, newest first."""
    return (
        Batch.objects.filter(county__in=reach(by, permission))
        .select_related("county", "proposed_by", "approved_by", "released_by")
        .order_by("-pk")
    )


def counties(by: User, permission: str) -> QuerySet[Organisation]:
    """The counties where a person has a permission."""
    return Organisation.objects.filter(pk__in=reach(by, permission), kind="county").order_by("code")


def last_proposal(term: str) -> Proposal | None:
    """The newest proposal of a term."""
    return Proposal.objects.filter(term=term).first()


def terms() -> list[str]:
    """The terms that there are proposals of, newest first; of a year autumn comes after spring."""
    found = Proposal.objects.order_by().values_list("term", flat=True).distinct()
    return sorted(found, key=lambda term: (term[:4], term.endswith("autumn")), reverse=True)


def reasons(by: User, proposal: Proposal) -> QuerySet[Any, dict[str, Any]]:
    """Why how many students of the counties in reach are owed a policy, or not."""
    here = reach(by, SEE)
    rows: QuerySet[Any, Any] = Reason.objects.filter(proposal=proposal, county__in=here)
    summed: QuerySet[Any, dict[str, Any]] = rows.values("policy", "verdict", "text").annotate(
        count=Sum("children"), sum=Sum("fen")
    )
    return summed.order_by("policy", "verdict", "-count")


def by_policy(by: User, proposal: Proposal) -> dict[str, dict[str, int]]:
    """By policy: how many are owed it, are not, or cannot be decided, and the sum owed per period."""
    found: dict[str, dict[str, int]] = {}
    rows = Reason.objects.filter(proposal=proposal, county__in=reach(by, SEE))
    for policy, verdict, children, fen in rows.values_list("policy", "verdict").annotate(
        Sum("children"), Sum("fen")
    ):
        mine = found.setdefault(policy, {"owed": 0, "not_owed": 0, "needs_data": 0, "fen": 0})
        mine[verdict] += children
        mine["fen"] += fen if verdict == "owed" else 0
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """Awards of a school and policy that were not paid yet, all for one reason."""

    school: int | None
    school_name: str
    county: int
    policy: str
    why: str
    count: int
    fen: int

    @property
    def ready(self) -> bool:
        """Can it go into a batch?"""
        return self.why == "ready"

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.county}-{self.school or 0}-{self.policy}"


def waiting(by: User, term: str) -> list[Waiting]:
    """What is owed and on no way to anybody, by school, policy and what it waits for.

    ``ready`` for a batch (of an award in instalments the one that is due), ``no_card``, ``returned`` by the
    bank, ``stopped`` with something still to be paid.
    """
    card = Card.objects.filter(child=OuterRef("child"), ended_on__isnull=True)
    columns = ("school", "school__name", "county", "policy")
    found = []
    for rows, fen in (_first(awards(by), term), _next(awards(by), term)):
        counted = rows.annotate(has_card=Exists(card)).values_list(*columns, "has_card")
        for school, name, county, policy, has, count, total in counted.annotate(
            count=Count("pk"), total=Sum(fen)
        ):
            why = "ready" if has else "no_card"
            found.append(Waiting(school, name or "", county, policy, why, count, total))
    of_term = awards(by).filter(term=term)
    stopped = of_term.filter(_stopped(), state="approved").annotate(made=_MADE)
    returned = Payment.objects.filter(award__in=of_term, state="returned").exclude(
        items__stands=True
    )
    of_award = (f"award__{column}" for column in columns)
    others = (
        ("returned", returned.values_list(*of_award)),
        ("stopped", stopped.filter(made__lt=F("instalments")).values_list(*columns)),
    )
    for why, told in others:
        for school, name, county, policy, count, total in told.annotate(Count("pk"), Sum("amount")):
            found.append(Waiting(school, name or "", county, policy, why, count, total))
    merged: dict[tuple[Any, ...], Waiting] = {}
    for one in found:
        key = one.school_name, one.policy, one.why, one.school, one.county
        old = merged.get(key)
        merged[key] = (
            replace(old, count=old.count + one.count, fen=old.fen + one.fen) if old else one
        )
    return [merged[key] for key in sorted(merged, key=lambda key: key[:3])]


_MADE = Count("payments", filter=~Q(payments__state="recalled"))
_PART = F("amount") / F("instalments")


def _stopped() -> Exists:
    return Exists(Stop.objects.filter(award=OuterRef("pk"), until__isnull=True))


def _first(rows: QuerySet[Award], term: str) -> tuple[QuerySet[Award], Combinable]:
    """The awards of which nothing was paid or is on its way, and the fen of their first instalment."""
    waits = rows.filter(elsewhere.not_paid(term), term=term, state="proposed")
    return waits, F("amount") - (F("instalments") - 1) * _PART


def _next(rows: QuerySet[Award], term: str) -> tuple[QuerySet[Award], Combinable]:
    """The awards whose next instalment is due and in no batch, and its fen."""
    when, today = parse_term(term) or term_on(timezone.localdate()), timezone.localdate()
    due = Q(pk__in=())
    for number in range(2, instalments.MONTHS + 1):
        due |= Q(instalments=number, made__lt=instalments.due_by(when, number, today))
    in_batch = Item.objects.filter(award=OuterRef("pk"), stands=True, payment__isnull=True)
    going_on = rows.filter(
        ~_stopped(),
        ~Exists(in_batch),
        elsewhere.not_paid(term),
        term=term,
        state="approved",
        instalments__gt=1,
    )
    keys = going_on.annotate(made=_MADE).filter(due).values("pk")
    return rows.filter(pk__in=keys), _PART


def chosen(by: User, term: str, keys: Iterable[str]) -> dict[int, list[int]]:
    """The awards behind chosen rows of `waiting` that are ready, by county."""
    found: dict[int, list[int]] = {}
    mine = awards(by, "aid.batch")
    for key in dict.fromkeys(keys):
        county, _, rest = key.partition("-")
        school, _, policy = rest.partition("-")
        if not (county.isdecimal() and school.isdecimal()):
            continue
        for ready, _fen in (_first(mine, term), _next(mine, term)):
            rows = ready.filter(county=int(county), policy=policy)
            rows = (
                rows.filter(school=int(school)) if int(school) else rows.filter(school__isnull=True)
            )
            found.setdefault(int(county), []).extend(rows.values_list("pk", flat=True))
    return {county: keys for county, keys in found.items() if keys}


@dataclass(frozen=True, slots=True)
class Unusual:
    """What an approver should look at before he passes a batch: how many, and the first positions."""

    kind: str
    count: int
    positions: tuple[int, ...]


_SHOWN = 12


def unusual(batch: Batch) -> list[Unusual]:
    """Who stopped meanwhile; one card for two children, cards never paid to yet, large sums."""
    large = rules.value("aid.large_sum", batch.county, batch.proposed_at.date())
    assert isinstance(large, int)
    items = batch.items.filter(stands=True)
    shared = (
        items.values("card__number_index")
        .annotate(children=Count("award__child", distinct=True))
        .filter(children__gt=1)
        .values("card__number_index")
    )
    paid_before = Item.objects.filter(card=OuterRef("card"), answer="confirmed", batch__lt=batch.pk)
    tests = (
        ("stopped", items.filter(award__stops__until__isnull=True, award__stops__isnull=False)),
        ("shared_card", items.filter(card__number_index__in=shared)),
        ("new_card", items.filter(~Exists(paid_before))),
        ("large_sum", items.filter(amount__gt=large * 100)),
    )
    found = []
    for kind, rows in tests:
        count = rows.count()
        if count:
            first = rows.order_by("position").values_list("position", flat=True)[:_SHOWN]
            found.append(Unusual(kind, count, tuple(first)))
    return found


def stopped(batch: Batch) -> list[tuple[int, str]]:
    """Positions of a batch whose award has stopped meanwhile, and why."""
    rows = batch.items.filter(stands=True, award__stops__until__isnull=True)
    found = rows.exclude(award__stops=None).values_list("position", "award__stops__reason")
    return list(found.order_by("position"))


def answered(batch: Batch) -> dict[str, tuple[int, int]]:
    """Sent = confirmed + bounced + open: number and fen of each."""
    rows = batch.items.values_list("answer").annotate(Count("pk"), Sum("amount"))
    found = {answer: (count, fen) for answer, count, fen in rows}
    return {answer: found.get(answer, (0, 0)) for answer in ("confirmed", "bounced", "open")}


def not_applied(batch: Batch) -> QuerySet[AnswerLine]:
    """Lines of the bank's answers that changed nothing and that somebody must look at."""
    return (
        AnswerLine.objects.filter(file__batch=batch)
        .exclude(outcome__in=("confirmed", "bounced", "late"))
        .select_related("item")
        .order_by("file", "row")
    )


def term_now() -> str:
    """Today's term."""
    return str(term_on(timezone.localdate()))


def of_child(by: User, child: int) -> QuerySet[Award]:
    """A child's awards, newest term first; the caller has checked that the child is in reach."""
    return awards(by).filter(child__person=child).order_by("-term", "policy")


def findings(by: User, term: str | None = None) -> QuerySet[Finding]:
    """What of owed and paid does not agree (in a term), at what a person may see."""
    here = reach(by, SEE)
    rows = Finding.objects.filter(Q(school__in=here) | Q(school__isnull=True, county__in=here))
    rows = rows.filter(term=term) if term else rows
    return rows.select_related("child", "school", "county").order_by("pk")


def payments_of(finding: Finding) -> list[Payment | PaidRow]:
    """The payments that a finding is about and that money can come back of, the newest first."""
    if finding.child_id is None:
        return [finding.line] if finding.line else []
    ours = Payment.objects.filter(
        award__child__person=finding.child_id, award__policy=finding.policy,
        award__term=finding.term, state__in=("sent", "confirmed"),
    )  # fmt: skip
    elsewhere = PaidRow.objects.filter(
        child__person=finding.child_id, policy=finding.policy, term=finding.term, failed=False
    )
    return [
        *ours.select_related("award__county").order_by("-pk"),
        *elsewhere.select_related("file__county").order_by("-pk"),
    ]


def case_of(finding: Finding) -> Case | None:
    """The active case about what a child's aid is short of, or has too much."""
    if finding.child_id is None:
        return None
    rows = Case.objects.filter(OPEN, child=finding.child_id, kind=casework.KIND)
    found: Case | None = rows.filter(grounds__guarantee=finding.policy).first()
    return found


def counts(by: User, term: str) -> dict[str, tuple[int, int, int]]:
    """By verdict: how many, how many still open, and the fen by which these are wrong (too little or too much)."""
    rows = (
        findings(by, term)
        .order_by()
        .values("verdict")
        .annotate(
            count=Count("pk"),
            open=Count("pk", filter=Q(outcome="")),
            fen=Sum(F("owed") - F("paid"), filter=Q(outcome=""), default=0),
        )
    )
    return {row["verdict"]: (row["count"], row["open"], abs(row["fen"])) for row in rows}


def short(counties: Iterable[Organisation], term: str) -> dict[Organisation, list[int]]:
    """The open findings of who was paid too little in a term, by county."""
    rows = Finding.objects.filter(term=term, verdict="short", outcome="").order_by("pk")
    keys = {one: list(rows.filter(county=one).values_list("pk", flat=True)) for one in counties}
    return {county: found for county, found in keys.items() if found}


def paid_lists(by: User) -> QuerySet[PaidList]:
    """The lists of payments taken in, newest first."""
    return PaidList.objects.filter(county__in=reach(by, SEE)).order_by("-pk")


# --- changes of the rules --------------------------------------------------------------------------------


def changes() -> QuerySet[Change]:
    """Every change of the rulebook, newest first; the rules are nobody's secret."""
    return Change.objects.select_related("proposed_by", "settled_by", "before", "ruling", "after")


def effects(by: User, change: Change) -> QuerySet[Effect]:
    """What a change means to the students in reach."""
    here = reach(by, SEE)
    rows = Effect.objects.filter(Q(school__in=here) | Q(school__isnull=True, county__in=here))
    return rows.filter(change=change)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a change means: how many students gain and lose, and by how many fen a term."""

    gain: int
    lose: int
    fen_more: int
    fen_less: int

    @property
    def fen(self) -> int:
        """More (or, below zero, less) a term in all."""
        return self.fen_more - self.fen_less

    @property
    def less(self) -> int:
        """The same the other way round."""
        return -self.fen


_MORE, _LESS = Q(fen_after__gt=F("fen_before")), Q(fen_after__lt=F("fen_before"))
_MEANING = {
    "gain": Count("child", filter=_MORE, distinct=True),
    "lose": Count("child", filter=_LESS, distinct=True),
    "fen_more": Sum(F("fen_after") - F("fen_before"), filter=_MORE, default=0),
    "fen_less": Sum(F("fen_before") - F("fen_after"), filter=_LESS, default=0),
}


def meaning(change: Change) -> Meaning:
    """The whole city's sum: a child of whom one policy gains what another loses counts by what is left."""
    each = (
        Effect.objects.filter(change=change)
        .values("child")
        .annotate(left=Sum(F("fen_after") - F("fen_before")))
    )
    told = each.aggregate(
        gain=Count("child", filter=Q(left__gt=0)),
        lose=Count("child", filter=Q(left__lt=0)),
        fen_more=Sum("left", filter=Q(left__gt=0), default=0),
        fen_less=Sum(-F("left"), filter=Q(left__lt=0), default=0),
    )
    return Meaning(**told)


def meaning_by(change: Change, column: str) -> list[tuple[str, Meaning]]:
    """The same by ``policy`` or ``county__name``, the most students first."""
    rows = Effect.objects.filter(change=change).values(column).annotate(**_MEANING)
    found = [(row.pop(column) or "", Meaning(**row)) for row in rows.values(column, *_MEANING)]
    return sorted(found, key=lambda one: (-(one[1].gain + one[1].lose), one[0]))


# --- fewer places than candidates -----------------------------------------------------------------------


def rankings(by: User, permission: str = SEE) -> QuerySet[Ranking]:
    """The rankings of the places in reach, newest first, each with its ``count`` and ``chosen``."""
    return (
        Ranking.objects.filter(place__in=reach(by, permission))
        .select_related("place", "ranked_by", "confirmed_by")
        .annotate(
            count=Count("candidates"), chosen=Count("candidates", filter=~Q(candidates__tier=""))
        )
        .order_by("-pk")
    )


def names_chosen(one: Ranking) -> list[publication.Name]:
    """What a notice says of those who are chosen."""
    keys = Ranked.objects.filter(ranking=one).exclude(tier="").values("child__person")
    return publication.names(Child.objects.filter(pk__in=keys))


def open_notice(code: str) -> ChosenNotice | None:
    """The notice at a random address while it is up."""
    return publication.up(ChosenNotice.objects.select_related("ranking__place"), code)


def notices_up(on: dt.date) -> QuerySet[ChosenNotice]:
    """The notices whose last day has not ended."""
    return ChosenNotice.objects.filter(removed_at__isnull=True, last__gte=on)


def objections(by: User, permission: str = SEE) -> QuerySet[ChosenObjection]:
    """What was objected to candidates in reach, the oldest first."""
    return (
        ChosenObjection.objects.filter(ranked__ranking__place__in=reach(by, permission))
        .select_related("ranked__child", "ranked__ranking__place", "recorded_by", "settled_by")
        .order_by("pk")
    )


def ranked_at(by: User) -> QuerySet[Organisation]:
    """Schools and counties where a person may rank."""
    return Organisation.objects.filter(
        pk__in=reach(by, "aid.rank"), kind__in=("school", "county"), valid_to__isnull=True
    ).order_by("kind", "name")


# --- given otherwise than by the bank --------------------------------------------------------------------


def given_sum(delivery: Delivery) -> tuple[int, int]:
    """How many students had it, and what it was worth, in fen."""
    told = Given.objects.filter(delivery=delivery).aggregate(
        count=Count("pk"), fen=Sum("amount", default=0)
    )
    return told["count"], told["fen"]


def deliveries(by: User, permission: str = SEE) -> QuerySet[Delivery]:
    """The deliveries of the schools in reach, newest first."""
    return Delivery.objects.filter(school__in=reach(by, permission)).select_related(
        "school", "county", "recorded_by", "settled_by"
    )


def delivers_at(by: User) -> QuerySet[Organisation]:
    """The schools for which a person notes what was given."""
    return Organisation.objects.filter(
        pk__in=reach(by, "aid.deliver"), kind="school", valid_to__isnull=True
    ).order_by("name")


def not_given(school: Organisation, policy: str, term: str) -> QuerySet[Child]:
    """The pupils of a school who are owed a policy this term and have not had it."""
    owed = SheetLine.objects.filter(policy=policy, verdict="owed", fen__gt=0).values("sheet")
    told = Told.objects.filter(school=school, term=term, sheet__in=owed)
    had = Given.objects.filter(policy=policy, term=term, stands=True)
    return (
        Child.objects.filter(pk__in=told.values("child"))
        .exclude(pk__in=had.values("child"))
        .order_by("grade", "class_name", "name", "pk")
    )


def loans(by: User) -> QuerySet[Loan]:
    """The loans of the counties in reach, newest first."""
    return (
        Loan.objects.filter(county__in=reach(by, SEE))
        .select_related("child", "county", "by")
        .order_by("-pk")
    )


def given_to(child: int) -> QuerySet[Given]:
    """What a child (its root's key) had otherwise than by the bank; the caller has checked the reach."""
    return (
        Given.objects.filter(child__person=child, stands=True)
        .select_related("delivery")
        .order_by("-term", "policy")
    )


def told_of(child: int) -> Told | None:
    """What the rules last said of a child (its root's key), with its sheet."""
    rows = Told.objects.filter(child__person=child).select_related("sheet")
    return max(
        rows, key=lambda one: (one.term[:4], one.term.endswith("autumn"), one.pk), default=None
    )
