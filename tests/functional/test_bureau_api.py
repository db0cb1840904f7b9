"""The HTTP API: tokens, rights, lists in, verdicts out, errors that teach; in both counties."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from handed_in import as_file, children, work
from invented_bureau import Bureau, logged_in
from invented_standings import judge
from small_county import census

from notoneless.bureau.accounts import actions as accounts
from notoneless.bureau.accounts.models import User
from notoneless.bureau.accounts.policy import policy
from notoneless.bureau.api import actions, admission, described, operations
from notoneless.bureau.api.models import Token
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.bureau.intake.models import Upload
from notoneless.bureau.people.models import Child
from notoneless.faults import Refusal

pytestmark = pytest.mark.django_db

SOON = dt.timedelta(days=30)
NOWHERE = 10**9


class Program(Client):
    """A program that shows a token with every request."""

    def __init__(self, secret: str) -> None:
        super().__init__(HTTP_AUTHORIZATION=f"Bearer {secret}")


def token(bureau: Bureau, role: str = "county_officer", where: str = "county") -> tuple[Token, str]:
    return actions.make_token(
        by=SYSTEM,
        purpose="教务系统",
        role=role,
        organisation=bureau[where],
        expires_on=timezone.localdate() + SOON,
    )


def program(bureau: Bureau, role: str = "county_officer", where: str = "county") -> Program:
    return Program(token(bureau, role, where)[1])


def code(answer) -> str:
    assert answer["Content-Type"] == "application/problem+json", answer.content
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["faults"][0]["next_step"] == told["detail"]
    return told["faults"][0]["code"]


@pytest.fixture
def judged(bureau: Bureau) -> Bureau:
    judge(bureau)
    return bureau


# --- tokens -------------------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_only_its_fingerprint_is_kept(bureau: Bureau) -> None:
    keeper = logged_in(bureau["security_admin"])
    sent = {
        "purpose": "某小学教务系统",
        "role": "roll_keeper",
        "organisation": bureau["school"].pk,
        "expires_on": str(timezone.localdate() + SOON),
    }
    page = keeper.post("/api/tokens/new", sent).content.decode()
    made = Token.objects.get()
    secret = page.split('id="token" value="')[1].split('"')[0]
    assert secret.startswith("nol_")
    assert secret not in keeper.get("/api/tokens").content.decode()
    assert secret not in keeper.get(f"/api/tokens/{made.pk}").content.decode()
    assert made.fingerprint == actions.fingerprint(secret) != secret
    assert secret not in str(list(Event.objects.values()))
    assert "某小学教务系统" in keeper.get("/api/tokens").content.decode()
    assert Program(secret).get(f"/api/v1/lists/{NOWHERE}").status_code == 404
    assert keeper.post(f"/api/tokens/{made.pk}/revoke").status_code == 302
    assert Program(secret).get(f"/api/v1/lists/{NOWHERE}").status_code == 401


def test_making_one_asks_for_proof_again(bureau: Bureau) -> None:
    keeper = logged_in(bureau["security_admin"], proved=False)
    assert "/login/again" in keeper.get("/api/tokens/new")["Location"]
    assert logged_in(bureau["owner"]).get("/api/tokens").status_code == 403


def test_another_places_tokens_are_not_there(bureau: Bureau) -> None:
    made, _ = token(bureau, where="other county")
    keeper = accounts.invite(by=SYSTEM, username="sec3", name="甲县安全员")[0]
    accounts.grant(by=SYSTEM, user=keeper, role="security_admin", organisation=bureau["county"])
    assert logged_in(keeper).get(f"/api/tokens/{made.pk}").status_code == 404
    assert logged_in(keeper).post(f"/api/tokens/{made.pk}/revoke").status_code == 404
    assert logged_in(bureau["security_admin"]).get(f"/api/tokens/{made.pk}").status_code == 200


@pytest.mark.parametrize(
    "role", [one.id for one in policy().roles.values() if one.needs_second_factor]
)
def test_what_needs_a_second_factor_is_for_people(bureau: Bureau, role: str) -> None:
    where = next(
        bureau[kind]
        for kind in ("county", "school", "township", "city")
        if kind in policy().roles[role].at
    )
    until = timezone.localdate() + SOON
    with pytest.raises(Refusal, match="B907"):
        actions.make_token(by=SYSTEM, purpose="x", role=role, organisation=where, expires_on=until)
    assert not User.objects.filter(username__startswith="api-").exists()


@pytest.mark.parametrize("days", [-1, 401])
def test_a_token_ends(bureau: Bureau, days: int) -> None:
    until = timezone.localdate() + dt.timedelta(days=days)
    with pytest.raises(Refusal, match="B908"):
        actions.make_token(
            by=SYSTEM,
            purpose="x",
            role="county_officer",
            organisation=bureau["county"],
            expires_on=until,
        )


def test_after_its_last_day_it_opens_nothing(bureau: Bureau) -> None:
    made, secret = token(bureau)
    today = timezone.localdate()
    Token.objects.filter(pk=made.pk).update(expires_on=today)
    assert Program(secret).get("/api/v1/figures").status_code == 200
    Token.objects.filter(pk=made.pk).update(expires_on=today - dt.timedelta(days=1))
    answer = Program(secret).get("/api/v1/figures")
    assert (answer.status_code, code(answer)) == (401, "B901")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_program_cannot_log_in(bureau: Bureau) -> None:
    made, secret = token(bureau)
    assert not made.user.has_usable_password()
    for password in ("", secret):
        answer = Client().post("/login", {"login": made.user.username, "password": password})
        assert answer.status_code == 200, "the login page again"


# --- who may what ---------------------------------------------------------------------------------------


def addresses() -> list[tuple[str, str, str]]:
    """Method, path with a key of nothing, and the row of the policy, of every operation."""
    found = []
    for one in described.operations(operations.schema()):
        name = next(
            pattern.name
            for pattern in operations.addresses()
            if one.path == "/api/v1/" + str(pattern.pattern).replace("<int:key>", "{key}")
        )
        query = "?guarantee=school_place" if name == "verdicts" else ""
        found.append(
            (one.method, one.path.replace("{key}", str(NOWHERE)) + query, operations.RIGHTS[name])
        )
    return found


def wrong_cells(bureau: Bureau) -> list[str]:
    """Where a token of a role is answered otherwise than the policy says."""
    wrong = []
    for role in policy().roles.values():
        if role.needs_second_factor:
            continue
        where = next(
            k for k in ("county", "school", "township", "village", "class", "city") if k in role.at
        )
        client = program(bureau, role.id, where)
        for method, path, permission in addresses():
            status = client.generic(method, path).status_code
            may = role.id in policy().permissions[permission].roles
            if (status == 403) is may or status in (401, 500):
                wrong.append(f"{role.id} {method} {path}: {status}")
    return wrong


def test_the_matrix_of_programs(bureau: Bureau) -> None:
    assert len(addresses()) >= 9
    assert wrong_cells(bureau) == []


def test_a_naive_admission_would_fail_the_matrix(bureau: Bureau, monkeypatch) -> None:
    monkeypatch.setattr(admission, "may", lambda *_: True)
    assert wrong_cells(bureau)


def test_without_a_token_there_is_nothing_not_even_for_who_is_logged_in(bureau: Bureau) -> None:
    person = logged_in(bureau["owner"])
    for client in (Client(), person, Program("nol_wrong"), Program("")):
        for method, path, _ in addresses():
            answer = client.generic(method, path)
            assert (answer.status_code, code(answer)) == (401, "B901"), path
    _, secret = token(bureau)
    assert Client().get(f"/api/v1/figures?token={secret}").status_code == 401, "not in an address"


def test_a_role_that_is_taken_away_opens_nothing_at_the_next_request(bureau: Bureau) -> None:
    made, secret = token(bureau)
    client = Program(secret)
    assert client.get("/api/v1/figures").status_code == 200
    accounts.revoke(by=SYSTEM, assignment=made.user.assignments.get())
    assert code(client.get("/api/v1/figures")) == "B902"
    accounts.deactivate(by=SYSTEM, user=made.user)
    assert code(client.get("/api/v1/figures")) == "B901"


def test_a_right_that_the_role_loses_is_lost_for_its_tokens(bureau: Bureau, monkeypatch) -> None:
    client = program(bureau)
    assert client.get("/api/v1/figures").status_code == 200
    monkeypatch.setattr(
        type(policy()), "roles_with", lambda *_: frozenset({"auditor"}), raising=True
    )
    row = policy().permission("figure.see")
    object.__setattr__(row, "roles", frozenset({"auditor"}))
    try:
        assert code(client.get("/api/v1/figures")) == "B902"
    finally:
        policy.cache_clear()


def test_who_comes_too_often_is_told_when_to_come_again(bureau: Bureau, monkeypatch) -> None:
    monkeypatch.setattr(admission, "MOST_PER_MINUTE", 3)
    monkeypatch.setattr(admission.time, "time", lambda: 1_800_000_010.0)
    client, other = program(bureau), program(bureau)
    assert [client.get("/api/v1/figures").status_code for _ in range(5)] == [
        200,
        200,
        200,
        429,
        429,
    ]
    answer = client.get("/api/v1/figures")
    assert code(answer) == "B904"
    assert answer["Retry-After"] == "50"
    assert other.get("/api/v1/figures").status_code == 200, "each token counts for itself"
    monkeypatch.setattr(admission.time, "time", lambda: 1_800_000_060.0)
    assert client.get("/api/v1/figures").status_code == 200


def test_each_use_is_in_the_log(bureau: Bureau) -> None:
    made, secret = token(bureau)
    Program(secret).get("/api/v1/figures")
    Program(secret).get(f"/api/v1/lists/{NOWHERE}")
    used = Event.objects.filter(verb="api.used", subject=str(made.pk)).order_by("seq")
    assert [json.loads(one.details)["operation"] for one in used] == ["all_figures", "list_state"]
    assert {one.actor for one in used} == {made.user_id}


# --- lists in -----------------------------------------------------------------------------------------


def send(client: Client, path: Path, **more: object):
    return client.post("/api/v1/lists", {"file": as_file(path), **more})


def test_a_list_goes_the_whole_way(bureau: Bureau, tmp_path: Path) -> None:
    client, path = program(bureau), census(tmp_path, children(4))
    answer = send(client, path)
    assert answer.status_code == 201
    key = answer.json()["id"]
    assert answer.json() == {"id": key, "state": "reading", "new": True}
    assert send(client, path).json() == {"id": key, "state": "reading", "new": False}
    assert code(client.post(f"/api/v1/lists/{key}/commit")) == "B405"
    work()
    told = client.get(f"/api/v1/lists/{key}").json()
    assert (told["state"], told["against"], told["open_doubts"]) == ("read", [], 0)
    assert [(one["kind"], one["new"]) for one in told["sheets"]] == [("census", 4)]
    assert client.post(f"/api/v1/lists/{key}/commit").status_code == 202
    work()
    assert client.get(f"/api/v1/lists/{key}").json()["state"] == "committed"
    assert Child.objects.exclude(name="").count() == 4
    assert code(client.post(f"/api/v1/lists/{key}/discard")) == "B402"
    assert client.post(f"/api/v1/lists/{key}/undo").json()["state"] == "undone"
    assert Child.objects.exclude(name="").count() == 0
    assert Upload.objects.get().received_by.username.startswith("api-")


def test_faults_are_told_with_place_and_next_step_and_masked(
    bureau: Bureau, tmp_path: Path
) -> None:
    who = children(3)
    wrong = who[0].id_number[:-1] + ("0" if who[0].id_number[-1] != "0" else "1")
    who[0].id_number = wrong
    client = program(bureau)
    key = send(client, census(tmp_path, who)).json()["id"]
    work()
    answer = client.get(f"/api/v1/lists/{key}")
    faults = answer.json()["faults"]
    assert faults, "the check digit is wrong"
    assert all(one["next_step"] and one["code"] and one["place"] for one in faults)
    assert wrong not in answer.content.decode()


def test_a_list_of_another_county_is_not_there(bureau: Bureau, tmp_path: Path) -> None:
    owner, stranger = program(bureau), program(bureau, where="other county")
    key = send(owner, census(tmp_path, children(2))).json()["id"]
    work()
    for method, end in (("GET", ""), ("POST", "/commit"), ("POST", "/discard"), ("POST", "/undo")):
        theirs = stranger.generic(method, f"/api/v1/lists/{key}{end}")
        nothing = stranger.generic(method, f"/api/v1/lists/{NOWHERE}{end}")
        assert (theirs.status_code, theirs.content) == (404, nothing.content), end
    for_them = send(stranger, census(tmp_path, children(3)), organisation=bureau["county"].pk)
    assert (for_them.status_code, code(for_them)) == (404, "B903")


def test_what_is_not_understood_is_named_and_not_repeated(bureau: Bureau) -> None:
    client = program(bureau)
    answer = client.post("/api/v1/lists", {"file": "510699201503120017"})
    assert (answer.status_code, code(answer)) == (422, "B905")
    assert "510699201503120017" not in answer.content.decode()
    assert "file" in answer.json()["title"]
    assert code(client.get("/api/v1/verdicts?guarantee=school_place&after=陈小禾")) == "B905"


def test_an_error_of_ours_tells_nothing_of_itself(bureau: Bureau, monkeypatch) -> None:
    def breaks(*_args: object, **_more: object) -> None:
        raise RuntimeError("陈小禾 510699201503120017")

    monkeypatch.setattr(operations, "figures", breaks)
    answer = program(bureau).get("/api/v1/figures")
    assert (answer.status_code, code(answer)) == (500, "B906")
    assert "510699" not in answer.content.decode()
    assert "陈小禾" not in answer.content.decode()


# --- verdicts out -------------------------------------------------------------------------------------


def test_before_the_first_sweep_there_is_no_verdict(bureau: Bureau) -> None:
    answer = program(bureau).get("/api/v1/board")
    assert (answer.status_code, code(answer)) == (409, "B910")


def test_verdicts_come_in_pages_by_key(judged: Bureau) -> None:
    client = program(judged)
    whole = client.get("/api/v1/verdicts?guarantee=school_place").json()
    keys = [one["child"] for one in whole["verdicts"]]
    assert keys == sorted(keys)
    assert whole["next"] is None
    found, after = [], 0
    while after is not None:
        page = client.get(f"/api/v1/verdicts?guarantee=school_place&most=7&after={after}").json()
        found += page["verdicts"]
        after = page["next"]
    assert found == whole["verdicts"]
    gaps = client.get("/api/v1/verdicts?guarantee=school_place&verdict=gap").json()["verdicts"]
    board = client.get("/api/v1/board").json()
    counted = next(
        one
        for one in board["counts"]
        if (one["place"], one["guarantee"]) == (board["place"], "school_place")
    )
    assert len(gaps) == counted["gap"] > 0, "behind the number stand as many children"
    one = client.get(f"/api/v1/children/{gaps[0]['child']}").json()
    told = {entry["guarantee"]: entry for entry in one["verdicts"]}
    assert told["school_place"]["verdict"] == "gap"
    assert told["school_place"]["reason"]
    assert "510699" not in json.dumps([whole, board, one]), "never an ID number"


def test_the_other_county_sees_none_of_it(judged: Bureau) -> None:
    owner, stranger = program(judged), program(judged, where="other county")
    one = owner.get("/api/v1/verdicts?guarantee=school_place").json()["verdicts"][0]
    assert stranger.get("/api/v1/verdicts?guarantee=school_place").json()["verdicts"] == []
    theirs = stranger.get(f"/api/v1/children/{one['child']}")
    assert theirs.content == stranger.get(f"/api/v1/children/{NOWHERE}").content
    assert theirs.status_code == 404
    for path in ("board?", "verdicts?guarantee=school_place&"):
        place = judged["county"].pk
        assert code(stranger.get(f"/api/v1/{path}place={place}")) == "B903"


def test_need_is_told_only_to_who_works_on_it(judged: Bureau) -> None:
    officer, keeper = program(judged), program(judged, "roll_keeper", "school")

    def guarantees(client: Program) -> set[str]:
        return {one["guarantee"] for one in client.get("/api/v1/board").json()["counts"]}

    assert guarantees(keeper) < guarantees(officer)
    of_need = min(guarantees(officer) - guarantees(keeper))
    assert officer.get(f"/api/v1/verdicts?guarantee={of_need}").status_code == 200
    assert code(keeper.get(f"/api/v1/verdicts?guarantee={of_need}")) == "B903"
    own = keeper.get("/api/v1/verdicts?guarantee=school_place").json()["verdicts"][0]["child"]
    told = {o["guarantee"] for o in keeper.get(f"/api/v1/children/{own}").json()["verdicts"]}
    assert of_need not in told


def test_figures_count_what_is_in_reach(judged: Bureau) -> None:
    def value(client: Program) -> int:
        return {o["id"]: o["value"] for o in client.get("/api/v1/figures").json()}[
            "people.in_register"
        ]

    assert value(program(judged)) > 0
    assert value(program(judged, where="other county")) == 0


# --- how it is described --------------------------------------------------------------------------------


def test_the_page_and_the_description_name_every_operation(bureau: Bureau) -> None:
    client = logged_in(bureau["class_teacher"])
    page = client.get("/api").content.decode()
    schema = client.get("/api/openapi.json").json()
    assert schema["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"
    assert len(schema["paths"]) >= 9
    for path in schema["paths"]:
        assert path in page
    assert "<script" not in page.split("<main")[1]
