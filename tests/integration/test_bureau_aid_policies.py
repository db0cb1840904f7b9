"""A policy is changed by two people, after a trial on the real students; what it decided stays answerable."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils import timezone
from invented_aid import batch_of, released, students, with_cards
from invented_bureau import logged_in
from invented_children import taken_in

from notoneless.bureau.aid import actions, drafting, rulebook, trial
from notoneless.bureau.aid.models import Award, Change, Effect, Proposal, Ruling
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.bureau.figures.kinds import counted_at, counts_by, figures, value
from notoneless.faults import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

SEPTEMBER = dt.date(2026, 9, 1)
MEALS = """  meal_aid:
    text: {zh: 午餐补助, en: Aid for lunches}
    source: 虚构县教育局文件
    status: unverified
    kind: cash_student
    period: year
    instalments: 2
    conditions: [studying, compulsory_pupil, rural_minimum]
    amount: ":nutrition_day * :nutrition_days"
"""


def raised(value: int = 140_000, since: dt.date = SEPTEMBER) -> str:
    """The rulebook in force with another subsidy for primary boarders (fen a year)."""
    return drafting.with_value(
        rulebook.text(),
        "living_boarder_primary",
        since=since,
        value=value,
        source="虚构县教育局文件",
        status="unverified",
    )


def proposed(bureau, text: str = "", by: str = "city_officer") -> Change:
    change = actions.propose_change(
        by=bureau[by], text=text or raised(), what="小学寄宿生补助提高", source="虚构县教育局文件"
    )
    return actions.try_change(by=bureau[by], change=change)


def test_a_raise_in_the_middle_of_the_year_is_tried_passed_and_followed(bureau) -> None:
    three = students(bureau)
    with_cards(bureau, three)
    actions.propose_term(by=SYSTEM)
    on_its_way = batch_of(bureau, keys=[Award.objects.get(child=three[0]).pk])
    change = proposed(bureau)
    effects = Effect.objects.filter(change=change)
    assert (change.state, change.children, effects.count()) == ("proposed", 3, 3)
    assert effects.aggregate(more=Sum(F("fen_after") - F("fen_before")))["more"] == 3 * 7_500
    assert "条件全部符合" in effects[0].why
    actions.propose_term(by=SYSTEM)  # proposed is not in force
    assert set(Award.objects.values_list("amount", flat=True)) == {62_500}

    actions.approve_change(by=bureau["city_leader"], change=change)
    after = actions.propose_term(by=SYSTEM)
    amounts = dict(Award.objects.values_list("child", "amount"))
    assert amounts == {three[0].pk: 62_500, three[1].pk: 70_000, three[2].pk: 70_000}
    assert after.rules == change.ruling_id != change.before_id
    assert on_its_way.fen == 62_500
    # Who decided what under which version: the award, its run, its text, who approved that.
    kept = Ruling.objects.get(hash=Award.objects.get(child=three[0]).proposal.rules)
    assert (
        rulebook.read(kept.text).parameters["living_boarder_primary"].on(SEPTEMBER).value == 125_000
    )
    assert (change.proposed_by, change.settled_by) == (
        bureau["city_officer"],
        bureau["city_leader"],
    )
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert {"aid.change_proposed", "aid.change_tried", "aid.change_approved"} <= verbs


def test_yesterday_was_decided_by_the_rules_of_yesterday(bureau) -> None:
    change = actions.approve_change(by=bureau["city_leader"], change=proposed(bureau))
    day = change.in_force_from
    assert rulebook.text(day) == rulebook.text() == change.ruling.text
    assert rulebook.text(day - dt.timedelta(days=1)) == rulebook.as_shipped()


def test_a_new_policy_gains_and_one_taken_away_loses(bureau) -> None:
    students(bureau, 2)
    text = drafting.with_more(rulebook.text(), "policies", MEALS)
    change = proposed(bureau, text)
    assert set(change.effects.values_list("policy", "fen_before", "fen_after")) == {
        ("meal_aid", 0, 50_000)
    }
    actions.approve_change(by=bureau["city_leader"], change=change)
    actions.propose_term(by=SYSTEM)
    assert Award.objects.filter(policy="meal_aid", amount=50_000, state="proposed").count() == 2
    again = proposed(bureau, rulebook.as_shipped())
    assert set(again.effects.values_list("policy", "fen_before", "fen_after")) == {
        ("meal_aid", 50_000, 0)
    }
    actions.approve_change(by=bureau["city_leader"], change=again)
    actions.propose_term(by=SYSTEM)
    assert set(Award.objects.filter(policy="meal_aid").values_list("state", flat=True)) == {
        "withdrawn"
    }
    page = logged_in(bureau["county_aid_officer"]).get("/aid/awards").content.decode()
    assert "午餐补助" in page  # it keeps its name, though no rule has it any more


def test_a_trial_says_the_same_as_the_two_proposals_that_follow(bureau) -> None:
    """What a trial promises is what happens; a naive trial that forgets groups would say otherwise."""
    students(bureau, 2)
    actions.propose_term(by=SYSTEM)
    before = dict(Award.objects.values_list("child", "amount"))
    both = drafting.block(rulebook.text(), "policies", "living_day").text.replace(
        "not boards, ", ""
    )
    text = drafting.with_block(raised(100_000), "policies", "living_day", both)
    change = proposed(bureau, text)
    promised = {(one.child_id, one.policy): one.fen_after for one in change.effects.order_by("pk")}
    actions.approve_change(by=bureau["city_leader"], change=change)
    actions.propose_term(by=SYSTEM)
    owed = {
        (child, policy): amount
        for child, policy, amount in Award.objects.filter(state="proposed").values_list(
            "child", "policy", "amount"
        )
    }
    assert owed == {key: fen for key, fen in promised.items() if fen}
    assert set(owed.values()) == {50_000}  # the group `living` gives one of the two
    assert set(before.values()) == {62_500}


def test_nobody_passes_his_own_change_and_a_county_changes_no_citys_rules(bureau) -> None:
    change = proposed(bureau)
    for who, error in (
        ("city_officer", PermissionDenied),
        ("county_leader", PermissionDenied),
        ("auditor", PermissionDenied),
    ):
        with pytest.raises(error):
            actions.approve_change(by=bureau[who], change=change)
    bureau["city_officer"].assignments.create(
        role="city_leader", organisation=bureau["city"], valid_from=dt.date(2020, 1, 1)
    )
    with pytest.raises(Refusal, match="S101"):
        actions.approve_change(by=bureau["city_officer"], change=change)
    with pytest.raises(Refusal, match="S101"):
        actions.approve_change(by=SYSTEM, change=change)
    with pytest.raises(PermissionDenied):
        actions.propose_change(
            by=bureau["county_aid_officer"], text=raised(1), what="x", source="x"
        )
    naive = Change.objects.filter(pk=change.pk)
    with pytest.raises(IntegrityError), transaction.atomic():  # the database holds it too
        naive.update(
            state="approved",
            settled_by=bureau["city_officer"],
            in_force_from=timezone.localdate(),
        )


def test_of_two_changes_of_the_same_rules_one_comes_into_force(bureau) -> None:
    first, second = proposed(bureau), proposed(bureau, raised(150_000))
    actions.approve_change(by=bureau["city_leader"], change=first)
    with pytest.raises(Refusal, match="S128"):
        actions.approve_change(by=bureau["city_leader"], change=second)
    with pytest.raises(IntegrityError), transaction.atomic():  # at the very same moment, too
        Change.objects.filter(pk=second.pk).update(
            state="approved",
            settled_by=bureau["city_leader"],
            in_force_from=timezone.localdate(),
        )
    with pytest.raises(Refusal, match="S127"):
        actions.approve_change(by=bureau["city_leader"], change=first)


def test_what_was_not_tried_is_not_passed(bureau) -> None:
    change = actions.propose_change(
        by=bureau["city_officer"], text=raised(), what="x", source="虚构县教育局文件"
    )
    with pytest.raises(Refusal, match="S127"):
        actions.approve_change(by=bureau["city_leader"], change=change)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (rulebook.text, "S124"),
        (lambda: rulebook.text().replace("zh: 滋蕙计划,", "zh: 滋蕙奖,"), "S125"),
        (lambda: rulebook.text().replace("rulebook: sichuan-aid", "rulebook: other"), "S126"),
        (
            lambda: rulebook.text().replace("boards, boarder_hardship", "bords, boarder_hardship"),
            "R101",
        ),
    ],
)
def test_a_wrong_change_is_told_what_is_wrong(bureau, text, code) -> None:
    with pytest.raises(Refusal, match=code) as refused:
        actions.propose_change(by=bureau["city_officer"], text=text(), what="x", source="y")
    if code == "R101":
        (fault, *_) = refused.value.faults
        assert "boards" in f"{fault.message}{fault.next_step}"  # did you mean
        assert fault.place.row > 0
    assert not Change.objects.exists()


# --- the text ----------------------------------------------------------------------------------------


def test_one_amount_is_added_where_it_belongs() -> None:
    text = raised()
    told = rulebook.read(text).parameters["living_boarder_primary"]
    assert [(str(one.start), one.value) for one in told.values] == [
        ("2015-09-01", 100_000), ("2024-02-01", 125_000), ("2026-09-01", 140_000),
    ]  # fmt: skip
    between = drafting.with_value(
        text, "living_boarder_primary", since=dt.date(2020, 9, 1), value=110_050,
        source='虚构"文件"', status="verified",
    )  # fmt: skip
    told = rulebook.read(between).parameters["living_boarder_primary"]
    assert [one.value for one in told.values] == [100_000, 110_050, 125_000, 140_000]
    corrected = drafting.with_value(
        between, "living_boarder_primary", since=SEPTEMBER, value=1, source="x", status="verified"
    )
    told = rulebook.read(corrected).parameters["living_boarder_primary"]
    assert [one.value for one in told.values] == [100_000, 110_050, 125_000, 1]
    changed = set(corrected.split("\n")) - set(rulebook.as_shipped().split("\n"))
    assert len(changed) == 2  # nothing else was touched


def test_every_amount_and_policy_as_shipped_can_be_changed_on_screen() -> None:
    text = rulebook.as_shipped()
    book = rulebook.read(text)
    for name, spec in book.parameters.items():
        day = dt.date(2030, 9, 1)
        new = drafting.with_value(text, name, since=day, value=77, source="x", status="unverified")
        assert rulebook.read(new).parameters[name].on(day).value == 77, spec
    for policy in book.policies:
        block = drafting.block(text, "policies", policy.id)
        assert block.first == policy.line
        assert drafting.name_of(block.text) == policy.id
        assert drafting.with_block(text, "policies", policy.id, block.text) == text


def test_a_policy_needs_a_name(db) -> None:
    assert drafting.name_of(MEALS) == "meal_aid"
    for wrong in ("meal aid:", "午餐: ", "", "  and:"):
        with pytest.raises(Refusal, match="S123"):
            drafting.name_of(wrong)


def test_a_naive_trial_is_caught(bureau) -> None:
    """One that adds the year's amounts up, as an officer with a calculator would, gets the term wrong."""
    students(bureau, 3)
    change = proposed(bureau)
    naive = 3 * (140_000 - 125_000)
    right = sum(one.fen_after - one.fen_before for one in change.effects.all())
    assert naive != right == 22_500
    told = trial.hold(rulebook.text(), rulebook.text(), timezone.localdate())
    assert told.effects == []
    assert Proposal.objects.count() == 0  # a trial decides nothing


