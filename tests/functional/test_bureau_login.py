"""Getting in: by invitation, with a second factor where it is wanted, and not by guessing."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from invented_bureau import PASSWORD, Bureau, logged_in, second_factor, totp_code

from notoneless.bureau.accounts import actions, admission
from notoneless.bureau.accounts.models import Invitation, LoginTry, User
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.audit.models import Event
from notoneless.faults import Refusal


def log_in(client: Client, username: str, password: str = PASSWORD, **options):
    return client.post("/login", {"login": username, "password": password}, **options)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def said(answer) -> str:
    """The sentences of the page's errors."""
    found = re.search(r'<div class="errors".*?</div>', answer.content.decode(), re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[0]) if found else ""


def test_in_and_out_and_both_are_in_the_log(bureau: Bureau) -> None:
    client = Client()
    assert log_in(client, "class_teacher").status_code == 302
    assert "class_teacher甲" in client.get("/").content.decode()
    client.post("/logout")
    assert client.get("/").status_code == 302
    verbs = list(
        Event.objects.filter(actor=bureau["class_teacher"].pk).values_list("verb", flat=True)
    )
    assert verbs == ["user.logged_in", "user.logged_out"]


@pytest.mark.parametrize("name", ["Class_Teacher", " class_teacher "])
def test_a_login_name_has_no_case(bureau: Bureau, name: str) -> None:
    client = Client()
    log_in(client, name)
    assert is_in(client)


def test_nobody_learns_which_names_exist(bureau: Bureau) -> None:
    actions.deactivate(by=SYSTEM, user=bureau["colleague"])
    sentences = {
        said(log_in(Client(), name, "wrong password 1"))
        for name in ("class_teacher", "township_cadre", "nobody-of-this-name")
    }
    assert len(sentences) == 1
    assert "登录名或密码不对" in sentences.pop()


@pytest.mark.parametrize("name", ["class_teacher", "nobody-of-this-name"])
def test_ten_wrong_tries_lock_the_name(bureau: Bureau, name: str) -> None:
    for _ in range(admission.TRIES_PER_NAME):
        assert "登录名或密码不对" in said(log_in(Client(), name, "wrong password 1"))
    client = Client()
    assert "15分钟" in said(log_in(client, name, PASSWORD)), "the right password no longer helps"
    assert not is_in(client)
    assert is_in(logged_in(bureau["roll_keeper"]))
    LoginTry.objects.update(at=timezone.now() - admission.WINDOW)
    log_in(client, name)
    assert is_in(client) is (name == "class_teacher")


def test_one_password_on_many_names_locks_the_address(bureau: Bureau) -> None:
    for number in range(admission.TRIES_PER_ADDRESS):
        log_in(Client(), f"name-{number}", "wrong password 1", REMOTE_ADDR="192.0.2.7")
    assert "15分钟" in said(log_in(Client(), "class_teacher", REMOTE_ADDR="192.0.2.7"))
    client = Client()
    log_in(client, "class_teacher", REMOTE_ADDR="192.0.2.8")
    assert is_in(client)


def by_name_only(name_index: str, _address_index: str) -> bool:
    tries = LoginTry.objects.filter(name_index=name_index, succeeded=False)
    return tries.count() > admission.TRIES_PER_NAME


def by_address_only(_name_index: str, address_index: str) -> bool:
    tries = LoginTry.objects.filter(address_index=address_index, succeeded=False)
    return tries.count() > admission.TRIES_PER_ADDRESS


def test_a_lock_that_counts_only_names_is_caught(bureau: Bureau, monkeypatch) -> None:
    monkeypatch.setattr(admission, "locked", by_name_only)
    with pytest.raises(AssertionError):
        test_one_password_on_many_names_locks_the_address(bureau)


def test_a_lock_that_counts_only_addresses_is_caught(bureau: Bureau, monkeypatch) -> None:
    monkeypatch.setattr(admission, "locked", by_address_only)
    with pytest.raises(AssertionError):
        test_ten_wrong_tries_lock_the_name(bureau, "class_teacher")


