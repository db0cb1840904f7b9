"""From the lists to the bank's answer: owed by rule, passed by two people, paid once, nothing lost."""

from __future__ import annotations

import datetime as dt
import io
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, connections, transaction
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
from watched_files import spilling, written

from notoneless.bureau.accounts.models import Assignment
from notoneless.bureau.aid import actions, bankfile, queries
from notoneless.bureau.aid.models import (
    AnswerLine,
    Award,
    Batch,
    Card,
    Item,
    Payment,
    Proposal,
    Reason,
)
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.bureau.ledger.models import Account, Entry
from notoneless.bureau.people.models import Child
from notoneless.faults import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def three(bureau) -> list[Child]:
    found = students(bureau)
    with_cards(bureau, found)
    actions.propose_term(by=SYSTEM, on=TODAY)
    return found


def stand() -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in Account.objects.all():
        found[one.kind] += one.balance
    return dict(found)


# --- owed by rule -----------------------------------------------------------------------------------


def test_what_is_owed_is_proposed_with_its_reason(bureau, three) -> None:
    award = Award.objects.get(child=three[0])
    assert (award.policy, award.amount, award.term, award.state) == (
        "living_boarder", 62_500, TERM, "proposed",
    )  # fmt: skip
    assert "条件全部符合" in award.why
    assert (award.school, award.county) == (bureau["school"], bureau["county"])
    verdicts = dict(Reason.objects.filter(policy="living_day").values_list("verdict", "text"))
    assert "住校" in verdicts["not_owed"]  # refused in the rule's own words
    missing = Reason.objects.filter(verdict="needs_data")
    assert missing.exists()
    for policy in ("living_boarder", "living_day", "tuition_free"):
        assert sum(Reason.objects.filter(policy=policy).values_list("children", flat=True)) == 3


def test_the_next_proposal_follows_the_lists_but_not_what_is_on_its_way(bureau, three) -> None:
    batch_of(bureau, keys=[Award.objects.get(child=three[0]).pk])
    rows = [row(1, "学生1", child=three[0].pk), row(2, "学生2", child=three[1].pk)]
    rows = [one | {"stage": "junior", "grade": 7, "boards": True} for one in rows]
    taken_in(bureau, rows, "roll", dt.date(2026, 11, 1))
    again = actions.propose_term(by=SYSTEM, on=TODAY)
    assert (again.new, again.changed, again.gone) == (0, 1, 1)
    amounts = dict(Award.objects.values_list("child", "amount"))
    assert amounts[three[0].pk] == 62_500  # on its way: as it was decided
    assert amounts[three[1].pk] == 75_000
    assert Award.objects.get(child=three[2]).state == "withdrawn"
    assert Proposal.objects.count() == 2
    third = actions.propose_term(by=SYSTEM, on=TODAY)
    assert (third.new, third.changed, third.gone) == (0, 0, 0)
    with pytest.raises(Refusal, match="S109"):
        actions.propose_term(by=SYSTEM, on=TODAY - dt.timedelta(days=9))


# --- two people ---------------------------------------------------------------------------------------


def test_a_batch_goes_through_two_people_to_the_bank(bureau, three) -> None:
    batch = batch_of(bureau)
    assert (batch.count, batch.fen) == (3, 187_500)
    assert set(Award.objects.values_list("state", flat=True)) == {"batched"}
    released(bureau, batch)
    assert stand() == {"budget": -187_500, "committed": 0, "paid": 187_500}
    actions.take_answers(by=SYSTEM, batch=batch, file=answer_file(batch), name="a.csv")
    batch.refresh_from_db()
    assert batch.state == "answered"
    assert set(Payment.objects.values_list("state", flat=True)) == {"confirmed"}


