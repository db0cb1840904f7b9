"""Who was paid too little gets the difference: from the finding, by two people, once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from invented_aid import TERM, TODAY, answer_file, batch_of, released, students, with_cards
from invented_bureau import logged_in
from test_bureau_aid_findings import paid_elsewhere, take
from test_bureau_aid_policies import proposed, raised

from notoneless.bureau.aid import actions, lacking, queries
from notoneless.bureau.aid.actions import batches
from notoneless.bureau.aid.models import Award, Batch, Finding, Item, Payment
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.faults import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def paid_and_raised(bureau, count: int = 3) -> None:
    """Paid 625.00 for the term; then the policy is raised to 1,400 a year, 700.00 a term."""
    with_cards(bureau, students(bureau, count))
    actions.propose_term(by=SYSTEM, on=TODAY)
    batch = released(bureau, batch_of(bureau))
    actions.take_answers(by=SYSTEM, batch=batch, file=answer_file(batch), name="a.csv")
    actions.approve_change(by=bureau["city_leader"], change=proposed(bureau, raised()))
    actions.propose_term(by=SYSTEM)
    told = set(Finding.objects.values_list("verdict", "owed", "paid", "outcome"))
    assert told == {("short", 70_000, 62_500, "")}


def test_a_raise_in_the_middle_of_the_year_is_paid_from_the_finding(bureau) -> None:
    paid_and_raised(bureau)
    officer, leader = logged_in(bureau["county_aid_officer"]), logged_in(bureau["county_leader"])
    one, *others = Finding.objects.order_by("pk")
    assert "把差额提成批次" in officer.get(f"/aid/findings/{one.pk}").content.decode()
    assert leader.post(f"/aid/findings/{one.pk}/difference").status_code == 403
    officer.post(f"/aid/findings/{one.pk}/difference")
    again = officer.post(f"/aid/findings/{one.pk}/difference")
    assert again.status_code == 409
    assert "S117" in again.content.decode()
    page = officer.get("/aid/findings?verdict=short").content.decode()
    assert "把所有差额提成批次" in page
    officer.post("/aid/differences", {"term": TERM})
    first, rest = Batch.objects.order_by("-pk")[:2][::-1]
    assert (first.count, first.fen, rest.count, rest.fen) == (1, 7_500, 2, 15_000)
    with pytest.raises(PermissionDenied):
        actions.approve(by=bureau["county_aid_officer"], batch=first)
    for batch in (first, rest):
        released(bureau, batch)
        officer.post("/aid/differences", {"term": TERM})  # nothing is left at any moment
        actions.take_answers(by=SYSTEM, batch=batch, file=answer_file(batch), name="b.csv")
    assert Batch.objects.count() == 3
    assert set(Finding.objects.values_list("outcome", flat=True)) == {"paid"}
    for child in (one.child, *(each.child for each in others)):
        assert (
            sum(Payment.objects.filter(award__child=child).values_list("amount", flat=True))
            == 70_000
        )
    actions.propose_term(by=SYSTEM)
    assert not Finding.objects.filter(outcome="").exists()


def test_what_the_bank_sends_back_of_a_difference_is_paid_again_by_itself(bureau) -> None:
    paid_and_raised(bureau, 1)
    one = Finding.objects.get()
    batch = actions.propose_difference(
        by=bureau["county_aid_officer"], county=bureau["county"], term=TERM, findings=[one.pk]
    )
    released(bureau, batch)
    bad = (1, {"结果": "失败", "失败原因": "销户"})
    actions.take_answers(by=SYSTEM, batch=batch, file=answer_file(batch, bad), name="b.csv")
    assert list(lacking.of_findings(bureau["county"], TERM, [one.pk])) == []
    assert queries.waiting(bureau["county_aid_officer"], TERM)[0].why == "returned"


def test_in_instalments_a_raise_is_found_once_all_of_them_are_due(bureau, monkeypatch) -> None:
    from notoneless.bureau.rules import actions as rules

    rules.settle(
        by=SYSTEM, organisation=bureau["county"], key="aid.instalments", value=2,
        valid_from=TODAY.replace(month=9, day=1), source="虚构县教育局文件",
    )  # fmt: skip
    with_cards(bureau, students(bureau, 1))
    actions.propose_term(by=SYSTEM, on=TODAY)
    for _ in range(2):
        batch = released(bureau, batch_of(bureau))
        actions.take_answers(by=SYSTEM, batch=batch, file=answer_file(batch), name="a.csv")
    actions.approve_change(by=bureau["city_leader"], change=proposed(bureau, raised()))
    actions.propose_term(by=SYSTEM)
    one = Finding.objects.get(outcome="")
    assert (one.verdict, one.owed, one.paid) == ("short", 70_000, 62_500)
    (left,) = lacking.of_findings(bureau["county"], TERM, [one.pk])
    assert (left.fen, left.instalment) == (7_500, 3)


def test_what_a_list_says_was_paid_elsewhere_is_not_paid_again(bureau) -> None:
    """1 was paid in full, 2 too little, 3 nothing: one batch holds 3, the difference of 2 is its own."""
    with_cards(bureau, students(bureau, 3))
    take(bureau, paid_elsewhere((1, "625.00", "2026-10-20"), (2, "600.00", "2026-10-20")))
    actions.propose_term(by=SYSTEM, on=TODAY)
    (row,) = queries.waiting(bureau["county_aid_officer"], TERM)
    assert (row.why, row.count) == ("ready", 1)
    batch = batch_of(bureau)
    assert list(batch.items.values_list("award__child__name", "amount")) == [("学生3", 62_500)]
    short = Finding.objects.get(verdict="short")
    more = actions.propose_difference(
        by=bureau["county_aid_officer"], county=bureau["county"], term=TERM, findings=[short.pk]
    )
    assert list(more.items.values_list("award__child__name", "amount")) == [("学生2", 2_500)]
    released(bureau, more)
    actions.take_answers(by=SYSTEM, batch=more, file=answer_file(more), name="b.csv")
    short.refresh_from_db()
    assert short.outcome == "paid"


def _at_once(bureau, people: int = 4) -> list[int]:
    """The fen of the difference that are in batches after several asked for it at the same moment."""
    one, barrier = Finding.objects.get(outcome=""), threading.Barrier(people)
    officer, county = bureau["county_aid_officer"], bureau["county"]

    def ask() -> None:
        barrier.wait()
        try:
            actions.propose_difference(by=officer, county=county, term=TERM, findings=[one.pk])
        except Refusal:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(people) as pool:
        for each in [pool.submit(ask) for _ in range(people)]:
            each.result()
    return list(Item.objects.filter(stands=True, payment=None).values_list("amount", flat=True))


@pytest.mark.django_db(transaction=True)
def test_of_several_who_ask_at_once_one_gets_it(real_bureau) -> None:
    paid_and_raised(real_bureau, 1)
    assert _at_once(real_bureau) == [7_500]


def test_a_mutant_that_trusts_the_finding_pays_twice(bureau, monkeypatch) -> None:
    """What lacks is told by the finding alone, as it was last night."""
    paid_and_raised(bureau, 1)
    one = Finding.objects.get(outcome="")

    def naive(county, term, findings):
        award, last = Award.objects.get(), Item.objects.filter(stands=True).count()
        yield lacking.Lacking(
            award.pk, one.owed - one.paid, Item.objects.first().card_id, last + 1, False
        )

    monkeypatch.setattr(batches.lacking, "of_findings", naive)
    for _ in range(2):
        actions.propose_difference(
            by=bureau["county_aid_officer"], county=bureau["county"], term=TERM, findings=[one.pk]
        )
    assert Batch.objects.count() == 3, "the test above would see it"
