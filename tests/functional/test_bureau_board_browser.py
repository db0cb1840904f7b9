"""The board and the first page in a real browser, as each role, on a laptop and on a phone."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from invented_bureau import Bureau, logged_in
from playwright.sync_api import expect, sync_playwright

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        CHROMIUM is None,
        reason="NO BROWSER: install Chromium to see the board tested (apt-get install chromium)",
    ),
]

SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

SIZES = {"laptop": (1366, 768), "phone": (390, 844)}

ROLES = {
    "county_officer": ("甲县", "缺口7件", "2人查不到学籍"),
    "city_leader": ("虚构市", "缺口7件", "2人查不到学籍"),
    "class_teacher": ("一年级1班", "缺口1件", "1人不在课堂"),
    "township_cadre": ("甲一镇", "缺口3件", "3人不在课堂"),
    "auditor": ("甲县", "缺口7件", "2人查不到学籍"),
}
"""Whose place it is, what the board says, what the first page says."""


def sessions(bureau: Bureau) -> dict[str, str]:
    """The cookie of each role, proved with the second factor where it needs one."""
    return {role: logged_in(bureau[role]).cookies["session"].value for role in ROLES}


def test_every_role_sees_its_own_board(really_judged: Bureau, live_server: Any) -> None:
    cookies = sessions(really_judged)
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        for role, told in ROLES.items():
            for width, height in SIZES.values():
                size = {"width": width, "height": height}
                context = browser.new_context(viewport=size, locale="zh-CN")
                session = {"name": "session", "value": cookies[role], "url": live_server.url}
                context.add_cookies([session])
                page = context.new_page()
                page.on("console", lambda message: said.append(message.text))
                page.on("request", lambda asked: said.extend(_outside(asked.url, live_server.url)))
                look(page, live_server.url, *told)
                context.close()
        browser.close()
    assert said == []


def look(page: Any, url: str, place: str, board: str, first: str) -> None:
    """From the first page to the board, to the list behind a number, to a child, with the mouse."""
    page.goto(url + "/")
    expect(page.locator(".three")).to_contain_text(first)
    fits(page)
    if page.locator(".whole > summary").is_visible():  # a phone's menu is one list
        page.locator(".whole > summary").click()
    page.get_by_role("link", name="看板", exact=True).first.click()
    expect(page.locator("h1")).to_have_text("保障看板")
    expect(page.locator(".head")).to_contain_text(f"{place}")
    expect(page.locator(".head")).to_contain_text(board)
    fits(page)
    gap = page.locator("td.gap a").first
    count = int(gap.inner_text())
    gap.click()
    expect(page.locator("tbody tr")).to_have_count(count)
    fits(page)
    page.locator("tbody a").first.click()
    expect(page.locator("h1")).to_contain_text("童")


def fits(page: Any) -> None:
    """Only a table may be wider than the window, and then it scrolls by itself."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"], page.url


def _outside(url: str, home: str) -> list[str]:
    return [] if url.startswith((home, "data:")) else [f"asked {url}"]


def test_the_board_of_a_city_prints_on_one_sheet(really_judged: Bureau, live_server: Any) -> None:
    cookies = sessions(really_judged)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        context = browser.new_context(locale="zh-CN")
        context.add_cookies(
            [{"name": "session", "value": cookies["city_leader"], "url": live_server.url}]
        )
        page = context.new_page()
        page.goto(live_server.url + "/board")
        pdf = page.pdf(prefer_css_page_size=True)
        browser.close()
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
