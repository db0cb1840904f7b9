"""The page of results in a real browser: nothing asked of any host, nothing wider than a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import invented_answer
import pytest

from notoneless.check.outputs import write_all
from notoneless.i18n import use

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="NO BROWSER: install Chromium to see the page tested (apt-get install chromium)",
)

SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module", params=["zh-Hans", "en"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("page")
    with invented_answer.database(changes=True) as con, use(request.param):
        write_all(con, invented_answer.result(), folder, mask=False)
    return (folder / "index.html").as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(params=[(1366, 768), (390, 844)], ids=["laptop", "phone"])
def opened(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """The page, with what it asked for and what the console said."""
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    page.asked, page.said = [], []
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.on("console", lambda said: page.said.append(said.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(address)
    yield page
    page.close()


def test_the_page_asks_nobody_and_complains_of_nothing(opened: Any, address: str) -> None:
    assert opened.asked == [address]
    assert opened.said == []


def test_the_page_is_not_wider_than_the_window(opened: Any) -> None:
    assert opened.evaluate("document.documentElement.scrollWidth") <= opened.viewport_size["width"]


def test_the_style_is_applied_though_the_policy_is_strict(opened: Any) -> None:
    assert (
        opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 250, 247)"
    )
    assert opened.evaluate("getComputedStyle(document.querySelector('.graph')).maxWidth") == "640px"


def test_the_three_comparisons_are_there_and_lead_to_their_rows(opened: Any) -> None:
    assert opened.locator(".three li").count() == 3
    for link in opened.locator(".three .big a").all():
        target = link.get_attribute("href")
        link.click()
        assert opened.locator(f"{target} tbody tr, tbody{target} tr").count() > 0


def test_hostile_names_are_letters_on_the_page(opened: Any) -> None:
    assert opened.locator("script").count() == 0
    for canary in invented_answer.CANARIES:
        assert opened.get_by_text(canary, exact=True).count() > 0


def test_charts_have_their_labels(opened: Any) -> None:
    labels = opened.locator(".graph svg text").all_text_contents()
    assert any(township in labels for township in invented_answer.TOWNSHIPS)


def test_nothing_is_cut_off_on_a_phone(opened: Any) -> None:
    """Outside frames that scroll by themselves, no element leaves the window."""
    out = opened.evaluate(
        """() => [...document.querySelectorAll('main *')].filter(element =>
             element.getBoundingClientRect().right > innerWidth + 1
             && !element.closest('.board-like')).map(element => element.outerHTML.slice(0, 80))"""
    )
    assert out == []
