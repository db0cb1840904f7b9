"""Places fewer than candidates: candidates listed, marks given, ranked, confirmed by another person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from notoneless.bureau.accounts.models import Organisation, User
from notoneless.bureau.accounts.queries import require
from notoneless.bureau.aid import faults, ranking, rulebook
from notoneless.bureau.aid.models import Ranked, Ranking
from notoneless.bureau.aid.two_people import require_another
from notoneless.bureau.audit import actions as audit
from notoneless.bureau.people import bulk
from notoneless.bureau.rules import queries as rules
from notoneless.calendar import school_year_on
from notoneless.faults import Refusal
from notoneless.i18n import gettext


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
    moved = Ranking.objects.filter(pk=ranking_.pk, state__in=("open", "ranked")).update(
        state="ranked",
        quotas=[[tier, quota] for tier, quota in quotas.items()],
        ranked_by=by.pk,
    )
    ranking_.refresh_from_db()
    if not moved:
        raise _not_now(ranking_, gettext("排序"))
    rows = {one.child_id: one for one in Ranked.objects.filter(ranking=ranking_)}
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
def confirm_ranking(*, by: User | audit.Actor, ranking_: Ranking) -> Ranking:
    """Let a ranking count: another person than who ranked. The next proposal of the term follows it."""
    require(by, "aid.rank_confirm", ranking_.place)
    require_another(by, "aid.rank_confirm", ranking_.place, ranking_.ranked_by_id)
    moved = Ranking.objects.filter(pk=ranking_.pk, state="ranked").update(
        state="confirmed", confirmed_by=by.pk, confirmed_at=timezone.now()
    )
    ranking_.refresh_from_db()
    if not moved:
        raise _not_now(ranking_, gettext("确认"))
    audit.record(by, "aid.ranking_confirmed", ranking_, organisation=ranking_.place_id)
    return ranking_


@audit.action
def drop_ranking(*, by: User | audit.Actor, ranking_: Ranking) -> Ranking:
    """Give a ranking up, so that it can be made anew on today's lists; a confirmed one stays."""
    require(by, "aid.rank", ranking_.place)
    moved = Ranking.objects.filter(pk=ranking_.pk, state__in=("open", "ranked")).update(
        state="dropped"
    )
    ranking_.refresh_from_db()
    if not moved:
        raise _not_now(ranking_, gettext("作废"))
    audit.record(by, "aid.ranking_dropped", ranking_, organisation=ranking_.place_id)
    return ranking_


def _not_now(ranking_: Ranking, act: str) -> Refusal:
    state = ranking_.get_state_display()
    return Refusal([faults.RANKING_MOVED_ON.at(state=state, act=act)])