# --- pages --------------------------------------------------------------------------------------------


def jobs() -> None:
    """Do what waits in the queue, as the worker would."""
    from django_tasks_db.models import DBTaskResult

    for waiting in DBTaskResult.objects.filter(status="READY").order_by("enqueued_at"):
        waiting.task.func(*waiting.args_kwargs["args"], **waiting.args_kwargs["kwargs"])
        DBTaskResult.objects.filter(pk=waiting.pk).update(status="SUCCESSFUL")


def test_two_people_change_an_amount_on_screen(bureau) -> None:
    students(bureau)
    officer, leader = logged_in(bureau["city_officer"]), logged_in(bureau["city_leader"])
    assert "改标准" in officer.get("/aid/policies/living_boarder").content.decode()
    asked = {"since": "2026-09-01", "value": "1400", "source": "虚构文件", "status": "unverified"}
    answer = officer.post("/aid/changes/amounts/living_boarder_primary", asked)
    (change,) = Change.objects.all()
    assert (answer.status_code, answer.url) == (302, f"/aid/changes/{change.pk}")
    assert "正在全部学生上试算" in officer.get(answer.url).content.decode()
    jobs()
    page = leader.get(answer.url).content.decode()
    assert "3人增加，0人减少" in page
    assert "225.00" in page
    assert "1400元" in page
    assert "批准，今天起施行" in page
    assert "批准，今天起施行" not in officer.get(answer.url).content.decode()
    assert officer.post(answer.url + "/approval").status_code == 403
    assert leader.post(answer.url + "/approval").status_code == 302
    jobs()
    assert set(Award.objects.values_list("amount", flat=True)) == {70_000}
    told = leader.get("/aid/policies/living_boarder").content.decode()
    assert "第1号改动" in told.replace(str(change.pk), "1")
    award = Award.objects.first()
    old = leader.get(f"/aid/policies/living_boarder?rules={change.before_id}").content.decode()
    assert "从前的版本" in old
    assert leader.get(f"/aid/rules/{award.proposal.rules}").status_code == 200
    assert leader.get("/aid/rules/" + "0" * 64).status_code == 404
    county = logged_in(bureau["county_leader"])
    assert "学生1" in county.get(answer.url).content.decode()
    assert "学生1" not in logged_in(bureau["county_leader_乙"]).get(answer.url).content.decode()


