"""The book: it balances, it is only added to, it closes, and every fen leads to a child."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from beancount import loader
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_bureau import logged_in

from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.ledger import actions, queries, shares
from notoneless.bureau.ledger.actions import NewEntry, NewLine, Sum
from notoneless.bureau.ledger.models import Account, Entry, Line
from notoneless.calendar import Term
from notoneless.faults import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

AUTUMN, SPRING = Term(2026, "autumn"), Term(2027, "spring")
POLICY = "living_boarder"


def move(
    bureau, cause: str, *sums: tuple[int, int], term: Term = AUTUMN, origin: str = "", by=SYSTEM
):
    return actions.move(
        by=by,
        cause=cause,
        programme="aid",
        county=bureau["county"],
        term=term,
        sums=[
            Sum(award, POLICY, amount, award if cause != "commit" else None)
            for award, amount in sums
        ],
        origin=origin,
    )


def stand(bureau, term: Term = AUTUMN) -> dict[str, int]:
    """What stands on each kind of account of the county's term."""
    found: dict[str, int] = {}
    for one in Account.objects.filter(county=bureau["county"], term=str(term)):
        found[one.kind] = found.get(one.kind, 0) + one.balance
    return found


def budget(bureau, fen: int = 1_000_000) -> Entry:
    return actions.give_budget(
        by=SYSTEM,
        county=bureau["county"],
        term=AUTUMN,
        policy=POLICY,
        amounts={"centre": fen},
        text="虚构文号",
    )


def test_a_yuan_goes_its_way_and_the_sum_stays_nothing(bureau) -> None:
    budget(bureau)
    move(bureau, "commit", (1, 62_500), (2, 75_001))
    move(bureau, "release", (1, 62_500), (2, 75_001))
    move(bureau, "bounce", (2, 75_001))
    assert stand(bureau) == {
        "appropriated": -1_000_000,
        "budget": 1_000_000 - 137_501,
        "committed": 0,
        "paid": 62_500,
        "returned": 75_001,
    }
    move(bureau, "again", (2, 75_001))
    assert stand(bureau)["paid"] == 137_501
    levels = {one.level: one.balance for one in Account.objects.filter(kind="budget")}
    assert levels == {
        "centre": 1_000_000 - 68_751,
        "county": -68_750,
    }  # the odd fen is the centre's


def test_an_award_is_never_paid_twice_nor_bounced_unpaid(bureau) -> None:
    move(bureau, "commit", (1, 100))
    move(bureau, "release", (1, 100))
    for cause in ("release", "again", "recall"):
        with pytest.raises(Refusal, match="G104"):
            move(bureau, cause, (1, 100))
    assert stand(bureau)["paid"] == 100


