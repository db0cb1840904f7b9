"""Fewer places than candidates: the declared order decides, ties too, and everybody is told why."""

from __future__ import annotations

import datetime as dt
import itertools
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from invented_bureau import logged_in
from invented_children import row, taken_in

from notoneless.bureau import publication
from notoneless.bureau.aid import actions, facts, night, queries, ranking
from notoneless.bureau.aid.models import (
    Award,
    ChosenNotice,
    ChosenObjection,
    Ranked,
    Ranking,
    Reason,
)
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.people.models import Child
from notoneless.bureau.rules import actions as rules
from notoneless.bureau.rules import queries as rule_queries
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


def confirmed(bureau, one: Ranking, by: str = "school_head") -> Ranking:
    """Published so long ago that the notice is over, then confirmed."""
    before = timezone.localdate() - dt.timedelta(days=150)
    actions.publish_ranking(by=bureau[by], ranking_=one, on=before)
    return actions.confirm_ranking(by=bureau[by], ranking_=one)


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
    confirmed(bureau, one)
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
    confirmed(bureau, one)
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
    confirmed(bureau, ranked(bureau, {}))
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
    officer, school, head = bureau["school_aid_officer"], bureau["school"], bureau["school_head"]
    with pytest.raises(Refusal, match="S132"):
        actions.list_candidates(by=officer, policy="zihui", place=school)
    quota(bureau, 1)
    with pytest.raises(Refusal, match="S135"):
        actions.publish_ranking(by=head, ranking_=one)
    actions.put_in_order(by=officer, ranking_=one)
    officer.assignments.create(
        role="school_head", organisation=school, valid_from=dt.date(2020, 1, 1)
    )
    for act in (actions.publish_ranking, actions.confirm_ranking):
        with pytest.raises(Refusal, match="S101"):
            act(by=officer, ranking_=one)
        with pytest.raises(PermissionDenied):
            act(by=bureau["school_head_乙"], ranking_=one)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ranking.objects.filter(pk=one.pk).update(state="confirmed", confirmed_by=officer)
    with pytest.raises(Refusal, match="S135"):
        actions.confirm_ranking(by=head, ranking_=one)  # nobody has seen it in public
    confirmed(bureau, one, "county_leader")
    for act in (actions.put_in_order, actions.drop_ranking):
        with pytest.raises(Refusal, match="S135"):
            act(by=officer, ranking_=one)
    with pytest.raises(Refusal, match="S133"):
        actions.list_candidates(by=SYSTEM, policy="zihui", place=bureau["county"])
    with pytest.raises(Refusal, match="S131"):
        actions.list_candidates(by=SYSTEM, policy="zihui", place=bureau["sibling school"])


# --- in public -------------------------------------------------------------------------------------------


def public_page(notice: ChosenNotice) -> str:
    answer = Client().get(f"/open/chosen/{notice.code}")
    assert answer.status_code == 200
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]
    # A token against forgery is random and may hold any four digits.
    return re.sub(r'"X-CSRFToken": "[^"]*"|value="[A-Za-z0-9]{64}"', "", answer.content.decode())


def forbidden(one: Ranking) -> list[str]:
    """Of those who are chosen: number, day of birth, level, why, rank and mark; of the others the name."""
    rows = one.candidates.select_related("child")
    told = [str(row.child.birth_date) for row in rows]
    told += [row.child.name for row in rows if not row.tier]
    return [*told, "510699", "特别困难", "名额", "90.50", "第1名"]


def test_the_notice_shows_name_school_grade_class_of_the_chosen_and_nothing_else(
    bureau, five, monkeypatch
) -> None:
    quota(bureau, 1)
    one = ranked(bureau, {five[3].pk: 9_050})
    notice = actions.publish_ranking(by=bureau["school_head"], ranking_=one)
    page = public_page(notice)
    for shown in ("学生4", "甲县一小", "滋蕙计划", "10年级", str(notice.last)):
        assert shown in page
    assert [value for value in forbidden(one) if value in page] == []
    with monkeypatch.context() as patch:  # the mutant: everybody who was ranked
        everybody = publication.names(Child.objects.filter(pk__in=[child.pk for child in five]))
        patch.setattr(queries, "names_chosen", lambda _one: everybody)
        assert [value for value in forbidden(one) if value in public_page(notice)]


def test_it_is_up_for_so_many_school_days_and_goes_by_itself(bureau, five, monkeypatch) -> None:
    quota(bureau, 1)
    one = ranked(bureau, {})
    first = timezone.localdate()
    notice = actions.publish_ranking(by=bureau["school_head"], ranking_=one)
    calendar = rule_queries.calendar(bureau["school"])
    assert calendar.add(first, 5) == notice.last
    with pytest.raises(Refusal, match="S136"):
        actions.confirm_ranking(by=bureau["school_head"], ranking_=one, on=notice.last)
    moment = dt.datetime.combine(notice.last, dt.time(23, 59), timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: moment)
    public_page(notice)
    monkeypatch.setattr(timezone, "now", lambda: moment + dt.timedelta(minutes=2))
    assert Client().get(f"/open/chosen/{notice.code}").status_code == 404
    assert actions.take_notices_down(by=SYSTEM, on=notice.last) == 0
    night.night(notice.last + dt.timedelta(days=1))
    notice.refresh_from_db()
    assert (notice.code, notice.removed_at is None) == (None, False)
    actions.confirm_ranking(by=bureau["school_head"], ranking_=one)
    assert one.state == "confirmed"