def test_a_policy_is_added_on_screen_and_its_faults_are_taught(bureau) -> None:
    students(bureau, 1)
    officer = logged_in(bureau["city_officer"])
    wrong = MEALS.replace("rural_minimum]", "rural_minium]")
    asked = {"text": wrong, "what": "加午餐补助", "source": "虚构文件"}
    page = officer.post("/aid/changes/text", asked)
    assert page.status_code == 200
    assert "第8行" in page.content.decode()
    assert "是不是“rural_minimum”" in page.content.decode()
    assert (
        "S129"
        in officer.post(
            "/aid/changes/text", asked | {"text": MEALS.replace("meal_aid", "yulu")}
        ).content.decode()
    )
    answer = officer.post("/aid/changes/text", asked | {"text": MEALS.replace("\n", "\r\n")})
    assert answer.status_code == 302
    jobs()
    assert Change.objects.get().effects.count() == 1
    assert officer.get("/aid/changes").status_code == 200
    for path in ("/aid/changes/text?whole=1", "/aid/changes/text?policy=yulu"):
        assert officer.get(path).status_code == 200
    assert officer.get("/aid/changes/text?policy=none").status_code == 404
    assert logged_in(bureau["county_aid_officer"]).get("/aid/changes/text").status_code == 404
    assert logged_in(bureau["auditor"]).get("/aid/changes/text").status_code == 403