def test_nobody_passes_what_he_proposed(bureau, three) -> None:
    """Two roles of one person, a role lent by the proposer, a role lent to him: two people or nothing."""
    officer, leader = bureau["county_aid_officer"], bureau["county_leader"]
    county, today = bureau["county"], timezone.localdate()

    def grant(user, role: str, **more) -> Assignment:
        return Assignment.objects.create(
            user=user, role=role, organisation=county, valid_from=today, **more
        )

    grant(officer, "county_leader")
    lent = {"valid_to": today + dt.timedelta(days=3)}
    proxy = bureau["county_officer"]
    own = Assignment.objects.get(user=officer, role="county_leader")
    grant(proxy, "county_leader", delegated_from=own, **lent)
    batch = batch_of(bureau, by=officer)
    for by in (officer, proxy):
        with pytest.raises(Refusal, match="S101"):
            actions.approve(by=by, batch=batch)
    with pytest.raises(PermissionDenied):
        actions.approve(by=bureau["county_leader_乙"], batch=batch)
    with pytest.raises(Refusal, match="S101"):
        actions.approve(by=SYSTEM, batch=batch)
    actions.approve(by=leader, batch=batch)
    for by in (officer, proxy):
        with pytest.raises(Refusal, match="S101"):
            actions.release(by=by, batch=batch)
    # A third person's role, lent, is a third person's.
    chief = Assignment.objects.get(user=leader, role="county_leader")
    grant(bureau["city_officer"], "county_leader", delegated_from=chief, **lent)
    actions.release(by=bureau["city_officer"], batch=batch)
    with pytest.raises(IntegrityError), transaction.atomic():  # also past the actions
        Batch.objects.filter(pk=batch.pk).update(approved_by=officer)


def test_the_county_s_band(bureau, three) -> None:
    batch = batch_of(bureau)
    settle(bureau, "aid.county_approves_up_to", 1_000)
    with pytest.raises(Refusal, match="S104"):
        actions.approve(by=bureau["county_leader"], batch=batch)
    actions.approve(by=bureau["city_leader"], batch=batch)


def settle(bureau, key: str, value: int) -> None:
    from notoneless.bureau.rules.models import Setting

    Setting.objects.create(
        key=key, organisation=bureau["county"], value=str(value), valid_from=dt.date(2020, 1, 1),
        source="测试", status="unverified", settled_at=timezone.now(),
    )  # fmt: skip


def test_steps_in_their_order_only_and_once(bureau, three) -> None:
    batch = batch_of(bureau)
    leader = bureau["county_leader"]
    with pytest.raises(Refusal, match="S102"):
        actions.release(by=leader, batch=batch)
    actions.approve(by=leader, batch=batch)
    for act in (actions.approve,):
        with pytest.raises(Refusal, match="S102"):
            act(by=leader, batch=batch)
    with pytest.raises(Refusal, match="S102"):
        actions.send_back(by=leader, batch=batch, reason="晚了")
    actions.release(by=leader, batch=batch)
    with pytest.raises(Refusal, match="S102"):
        actions.release(by=leader, batch=batch)
    with pytest.raises(Refusal, match="S103"):
        batch_of(bureau)
    assert Payment.objects.count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(award=Award.objects.all()[0], instalment=1, amount=5)


def test_sent_back_they_wait_again(bureau, three) -> None:
    batch = batch_of(bureau)
    actions.send_back(by=bureau["county_leader"], batch=batch, reason="先核对")
    assert set(Award.objects.values_list("state", flat=True)) == {"proposed"}
    assert batch_of(bureau).count == 3
    assert stand() == {}


def test_what_is_unusual_is_shown_to_the_approver(bureau, three) -> None:
    actions.keep_cards(
        by=SYSTEM, county=bureau["county"], cards=[(three[1].pk, card(1), "虚构银行", "学生1")]
    )
    assert Card.objects.filter(ended_on__isnull=False).count() == 1
    batch = batch_of(bureau)
    found = {one.kind: one.positions for one in queries.unusual(batch)}
    assert found == {"shared_card": (1, 2), "new_card": (1, 2, 3)}
    settle(bureau, "aid.large_sum", 100)
    assert {one.kind for one in queries.unusual(batch)} == {"shared_card", "new_card", "large_sum"}
    page = logged_in(bureau["county_leader"]).get(f"/aid/batches/{batch.pk}").content.decode()
    assert "一张卡收几个孩子的钱" in page


