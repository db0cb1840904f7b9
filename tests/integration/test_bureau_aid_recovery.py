"""A finding ends with its money; awards stop and go on with the roll; instalments; who pays after a move."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from invented_aid import (
    TERM,
    TODAY,
    answer_file,
    batch_of,
    card,
    number,
    released,
    students,
    with_cards,
)
from invented_bureau import logged_in
from invented_children import row, taken_in
from test_bureau_aid_findings import found, paid_elsewhere, take

from notoneless.bureau.aid import actions, instalments, queries
from notoneless.bureau.aid.models import Award, Finding, Payment, Recovery, Stop
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.cases.models import Case
from notoneless.bureau.ledger.models import Account, Entry
from notoneless.bureau.people.models import Child
from notoneless.bureau.rules.models import Setting
from notoneless.calendar import Term
from notoneless.faults import Refusal
from notoneless.rosters import kinds

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

NOVEMBER = dt.date(2026, 11, 1)
AUTUMN = Term(2026, "autumn")


@pytest.fixture
def two(bureau) -> list[Child]:
    found = students(bureau, 2)
    with_cards(bureau, found)
    actions.propose_term(by=SYSTEM, on=TODAY)
    return found


def roll(bureau, children, day: dt.date = NOVEMBER, **changed: dict[str, object]):
    """A new roll: ``s1={...}`` says what of the first student is other."""
    rows = [
        row(at, f"学生{at}", child=child.pk)
        | {"stage": "primary", "grade": 3, "boards": True}
        | changed.get(f"s{at}", {})
        for at, child in enumerate(children, 1)
    ]
    taken_in(bureau, rows, "roll", day)


def stand() -> dict[str, int]:
    told: dict[str, int] = {}
    for one in Account.objects.all():
        told[one.kind] = told.get(one.kind, 0) + one.balance
    return told


# --- money that came back ------------------------------------------------------------------------------


def test_what_comes_back_is_booked_and_ends_the_finding_and_its_case(bureau, two) -> None:
    batch = released(bureau, batch_of(bureau))
    actions.take_answers(by=SYSTEM, batch=batch, file=answer_file(batch), name="a.csv")
    take(bureau, paid_elsewhere((1, "625.00", "2026-10-20")))
    actions.propose_term(by=SYSTEM, on=TODAY)
    one = Finding.objects.get(verdict="paid_twice")
    case = Case.objects.get()
    assert (case.kind, case.child, case.is_active) == ("aid", two[0], True)
    assert {line.line for line in case.responsible.all()} == {"administration", "education"}
    ground = case.grounds.get()
    assert ground.reason == f"重复发放，第{batch.pk}批，银行已全部回盘"
    assert "625" not in ground.reason
    officer = logged_in(bureau["county_aid_officer"])
    page = officer.get(f"/aid/findings/{one.pk}").content.decode()
    assert case.number in page
    ours = Payment.objects.get(award__child=two[0])
    form = {"of": f"payment-{ours.pk}", "amount": "400.00", "day": "2026-11-19", "paper": "收1号"}
    officer.post(f"/aid/findings/{one.pk}/recovery", form)
    one.refresh_from_db()
    assert (one.outcome, one.paid) == ("", 85_000)
    assert stand() == {"budget": -85_000, "committed": 0, "paid": 85_000}
    too_much = officer.post(f"/aid/findings/{one.pk}/recovery", form | {"amount": "300.00"})
    assert "S116" in too_much.content.decode()
    with pytest.raises(Refusal, match="S113"):
        actions.end_finding(by=SYSTEM, finding=one, outcome="recovered", text="x")
    officer.post(f"/aid/findings/{one.pk}/recovery", form | {"amount": "225.00", "paper": "收2号"})
    one.refresh_from_db()
    assert (one.outcome, one.outcome_text, one.paid) == ("recovered", "收2号", 62_500)
    assert stand()["paid"] == 62_500
    entries = Entry.objects.filter(cause="recovery")
    assert [entry.text for entry in entries] == ["收1号", "收2号"]
    case.refresh_from_db()
    assert (case.state, case.is_active) == ("settled", False)
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert found() == {}
    one.refresh_from_db()
    assert one.outcome == "recovered"
    stranger = logged_in(bureau["county_aid_officer_乙"])
    assert stranger.get(f"/aid/findings/{one.pk}/recovery").status_code == 404


def test_what_another_paid_comes_back_outside_this_book(bureau, two) -> None:
    take(bureau, paid_elsewhere((1, "1250.00", "2026-10-20")))
    actions.propose_term(by=SYSTEM, on=TODAY)
    one = Finding.objects.get(verdict="paid_not_owed")
    (line,) = queries.payments_of(one)
    new = actions.recover(by=SYSTEM, finding=one, of=line, amount=62_500, day=TODAY, paper="收3号")
    assert new.entry is None
    assert not Entry.objects.filter(cause="recovery").exists()
    assert one.outcome == "recovered"
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert found() == {"owed": ["学生2"]}
    with pytest.raises(Refusal, match="S112"):
        actions.recover(by=SYSTEM, finding=one, of=line, amount=1, day=TODAY, paper="x")
    assert Recovery.objects.count() == 1


def test_a_case_opens_when_the_days_are_over_or_the_bank_refused_and_closes_with_the_money(
    bureau, two
) -> None:
    assert not Case.objects.exists()  # owed, and work in hand
    batch = released(bureau, batch_of(bureau))
    bad = {"结果": "失败", "失败原因": "销户"}
    actions.take_answers(by=SYSTEM, batch=batch, file=answer_file(batch, (2, bad)), name="a.csv")
    assert (
        Finding.objects.get(child=two[0]).outcome == "paid"
    )  # with the bank's answer, not at night
    actions.propose_term(by=SYSTEM, on=TODAY)
    case = Case.objects.get()
    assert case.child == two[1]
    actions.keep_cards(
        by=SYSTEM, county=bureau["county"], cards=[(two[1].pk, card(77), "虚构银行", "")]
    )
    again = actions.propose_again(
        by=bureau["county_aid_officer"], county=bureau["county"], term=TERM
    )
    released(bureau, again)
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert Finding.objects.get(child=two[1]).outcome == ""  # sent is not yet arrived
    actions.take_answers(by=SYSTEM, batch=again, file=answer_file(again), name="b.csv")
    case.refresh_from_db()
    assert case.state == "settled"
    assert found() == {}


def test_owed_too_long_is_a_case(bureau, two) -> None:
    actions.propose_term(by=SYSTEM, on=dt.date(2026, 12, 1))
    assert Case.objects.count() == 2
    assert {one.kind for one in Case.objects.all()} == {"aid"}
    one = Finding.objects.get(child=two[0])
    actions.end_finding(by=SYSTEM, finding=one, outcome="refused", text="放弃书1号")
    assert Case.objects.filter(closed_on__isnull=True).count() == 1
    assert Award.objects.get(child=two[0]).state == "waived"
    with pytest.raises(Refusal, match="S103"):
        batch_of(bureau, keys=[Award.objects.get(child=two[0]).pk])


def test_a_finding_is_gone_when_the_facts_change(bureau, two) -> None:
    take(bureau, paid_elsewhere((2, "625.00", "2026-10-20")))
    roll(bureau, two, s1={"boards": False}, s2={"boards": False})
    actions.propose_term(by=SYSTEM, on=TODAY)
    boarder = Finding.objects.get(child=two[0], policy="living_boarder")
    assert boarder.outcome == "not_owed"
    assert "住校" in boarder.outcome_text  # the rule's own words


# --- the day of the payment ----------------------------------------------------------------------------


def test_who_was_rightly_paid_and_left_later_is_no_finding(bureau, two) -> None:
    """Paid in October, suspended in November: right. Paid in November after that: not owed."""
    take(bureau, paid_elsewhere((1, "625.00", "2026-10-20"), (2, "625.00", "2026-11-15")))
    gone = {"roll_state": "suspended"}
    roll(bureau, two, s1=gone, s2=gone)
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert found() == {"paid_not_owed": ["学生2"]}
    assert "在籍在读" in Finding.objects.get(outcome="").text


# --- stopped and gone on ---------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["suspended", "transferred_out", "deceased"])
def test_who_leaves_is_taken_out_before_the_money_goes(bureau, two, state) -> None:
    batch = batch_of(bureau)
    roll(bureau, two, s2={"roll_state": state})
    actions.propose_term(by=SYSTEM, on=TODAY)
    stop = Stop.objects.get()
    assert (stop.award.child, stop.since, stop.until) == (two[1], NOVEMBER, None)
    assert "在籍在读" in stop.reason
    leader = logged_in(bureau["county_leader"])
    assert "S114" in leader.post(f"/aid/batches/{batch.pk}/approval").content.decode()
    form = leader.get(f"/aid/batches/{batch.pk}/recall").content.decode()
    assert 'value="2"' in form
    leader.post(f"/aid/batches/{batch.pk}/recall", {"positions": "2", "reason": "停发"})
    batch.refresh_from_db()
    assert (batch.count, batch.fen) == (1, 62_500)
    released(bureau, batch)
    assert stand()["paid"] == 62_500
    actions.take_answers(by=SYSTEM, batch=batch, file=answer_file(batch), name="a.csv")
    batch.refresh_from_db()
    assert batch.state == "answered"
    actions.propose_term(by=SYSTEM, on=TODAY)
    gone = Award.objects.get(child=two[1])
    assert gone.state == "withdrawn"
    assert "在籍在读" in gone.why


def test_an_approved_batch_gives_the_money_back_and_a_resumed_student_is_paid(bureau, two) -> None:
    batch = batch_of(bureau)
    actions.approve(by=bureau["county_leader"], batch=batch)
    roll(bureau, two, s2={"roll_state": "suspended"})
    actions.propose_term(by=SYSTEM, on=TODAY)
    with pytest.raises(Refusal, match="S114"):
        actions.release(by=bureau["county_leader"], batch=batch)
    award = Award.objects.get(child=two[1])
    actions.recall(by=bureau["county_leader"], batch=batch, awards=[award.pk], reason="休学")
    assert stand() == {"budget": -62_500, "committed": 62_500}
    actions.release(by=bureau["county_leader"], batch=batch)
    with pytest.raises(Refusal, match="S115"):  # what has gone cannot be recalled
        actions.recall(by=bureau["county_leader"], batch=batch, awards=[award.pk], reason="x")
    roll(bureau, two, day=dt.date(2026, 11, 18), s2={"roll_state": "enrolled"})
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert Stop.objects.get().until == TODAY
    again = batch_of(bureau, keys=[award.pk])
    released(bureau, again)
    assert [one.state for one in Payment.objects.filter(award=award).order_by("pk")] == [
        "recalled", "sent",
    ]  # fmt: skip
    assert stand() == {"budget": -125_000, "committed": 0, "paid": 125_000}
    page = logged_in(bureau["county_aid_officer"]).get(f"/aid/awards/{award.pk}").content.decode()
    assert "2026-11-01停发，2026-11-20恢复" in page


# --- instalments -------------------------------------------------------------------------------------------


def test_the_parts_of_an_award() -> None:
    assert [instalments.part(62_501, 2, which) for which in (1, 2)] == [31_251, 31_250]
    assert [instalments.due_on(AUTUMN, 5, which).month for which in range(1, 6)] == [
        9,
        10,
        11,
        12,
        1,
    ]
    assert [instalments.due_on(AUTUMN, 2, which) for which in (1, 2)] == [
        dt.date(2026, 9, 1), dt.date(2026, 11, 1),
    ]  # fmt: skip
    assert instalments.due_by(AUTUMN, 2, dt.date(2026, 10, 31)) == 1


def test_month_by_month_and_no_finding_before_a_part_is_due(bureau) -> None:
    children = students(bureau, 2)
    with_cards(bureau, children)
    Setting.objects.create(
        key="aid.instalments", organisation=bureau["county"], value="2",
        valid_from=dt.date(2020, 1, 1), source="测试", status="unverified", settled_at=timezone.now(),
    )  # fmt: skip
    october = dt.date(2026, 10, 20)
    actions.propose_term(by=SYSTEM, on=october)
    first = batch_of(bureau)
    assert (first.count, first.fen) == (2, 62_500)
    released(bureau, first)
    Payment.objects.update(paid_on=october)
    actions.take_answers(by=SYSTEM, batch=first, file=answer_file(first), name="a.csv")
    actions.propose_term(by=SYSTEM, on=october)
    assert found() == {}  # the second part is not due yet
    roll(bureau, children, s2={"roll_state": "suspended"})
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert found() == {"short": ["学生1"]}  # the second student's second part rests
    officer = bureau["county_aid_officer"]
    waiting = {(row.why, row.count, row.fen) for row in queries.waiting(officer, TERM)}
    assert waiting == {("ready", 1, 31_250), ("stopped", 1, 62_500)}
    second = batch_of(bureau)
    assert (second.count, second.fen) == (1, 31_250)
    released(bureau, second)
    with pytest.raises(Refusal, match="S103"):
        batch_of(bureau)
    actions.take_answers(by=SYSTEM, batch=second, file=answer_file(second), name="b.csv")
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert found() == {}
    sent = Payment.objects.order_by("award__child", "instalment")
    assert [(one.instalment, one.amount) for one in sent] == [(1, 31_250), (2, 31_250), (1, 31_250)]


# --- moved, twins, no longer entitled ------------------------------------------------------------------------


def test_a_student_who_moves_county_is_paid_by_one_of_them(bureau, two) -> None:
    """Whose award is in a batch is paid by that county; who waits moves along; never both."""
    keys = {child.pk: Award.objects.get(child=child).pk for child in two}
    ours = batch_of(bureau, keys=[keys[two[0].pk]])
    other = {"school": "乙县一小", "county": "乙县"}
    rows = [
        row(at, f"学生{at}", child=child.pk)
        | {"stage": "primary", "grade": 3, "boards": True}
        | other
        for at, child in enumerate(two, 1)
    ]
    taken_in(bureau, rows, "roll", NOVEMBER, organisation=bureau["other county"])
    listed = [{"row": at, "child": child.pk, "name": child.name} for at, child in enumerate(two, 4)]
    taken_in(bureau, listed, "rural_minimum", NOVEMBER, organisation=bureau["other county"])
    actions.propose_term(by=SYSTEM, on=TODAY)
    where = dict(Award.objects.values_list("child", "county__name"))
    assert where == {two[0].pk: "甲县", two[1].pk: "乙县"}
    assert Award.objects.count() == 2
    actions.approve(by=bureau["county_leader"], batch=ours)
    actions.release(by=bureau["county_leader"], batch=ours)
    theirs = actions.propose_batch(
        by=bureau["county_aid_officer_乙"],
        county=bureau["other county"],
        term=TERM,
        awards=keys.values(),
    )
    assert [item.award_id for item in theirs.items.all()] == [keys[two[1].pk]]
    with pytest.raises(Refusal, match="S103"):
        batch_of(bureau)


def test_twins_with_one_card_ask_a_person_and_are_not_refused(bureau) -> None:
    twins = students(bureau, 2)
    actions.keep_cards(
        by=SYSTEM,
        county=bureau["county"],
        cards=[(child.pk, card(1), "虚构银行", "陈大山") for child in twins],
    )
    actions.propose_term(by=SYSTEM, on=TODAY)
    batch = batch_of(bureau)
    assert [one.positions for one in queries.unusual(batch) if one.kind == "shared_card"] == [
        (1, 2)
    ]
    page = logged_in(bureau["county_leader"]).get(f"/aid/batches/{batch.pk}").content.decode()
    assert "一张卡收几个孩子的钱" in page
    released(bureau, batch)
    without_place = (1, {"序号": ""}), (2, {"结果": "失败"})
    actions.take_answers(
        by=SYSTEM, batch=batch, file=answer_file(batch, *without_place), name="a.csv"
    )
    assert dict(batch.items.values_list("position", "answer")) == {1: "open", 2: "bounced"}


def test_who_is_only_on_a_list_of_people_no_longer_entitled_is_owed_nothing(bureau, two) -> None:
    rows = [row(9, "学生9") | {"stage": "primary", "grade": 3, "boards": True}]
    taken_in(bureau, rows, "roll", dt.date(2026, 9, 2))
    child = Child.objects.get(name="学生9")
    listed = [{"row": 4, "child": child.pk, "name": child.name}]
    taken_in(bureau, listed, "poverty_relieved_ended")
    others = [{"row": 4, "child": two[0].pk, "name": two[0].name}]
    for kind in (one.id for one in kinds().values() if one.entitles or one.id == "recognition"):
        if kind not in ("poverty_relieved_ended", "monitored_cleared"):
            taken_in(bureau, others, kind)  # he is on none of these
    take(bureau, paid_elsewhere((9, "625.00", "2026-10-20")))
    actions.propose_term(by=SYSTEM, on=TODAY)
    assert not Award.objects.filter(child=child).exists()
    one = Finding.objects.get(child=child)
    assert (one.verdict, one.owed, one.paid) == ("paid_not_owed", 0, 62_500)
    assert Case.objects.get(child=child).is_active
    assert number(9) not in one.text
