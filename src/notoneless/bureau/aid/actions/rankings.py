"""Places fewer than candidates: listed, marked, ranked; published and, after the notice, confirmed by another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from notoneless.bureau import publication
from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import faults, queries, ranking, rulebook
from notoneless.bureau.aid.models import ChosenNotice, ChosenObjection, Ranked, Ranking
from notoneless.bureau.aid.two_people import require_another
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people import bulk
from notoneless.bureau.rules import queries as rules
from notoneless.calendar import school_year_on
from notoneless.faults import Refusal
from notoneless.i18n import gettext

PUBLISH = "aid.rank_confirm"
"""The right of another person than who ranked: to publish, to settle objections, to confirm."""


@audit.action
def list_candidates(
    *, by: User | audit.Actor, policy: str, place: Organisation, on: dt.date | None = None
) -> Ranking:
    """List who may be chosen of a place in this school year. `Refusal` when there is nobody, or a list."""
    require(by, "aid.rank", place)
    day = on or timezone.localdate()
    order = ranking.orders()[policy]
    if place.kind != order.among:
        raise Refusal([faults.RANKED_ELSEWHERE.at()])
    found = ranking.candidates(order, place, day)
    if not found:
        raise Refusal([faults.NO_CANDIDATES.at(where=place.name)])
    try:
        with transaction.atomic():
            new = Ranking.objects.create(
                policy=policy,
                school_year=school_year_on(day),
                place=place,
                rules=rulebook.book(day).hash,
                as_of=day,
                order=[each.name for each in order.criteria],
                ranked_by_id=by.pk,
            )
    except IntegrityError:
        raise Refusal([faults.RANKED_ALREADY.at()]) from None
    Ranked.objects.bulk_create(
        Ranked(ranking=new, child_id=one.child, facts=dict(one.facts)) for one in found
    )
    audit.record(
        by, "aid.candidates_listed", new, organisation=place, policy=policy, count=len(found)
    )
    return new


@audit.action
def give_scores(
    *, by: User | audit.Actor, ranking_: Ranking, scores: Mapping[int, int | None]
) -> int:
    """Enter marks (hundredths) by candidate's key, before the ranking is confirmed; how many there were."""
    require(by, "aid.rank", ranking_.place)
    if ranking_.state not in ("open", "ranked"):
        raise _not_now(ranking_, gettext("填分"))
    rows = list(Ranked.objects.filter(ranking=ranking_, pk__in=scores))
    for one in rows:
        one.score = scores[one.pk]
    Ranked.objects.bulk_update(rows, ("score",), batch_size=bulk.CHUNK)
    audit.record(by, "aid.scored", ranking_, organisation=ranking_.place_id, count=len(rows))
    return len(rows)


@audit.action
def put_in_order(*, by: User | audit.Actor, ranking_: Ranking) -> Ranking:
    """Rank the candidates by the declared order and fill the quota. `Refusal` when no quota was settled."""
    require(by, "aid.rank", ranking_.place)
    order = ranking.orders()[ranking_.policy]
    quotas = {
        tier: int(rules.value(order.rule(tier), ranking_.place, ranking_.as_of))
        for tier in order.tiers
    }
    if not sum(quotas.values()):
        raise Refusal([faults.NO_QUOTA.at(where=ranking_.place.name)])
    _move(
        ranking_,
        ("open", "ranked"),
        gettext("排序"),
        state="ranked",
        quotas=[[tier, quota] for tier, quota in quotas.items()],
        ranked_by=by.pk,
    )
    standing = Ranked.objects.filter(ranking=ranking_, struck=False)
    rows = {one.child_id: one for one in standing}
    asked = [ranking.Candidate(one.child_id, one.facts, one.score) for one in rows.values()]
    seed = f"{ranking_.policy} {ranking_.school_year} {ranking_.place_id}"
    Ranked.objects.filter(ranking=ranking_).update(rank=None)
    for place in ranking.rank(order, asked, quotas, seed):
        one = rows[place.child]
        one.rank, one.tier, one.why = place.rank, place.tier, place.why[:300]
    Ranked.objects.bulk_update(rows.values(), ("rank", "tier", "why"), batch_size=bulk.CHUNK)
    audit.record(
        by, "aid.ranked", ranking_, organisation=ranking_.place_id, quota=sum(quotas.values())
    )
    return ranking_


@audit.action
def publish_ranking(
    *, by: User | audit.Actor, ranking_: Ranking, on: dt.date | None = None
) -> ChosenNotice:
    """Put up a notice of who is chosen, by another person than who ranked.

    It is up from that day to the end of the n-th school day after (rule ``aid.public_days``).
    """
    require(by, PUBLISH, ranking_.place)
    require_another(by, PUBLISH, ranking_.place, ranking_.ranked_by_id)
    day = on or timezone.localdate()
    _move(ranking_, ("ranked",), gettext("公示"), state="published")
    new = ChosenNotice.objects.create(
        ranking=ranking_,
        **publication.opened(by.pk, ranking_.place, "aid.public_days", day),
    )
    audit.record(by, "aid.ranking_published", ranking_, organisation=ranking_.place_id)
    return new