# --- the bank ------------------------------------------------------------------------------------------


def test_the_bank_s_file(bureau, three, monkeypatch) -> None:
    import python_calamine

    batch = released(bureau, batch_of(bureau))
    with written() as files:
        bankfile.as_xlsx(batch)
    assert files == [], "it has whole numbers"
    with monkeypatch.context() as naive, written() as files:
        spilling(naive)
        bankfile.as_xlsx(batch)
    assert files
    book = python_calamine.load_workbook(io.BytesIO(bankfile.as_xlsx(batch)))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0] == ["序号", "姓名", "身份证号", "卡号", "开户行", "金额", "备注"]
    assert rows[1] == ["1", "学生1", number(1), card(1), "虚构银行", "625.00",
                       "2026秋 家庭经济困难寄宿生生活补助"]  # fmt: skip
    assert len(rows) == 4
    browser = logged_in(bureau["county_aid_officer"])
    answer = browser.get(f"/aid/batches/{batch.pk}/file.csv")
    assert number(2) in answer.content.decode("utf-8-sig")
    assert Event.objects.filter(verb="aid.batch_exported").count() == 1
    for user in ("county_leader", "auditor"):
        assert logged_in(bureau[user]).get(f"/aid/batches/{batch.pk}/file.csv").status_code == 403
    page = browser.get(f"/aid/batches/{batch.pk}").content.decode()
    assert card(1) not in page
    assert number(1) not in page


def test_no_line_of_an_answer_is_dropped(bureau) -> None:
    """Partial, doubled line, unknown account, wrong sum, unreadable, contradicting, late bounce."""
    children = students(bureau, 8)
    with_cards(bureau, children)
    actions.propose_term(by=SYSTEM, on=TODAY)
    batch = released(bureau, batch_of(bureau))
    bad = {"结果": "失败", "失败原因": "户名不符"}
    first = answer_file(
        batch, (1, {}), (1, {}), (2, bad), (2, {}), (3, {"卡号": card(999)}), (4, {"金额": "1.00"}),
        (5, {"结果": "处理中"}), (6, {"序号": "77"}), (7, {}), (7, bad), only=set(),
    )  # fmt: skip
    taken = actions.take_answers(by=SYSTEM, batch=batch, file=first, name="a.csv")
    outcomes = list(
        AnswerLine.objects.filter(file=taken).order_by("row").values_list("outcome", flat=True)
    )
    assert outcomes == [
        "confirmed", "again", "bounced", "contradicts", "unknown", "wrong_sum", "unread", "unknown",
        "confirmed", "contradicts",
    ]  # fmt: skip
    assert sum(len(each) for each in (outcomes,)) == 10
    told = queries.answered(batch)
    assert {kind: count for kind, (count, _) in told.items()} == {
        "confirmed": 2, "bounced": 1, "open": 5,
    }  # fmt: skip
    assert sum(fen for _, fen in told.values()) == batch.fen
    with pytest.raises(Refusal, match="S106"):
        actions.take_answers(by=SYSTEM, batch=batch, file=first, name="a.csv")
    late = answer_file(batch, (1, bad), only={3, 4, 5, 6, 8})
    actions.take_answers(by=SYSTEM, batch=batch, file=late, name="b.csv")
    assert queries.answered(batch)["bounced"][0] == 2
    assert queries.answered(batch)["open"][0] == 0
    assert stand()["returned"] == 2 * 62_500
    assert stand()["paid"] == 6 * 62_500
    # Sent back by the bank: only on another card, in a batch of its own, and the payment stays one.
    with pytest.raises(Refusal, match="S103"):
        actions.propose_again(by=SYSTEM, county=bureau["county"], term=TERM)
    actions.keep_cards(by=SYSTEM, county=bureau["county"], cards=[
        (children[0].pk, card(501), "虚构银行", ""), (children[1].pk, card(502), "虚构银行", "")])  # fmt: skip
    again = actions.propose_again(
        by=bureau["county_aid_officer"], county=bureau["county"], term=TERM
    )
    assert (again.count, again.again) == (2, True)
    released(bureau, again)
    actions.take_answers(by=SYSTEM, batch=again, file=answer_file(again), name="c.csv")
    assert Payment.objects.count() == 8
    assert set(Payment.objects.values_list("state", flat=True)) == {"confirmed"}
    assert stand()["returned"] == 0
    assert stand()["paid"] == 8 * 62_500
    assert sum(stand().values()) == 0


