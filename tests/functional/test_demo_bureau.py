"""The demo's bureau: filled by the command, and everybody in it can begin to work."""

from __future__ import annotations

import csv
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from demo_bureau import OWN, Row, Visitor, people, run, served, text

from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.cases.transitions import states
from notoneless.demo.bureau import folder
from notoneless.demo.bureau.second_factor import code
from notoneless.faults import Refusal

PAGES = ("/", "/board", "/children", "/find", "/lists", "/matches", "/organisations", "/people",
         "/figures", "/audit", "/own")  # fmt: skip
"""Where a person may look first; what is not theirs says so in a sentence."""


@pytest.fixture(scope="module")
def made(filled, tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The demo as `make demo` without a terminal makes it, small."""
    home = tmp_path_factory.mktemp("demo") / "demo-county"
    shutil.copytree(filled[0], home)
    return home / "bureau", filled[1]


@pytest.fixture(scope="module")
def who(made) -> dict[str, Row]:
    return people(made[1].stdout)


@pytest.fixture(scope="module")
def address(made) -> Iterator[str]:
    with served(made[0]) as url:
        yield url


def test_without_a_terminal_it_ends_with_the_table(made, who: dict[str, Row]) -> None:
    assert {row.role.removesuffix(" *") for row in who.values()} == {
        role.text.zh for role in policy().roles.values()
    }
    assert who["county_officer"].place == "棠川县"
    said = made[1].stderr + made[1].stdout
    assert "名单入库 28/28" in said
    assert "逐人核对" in said
    assert "notoneless serve --data demo-county/bureau" in made[1].stdout


@pytest.mark.parametrize("role", list(policy().roles))
def test_everybody_can_begin_to_work(role: str, who: dict[str, Row], address: str) -> None:
    visitor = Visitor(address)
    first = visitor.begin(role, who[role].password)
    assert who[role].name in first
    assert "演示数据，全部虚构" in first
    for path in PAGES:
        status, page = visitor.get(path)
        assert status in (200, 403, 404), f"{role} {path}: {status}"
        assert re.search(r"<h1>[^<]|class=\"empty\"", page), f"{role} {path}"
        assert "Traceback" not in page
    used = Visitor(address)
    used.log_in(role, who[role].password)
    assert used.url == "/login", "a one-time password is used up"


OUT = {"never_enrolled", "left_for_nowhere", "absent", "ghost", "suspension_expired"}
LISTED_LATER = {"deferred", "suspended"}
"""What is true of children whose list of excuses is left to the reader of the tutorial."""
SETTLED = {"returned", "watched", "closed", "data_error", "elsewhere", "excused", "handed_out"}


def test_the_cases_of_its_term_are_those_of_the_countys_truth(made) -> None:
    """Who is truly out of school has a case on which work goes on; what is settled is truly so."""
    truth: dict[tuple[str, str], set[str]] = {}
    told = made[0].parent / "lists-truth" / "children.csv"
    with told.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            truth.setdefault((row["name"], row["birth_date"]), set()).add(row["situation"])
    with closing(sqlite3.connect(made[0] / "bureau.sqlite3")) as database:
        cases = database.execute(
            "SELECT k.state, p.name, p.birth_date FROM cases_case k"
            " JOIN people_child p ON p.id = k.child_id WHERE k.kind <> 'aid'"
        ).fetchall()
        kinds = "inspections_signature placements_visit placements_admission reports_filing"
        for table in (*kinds.split(), "attendance_call", "cases_document", "cases_publicword"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone()[0], table
    assert {state for state, *_ in cases} | {"settled"} == set(states()), "settled is money's"
    at_work = set()
    for state, name, born in cases:
        situations = truth[name, born]
        if state in SETTLED:
            assert situations - OUT, (state, situations)
        else:
            assert situations & (OUT | LISTED_LATER), (state, situations)
            at_work.add((name, born))
    for key, situations in truth.items():
        if len(situations) == 1:  # of namesakes born on one day two may still be doubted
            assert not situations & OUT or key in at_work, situations


def test_its_term_of_aid_goes_from_the_lists_to_the_bank_and_leaves_work(made) -> None:
    """Each stage that so few children can reach is there, passed by two; the book says what the payments say."""
    with closing(sqlite3.connect(made[0] / "bureau.sqlite3")) as database:

        def told(query: str) -> set[object]:
            return {row[0] if len(row) == 1 else row for row in database.execute(query)}

        assert {"answered", "released"} <= told("SELECT state FROM aid_batch")
        assert not told(
            "SELECT id FROM aid_batch WHERE approved_by_id = proposed_by_id"
            " OR (state <> 'proposed' AND approved_by_id IS NULL)"
        )
        assert {"confirmed", "sent"} <= told("SELECT state FROM aid_payment")
        assert {"paid", "recovered", "right", ""} <= told("SELECT outcome FROM aid_finding")
        assert told("SELECT state FROM aid_delivery") == {"settled", "recorded"}
        assert told("SELECT state FROM aid_change") == {"proposed"}
        assert "recognised" in told("SELECT state FROM recognition_application")
        assert told("SELECT sum(amount) FROM ledger_line") == {0}
        assert told(
            "SELECT sum(l.amount) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id"
            " WHERE a.kind = 'paid' AND l.payment IS NOT NULL"
        ) == told("SELECT sum(amount) FROM aid_payment WHERE state IN ('sent', 'confirmed')")


def test_the_next_countys_officer_finds_nobody_of_ours(who: dict[str, Row], address: str) -> None:
    ours, stranger = Visitor(address), Visitor(address)
    ours.begin("county_officer2", who["county_officer2"].password)
    child = re.search(r'href="(/children/\d+)"', ours.get("/children")[1])[1]
    assert ours.get(child)[0] == 200
    stranger.begin("county_officer3", who["county_officer3"].password)
    theirs = set(re.findall(r'href="(/children/\d+)"', stranger.get("/children")[1]))
    assert len(theirs) == 12
    assert child not in theirs
    theirs_not, nobody = stranger.get(child), stranger.get("/children/99999999")
    assert theirs_not[0] == nobody[0] == 404
    assert text(theirs_not[1]) == text(nobody[1])


def test_run_again_it_serves_what_is_there(made, who: dict[str, Row]) -> None:
    data, _ = made
    before = (data / "keys.json").read_bytes()
    done = run(data.parent.parent, "demo", "--children", "300", "--no-serve")
    assert done.returncode == 0, done.stderr
    assert "照上次的样子" in done.stdout
    assert "名单入库" not in done.stderr
    assert (data / "keys.json").read_bytes() == before
    again = people(done.stdout)
    assert set(again) <= set(who)
    assert all(row.password != who[name].password for name, row in again.items())


def test_it_touches_no_folder_that_is_not_its_own(tmp_path: Path) -> None:
    data = tmp_path / "bureau"
    data.mkdir()
    (data / "bureau.sqlite3").write_bytes(b"a real one")
    for act in (folder.is_filled, folder.clear):
        with pytest.raises(Refusal, match="D003"):
            act(data)
    assert (data / "bureau.sqlite3").read_bytes() == b"a real one"
    folder.mark(data, filled=False)
    assert not folder.is_filled(data), "one that was left half done is filled anew"
    folder.clear(data)
    assert not data.exists()


def test_the_digits_are_those_of_an_authenticator() -> None:
    """RFC 6238, appendix B, in six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert [code(secret, at) for at in (59, 1111111109, 20000000000)] == [
        "287082",
        "081804",
        "353130",
    ]
    with pytest.raises(Refusal, match="D004"):
        code("not a secret!")
    assert OWN
