"""Login by the bureau's own service: who is invited gets in, nobody else, and nothing of theirs is kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from invented_bureau import Bureau, second_factor

from notoneless.bureau.accounts import actions
from notoneless.bureau.accounts.models import User
from notoneless.bureau.audit.actions import SYSTEM
from notoneless.bureau.web.installation import Oidc


class Service(BaseHTTPRequestHandler):
    """The little that an OpenID provider must do here."""

    name = "county_officer"

    def answer(self, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        root = f"http://{self.headers['Host']}"
        if self.path.startswith("/.well-known/"):
            self.answer(
                {
                    "issuer": root,
                    "authorization_endpoint": root + "/authorize",
                    "token_endpoint": root + "/token",
                    "userinfo_endpoint": root + "/userinfo",
                    "jwks_uri": root + "/keys",
                }
            )
        else:
            self.answer(
                {
                    "sub": f"subject of {self.name}",
                    "preferred_username": self.name,
                    "name": "张三",
                    "phone_number": "13800000000",
                }
            )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({"access_token": "secret-token", "token_type": "Bearer"})

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def service(settings) -> Iterator[type[Service]]:
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.OIDC = Oidc("统一登录", f"http://127.0.0.1:{server.server_port}", "id", "secret")
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [settings.OIDC.app]}}
    Service.name = "county_officer"
    yield Service
    server.shutdown()
    thread.join()
    server.server_close()


def go(client: Client):
    there = client.post("/login/with/bureau")
    state = parse_qs(urlsplit(there["Location"]).query)["state"][0]
    return client.get("/login/with/bureau/back", {"code": "1", "state": state})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_who_is_invited_gets_in(bureau: Bureau, service) -> None:
    page = Client().get("/login")
    assert "用统一登录登录" in page.content.decode()
    assert "form-action 'self' http://127.0.0.1" in page["Content-Security-Policy"]
    client = Client()
    assert go(client)["Location"] == "/"
    assert is_in(client)
    assert "county_officer甲" in client.get("/").content.decode()
    again = Client()
    go(again)
    assert is_in(again)
    kept = str(list(SocialAccount.objects.values()))
    assert "张三" not in kept
    assert "13800000000" not in kept


def test_nobody_gets_an_account_by_it(bureau: Bureau, service) -> None:
    service.name = "somebody.else"
    before = User.objects.count()
    client = Client()
    answer = go(client)
    assert answer.status_code == 403
    assert "还没有账号" in answer.content.decode()
    assert not is_in(client)
    assert User.objects.count() == before


def test_who_is_deactivated_stays_out(bureau: Bureau, service) -> None:
    go(Client())
    actions.deactivate(by=SYSTEM, user=bureau["owner"])
    client = Client()
    assert go(client).status_code == 403
    assert not is_in(client)


def test_the_second_factor_is_still_wanted(bureau: Bureau, service) -> None:
    service.name = "county_leader"
    second_factor(bureau["county_leader"])
    client = Client()
    assert go(client)["Location"].startswith("/login/second")
    assert not is_in(client)


def test_an_answer_that_was_not_asked_for_is_refused(bureau: Bureau, service) -> None:
    client = Client()
    answer = client.get("/login/with/bureau/back", {"code": "1", "state": "forged"})
    assert answer.status_code == 403
    assert not is_in(client)


def test_without_such_a_service_there_is_no_such_page(bureau: Bureau) -> None:
    assert Client().post("/login/with/bureau").status_code == 404
    assert "统一登录" not in Client().get("/login").content.decode()
