"""What is not money in the hand is recorded as what it is: per student, once, never as a payment."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from invented_aid import students
from invented_bureau import logged_in
from invented_children import number, row, taken_in

from notoneless.bureau.aid import actions, queries
from notoneless.bureau.aid.models import Award, Delivery, Given, Loan, Payment, Sheet, Told
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.figures.kinds import figures, value
from notoneless.bureau.ledger.models import Account, Entry, Line
from notoneless.bureau.people.models import Child
from notoneless.calendar import term_on
from notoneless.faults import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def three(bureau) -> list[Child]:
    found = students(bureau)
    actions.propose_term(by=SYSTEM)
    return found


def delivered(bureau, policy: str = "textbooks", **more) -> Delivery:
    return actions.deliver(
        by=bureau["school_aid_officer"], school=bureau["school"], policy=policy,
        day=timezone.localdate(), paper="签收表1", **more,
    )  # fmt: skip


# --- the sheets ------------------------------------------------------------------------------------------


def test_students_of_the_same_facts_share_a_sheet_with_every_reason(bureau, three) -> None:
    assert Told.objects.count() == 3
    (sheet,) = Sheet.objects.all()
    lines = {line.policy: line for line in sheet.lines.all()}
    assert lines["living_boarder"].verdict == "owed"
    assert lines["living_boarder"].fen == 125_000
    assert "住校" in lines["living_day"].text  # the reason of each refusal
    assert lines["nutrition"].verdict == "needs_data"
    rows = [row(1, "学生1", child=three[0].pk), row(2, "学生2", child=three[1].pk)]
    rows = [one | {"stage": "junior", "grade": 7, "boards": True} for one in rows]
    taken_in(bureau, rows, "roll", dt.date(2026, 11, 1))
    actions.propose_term(by=SYSTEM)
    assert Told.objects.filter(child__in=three[:2]).exclude(sheet=sheet).count() == 2
    kept = dict(Told.objects.values_list("child", "pk"))
    actions.propose_term(by=SYSTEM)
    assert dict(Told.objects.values_list("child", "pk")) == kept  # nothing changed, nothing written
    page = logged_in(bureau["county_aid_officer"]).get(f"/children/{three[0].pk}").content.decode()
    assert "每项政策为什么享受或不享受" in page
    assert "缺数据：营养改善计划实施县" in page


# --- in kind and waived ------------------------------------------------------------------------------------


def test_books_are_given_to_all_who_are_owed_them_and_to_nobody_twice(bureau, three) -> None:
    one = delivered(bureau, without=[three[2].pk])
    part = {"autumn": 5_250, "spring": 5_250}[term_on(timezone.localdate()).season]
    assert (one.kind, one.count, one.fen) == ("in_kind", 2, 2 * part)
    assert not Payment.objects.exists()
    assert not Award.objects.filter(policy="textbooks").exists()
    again = delivered(bureau)
    assert list(again.given.values_list("child", flat=True)) == [three[2].pk]
    with pytest.raises(Refusal, match="S142"):
        delivered(bureau)
    with pytest.raises(IntegrityError), transaction.atomic():  # a naive second hand-out
        Given.objects.create(
            delivery=again, child=three[0], policy="textbooks", term=one.term, amount=1
        )
    actions.cancel_delivery(by=bureau["school_aid_officer"], delivery=one)
    assert delivered(bureau).count == 2
    page = logged_in(bureau["county_aid_officer"]).get(f"/children/{three[0].pk}").content.decode()
    assert "实物和减免（不经银行）" in page
    assert "52.50" in page


def test_the_two_halves_of_an_odd_sum_are_the_whole(bureau, three) -> None:
    """12,501 fen a year are 6,251 in autumn and 6,250 in spring; a naive half loses a fen each year."""
    sheet = Sheet.objects.get()
    sheet.lines.filter(policy="exercise_books").update(fen=12_501)
    autumn, spring = dt.date(2026, 10, 9), dt.date(2027, 3, 9)
    for child in three:
        for day in (autumn, spring):
            Told.objects.update_or_create(
                child=child, term=str(term_on(day)),
                defaults={"sheet": sheet, "school": bureau["school"], "county": bureau["county"]},
            )  # fmt: skip
    sums = [
        actions.deliver(
            by=SYSTEM, school=bureau["school"], policy="exercise_books", day=day, paper="x"
        ).fen
        for day in (autumn, spring)
    ]
    assert sums == [3 * 6_251, 3 * 6_250]
    naive = 3 * 2 * (12_501 // 2)
    assert sum(sums) == 3 * 12_501 != naive


def test_what_it_cost_is_settled_by_another_person_and_stands_in_the_book(bureau, three) -> None:
    one = delivered(bureau)
    with pytest.raises(PermissionDenied):
        actions.settle_delivery(by=bureau["school_aid_officer"], delivery=one)
    with pytest.raises(PermissionDenied):
        actions.settle_delivery(by=bureau["county_leader_乙"], delivery=one)
    actions.settle_delivery(by=bureau["county_leader"], delivery=one)
    entry = Entry.objects.get(number=one.entry)
    assert entry.origin == f"aid.delivery:{one.pk}"
    assert sum(Line.objects.filter(entry=entry).values_list("amount", flat=True)) == 0
    stand = dict(Account.objects.filter(policy="textbooks", level="").values_list("kind", "debit"))
    assert stand == {"paid": one.fen}
    assert sum(a.balance for a in Account.objects.filter(kind="budget")) == -one.fen
    for act, who in (
        (actions.settle_delivery, "county_leader"), (actions.cancel_delivery, "school_aid_officer"),
    ):  # fmt: skip
        with pytest.raises(Refusal, match="S143"):
            act(by=bureau[who], delivery=one)
    other = delivered(bureau, "exercise_books")
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=other.pk).update(
            state="settled", entry=1, settled_by=bureau["school_aid_officer"]
        )
    told = value(figures()["aid.given"], on=timezone.localdate())
    assert told.count == one.fen + other.fen
    assert dict(told.parts["policy"]) == {"免费教科书": one.fen, "免作业本费": other.fen}
    assert value(figures()["aid.paid"], on=timezone.localdate()).count == 0  # never as paid


def test_cash_is_no_thing(bureau, three) -> None:
    for policy in ("living_boarder", "loan_undergraduate", "tuition_free", "nothing"):
        with pytest.raises(Refusal, match="S141"):
            delivered(bureau, policy)
    assert "living_boarder" not in dict(Delivery._meta.get_field("kind").choices)


# --- loans ----------------------------------------------------------------------------------------------------


@pytest.fixture
def student(bureau) -> Child:
    """A bachelor's student recognised as in hardship, as the rules would need to know it."""
    taken_in(bureau, [row(1, "大学生", stage="senior", grade=12)], "roll")
    child = Child.objects.get()
    actions.propose_term(by=SYSTEM)
    sheet = Sheet.objects.get()
    sheet.lines.filter(policy="loan_undergraduate").update(verdict="owed", fen=2_000_000)
    return child


