"""Every address names its permission, and every role gets exactly what the policy table says."""

from __future__ import annotations

import ast
import datetime as dt
import functools
from collections.abc import Iterable
from pathlib import Path

import pytest
from addresses import addresses
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone
from invented_bureau import WHERE, Bureau, logged_in

import notoneless.bureau
from notoneless.bureau import tables
from notoneless.bureau.accounts import actions, queries
from notoneless.bureau.accounts.models import Assignment, Organisation
from notoneless.bureau.accounts.policy import ADMINISTRATORS, policy
from notoneless.bureau.audit.actions import SYSTEM

PUBLIC = {
    "health",
    "language",
    "account_login",
    "account_logout",
    "mfa_authenticate",
    "openid_connect_login",
    "openid_connect_callback",
    "accounts:accept",
    "aid:chosen",
    "portal:owed",
    "recognition:open_application",
    "recognition:open_notice",
}
"""What is open to everyone; a new one is put here by somebody who has thought about it."""


FOR_PROGRAMS = "api:v1:"
"""Where a token opens, and a person's session nothing: `test_bureau_api` has their matrix."""

ADDRESSES = sorted(addresses())


def path_of(name: str, pattern: URLPattern, key: object = 10**9) -> str:
    """A path to the address with ``key`` in the place of every parameter."""
    kwargs = {
        parameter: ("en" if parameter == "code" else key)
        for parameter in pattern.pattern.converters
    }
    return reverse(name, kwargs=kwargs)


def test_every_address_names_its_permission() -> None:
    rows = set(policy().permissions) | {"public"}
    without = [
        name
        for name, pattern in addresses().items()
        if getattr(pattern.callback, "permission", None) not in rows
    ]
    assert not without, f"{without}: put @needs(...) on the view and the row into policy.toml"


def test_what_is_public_is_listed() -> None:
    public = {n for n, p in addresses().items() if p.callback.permission == "public"}
    assert public == PUBLIC


