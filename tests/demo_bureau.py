"""The demo bureau as a person meets it: made by the command, served, visited with one's own browser."""

from __future__ import annotations

import html
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from notoneless.demo.bureau.second_factor import code

COMMAND = [sys.executable, "-m", "notoneless"]
OWN = "my own long password"


def environment() -> dict[str, str]:
    """Without what the tests' own settings put there."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("NOTONELESS_", "DJANGO_")) and key != "DATABASE_URL"
    }
    return {**kept, "PYTHONUTF8": "1"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``notoneless ...`` in a folder, as from a script: no terminal."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        env=environment(),
        check=False,
    )


@dataclass(frozen=True)
class Row:
    """A line of the table of people that the demo prints."""

    role: str
    name: str
    place: str
    login: str
    password: str


def people(printed: str) -> dict[str, Row]:
    """The table, by login name."""
    found = re.findall(
        r"^(\S+(?: \*)?)  +(\S+)  +(\S+)  +([a-z_]+\d*)  +((?:[A-Z2-9]{4}-){3}[A-Z2-9]{4})$",
        printed,
        re.MULTILINE,
    )
    return {row[3]: Row(*row) for row in found}


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Its address, while it is served."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (data.parent / "log").open("w+", encoding="utf-8") as log:
        server = subprocess.Popen(
            [*COMMAND, "serve", "--data", data, "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment(),
        )
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(url + "/health", timeout=5).close()
                    break
                except OSError:
                    assert server.poll() is None, (data.parent / "log").read_text("utf-8")
                    time.sleep(0.1)
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)


@pytest.fixture(scope="session")
def filled(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder in which the tutorial's command was run, and what it printed; copy it before use."""
    home = tmp_path_factory.mktemp("filled")
    done = run(home, "demo", "--children", "300", "--seed", "7")
    assert done.returncode == 0, done.stderr
    return home / "demo-county", done


def text(page: str) -> str:
    """What a page says, without its bar."""
    plain = re.sub(r"<header.*?</header>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", plain)).split())


def settled(page: Any) -> str:
    """What a browser's page says once all of it has come: a click returns when its answer begins."""
    page.wait_for_load_state()
    return text(page.content())


class Visitor:
    """A browser without scripts, with its own cookies."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._cookies = CookieJar()
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self._cookies)
        ).open
        self.url = ""

    def get(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """The status and the page at a path, or what comes of sending a form there."""
        data = None
        request = urllib.request.Request(self.address + path)
        if form is not None:
            token = next((c.value or "" for c in self._cookies if c.name == "csrftoken"), "")
            data = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": token}).encode()
            request.add_header("Referer", self.address + path)
        try:
            with self._open(request, data, timeout=60) as answer:
                self.url = answer.url.removeprefix(self.address)
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                self.url = path
                return answer.code, answer.read().decode()

    def hand_in(self, file: Path) -> None:
        """Drop a file on the page of lists, for the first place that is offered."""
        page = self.get("/lists")[1]
        chosen = re.search(r'<option value="(\d+)" selected', page)
        place = chosen or re.search(r'name="organisation" value="(\d+)"', page)
        assert place, page
        token = next(c.value or "" for c in self._cookies if c.name == "csrftoken")
        line = "--a-line-that-no-file-has"
        parts = [("csrfmiddlewaretoken", token), ("organisation", place[1])]
        body = "".join(
            f'{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in parts
        )
        head = (
            f'{line}\r\nContent-Disposition: form-data; name="lists"; filename="{file.name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        request = urllib.request.Request(
            self.address + "/lists/new",
            (body + head).encode() + file.read_bytes() + f"\r\n{line}--\r\n".encode(),
            {
                "Content-Type": f"multipart/form-data; boundary={line[2:]}",
                "Referer": self.address + "/lists",
            },
        )
        with self._open(request, timeout=60) as answer:
            self.url = answer.url.removeprefix(self.address)

    def wait(self, path: str, words: str, seconds: int = 120) -> str:
        """The text of a page, once these words stand on it."""
        for _ in range(seconds):
            shown = text(self.get(path)[1])
            if words in shown:
                return shown
            time.sleep(1)
        raise AssertionError(f"{path} does not say {words!r} within {seconds} s: {shown}")

    def log_in(self, login: str, password: str) -> str:
        """Try to; the page that comes."""
        self.get("/login")
        return self.get("/login", {"login": login, "password": password})[1]

    def begin(self, login: str, one_time: str) -> str:
        """All that a person does the first time, second factor included; the first page."""
        page = self.log_in(login, one_time)
        assert self.url.startswith("/invitation/"), page
        self.get(self.url, {"password": OWN, "again": OWN})
        assert self.url == "/login"
        page = self.log_in(login, OWN)
        if self.url == "/own/second/wanted":
            _, page = self.get("/own/second/set-up")
            if self.url.startswith("/login/again"):
                _, page = self.get(self.url, {"password": OWN})
            secret = re.search(r'id="id_secret" value="(\w+)"', page)
            assert secret, page
            self.get("/own/second/set-up", {"code": code(secret[1])})
        return self.get("/")[1]