def lent(bureau, child: Child, amount: int = 1_600_000, contract: str = "DK20260001") -> Loan:
    return actions.record_loan(
        by=bureau["county_aid_officer"], child=child, lender="虚构银行", contract=contract,
        amount=amount, signed_on=timezone.localdate(),
    )  # fmt: skip


def test_a_loan_is_a_contract_and_no_payment(bureau, student) -> None:
    for amount in (2_000_001, 0):
        with pytest.raises(Refusal, match="S146"):
            lent(bureau, student, amount)
    loan = lent(bureau, student)
    assert str(loan.contract).endswith("0001")
    assert "DK2026" not in str(loan.contract)
    with connection.cursor() as cursor:
        cursor.execute("SELECT contract FROM aid_loan")
        assert b"DK2026" not in bytes(cursor.fetchone()[0])
    with pytest.raises(Refusal, match="S147"):
        lent(bureau, student, contract="DK20260002")
    assert not Payment.objects.exists()
    assert not Entry.objects.exists()
    officer = logged_in(bureau["county_aid_officer"])
    page = officer.get(f"/children/{student.pk}").content.decode()
    assert "助学贷款（要还）" in page
    assert "DK20260001" not in page
    assert "虚构银行" in officer.get("/aid/loans").content.decode()
    assert (
        "虚构银行"
        not in logged_in(bureau["county_aid_officer_乙"]).get("/aid/loans").content.decode()
    )


def test_who_may_not_borrow_is_told_why(bureau, three) -> None:
    with pytest.raises(Refusal, match="S145") as refused:
        lent(bureau, three[0])
    assert "高校学生" in refused.value.faults[0].message
    with pytest.raises(PermissionDenied):
        actions.record_loan(
            by=bureau["county_aid_officer_乙"], child=three[0], lender="x", contract="y",
            amount=1, signed_on=timezone.localdate(),
        )  # fmt: skip


# --- pages --------------------------------------------------------------------------------------------------


def test_a_school_notes_books_on_screen_and_the_county_settles(bureau, three) -> None:
    officer, leader = logged_in(bureau["school_aid_officer"]), logged_in(bureau["county_leader"])
    asked = {
        "school": bureau["school"].pk, "policy": "textbooks", "day": str(timezone.localdate()),
        "paper": "签收表",
    }  # fmt: skip
    assert officer.get("/aid/deliveries/new").status_code == 200
    page = officer.get("/aid/deliveries/new", asked).content.decode()
    assert "应享受、还没有登记的3人" in page
    assert number(1) not in page
    answer = officer.post("/aid/deliveries/new", asked | {"without": [three[0].pk]})
    one = Delivery.objects.get()
    assert answer.url == f"/aid/deliveries/{one.pk}"
    assert one.count == 2
    assert "学生2" in leader.get(answer.url).content.decode()
    assert leader.post(answer.url + "/settlement").status_code == 302
    assert "已结算入账" in officer.get("/aid/deliveries").content.decode()
    stranger = logged_in(bureau["school_aid_officer_乙"])
    assert stranger.get(answer.url).status_code == 404
    assert stranger.post(answer.url + "/withdrawal").status_code == 404
    assert (
        stranger.post("/aid/deliveries/new", asked).status_code == 200
    )  # not their school: a form
    assert Delivery.objects.count() == 1
    assert queries.given_sum(one) == (2, one.fen)