def test_the_figures_by_class_of_family_and_the_policies_in_force(bureau) -> None:
    three = students(bureau)
    with_cards(bureau, three)
    taken_in(bureau, [{"row": 9, "child": three[0].pk, "name": three[0].name}], "poverty_relieved")
    actions.propose_term(by=SYSTEM)
    released(bureau, actions.propose_batch(
        by=bureau["county_aid_officer"], county=bureau["county"],
        term=Award.objects.first().term, awards=list(Award.objects.values_list("pk", flat=True)),
    ))  # fmt: skip
    today = timezone.localdate()
    told = value(figures()["aid.paid"], on=today)
    assert dict(told.parts["family"]) == {
        "农村低保": 125_000, "脱贫户（继续享受政策）": 62_500,
    }  # fmt: skip
    assert sum(dict(told.parts["family"]).values()) == told.count == 187_500  # nobody counts twice
    policies = value(figures()["aid.policies"], on=today, by=bureau["county_aid_officer"])
    assert policies.count == sum(map(rulebook.compiled(today).in_force, rulebook.book().policies))
    early = value(figures()["aid.policies"], on=dt.date(2019, 1, 1)).count
    assert early < policies.count  # what had not begun is not counted
    officer = logged_in(bureau["county_aid_officer"])
    for one in ("aid.paid", "aid.policies", "aid.person_times"):
        page = officer.get(f"/figures/{one}")
        assert page.status_code == 200, one
    assert counts_by(figures()["aid.policies"], ("county",), on=today)[bureau["county"].pk] == (
        policies.count
    )
    assert counted_at(figures()["aid.policies"], bureau["county"].pk, on=today)[0] == policies.count


# --- groups -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "owed"),
    [
        ("rule: highest", {"living_boarder": 62_500}),
        ("rule: first", {"living_boarder": 62_500}),
        ("rule: cap\n    amount: ':zihui_grant'", {"living_boarder": 62_500, "meal_aid": 37_500}),
        (
            "rule: cap\n    amount: ':loan_postgraduate'",
            {"living_boarder": 62_500, "meal_aid": 50_000},
        ),
    ],
)
def test_policies_of_a_group_exclude_or_limit_each_other_as_the_trial_said(
    bureau, rule, owed
) -> None:
    """1250 and 1000 yuan a year: the higher, the first, both up to 2000, both."""
    students(bureau, 2)
    text = drafting.with_more(rulebook.text(), "policies", MEALS + "    group: living\n")
    group = drafting.block(text, "groups", "living").text
    new = group.replace("rule: highest", rule)
    text = drafting.with_block(text, "groups", "living", new)
    change = proposed(bureau, text)
    promised = {one.policy for one in change.effects.all()}
    actions.approve_change(by=bureau["city_leader"], change=change)
    actions.propose_term(by=SYSTEM)
    for child in {award.child_id for award in Award.objects.all()}:
        awards = Award.objects.filter(child=child, state="proposed")
        assert dict(awards.values_list("policy", "amount")) == owed
    assert promised == set(owed) - {"living_boarder"}
    naive = {"living_boarder": 62_500, "meal_aid": 50_000}
    assert (owed == naive) is ("loan" in rule)
