"""Fewer places than candidates: the declared order decides, ties too, and everybody is told why."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from invented_bureau import logged_in
from invented_children import row, taken_in

from notoneless.bureau.aid import actions, facts, ranking
from notoneless.bureau.aid.models import Award, Ranked, Ranking, Reason
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people.models import Child
from notoneless.bureau.rules import actions as rules
from notoneless.faults import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LEVELS = ("general", "special", "difficult", "special", "special")


@pytest.fixture
def five(bureau) -> list[Child]:
    """Senior students, recognised at several levels; a sixth who is not recognised."""
    rows = [row(one, f"学生{one}", stage="senior", grade=10) for one in range(1, 7)]
    taken_in(bureau, rows, "roll")
    found = list(Child.objects.order_by("pk"))
    listed = [
        {"row": at, "child": child.pk, "name": child.name, "recognised": level}
        for at, (child, level) in enumerate(zip(found, LEVELS, strict=False), 4)
    ]
    taken_in(bureau, listed, "recognition")
    return found


def quota(bureau, places: int, place: str = "school", policy: str = "zihui") -> None:
    rules.settle(
        by=SYSTEM, organisation=bureau[place], key=f"aid.quota_{policy}", value=places,
        valid_from=dt.date(2020, 1, 1), source="虚构文件",
    )  # fmt: skip


def ranked(bureau, scores: dict[int, int]) -> Ranking:
    officer = bureau["school_aid_officer"]
    one = actions.list_candidates(by=officer, policy="zihui", place=bureau["school"])
    keys = dict(Ranked.objects.filter(ranking=one).values_list("child", "pk"))
    actions.give_scores(
        by=officer, ranking_=one, scores={keys[child]: score for child, score in scores.items()}
    )
    return actions.put_in_order(by=officer, ranking_=one)


def test_the_first_in_the_declared_order_are_proposed_without_an_application(bureau, five) -> None:
    quota(bureau, 2)
    actions.propose_term(by=SYSTEM)
    assert not Award.objects.filter(policy="zihui").exists()
    assert Reason.objects.filter(policy="zihui", verdict="needs_data").exists()
    one = ranked(
        bureau, {five[1].pk: 8_000, five[3].pk: 9_050, five[4].pk: 9_000, five[2].pk: 9_900}
    )
    told = dict(one.candidates.values_list("child", "why"))
    assert len(told) == 5  # who is not recognised is no candidate
    order = list(one.candidates.order_by("rank").values_list("child", flat=True))
    assert order == [five[at].pk for at in (3, 4, 1, 2, 0)]  # need before mark
    assert set(one.candidates.exclude(tier="").values_list("rank", flat=True)) == {1, 2}
    assert "第1名，名额2个" in told[five[3].pk]
    assert "90.50" in told[five[3].pk]
    assert told[five[1].pk].endswith("“综合评价分”在后")
    assert told[five[2].pk].endswith("“困难认定等级”在后")
    assert "90" not in told[five[1].pk]  # nothing of the others is told
    actions.propose_term(by=SYSTEM)
    assert not Award.objects.filter(policy="zihui").exists()  # ranked is not confirmed
    actions.confirm_ranking(by=bureau["school_head"], ranking_=one)
    actions.propose_term(by=SYSTEM)
    awards = dict(Award.objects.filter(policy="zihui").values_list("child", "amount"))
    assert awards == {five[3].pk: 200_000, five[4].pk: 200_000}
    refused = Reason.objects.filter(
        policy="zihui", verdict="not_owed", text__contains="入选滋蕙计划"
    )
    assert sum(refused.values_list("children", flat=True)) >= 3


def test_the_tiers_of_a_grant_are_filled_from_the_highest_down(bureau, five) -> None:
    """Without a ranking the level of recognition decides; with one the place does, and the quota ends."""
    actions.propose_term(by=SYSTEM)
    fen = {"special": 330_000, "difficult": 230_000, "general": 130_000}
    awards = Award.objects.filter(policy="senior_grant", state="proposed")
    before = dict(awards.values_list("child", "amount"))
    assert before == {child.pk: fen[level] // 2 for child, level in zip(five, LEVELS, strict=False)}
    for tier in ("first", "second", "third"):
        quota(bureau, 1, policy=f"senior_grant_{tier}")
    officer, school = bureau["school_aid_officer"], bureau["school"]
    one = actions.list_candidates(by=officer, policy="senior_grant", place=school)
    actions.put_in_order(by=officer, ranking_=one)
    assert one.candidates.count() == 5
    told = dict(one.candidates.order_by("rank").values_list("rank", "tier"))
    assert told == {1: "first", 2: "second", 3: "third", 4: "", 5: ""}
    actions.confirm_ranking(by=bureau["school_head"], ranking_=one)
    actions.propose_term(by=SYSTEM)
    tier_of = dict(one.candidates.exclude(tier="").values_list("child", "tier"))
    paid = {"first": 330_000, "second": 230_000, "third": 130_000}
    assert dict(awards.values_list("child", "amount")) == {
        child: paid[tier] // 2 for child, tier in tier_of.items()
    }
    first = one.candidates.get(tier="first")
    assert first.child_id in {five[at].pk for at in (1, 3, 4)}, "special hardship stands first"
    full = Reason.objects.filter(policy="senior_grant", verdict="not_owed", text__contains="名额")
    assert full.exists()
    page = logged_in(bureau["school_aid_officer"]).get(f"/aid/rankings/{one.pk}").content.decode()
    assert "一档" in page


def test_it_counts_for_its_school_year_only(bureau, five) -> None:
    quota(bureau, 1)
    one = ranked(bureau, {})
    actions.confirm_ranking(by=bureau["school_head"], ranking_=one)
    today = timezone.localdate()
    chosen = facts.facts(on=today).to_pylist()
    assert sum(bool(each["zihui_chosen"]) for each in chosen) == 1
    assert {each["zihui_chosen"] for each in chosen} == {True, False}
    assert facts.facts(on=today.replace(year=today.year + 1)).num_rows == 0
    assert facts.facts(on=today, known_on=today - dt.timedelta(days=1)).num_rows == 0


def test_two_people_and_once_a_year(bureau, five) -> None:
    with pytest.raises(Refusal, match="S134"):
        ranked(bureau, {})
    one = Ranking.objects.get()
    officer, school = bureau["school_aid_officer"], bureau["school"]
    with pytest.raises(Refusal, match="S132"):
        actions.list_candidates(by=officer, policy="zihui", place=school)
    quota(bureau, 1)
    with pytest.raises(Refusal, match="S135"):
        actions.confirm_ranking(by=bureau["school_head"], ranking_=one)
    actions.put_in_order(by=officer, ranking_=one)
    officer.assignments.create(
        role="school_head", organisation=school, valid_from=dt.date(2020, 1, 1)
    )
    with pytest.raises(Refusal, match="S101"):
        actions.confirm_ranking(by=officer, ranking_=one)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ranking.objects.filter(pk=one.pk).update(state="confirmed", confirmed_by=officer)
    with pytest.raises(PermissionDenied):
        actions.confirm_ranking(by=bureau["school_head_乙"], ranking_=one)
    actions.confirm_ranking(by=bureau["county_leader"], ranking_=one)
    for act in (actions.put_in_order, actions.drop_ranking):
        with pytest.raises(Refusal, match="S135"):
            act(by=officer, ranking_=one)
    with pytest.raises(Refusal, match="S133"):
        actions.list_candidates(by=SYSTEM, policy="zihui", place=bureau["county"])
    with pytest.raises(Refusal, match="S131"):
        actions.list_candidates(by=SYSTEM, policy="zihui", place=bureau["sibling school"])


def test_the_order_of_the_list_decides_nothing() -> None:
    """Every order of the same candidates gives the same places; a naive sort by mark alone does not."""
    order = ranking.orders()["zihui"]
    asked = [
        ranking.Candidate(child, {"need": need, "lists": lists}, score)
        for child, need, lists, score in (
            (1, "special", 1, 9_000), (2, "special", 2, 9_000), (3, "special", 2, 9_000),
            (4, "difficult", 5, 10_000), (5, None, 0, None), (6, "special", 0, None),
        )
    ]  # fmt: skip
    first = ranking.rank(order, asked, {"chosen": 3}, "zihui 2026 1")
    assert [place.child for place in first][2:] == [1, 6, 4, 5]
    assert {place.child for place in first[:2]} == {2, 3}  # equal in all but the lot
    assert [place.rank for place in first] == [1, 2, 3, 4, 5, 6]
    for other in itertools.permutations(asked):
        assert ranking.rank(order, other, {"chosen": 3}, "zihui 2026 1") == first
    naive = {
        tuple(one.child for one in sorted(other, key=lambda one: -(one.score or 0)))
        for other in itertools.permutations(asked)
    }
    assert len(naive) > 1
    lots = {
        ranking.rank(order, asked, {"chosen": 1}, f"zihui {year} 1")[0].child
        for year in range(2000, 2040)
    }
    assert lots == {2, 3}  # the lot falls otherwise in another year


def test_no_more_than_the_quota_are_chosen() -> None:
    order = ranking.orders()["national_scholarship"]
    asked = [ranking.Candidate(child, {}, 100) for child in range(7)]
    for places in range(10):
        found = ranking.rank(order, asked, {"chosen": places}, "x")
        assert sum(bool(one.tier) for one in found) == min(places, 7)
        assert all(one.tier for one in found[: min(places, 7)])


def test_tiers_are_filled_from_the_front() -> None:
    from dataclasses import replace

    order = replace(ranking.orders()["zihui"], tiers=("first", "second"))
    asked = [ranking.Candidate(child, {"need": "special"}, child * 100) for child in range(1, 6)]
    found = ranking.rank(order, asked, {"first": 1, "second": 2}, "x")
    assert [(one.child, one.tier) for one in found] == [
        (5, "first"), (4, "second"), (3, "second"), (2, ""), (1, ""),
    ]  # fmt: skip


def test_on_screen_by_two_people(bureau, five) -> None:
    quota(bureau, 1)
    officer, head = logged_in(bureau["school_aid_officer"]), logged_in(bureau["school_head"])
    asked = {"policy": "zihui", "place": bureau["school"].pk}
    page = officer.post("/aid/rankings/new", asked)
    one = Ranking.objects.get()
    assert page.url == f"/aid/rankings/{one.pk}"
    first = Ranked.objects.get(child=five[4])
    marks = {f"mark-{row.pk}": "" for row in one.candidates.all()} | {f"mark-{first.pk}": "88.5"}
    assert officer.post(page.url + "/order", marks).status_code == 302
    first.refresh_from_db()
    assert (first.score, first.rank, first.tier) == (8_850, 1, "chosen")
    assert officer.post(page.url + "/confirmation").status_code == 403
    assert "确认名额排序" in head.get("/").content.decode()
    assert "确认排序" in head.get(page.url).content.decode()
    assert head.post(page.url + "/confirmation").status_code == 302
    assert "学生5" in officer.get(page.url).content.decode()
    stranger = logged_in(bureau["school_aid_officer_乙"])
    assert stranger.get(page.url).status_code == 404
    assert stranger.post(page.url + "/order", marks).status_code == 404
    assert officer.get("/aid/rankings").status_code == 200