@pytest.mark.parametrize(("behind_proxy", "in_time"), [(True, 1), (False, 0)])
def test_behind_the_proxy_each_client_counts_for_itself(
    bureau: Bureau, settings, behind_proxy: bool, in_time: int
) -> None:
    """And without one the header is a lie that anybody can tell."""
    if behind_proxy:
        settings.INSTALLATION = replace(settings.INSTALLATION, public_url="https://bureau.example")
    for number in range(admission.TRIES_PER_ADDRESS):
        headers = {"X-Forwarded-For": f"203.0.113.9, 192.0.2.{number if behind_proxy else 1}"}
        log_in(Client(), f"name-{number}", "wrong password 1", headers=headers)
    client = Client()
    log_in(client, "class_teacher", headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.99"})
    assert is_in(client) is bool(in_time)


def test_no_name_or_address_is_kept_in_clear(bureau: Bureau) -> None:
    log_in(Client(), "my-password-typed-here", "x", REMOTE_ADDR="192.0.2.9")
    kept = str(list(LoginTry.objects.values())) + str(list(Event.objects.values()))
    assert "my-password-typed-here" not in kept
    assert "192.0.2.9" not in kept


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_tries_at_the_same_time_are_counted_too(real_bureau: Bureau) -> None:
    looked = []
    checked = User.check_password

    def look(self: User, password: str) -> bool:
        looked.append(1)
        return checked(self, password)

    def guess() -> None:
        for _ in range(5):
            log_in(Client(), "class_teacher", "wrong password 1")
        connection.close()

    User.check_password = look  # type: ignore[method-assign]
    try:
        guessers = [threading.Thread(target=guess) for _ in range(6)]
        for guesser in guessers:
            guesser.start()
        for guesser in guessers:
            guesser.join()
    finally:
        User.check_password = checked  # type: ignore[method-assign]
    assert len(looked) <= admission.TRIES_PER_NAME


def test_with_a_second_factor_the_password_alone_is_not_enough(bureau: Bureau) -> None:
    secret = second_factor(bureau["county_leader"])
    client = Client()
    answer = log_in(client, "county_leader")
    assert answer["Location"].startswith("/login/second")
    assert not is_in(client)
    wrong = f"{(int(totp_code(secret)) + 1) % 10**6:06d}"
    client.post("/login/second", {"code": wrong})
    assert not is_in(client)
    client.post("/login/second", {"code": totp_code(secret)})
    assert is_in(client)


def test_a_second_factor_is_set_up_in_the_browser(bureau: Bureau) -> None:
    client = Client()
    log_in(client, "county_leader")
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    assert client.get("/own/second/set-up").status_code == 302, "the password again first"
    client = Client()
    log_in(client, "county_leader")
    page = client.get("/own/second/set-up")
    assert page.status_code == 200, "just typed: not again"
    secret = re.search(r'id="id_secret" value="(\w+)"', page.content.decode())[1]
    answer = client.post("/own/second/set-up", {"code": totp_code(secret)}, follow=True)
    codes = re.findall(r"<kbd>(\d+)</kbd>", answer.content.decode())
    assert len(codes) == 10
    assert client.get("/organisations").status_code == 200
    assert client.get("/own/second/remove").status_code == 302, (
        "to take it away one proves it again"
    )
    other = Client()
    log_in(other, "county_leader")
    other.post("/login/second", {"code": codes[0]})
    assert is_in(other)
    assert secret not in str(list(bureau["county_leader"].authenticator_set.values("data")))


def test_an_invitation_works_once_and_not_for_long(bureau: Bureau) -> None:
    user, token = actions.invite(by=SYSTEM, username="New.One", name="新来的")
    assert user.username == "new.one"
    assert token not in str(list(Invitation.objects.values()))
    path = f"/invitation/{token}"
    weak = Client().post(path, {"password": "1234567890", "again": "1234567890"})
    assert weak.status_code == 200
    assert not user.has_usable_password()
    assert weak.headers["Referrer-Policy"] == "strict-origin", (
        "with none a browser's form is refused"
    )
    good = {"password": "a long enough one", "again": "a long enough one"}
    assert Client().post(path, good).status_code == 302
    client = Client()
    log_in(client, "new.one", good["password"])
    assert is_in(client)
    assert "失效" in said(Client().post(path, good))
    again = actions.invite_again(by=SYSTEM, user=user)
    assert not is_in(client) or client.get("/").status_code == 302, "old sessions end"
    Invitation.objects.filter(used_at=None).update(expires_at=timezone.now())
    with pytest.raises(Refusal, match="B209"):
        actions.accept_invitation(token=again, password="another long one")


def test_a_one_time_password_at_the_login_leads_to_ones_own(bureau: Bureau) -> None:
    _, one_time = actions.invite(by=SYSTEM, username="new.one", name="新来的")
    client = Client()
    answer = log_in(client, "New.One", one_time.lower().replace("-", " "))
    assert answer.url.startswith("/invitation/")
    assert not is_in(client)
    other = log_in(Client(), "class_teacher", one_time)
    assert other.status_code == 200, "another's one-time password is nobody's"
    good = {"password": "a long enough one", "again": "a long enough one"}
    assert client.post(answer.url, good).status_code == 302
    assert log_in(client, "new.one", one_time).status_code == 200, "used up"
    log_in(client, "new.one", good["password"])
    assert is_in(client)


def test_a_session_ends_when_idle_and_at_the_latest_after_twelve_hours(bureau: Bureau) -> None:
    for age, idle, stays in ((0, 29, True), (0, 31, False), (11, 1, True), (13, 1, False)):
        client = logged_in(bureau["class_teacher"])
        session = client.session
        session["begun"] = time.time() - age * 3600
        session["used"] = time.time() - idle * 60
        session.save()
        assert (client.get("/").status_code == 200) is stays, (age, idle)


def test_the_way_back_after_login_leads_nowhere_else(bureau: Bureau) -> None:
    answer = Client().post(
        "/login?next=https://example.org/", {"login": "class_teacher", "password": PASSWORD}
    )
    assert answer["Location"] == "/"
    assert Client().get("/language/en?next=https://example.org/")["Location"] == "/"
    assert Client().get("/language/en?next=//example.org")["Location"] == "/"