def test_a_file_that_is_no_answer_is_refused(bureau, three) -> None:
    batch = released(bureau, batch_of(bureau))
    for name, file in (
        ("a.csv", b"a,b\n1,2\n"),
        ("a.xlsx", b"no workbook"),
        ("a.csv", b"\xff\xfe"),
    ):
        with pytest.raises(Refusal, match="S105"):
            actions.take_answers(by=SYSTEM, batch=batch, file=file, name=name)
    assert not AnswerLine.objects.exists()


def test_a_payment_given_up_goes_back_to_the_budget(bureau, three) -> None:
    batch = released(bureau, batch_of(bureau))
    bad = {"结果": "失败", "失败原因": "销户"}
    actions.take_answers(by=SYSTEM, batch=batch, file=answer_file(batch, (1, bad)), name="a.csv")
    payment = Payment.objects.get(state="returned")
    with pytest.raises(PermissionDenied):
        actions.drop(by=bureau["county_aid_officer"], payment=payment, reason="已转出")
    actions.drop(by=bureau["county_leader"], payment=payment, reason="已转出")
    assert stand() == {"budget": -125_000, "committed": 0, "paid": 125_000, "returned": 0}


# --- cards ------------------------------------------------------------------------------------------


def test_a_list_of_cards_by_id_number(bureau, three) -> None:
    text = "身份证号,卡号,开户行,户名\n" + "".join(
        f"{number(one)},{card(700 + one)},虚构银行,学生{one}\n" for one in (1, 2, 9)
    )
    file = io.BytesIO(text.encode())
    file.name = "cards.csv"
    browser = logged_in(bureau["county_aid_officer"])
    page = browser.post(
        "/aid/cards", {"county": bureau["county"].pk, "file": file}
    ).content.decode()
    assert "登记了2张新的" in page
    assert "S108" in page
    assert card(701) not in page
    assert Card.objects.filter(ended_on__isnull=True).count() == 3
    stored = connection.cursor()
    stored.execute("SELECT * FROM aid_card")
    assert card(701) not in str(stored.fetchall())


# --- who may see ---------------------------------------------------------------------------------------


def test_other_counties_see_nothing(bureau, three) -> None:
    batch = batch_of(bureau)
    award = Award.objects.all()[0]
    ours, theirs = (
        logged_in(bureau["county_aid_officer"]),
        logged_in(bureau["county_aid_officer_乙"]),
    )
    for page in ("/aid", "/aid/policies", "/aid/policies/living_boarder", "/aid/proposals", "/aid/awards",
                 "/aid/batches", "/aid/cards"):  # fmt: skip
        assert ours.get(page).status_code == 200, page
        assert "学生1" not in theirs.get(page).content.decode()
        assert "625.00" not in theirs.get(page).content.decode() or "policies" in page
    for page in (f"/aid/awards/{award.pk}", f"/aid/batches/{batch.pk}"):
        assert ours.get(page).status_code == 200, page
        assert theirs.get(page).status_code == 404, page
    assert ours.get("/aid/policies/nothing").status_code == 404
    other = logged_in(bureau["county_leader_乙"])
    for act in ("approval", "release", "return"):
        assert other.post(f"/aid/batches/{batch.pk}/{act}").status_code == 404
    school = logged_in(bureau["school_aid_officer"])
    assert "学生1" in school.get("/aid/awards").content.decode()