@audit.action
def confirm_ranking(
    *, by: User | audit.Actor, ranking_: Ranking, on: dt.date | None = None
) -> Ranking:
    """Let a ranking count: the notice is over, no objection is open, another person than who ranked.

    The next proposal of the term follows it.
    """
    require(by, PUBLISH, ranking_.place)
    require_another(by, PUBLISH, ranking_.place, ranking_.ranked_by_id)
    day = on or timezone.localdate()
    # The row is the lock: who writes an objection down waits here, or is seen below.
    Ranking.objects.select_for_update().get(pk=ranking_.pk)
    if up := queries.notices_up(day).filter(ranking=ranking_).first():
        raise Refusal([faults.NOTICE_STILL_UP.at(last=up.last)])
    if left := ChosenObjection.objects.filter(ranked__ranking=ranking_, outcome="").count():
        raise Refusal([faults.OBJECTIONS_OPEN.at(count=left)])
    _move(
        ranking_,
        ("published",),
        gettext("确认"),
        state="confirmed",
        confirmed_by=by.pk,
        confirmed_at=timezone.now(),
    )
    audit.record(by, "aid.ranking_confirmed", ranking_, organisation=ranking_.place_id)
    return ranking_


@audit.action
def object_to_chosen(*, by: User | audit.Actor, ranked: Ranked, text: str) -> ChosenObjection:
    """Write down an objection to a candidate on a notice; it holds the whole ranking."""
    one = Ranking.objects.select_for_update().get(pk=ranked.ranking_id)
    require(by, "aid.rank", one.place)
    if not text.strip():
        raise Refusal([faults.OBJECTION_WITHOUT_WORDS.at()])
    if one.state != "published":
        raise _not_now(one, gettext("登记异议"))
    new = ChosenObjection.objects.create(
        ranked=ranked, text=text.strip(), recorded_by_id=by.pk, recorded_at=timezone.now()
    )
    audit.record(by, "aid.objection_recorded", one, organisation=one.place_id)
    return new


@audit.action
def settle_chosen(
    *, by: User | audit.Actor, objection: ChosenObjection, outcome: str, finding: str
) -> None:
    """What came of an objection, by another than who wrote it down.

    One upheld strikes the candidate, takes the notice down at once and has the rest ranked and published anew.
    """
    one = Ranking.objects.select_for_update().get(pk=objection.ranked.ranking_id)
    require(by, PUBLISH, one.place)
    require_another(by, PUBLISH, one.place, objection.recorded_by_id)
    result = ChosenObjection.Outcome(outcome)
    if not result or not finding.strip():
        raise Refusal([faults.OBJECTION_WITHOUT_WORDS.at()])
    done = ChosenObjection.objects.filter(pk=objection.pk, outcome="").update(
        outcome=result, settled_by=by.pk, settled_at=timezone.now()
    )
    if not done:
        raise _not_now(one, gettext("处理异议"))
    objection.refresh_from_db()
    objection.finding = finding.strip()
    objection.save(update_fields=("finding",))
    if result == ChosenObjection.Outcome.UPHELD:
        Ranked.objects.filter(pk=objection.ranked_id).update(struck=True, tier="")
        if one.state == "published":
            _move(one, ("published",), gettext("处理异议"), state="open")
            _take_down(one.notices.all())
            Ranked.objects.filter(ranking=one).update(rank=None, tier="", why="")
    audit.record(by, "aid.objection_settled", one, organisation=one.place_id, outcome=outcome)


@audit.action
def take_notices_down(*, by: audit.Actor, on: dt.date) -> int:
    """Remove the address of every notice whose last day is past; how many. The night's work."""
    require(by, PUBLISH)
    found = list(
        ChosenNotice.objects.filter(code__isnull=False, last__lt=on).select_related("ranking")
    )
    for one in found:
        _take_down(ChosenNotice.objects.filter(pk=one.pk))
        audit.record(by, "aid.notice_removed", one.ranking, organisation=one.ranking.place_id)
    return len(found)


@audit.action
def drop_ranking(*, by: User | audit.Actor, ranking_: Ranking) -> Ranking:
    """Give a ranking up, so that it can be made anew on today's lists; a confirmed one stays."""
    require(by, "aid.rank", ranking_.place)
    _move(ranking_, ("open", "ranked", "published"), gettext("作废"), state="dropped")
    _take_down(ranking_.notices.all())
    audit.record(by, "aid.ranking_dropped", ranking_, organisation=ranking_.place_id)
    return ranking_


def _move(ranking_: Ranking, before: tuple[str, ...], act: str, **values: object) -> None:
    """Compare and set: who comes second is refused."""
    moved = Ranking.objects.filter(pk=ranking_.pk, state__in=before).update(**values)
    ranking_.refresh_from_db()
    if not moved:
        raise _not_now(ranking_, act)


def _take_down(notices: QuerySet[ChosenNotice]) -> None:
    notices.filter(removed_at__isnull=True).update(**publication.taken_down())


def _not_now(ranking_: Ranking, act: str) -> Refusal:
    state = ranking_.get_state_display()
    return Refusal([faults.RANKING_MOVED_ON.at(state=state, act=act)])