def test_an_objection_holds_the_ranking_and_one_upheld_has_it_made_anew(bureau, five) -> None:
    quota(bureau, 1)
    officer, head, leader = (
        bureau[who] for who in ("school_aid_officer", "school_head", "county_leader")
    )
    one = ranked(bureau, {five[3].pk: 9_050, five[4].pk: 9_000})
    first = one.candidates.get(child=five[3])
    with pytest.raises(Refusal, match="S135"):
        actions.object_to_chosen(by=officer, ranked=first, text="还没有公示")
    before = timezone.localdate() - dt.timedelta(days=150)
    notice = actions.publish_ranking(by=head, ranking_=one, on=before)
    with pytest.raises(Refusal, match="S138"):
        actions.object_to_chosen(by=officer, ranked=first, text=" ")
    objections = [
        actions.object_to_chosen(by=officer, ranked=first, text=text)
        for text in ("已经退学", "受过处分")
    ]
    with pytest.raises(Refusal, match="S137"):
        actions.confirm_ranking(by=head, ranking_=one)
    officer.assignments.create(
        role="school_head", organisation=bureau["school"], valid_from=dt.date(2020, 1, 1)
    )
    settled = {"outcome": "dismiss", "finding": "查过学籍，在读"}
    with pytest.raises(Refusal, match="S101"):
        actions.settle_chosen(by=officer, objection=objections[0], **settled)
    with pytest.raises(PermissionDenied):
        actions.settle_chosen(by=bureau["school_head_乙"], objection=objections[0], **settled)
    actions.settle_chosen(by=head, objection=objections[0], **settled)
    with pytest.raises(Refusal, match="S135"):
        actions.settle_chosen(by=leader, objection=objections[0], **settled)
    one.refresh_from_db()
    assert one.state == "published"
    actions.settle_chosen(by=head, objection=objections[1], outcome="uphold", finding="处分属实")
    one.refresh_from_db()
    notice.refresh_from_db()
    assert (one.state, notice.code) == ("open", None)
    assert not one.candidates.exclude(tier="").exists()
    actions.put_in_order(by=officer, ranking_=one)
    assert one.candidates.exclude(tier="").get().child == five[4]
    first.refresh_from_db()
    assert (first.struck, first.rank, first.tier) == (True, None, "")
    confirmed(bureau, one)
    told = {
        row["child"]: row["zihui_chosen"]
        for row in facts.facts(on=timezone.localdate()).to_pylist()
    }
    assert (told[five[3].pk], told[five[4].pk]) == (False, True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ranked.objects.filter(pk=first.pk).update(tier="chosen")


def test_a_ranking_given_up_is_no_longer_in_public(bureau, five) -> None:
    quota(bureau, 1)
    one = ranked(bureau, {})
    notice = actions.publish_ranking(by=bureau["school_head"], ranking_=one)
    path = f"/open/chosen/{notice.code}"
    actions.drop_ranking(by=bureau["school_aid_officer"], ranking_=one)
    assert Client().get(path).status_code == 404


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
    assert officer.post(page.url + "/notice").status_code == 403
    assert "公示入选学生" in head.get("/").content.decode()
    assert "公示入选学生" in head.get(page.url).content.decode()
    assert head.post(page.url + "/notice").status_code == 302
    shown = head.get(page.url).content.decode()
    assert f"/open/chosen/{one.notices.get().code}" in shown
    assert "确认排序" not in shown
    objected = {"ranked": first.pk, "text": "有人说家里买了房"}
    assert "这个字段" in officer.post(page.url + "/objections", {}).content.decode()
    assert officer.post(page.url + "/objections", objected).status_code == 302
    assert "有人说家里买了房" in head.get(page.url).content.decode()
    assert "处理公示异议" in head.get("/").content.decode()
    found = ChosenObjection.objects.get()
    answer = {"outcome": "dismiss", "finding": "家访核实，没有买房"}
    assert head.post(f"/aid/objections/{found.pk}", {}).status_code == 200
    stranger = logged_in(bureau["school_head_乙"])
    assert stranger.post(f"/aid/objections/{found.pk}", answer).status_code == 404
    assert head.post(f"/aid/objections/{found.pk}", answer).status_code == 302
    assert "家访核实" in officer.get(page.url).content.decode()
    over = timezone.localdate() - dt.timedelta(days=1)
    ChosenNotice.objects.update(first=over - dt.timedelta(days=9), last=over)
    assert "公示期满，确认名额排序" in head.get("/").content.decode()
    assert officer.post(page.url + "/confirmation").status_code == 403
    assert "确认排序" in head.get(page.url).content.decode()
    assert head.post(page.url + "/confirmation").status_code == 302
    assert "学生5" in officer.get(page.url).content.decode()
    stranger = logged_in(bureau["school_aid_officer_乙"])
    assert stranger.get(page.url).status_code == 404
    assert stranger.post(page.url + "/order", marks).status_code == 404
    assert stranger.post(page.url + "/objections", objected).status_code == 404
    assert officer.get("/aid/rankings").status_code == 200