def test_the_database_itself_refuses_what_does_not_balance(bureau) -> None:
    first = move(bureau, "commit", (1, 100))
    account = Account.objects.get(kind="committed")
    other = Account.objects.filter(kind="budget")[0]
    numbers = iter(range(first.number + 1, first.number + 50))

    def write(*lines: tuple[Account, int, int | None], entry: bool = True) -> None:
        number = next(numbers)
        with transaction.atomic():
            for where, amount, award in lines:
                Line.objects.create(entry_id=number, account=where, amount=amount, award=award)
            if entry:
                Entry.objects.create(
                    number=number, cause="commit", programme="aid", county=bureau["county"],
                    term=str(AUTUMN), day=dt.date(2026, 10, 1),
                )  # fmt: skip
            connection.check_constraints()

    for lines in (
        [(account, 5, None)],
        [(account, 5, None), (other, -4, None)],
        [],
        [(account, -101, 1), (other, 101, None)],
    ):
        with pytest.raises(IntegrityError):
            write(*lines)
    with pytest.raises(IntegrityError):  # lines without their entry
        write((account, 5, None), (other, -5, None), entry=False)
    with pytest.raises(IntegrityError), transaction.atomic():  # a line too late
        Line.objects.create(entry=first, account=account, amount=5)
    write((account, 5, None), (other, -5, None))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_line SET amount = 1",
        "DELETE FROM ledger_line",
        "UPDATE ledger_entry SET text = 'x'",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_closing SET term = '2020-autumn'",
        "DELETE FROM ledger_closing",
        "UPDATE ledger_account SET term = '2020-autumn'",
    ],
)
def test_nothing_is_changed_or_deleted(bureau, statement) -> None:
    move(bureau, "commit", (1, 100))
    move(bureau, "recall", (1, 100))
    actions.close_term(by=SYSTEM, county=bureau["county"], term=AUTUMN)
    with (
        pytest.raises(IntegrityError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_an_entry_that_does_not_balance_is_refused_in_words(bureau) -> None:
    lines = [
        NewLine("paid", POLICY, "compulsory", 5),
        NewLine("committed", POLICY, "compulsory", -4),
    ]
    with pytest.raises(Refusal, match="G101"):
        actions.post(by=SYSTEM, entry=NewEntry("release", bureau["county"], "aid", AUTUMN, lines))
    assert not Entry.objects.exists()


def test_a_closed_term_takes_nothing_and_a_late_bounce_goes_to_the_next(bureau) -> None:
    county = bureau["county"]
    move(bureau, "commit", (1, 100))
    with pytest.raises(Refusal, match="G105"):
        actions.close_term(by=SYSTEM, county=county, term=AUTUMN)
    paid = move(bureau, "release", (1, 100))
    actions.close_term(by=SYSTEM, county=county, term=AUTUMN)
    before = stand(bureau)
    late = move(bureau, "bounce", (1, 100))
    assert (late.term, late.corrects_id) == (str(SPRING), paid.number)
    assert stand(bureau) == before
    assert stand(bureau, SPRING) == {"paid": -100, "returned": 100}
    lines = [
        NewLine("paid", POLICY, "compulsory", 5),
        NewLine("returned", POLICY, "compulsory", -5),
    ]
    with pytest.raises(Refusal, match="G102"):
        actions.post(by=SYSTEM, entry=NewEntry("bounce", county, "aid", AUTUMN, lines))
    with pytest.raises(Refusal, match="G102"):
        actions.close_term(by=SYSTEM, county=county, term=AUTUMN)
    account = Account.objects.filter(term=str(AUTUMN))[0]
    other = Account.objects.filter(term=str(AUTUMN))[1]

    def past_the_actions() -> None:
        with transaction.atomic():
            Line.objects.create(entry_id=99, account=account, amount=5)
            Line.objects.create(entry_id=99, account=other, amount=-5)
            Entry.objects.create(
                number=99, cause="commit", programme="aid", county=county, term="x",
                day=dt.date(2026, 10, 1),
            )  # fmt: skip

    with pytest.raises(IntegrityError, match="closed"):
        past_the_actions()


def test_a_mistake_is_taken_back_once_by_a_new_entry(bureau) -> None:
    wrong = budget(bureau, 500)
    right = actions.correct(by=SYSTEM, entry=wrong, text="文号填错")
    assert stand(bureau) == {"appropriated": 0, "budget": 0}
    assert actions.correct(by=SYSTEM, entry=wrong, text="再来一次") == right
    assert stand(bureau) == {"appropriated": 0, "budget": 0}
    lines = [
        NewLine(kind, POLICY, "student_aid", fen, "centre")
        for kind, fen in (("appropriated", 500), ("budget", -500))
    ]
    again = NewEntry("correction", bureau["county"], "ledger", AUTUMN, lines, "", "", wrong.number)
    with pytest.raises(IntegrityError), transaction.atomic():  # and the database says so too
        actions.post(by=SYSTEM, entry=again)


def test_numbers_have_no_gap_and_one_origin_posts_once(bureau) -> None:
    move(bureau, "commit", (1, 100), origin="aid.batch:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        move(bureau, "commit", (1, 100), origin="aid.batch:1")
    with pytest.raises(Refusal):
        move(bureau, "release", (1, 200))
    move(bureau, "release", (1, 100), origin="aid.batch:1")
    assert list(Entry.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


# --- shares ------------------------------------------------------------------------------------------


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 100), min_size=3, max_size=3),
)
@settings(max_examples=300, deadline=None)
def test_the_parts_add_up_to_the_fen(amount: int, cuts: list[int]) -> None:
    a, b, c = sorted(cuts)
    parts = tuple(zip(shares.LEVELS, (a, b - a, c - b, 100 - c), strict=True))
    parts = tuple((level, part) for level, part in parts if part)
    split = shares.Share(
        "x", "student_aid", "", dt.date(2020, 1, 1), parts, "x", "unverified"
    ).split(amount)
    assert sum(split.values()) == amount
    for level, part in parts:
        assert abs(split.get(level, 0) * 100 - amount * part) < 100


def test_the_share_is_the_newest_that_began_and_the_county_s_own(monkeypatch) -> None:
    def one(policy: str, since: int, place: str = "", county: int = 50) -> shares.Share:
        parts = (("centre", 100 - county), ("county", county))
        return shares.Share(
            policy, "student_aid", place, dt.date(since, 9, 1), parts, "x", "unverified"
        )

    rows = (
        one("*", 2010, county=20),
        one("p", 2015),
        one("p", 2024, county=40),
        one("p", 2015, "510603", 10),
    )
    monkeypatch.setattr(shares, "shares", lambda: rows)
    day = dt.date(2023, 9, 1)
    assert shares.share("p", day) is rows[1]
    assert shares.share("p", dt.date(2024, 9, 1)) is rows[2]
    assert shares.share("p", day, "510603") is rows[3]
    assert shares.share("q", day) is rows[0]
    with pytest.raises(Refusal, match="G103"):
        shares.share("q", dt.date(2009, 1, 1))


def test_shares_without_a_source_or_not_of_100_are_refused() -> None:
    for parts, source in (((("centre", 99),), "x"), ((("centre", 100),), "")):
        with pytest.raises(ValueError, match=r"shares\.toml"):
            shares.Share("x", "student_aid", "", dt.date(2020, 1, 1), parts, source, "unverified")


# --- checked by somebody else -------------------------------------------------------------------------


def checked(bureau, term: Term = AUTUMN) -> list[object]:
    """What Beancount has against the exported book."""
    text = "".join(queries.beancount(bureau["county"], str(term)))
    _, errors, _ = loader.load_string(text)
    return errors


def test_beancount_finds_nothing_wrong_and_would(bureau) -> None:
    budget(bureau)
    move(bureau, "commit", (1, 62_500), (2, 31_251))
    move(bureau, "release", (1, 62_500), (2, 31_251))
    move(bureau, "bounce", (2, 31_251))
    assert checked(bureau) == []
    text = "".join(queries.beancount(bureau["county"], str(AUTUMN)))
    assert "award: 2" in text
    _, errors, _ = loader.load_string(text.replace("312.51", "312.50", 1))
    assert errors


# --- who may --------------------------------------------------------------------------------------------


def test_rights_and_other_counties(bureau) -> None:
    made = budget(bureau)
    account = Account.objects.get(kind="budget")
    officer, stranger = bureau["county_aid_officer"], bureau["county_aid_officer_乙"]
    with pytest.raises(PermissionDenied):
        move(bureau, "commit", (1, 1), by=stranger)
    with pytest.raises(PermissionDenied):
        actions.close_term(by=officer, county=bureau["county"], term=AUTUMN)
    ours, theirs = logged_in(officer), logged_in(stranger)
    move(bureau, "commit", (1, 62_500))
    move(bureau, "release", (1, 62_500))
    assert "下达10,000.00元，已批未付0.00元，已付625.00元" in ours.get("/ledger").content.decode()
    for page in ("/ledger", "/ledger/accounts", "/ledger/entries", "/ledger/shares"):
        assert ours.get(page).status_code == 200
        assert "10,000.00" not in theirs.get(page).content.decode()
    for page in (f"/ledger/accounts/{account.pk}", f"/ledger/entries/{made.pk}"):
        assert ours.get(page).status_code == 200
        assert theirs.get(page).status_code == 404
    assert ours.get(f"/ledger/export?county={bureau['county'].pk}&term={AUTUMN}").status_code == 200
    text = theirs.get(f"/ledger/export?county={bureau['county'].pk}&term={AUTUMN}")
    assert "Assets" not in text.content.decode()


def test_a_budget_is_entered_and_taken_back_on_the_page(bureau) -> None:
    browser = logged_in(bureau["county_aid_officer"])
    said = {
        "county": bureau["county"].pk, "term": str(AUTUMN), "policy": POLICY, "text": "虚构文号",
        "from_centre": "5000.05",
    }  # fmt: skip
    answer = browser.post("/ledger/budget", said, follow=True)
    assert "5,000.05" in answer.content.decode()
    number = Entry.objects.get().number
    page = browser.post(f"/ledger/entries/{number}/correction", {"text": "记错"}, follow=True)
    assert "-5,000.05" not in page.content.decode()
    assert stand(bureau) == {"appropriated": 0, "budget": 0}
    book = browser.get("/ledger?export=xlsx&along=term,policy")
    assert book["Content-Type"].endswith("sheet")


def test_a_page_stays_quick_with_many_lines(bureau) -> None:
    count = 20_000
    many = [(award, 62_500) for award in range(1, count + 1)]
    entry = move(bureau, "commit", *many)
    paid = move(bureau, "release", *many)
    assert stand(bureau)["paid"] == count * 62_500
    browser = logged_in(bureau["county_aid_officer"])
    account = Account.objects.get(kind="committed")
    pages = ["/ledger", f"/ledger/accounts/{account.pk}"]
    pages += [f"/ledger/entries/{one.pk}" for one in (entry, paid)]
    for page in pages:
        browser.get(page)
        began = time.perf_counter()
        assert browser.get(page).status_code == 200
        assert time.perf_counter() - began < 1, page