def test_a_term_in_the_browser(bureau, three) -> None:
    officer, leader = logged_in(bureau["county_aid_officer"]), logged_in(bureau["county_leader"])
    page = officer.get("/aid").content.decode()
    assert "3人次，1,875.00元" in page
    key = queries.waiting(bureau["county_aid_officer"], TERM)[0].key
    answer = officer.post("/aid/batches/new", {"term": TERM, "pick": [key]})
    batch = Batch.objects.get()
    assert answer.url == f"/aid/batches/{batch.pk}"
    assert officer.post(f"/aid/batches/{batch.pk}/approval").status_code == 403
    assert leader.post(f"/aid/batches/{batch.pk}/approval").status_code == 302
    assert "S102" in leader.post(f"/aid/batches/{batch.pk}/approval").content.decode()
    unproved = logged_in(bureau["county_leader"], proved=False)
    assert "/login/again" in unproved.post(f"/aid/batches/{batch.pk}/release").url
    leader.post(f"/aid/batches/{batch.pk}/release")
    batch.refresh_from_db()
    file = io.BytesIO(answer_file(batch))
    file.name = "回盘.csv"
    officer.post(f"/aid/batches/{batch.pk}/answers", {"file": file})
    batch.refresh_from_db()
    assert batch.state == "answered"
    assert "没有该发未发的" in officer.get("/aid").content.decode()
    award = Award.objects.all()[0]
    assert "312.50" in officer.get(f"/aid/awards/{award.pk}").content.decode()


# --- races ------------------------------------------------------------------------------------------------


def many_batches(bureau, count: int) -> list[Batch]:
    children = students(bureau, count)
    with_cards(bureau, children)
    actions.propose_term(by=SYSTEM, on=TODAY)
    return [batch_of(bureau, keys=[award]) for award in Award.objects.values_list("pk", flat=True)]


def all_at_once(bureau, batches: list[Batch], at_once: int = 8) -> Counter[int]:
    """Each batch approved by eight requests at once; the answers' codes."""
    browsers = [logged_in(bureau["county_leader"]) for _ in range(at_once)]
    codes: Counter[int] = Counter()

    def press(browser, batch: Batch, barrier: threading.Barrier) -> int:
        try:
            barrier.wait(20)
            return browser.post(f"/aid/batches/{batch.pk}/approval").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(at_once) as pool:
        for batch in batches:
            barrier = threading.Barrier(at_once)
            codes.update(pool.map(lambda browser: press(browser, batch, barrier), browsers))  # noqa: B023
    return codes


@pytest.mark.django_db(transaction=True)
def test_sixty_batches_approved_by_eight_at_once_are_sixty_payments(real_bureau) -> None:
    batches = many_batches(real_bureau, 60)
    codes = all_at_once(real_bureau, batches)
    assert Payment.objects.count() == 60
    assert codes == {302: 60, 200: 420}  # one did it, seven are told so; no error
    committed = sum(one.balance for one in Account.objects.filter(kind="committed"))
    assert committed == 60 * 62_500
    assert Entry.objects.filter(cause="commit").count() == 60


@pytest.mark.django_db(transaction=True)
def test_a_naive_approval_pays_twice(real_bureau, monkeypatch) -> None:
    """The mutant: look, then act; and a table without its constraint. PostgreSQL shows it."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes one writer after the other and cannot show it")

    def naive(batch, before, after, act, by, **more):
        now = Batch.objects.get(pk=batch.pk)
        if now.state != before:
            raise Refusal([])
        import time

        time.sleep(0.02)
        Batch.objects.filter(pk=batch.pk).update(
            state=after, approved_by=by, approved_at=timezone.now()
        )

    monkeypatch.setattr(actions.batches, "_step", naive)
    monkeypatch.setattr(actions.batches, "_book", lambda by, batch, cause: None)
    unique = next(one for one in Payment._meta.constraints if one.name == "payment_once")
    batches = many_batches(real_bureau, 6)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Payment, unique)
    try:
        all_at_once(real_bureau, batches)
        assert Payment.objects.count() > 6
    finally:
        Item.objects.all().delete()
        Payment.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Payment, unique)
