"""The texts that people write, in a real browser: pages as they are answered, their scripts, their policy.

What a parser cannot see (`test_every_page`): whether a script of ours makes markup out of text afterwards, and
whether the browser would run what somebody forgot to escape.
"""

from __future__ import annotations

import html
import mimetypes
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from filling import Filled
from playwright.sync_api import Browser, Dialog, Page, Route, sync_playwright
from test_every_page import PEOPLE, walk

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="NO BROWSER: install Chromium to see texts tested in it"
)

HERE = "http://testserver"
OWN = re.compile(r'(?:src|href)="(/static/([^"?]+)[^"]*)"')
LISTENING = """
document.addEventListener("securitypolicyviolation",
  e => console.error("refused by the policy: " + e.effectiveDirective + " " + e.blockedURI));
"""


@dataclass
class Answers:
    """What the browser is answered: path to body and headers; anything else is empty."""

    of: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)

    def keep(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        """Also what the page needs of our own scripts and styles."""
        self.of[path] = body, headers
        for asset, name in OWN.findall(body.decode()):
            file = Path(finders.find(name) or "")
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            self.of[asset] = file.read_bytes(), {"Content-Type": kind}

    def give(self, route: Route) -> None:
        """Answer a request of the browser."""
        path = route.request.url.removeprefix(HERE)
        body, headers = self.of.get(path, (b"", {}))
        route.fulfill(status=200 if path in self.of else 204, body=body, headers=headers)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that reaches nothing."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


def happened(browser: Browser, answers: Answers, paths: list[str]) -> list[str]:
    """What should never happen on these pages: markup out of text, a script that runs, a look outside."""
    found: list[str] = []
    context = browser.new_context(service_workers="block", locale="zh-CN")
    context.add_init_script(LISTENING)
    context.route("**/*", answers.give)
    page = context.new_page()
    at = ""

    def dialog(opened: Dialog) -> None:
        found.append(f"{at}: a script says {opened.message}")
        opened.dismiss()

    page.on("dialog", dialog)
    page.on("pageerror", lambda error: found.append(f"{at}: {error}"))
    page.on(
        "console",
        lambda said: "refused by the policy" in said.text and found.append(f"{at}: {said.text}"),
    )
    page.on(
        "request",
        lambda asked: (
            asked.url.startswith((HERE, "data:", "blob:")) or found.append(f"{at}: {asked.url}")
        ),
    )
    for at in paths:
        page.goto(HERE + at, wait_until="load")
        found += [f"{at}: {one}" for one in injected(page)]
    context.close()
    return found


def injected(page: Page) -> list[str]:
    """The elements that stand there because of somebody's text."""
    return page.eval_on_selector_all(
        "[data-injected], [onclick], [onerror]", "all => all.map(e => e.outerHTML)"
    )


@pytest.fixture
def pages(filled: Filled) -> Answers:
    """Every page with an object of 甲县, as one who may see it is answered."""
    answers = Answers()
    for _, answer in walk(filled, PEOPLE):
        if answer.headers["Content-Type"].startswith("text/html"):
            path = answer.wsgi_request.get_full_path()
            answers.keep(path, answer.content, dict(answer.headers))
    return answers


def shown(answers: Answers) -> list[str]:
    """The pages that show somebody's text."""
    return [path for path, (body, _) in answers.of.items() if "甲".encode() in body]


def test_no_text_becomes_markup_and_none_runs(pages: Answers) -> None:
    """And the naive version is seen: the same page without escaping, with the policy and without it."""
    paths = shown(pages)
    assert len(paths) >= 90
    body, headers = next(pages.of[path] for path in paths if b"&lt;img" in pages.of[path][0])
    naive = html.unescape(body.decode()).encode()
    alone = {name: value for name, value in headers.items() if "Security-Policy" not in name}
    pages.of |= {"/naive": (naive, headers), "/naive-alone": (naive, alone)}
    with chromium() as browser:
        found = happened(browser, pages, paths)
        assert not found, "\n".join(found[:40])
        held = "\n".join(happened(browser, pages, ["/naive"]))
        assert "data-injected" in held
        assert "refused by the policy: script-src" in held
        assert "a script says" not in held
        assert "a script says 1" in "\n".join(happened(browser, pages, ["/naive-alone"]))
