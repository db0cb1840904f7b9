"""The bureau as people of five roles see it, in a real browser, on a laptop and on a phone."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demo_bureau import OWN, Row, people, served, settled

from notoneless.demo.bureau.second_factor import code

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="NO BROWSER: install Chromium to see the bureau tested (apt-get install chromium)",
)
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
LAPTOP, PHONE = (1366, 768), (390, 844)
SHOTS = os.environ.get("NOTONELESS_SHOTS", "")
"""A folder into which each page is drawn, for whoever wants to look."""

WIDEST = """[...document.querySelectorAll("main *")].filter(one => one.children.length == 0)
    .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)
    .slice(0, 3).map(one => `${one.tagName}.${one.className} ${one.textContent.trim()}`).join("; ")"""
"""What stands farthest to the right."""


@pytest.fixture(scope="module")
def bureau(filled, tmp_path_factory) -> Iterator[tuple[str, Path, dict[str, Row]]]:
    """The address, the folder, who works there."""
    folder = tmp_path_factory.mktemp("roles") / "demo-county"
    shutil.copytree(filled[0], folder)
    with served(folder / "bureau") as address:
        yield address, folder, people(filled[1].stdout)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    # Playwright drives its own loop in this thread; Django is not used in it.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


def begin(browser: Any, bureau: tuple[str, Path, dict[str, Row]], login: str) -> dict[str, Any]:
    """The first login of a person, page by page; the cookies that come of it."""
    address, _, who = bureau
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()

    def send(**fields: str) -> None:
        for name, value in fields.items():
            page.fill(f"[name={name}]", value)
        page.click("main button.main")
        page.wait_for_load_state()

    page.goto(f"{address}/login")
    send(login=login, password=who[login].password)
    send(password=OWN, again=OWN)
    send(login=login, password=OWN)
    page.goto(f"{address}/organisations")
    if page.url.endswith("/own/second/wanted"):
        page.click("main a.main")
        assert "/login/again" not in page.url, "just logged in"
        send(code=code(page.input_value("#id_secret")))
    kept: dict[str, Any] = context.storage_state()
    context.close()
    return kept


def look(browser: Any, address: str, cookies: Any, size: tuple[int, int], language: str) -> Any:
    """A window in which every page is held to: no error, nothing wider than the window, no complaint."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale=language, storage_state=cookies
    )
    page = context.new_page()
    page.said = []
    page.on("console", lambda said: page.said.append(said.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))

    def see(path: str, name: str = "") -> str:
        answer = page.goto(address + path)
        assert answer.status == 200, f"{path}: {answer.status}"
        if SHOTS:
            name = name or path.strip("/").replace("/", "-") or "today"
            page.screenshot(path=Path(SHOTS) / f"{name}-{size[0]}-{language}.png")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found = page.evaluate(WIDEST) if wide > 1 else ""  # half a pixel is rounded up
        assert not found, f"{path} is {wide} px wider than {size[0]} in {language}: {found}"
        assert not page.said, f"{path}: {page.said}"
        return settled(page)

    page.see = see
    return page


ROLES = {
    "class_teacher": (PHONE, ("/", "/children", "/attendance")),
    "roll_keeper": (LAPTOP, ("/", "/lists", "/children")),
    "township_cadre": (PHONE, ("/", "/children")),
    "auditor": (LAPTOP, ("/", "/board", "/figures", "/children")),
}


@pytest.mark.parametrize("role", ROLES)
def test_a_person_finds_the_way(role: str, browser: Any, bureau: Any) -> None:
    address, _, who = bureau
    usual, paths = ROLES[role]
    cookies = begin(browser, bureau, role)
    for size, language in ((usual, "zh-CN"), (LAPTOP, "en"), (PHONE, "zh-TW")):
        page = look(browser, address, cookies, size, language)
        for path in paths:
            page.see(path, f"{role}{path.replace('/', '-')}")
        assert who[role].name in page.content()
        page.context.close()


def test_an_officer_takes_a_list_in_and_empties_the_queue_by_keyboard(
    browser: Any, bureau: Any
) -> None:
    address, folder, _ = bureau
    cookies = begin(browser, bureau, "county_officer")
    page = look(browser, address, cookies, LAPTOP, "zh-CN")
    page.see("/lists")
    page.set_input_files("[name=lists]", next((folder / "lists").glob("附件6*")))
    page.click("main button.main")
    page.wait_for_selector("button.main:has-text('入库')", timeout=120_000)
    page.click("button.main:has-text('入库')")
    page.wait_for_selector("a:has-text('撤回这份名单')", timeout=120_000)
    assert "3行有人，读成3人" in settled(page)
    shown = page.see("/matches")
    left = int(re.search(r"还剩(\d+)对", shown)[1])
    assert left >= 3
    for _ in range(left):
        with page.expect_navigation():
            page.keyboard.press("l")
    assert "还剩" not in settled(page) or "还剩0对" in settled(page)
    page.context.close()
    for size, language in ((LAPTOP, "en"), (PHONE, "zh-CN"), (PHONE, "en")):
        page = look(browser, address, cookies, size, language)
        for path in ("/", "/board", "/lists", "/matches", "/children", "/figures", "/own"):
            page.see(path, f"county_officer{path.replace('/', '-')}")
        page.context.close()