def test_every_permission_opens_something_or_is_asked_by_an_action() -> None:
    used = {pattern.callback.permission for pattern in addresses().values()}
    used |= {
        node.value
        for path in Path(notoneless.bureau.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    unused = set(policy().permissions) - used
    assert not unused, f"{unused}: a row of policy.toml that nothing asks for"


def test_the_three_administrators_share_no_power() -> None:
    for row in policy().permissions.values():
        if row.roles is not None:
            assert len(row.roles & set(ADMINISTRATORS)) <= 1, row.id
            administers = bool(row.roles & set(ADMINISTRATORS))
            assert not administers or row.roles <= set(ADMINISTRATORS), f"{row.id}: work and admin"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [n for n in ADDRESSES if n not in PUBLIC and not n.startswith(FOR_PROGRAMS)],
)
def test_who_is_not_logged_in_is_sent_to_the_login(name: str) -> None:
    path = path_of(name, addresses()[name])
    for method in ("get", "post"):
        answer = getattr(Client(), method)(path)
        assert answer.status_code in (302, 405), f"{method} {path}: {answer.status_code}"
        if answer.status_code == 302:
            assert answer["Location"].startswith("/login?next=")


def wrong_cells(bureau: Bureau, roles: Iterable[str]) -> tuple[list[str], int]:
    """The cells of the matrix that answer otherwise than the policy table says; how many there are."""
    table = policy().permissions
    wrong, cells = [], 0
    for role in roles:
        client = logged_in(bureau[role])
        for name, pattern in addresses().items():
            permission = pattern.callback.permission
            if permission == "public" or name.startswith(("account_", "mfa_", FOR_PROGRAMS)):
                continue
            allowed = table[permission].roles is None or role in table[permission].roles
            for method in ("get", "post"):
                status = getattr(client, method)(path_of(name, pattern)).status_code
                cells += 1
                right = status in (200, 302, 404, 405, 409) if allowed else status in (403, 405)
                if not right:
                    wrong.append(f"{role} {method} {name}: {status}")
    return wrong, cells


def test_the_matrix(bureau: Bureau) -> None:
    """Every address × every role × GET and POST: 403 exactly where the policy table says no.

    Keys are those of nothing, so what is allowed answers 200, a redirect, 404 or 405, and never 500.
    """
    wrong, cells = wrong_cells(bureau, WHERE)
    assert not wrong, "\n".join(wrong)
    assert cells > 500


def test_a_naive_view_would_fail_the_matrix(bureau: Bureau, monkeypatch) -> None:
    """The mutant: a permission check that only asks whether somebody is logged in."""
    monkeypatch.setattr("notoneless.bureau.accounts.access.grants", lambda *_: frozenset([1]))
    wrong, _ = wrong_cells(bureau, ["class_teacher"])
    assert any("accounts:people" in cell for cell in wrong)


@pytest.mark.parametrize("address", ["accounts:organisation", "accounts:person"])
def test_what_is_elsewhere_answers_like_what_is_missing(bureau: Bureau, address: str) -> None:
    """Owner 200; stranger 404, and word for word the page of a key that does not exist."""
    if address == "accounts:organisation":
        owner, stranger, key = bureau["owner"], bureau["stranger"], bureau["school"].pk
    else:
        owner = bureau["security_admin"]
        stranger = actions.invite(by=SYSTEM, username="sec2", name="乙县安全员")[0]
        actions.grant(
            by=SYSTEM, user=stranger, role="security_admin", organisation=bureau["other county"]
        )
        key = bureau["class_teacher"].pk
    assert logged_in(owner).get(reverse(address, args=[key])).status_code == 200
    client = logged_in(stranger)
    theirs = client.get(reverse(address, args=[key]))
    nothing = client.get(reverse(address, args=[10**9]))
    assert theirs.status_code == nothing.status_code == 404
    strip = lambda answer: answer.content.decode().replace(answer.wsgi_request.path, "")  # noqa: E731
    without_token = [strip(answer).split("X-CSRFToken")[0] for answer in (theirs, nothing)]
    assert without_token[0] == without_token[1]
    assert bureau["school"].name not in theirs.content.decode()


def test_reach_follows_the_tree(bureau: Bureau) -> None:
    def reached(username: str) -> set[str]:
        rows = Organisation.objects.filter(
            pk__in=queries.reach(bureau[username], "organisation.see")
        )
        return set(rows.values_list("name", flat=True))

    assert reached("class_teacher") == {"一年级1班"}
    assert reached("roll_keeper") == {"甲县一小", "一年级1班", "一年级2班"}
    assert reached("township_cadre") == {"甲一镇", "甲一村"}
    assert "甲县二小" in reached("county_officer")
    assert "乙县一小" not in reached("county_officer")
    assert {"甲县一小", "乙县一小"} <= reached("city_officer")
    assert queries.lineage_is_right()


def test_a_moved_school_is_reached_from_its_new_place(bureau: Bureau) -> None:
    actions.move_organisation(
        by=SYSTEM, organisation=bureau["sibling school"], parent=bureau["other county"]
    )
    assert queries.lineage_is_right()
    assert not queries.may(bureau["owner"], "organisation.see", bureau["sibling school"])
    assert queries.may(bureau["stranger"], "organisation.see", bureau["sibling school"])


def test_a_right_that_is_taken_away_is_gone_at_the_next_request(bureau: Bureau) -> None:
    client = logged_in(bureau["security_admin"])
    assert client.get("/people").status_code == 200
    actions.revoke(by=SYSTEM, assignment=bureau["security_admin"].assignments.get())
    assert client.get("/people").status_code == 403


@pytest.mark.parametrize("taken", ["the right", "nothing", "the right, and nobody looks again"])
def test_a_right_taken_away_while_a_file_is_written_keeps_the_file(
    bureau: Bureau, monkeypatch, taken: str
) -> None:
    """The last is the mutant: a view that asks only before it begins."""
    client, officer = logged_in(bureau["county_officer"]), bureau["county_officer"]
    write = tables.workbook

    def meanwhile(*given, **how):
        answer = write(*given, **how)
        if taken != "nothing":
            actions.revoke(by=SYSTEM, assignment=officer.assignments.get())
        return answer

    monkeypatch.setattr(tables, "workbook", meanwhile)
    if "nobody" in taken:
        once = functools.cache(lambda _user, permission: queries.grants(officer, permission))
        monkeypatch.setattr("notoneless.bureau.accounts.access.grants", once)
    answer = client.get("/children", {"export": "xlsx"})
    assert answer.status_code == (403 if taken == "the right" else 200)
    assert (answer.content[:2] == b"PK") is (taken != "the right")


def test_who_is_deactivated_is_out_at_once(bureau: Bureau) -> None:
    client = logged_in(bureau["owner"])
    assert client.get("/").status_code == 200
    actions.deactivate(by=SYSTEM, user=bureau["owner"])
    assert client.get("/").status_code == 302
    assert not queries.assignments_in_force(bureau["owner"]).exists()


def test_a_delegation_ends_by_itself_and_with_its_source(bureau: Bureau) -> None:
    today = timezone.localdate()
    own = bureau["owner"].assignments.get()
    friend = bureau["class_teacher"]
    lent = actions.delegate(
        by=bureau["owner"], assignment=own, to=friend, until=today + dt.timedelta(days=7)
    )
    assert queries.may(friend, "organisation.see", bureau["sibling school"])
    eighth = today + dt.timedelta(days=8)
    assert not queries.assignments_in_force(friend, eighth).filter(pk=lent.pk).exists()
    actions.revoke(by=SYSTEM, assignment=own)
    assert not queries.may(friend, "organisation.see", bureau["sibling school"])
    lent.refresh_from_db()
    assert lent.revoked_at is not None


def test_roles_begin_and_end_on_their_days(bureau: Bureau) -> None:
    user = actions.invite(by=SYSTEM, username="later", name="某人")[0]
    day = dt.date(2026, 9, 1)
    actions.grant(
        by=SYSTEM,
        user=user,
        role="county_officer",
        organisation=bureau["county"],
        valid_from=day,
        valid_to=day,
    )
    for shift, held in ((-1, False), (0, True), (1, False)):
        found = queries.assignments_in_force(user, day + dt.timedelta(days=shift))
        assert found.exists() is held
    assert Assignment.objects.filter(user=user).count() == 1


def test_an_approver_without_a_second_factor_gets_nowhere(bureau: Bureau) -> None:
    client = Client()
    client.force_login(bureau["county_leader"])
    answer = client.get("/organisations")
    assert answer.status_code == 302
    assert answer["Location"] == "/own/second/wanted"
    assert client.get("/").status_code == 200, "the first page and one's own account stay open"


def test_a_sensitive_act_asks_again(bureau: Bureau) -> None:
    client = logged_in(bureau["security_admin"], proved=False)
    answer = client.get("/people/new")
    assert answer.status_code == 302
    assert answer["Location"] == "/login/again/second?next=%2Fpeople%2Fnew"
    before = queries.users(bureau["security_admin"]).count()
    client.post("/people/new", {"name": "某人", "username": "someone"})
    assert queries.users(bureau["security_admin"]).count() == before
    assert logged_in(bureau["security_admin"]).get("/people/new").status_code == 200


def test_fields_that_were_not_asked_for_are_ignored(bureau: Bureau) -> None:
    client = logged_in(bureau["security_admin"])
    client.post("/people/new", {"name": "某人", "username": "someone", "is_active": "", "id": "1"})
    user = queries.users(bureau["security_admin"]).get(username="someone")
    assert user.is_active
    assert user.pk != 1
